"""What is done about a result elsewhere in the product: talks, problems put right, tolerance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from activities.models import Problem
from activities.queries import problem_sources
from activities.queries.problem_sources import Draft
from activities.rules.supervision import Source
from branches.access import Grants
from branches.models import User
from branches.rules.roles import Capability
from people.models import Talk, Tolerance
from people.queries import care, talks, tolerances
from scoring.models import Consequence, Inspection, Mark
from scoring.queries import consequences, rounds, schemes
from scoring.rules.explaining import plain
from scoring.rules.rounds import ConsequenceState
from scoring.rules.scheme import Item

# Carried out by talking with the member, and by putting something right.
TALKED = frozenset({"talk", "admonish", "warn"})
CARRIED_OUT = "已办理"  # all that is said of a talk beyond the branch
RECTIFIED = frozenset({"rectify", "weak-list"})


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What there is, and what the person may do now about one consequence."""

    talk: Talk | None
    problem: Problem | None
    may_arrange: bool
    may_raise: bool
    tolerances: QuerySet[Tolerance]

    @property
    def outcome(self) -> str:
        """Return what can be said of how it was carried out, as its records have it."""
        found = []
        if self.talk is not None and self.talk.held_on is not None:
            # That it was done, not when: what is written here those above read.
            found.append(CARRIED_OUT)
        if self.problem is not None and self.problem.closed_on is not None:
            found.append(
                f"{rounds.in_words(self.problem.closed_on)}整改销号：{self.problem.outcome}"
            )
        return "".join(found)[:300]


def talk_source(row: Consequence) -> str:
    """Return the source of the one talk that a consequence makes due."""
    return f"consequence:{row.pk}"


def is_talked(row: Consequence) -> bool:
    """Return whether a consequence is carried out by talking with a member."""
    return row.kind in TALKED and row.member is not None


def of(row: Consequence, user: User, grants: Grants, on: dt.date) -> FollowUps:
    """Return what follows from a consequence (three queries at most).

    A talk shows itself only to the two who talk and to those who arrange talks at its branch,
    which is not the consequence's where the member has moved.
    """
    is_doing = row.state == ConsequenceState.ACCEPTED
    is_own = row.member is not None and row.member.user_id == user.pk
    arranged = talks.arranging_paths(grants)
    talk = None
    if is_talked(row):
        rows = Talk.objects.without_words().filter(source=talk_source(row))
        sealed = ("talker__id_number", "talker__phone")
        talk = rows.select_related("branch", "talker").defer(*sealed).first()
    is_known = talk is not None
    if talk is not None and not (
        is_own
        or talk.branch.path in arranged
        or (talk.talker is not None and talk.talker.user_id == user.pk)
    ):
        talk = None
    problem = None
    if row.kind in RECTIFIED:
        found = Problem.objects.filter(source=Source.RATING, source_id=row.pk)
        problem = found.select_related("organization").first()
    acts = is_doing and not is_own
    return FollowUps(
        talk=talk,
        problem=problem,
        may_arrange=acts
        and not is_known
        and row.organization.path in arranged
        and is_talked(row)
        and _is_here(row, on),
        may_raise=acts and problem is None and row.kind in RECTIFIED and _handles(row, grants),
        tolerances=liftable(row, user, grants),
    )


def liftable(row: Consequence, user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return the tolerances granted to the member for whose sake somebody may lift a consequence.

    For those who decide the committee's rounds and see its applications; nobody lifts his own.
    """
    decides = grants.scope(consequences.DECIDES).reaches(row.round.committee.path)
    is_own = row.member is not None and row.member.user_id == user.pk
    if row.state != ConsequenceState.ACCEPTED or row.member is None or is_own or not decides:
        return Tolerance.objects.none()
    return tolerances.granted_of(row.member).filter(care.at_home(care.of_reviewers(grants)))


def below_full(items: Iterable[Item], given: dict[str, Mark]) -> dict[str, Mark]:
    """Return the standing marks that are not full marks, by item."""
    full = {item.code: item.full for item in items}
    return {
        code: mark
        for code, mark in given.items()
        if mark.superseded_at is None and code in full and mark.value < (full[code] or 0)
    }


def raised_from(marks: Iterable[Mark]) -> dict[int, Problem]:
    """Return the problems that were raised from some marks, by mark (one query)."""
    keys = [mark.pk for mark in marks]
    rows = Problem.objects.filter(source=Source.INSPECTION, source_id__in=keys)
    return {row.source_id: row for row in rows.order_by("-pk") if row.source_id}


def declare() -> None:
    """Let problems be raised from results and from inspections, in their own words."""
    problem_sources.register(Source.RATING, _of_consequence, _link_of_consequence)
    problem_sources.register(Source.INSPECTION, _of_mark)


def may_raise(sheet: Inspection, user: User, grants: Grants) -> bool:
    """Return whether somebody may raise problems from a submitted sheet (``may_raise_from``)."""
    return sheet.inspector_id == user.pk or any(
        grants.scope(needed).reaches(sheet.organization.path)
        for needed in (Capability.ASSIGN_INSPECTIONS, Capability.LOG_ACTIVITIES)
    )


def may_raise_from(user: User, grants: Grants) -> Q:
    """Return which inspected marks somebody may raise a problem from: one's own, those of
    branches where one assigns inspections, and those of branches whose problems one keeps.
    """
    paths = Q(inspection__inspector=user)
    for needed in (Capability.ASSIGN_INSPECTIONS, Capability.LOG_ACTIVITIES):
        paths |= grants.scope(needed).q("organization__path")
    return paths & Q(inspection__submitted_at__isnull=False, superseded_at__isnull=True)


def _is_here(row: Consequence, on: dt.date) -> bool:
    home = talks.branch_of(row.member, on) if row.member is not None else None
    return home is not None and home.pk == row.organization_id


def _handles(row: Consequence, grants: Grants) -> bool:
    return grants.scope(Capability.LOG_ACTIVITIES).reaches(row.organization.path) or grants.scope(
        consequences.FINISHES_IN_OFFICE
    ).reaches(row.round.committee.path)


def _of_consequence(user: User, grants: Grants, pk: int) -> Draft | None:
    """Of a member the result stays with the consequence: more people read the problem."""
    row = consequences.with_all(
        Consequence.objects.to_do().filter(pk=pk, kind__in=RECTIFIED)
    ).first()
    if row is None or not _handles(row, grants):
        return None
    if row.member is not None and row.member.user_id == user.pk:
        return None
    name = rounds.name_of(row.round)
    return Draft(
        organization=row.organization,
        whose=row.organization.short_name if row.member else "支部班子",
        text="按考评结果落实整改（详见来源记录）" if row.member else f"{row.title}：{row.why}",
        asker_name=row.round.committee.short_name,
        label=f"{name}结果运用“{row.title}”",
        url=reverse("consequence", kwargs={"pk": row.pk}),
        due_on=row.due_on,
    )


def _link_of_consequence(user: User, grants: Grants, pk: int) -> str:
    seen = grants.scope(Capability.SEE_SCORES).q("organization__path", "round__committee__path")
    rows = Consequence.objects.filter(seen | Q(member__user=user), pk=pk)
    return reverse("consequence", kwargs={"pk": pk}) if rows.exists() else ""


def _of_mark(user: User, grants: Grants, pk: int) -> Draft | None:
    mark = (
        Mark.objects.filter(may_raise_from(user, grants), pk=pk)
        .select_related("inspection__version", "inspection__organization", "inspection__inspector")
        .first()
    )
    if mark is None or mark.inspection is None:
        return None
    sheet = mark.inspection
    items = schemes.scheme_of(sheet.version).items
    item = next((each for each in items if each.code == mark.item_code), None)
    if item is None or not below_full([item], {mark.item_code: mark}):
        return None
    said = mark.note or f"满分 {plain(item.full or mark.value)} 分，检查得 {plain(mark.value)} 分"
    return Draft(
        organization=sheet.organization,
        whose="支部班子",
        text=f"{item.title}：{said}",
        asker_name=sheet.inspector.name,
        label=str(sheet),
        url=reverse("inspection", kwargs={"pk": sheet.pk}),
    )
