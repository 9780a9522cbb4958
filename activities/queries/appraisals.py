"""Questions about 民主评议: how far it is, what is missing, who may read what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from activities.models import Activity, Appraisal, Appraised
from activities.rules import appraisals as rules
from activities.rules.appraisals import AppraisalGrade, AppraisalState, Ballot, Person, Standing
from activities.rules.kinds import ActivityKind
from activities.wording import appraisals as wording
from branches.models import Organization, User
from branches.queries import regulations
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Membership
from members.rules.status import ON_ROLL

YEARLY_RULE, CAP_RULE = "M9", "M11"
# Where members may be appraised (M9).
MEETINGS = (ActivityKind.ASSEMBLY, ActivityKind.APPRAISAL)


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may be excellent, with the numbers it comes from."""

    most: int
    number: int
    base: str
    divisor: int
    blocks: bool

    def words(self, excellent: int) -> str:
        return wording.cap_words(
            base=self.base,
            number=self.number,
            divisor=self.divisor,
            cap=self.most,
            excellent=excellent,
        )


def found(scope: Scope, year: int | None = None) -> QuerySet[Appraisal]:
    """Return the appraisals of the branches in reach, and those of which a group is in reach,
    with how many are appraised and how far they are.
    """
    of_groups = Appraised.objects.filter(scope.q("group__path"), appraisal=OuterRef("pk"))
    rows = Appraisal.objects.filter(scope.q("organization__path") | Exists(of_groups))
    if year is not None:
        rows = rows.filter(year=year)
    return (
        rows.select_related("organization")
        .annotate(
            n=Count("members"),
            self_n=Count("members", filter=~Q(members__self_text="") | ~Q(members__self_waived="")),
            peer_n=Count("members", filter=~Q(members__peer_text="")),
            fed_back_n=Count("members", filter=Q(members__fed_back_on__isnull=False)),
        )
        .order_by("-year", "organization__path")
    )


def years(scope: Scope) -> list[int]:
    """Return the years in which anything was appraised there, the last first (one query)."""
    rows = Appraisal.objects.in_scope(scope).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


def without(scope: Scope, year: int, on: dt.date) -> QuerySet[Organization]:
    """Return the branches in reach that stand and have not begun with a year."""
    begun = Appraisal.objects.filter(organization=OuterRef("pk"), year=year)
    return (
        Organization.objects.in_scope(scope)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(on)
        .filter(~Exists(begun), founded_on__lt=dt.date(year + 1, 1, 1))
        .order_by("path")
    )


def people(appraisal: Appraisal, scope: Scope | None = None) -> list[Appraised]:
    """Return the members of an appraisal by pinyin (one query); with ``scope`` those in reach."""
    rows = Appraised.objects.filter(appraisal=appraisal)
    if scope is not None:
        rows = rows.in_scope(scope)
    return list(
        rows.select_related("member", "group")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_pinyin", "member_id")
    )


def called(organization: Organization, on: dt.date) -> list[Membership]:
    """Return who is appraised in a branch: everybody on its roll that day, with the group."""
    return list(
        Membership.objects.home()
        .on(on)
        .filter(branch=organization, member__status__in=ON_ROLL)
        .select_related("member")
        .defer("member__id_number", "member__phone")
    )


def cap_of(appraisal: Appraisal, rows: Sequence[Appraised], on: dt.date) -> Cap:
    """Return the most that may be excellent by the rule there on a day (two queries).

    Where a committee has muted the rule, everybody may be.
    """
    rule = regulations.for_organization(appraisal.organization, on).get(CAP_RULE)
    if rule is None:
        return Cap(most=len(rows), number=len(rows), base="all", divisor=1, blocks=False)
    base, divisor = rule.parameters["base"], int(rule.parameters["divisor"])
    graded = sum(row.is_graded for row in rows)
    most = rules.cap(everybody=len(rows), graded=graded, base=base, divisor=divisor)
    number = graded if base == "full" else len(rows)
    return Cap(most, number, base, divisor, blocks=rule.severity == "BLOCK")


def standing(
    appraisal: Appraisal, rows: Sequence[Appraised], cap: Cap, *, excess_reason: str = ""
) -> Standing:
    """Return how far an appraisal is (no query)."""
    return Standing(
        people=tuple(
            Person(
                name=row.member.name,
                is_graded=row.is_graded,
                has_self=bool(row.self_text or row.self_waived),
                has_peer=bool(row.peer_text),
                is_counted=row.excellent is not None,
                grade=AppraisalGrade(row.grade) if row.grade else None,
                is_fed_back=row.fed_back_on is not None,
            )
            for row in rows
        ),
        has_meeting=appraisal.activity_id is not None,
        has_ballot=appraisal.issued is not None,
        cap=cap.most,
        cap_blocks=cap.blocks,
        has_excess_reason=bool(excess_reason.strip() or appraisal.excess_reason),
    )


def is_done(row: Appraised, state: AppraisalState) -> bool:
    """Return whether a part of the appraisal has all it needs of one member (no query).

    Nobody probationary needs votes or a grade; for them the branch's opinion is asked nowhere.
    """
    if state is AppraisalState.SELF:
        return bool(row.self_text or row.self_waived)
    if state is AppraisalState.PEER:
        return bool(row.peer_text)
    if state is AppraisalState.BALLOT:
        return row.excellent is not None or not row.is_graded
    if state is AppraisalState.OPINION:
        return bool(row.grade) or not row.is_graded
    if state is AppraisalState.FEEDBACK:
        return row.fed_back_on is not None
    return True


def ballot_of(appraisal: Appraisal) -> Ballot | None:
    """Return the ballot as it was counted, None before."""
    if appraisal.issued is None:
        return None
    return Ballot(appraisal.issued, appraisal.returned or 0, appraisal.void or 0)


def meetings_for(appraisal: Appraisal, on: dt.date) -> QuerySet[Activity]:
    """Return the meetings at which the members may have been appraised, the last first: held by
    a day, in the year or the one after.
    """
    return (
        Activity.objects.standing()
        .of_kind(*MEETINGS)
        .filter(
            organization_id=appraisal.organization_id,
            held_on__lte=on,
            held_on__year__in=(appraisal.year, appraisal.year + 1),
        )
        .order_by("-held_on", "-pk")
    )


def own(user: User) -> list[Appraised]:
    """Return somebody's own appraisals, the last first (one query)."""
    return list(
        Appraised.objects.filter(member__user=user)
        .select_related("appraisal__organization", "member")
        .defer("member__id_number", "member__phone")
        .order_by("-appraisal__year", "-pk")
    )


def to_write(user: User) -> QuerySet[Appraised]:
    """Return the appraisals for which somebody has not written the own part yet."""
    return Appraised.objects.filter(
        member__user=user,
        appraisal__state=AppraisalState.SELF,
        self_text="",
        self_waived="",
    ).select_related("appraisal__organization")


def unfinished(scope: Scope) -> QuerySet[Appraisal]:
    """Return the appraisals in reach that are not done, the oldest first."""
    rows = Appraisal.objects.in_scope(scope).exclude(state=AppraisalState.DONE)
    return rows.select_related("organization").order_by("year", "organization__path")


def written(activity: Activity) -> tuple[str, ...]:
    """Return what the minutes tell of the appraisal held at a meeting (one query at most)."""
    if activity.kind not in MEETINGS:
        return ()
    return tuple(
        f"{row.year} 年度民主评议党员：发出测评票 {row.issued} 张，收回 {row.returned} 张，"
        f"其中无效票 {row.void} 张。监票人、计票人：{row.tellers}。"
        for row in Appraisal.objects.filter(activity=activity, issued__isnull=False).order_by(
            "year"
        )
    )
