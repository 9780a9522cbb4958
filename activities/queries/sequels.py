"""What a decision or an election leads to: the step to take next, the procedure it belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from activities.models import Activity, Election, Procedure, Resolution
from activities.rules.elections import APPROVED, Office
from activities.rules.votes import DecisionKind
from branches.models import Post
from branches.rules.roles import COMMITTEE_ROLES, Role
from members.rules.status import MemberStatus

ELECTIONS = ("election", "by_election")  # procedures
_ROLES = {
    Office.COMMITTEE: COMMITTEE_ROLES,
    Office.SECRETARY: frozenset({Role.SECRETARY}),
    Office.DEPUTY: frozenset({Role.DEPUTY_SECRETARY}),
}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Elected:
    """Somebody elected: whether the post is held already, and where it is given."""

    name: str
    is_appointed: bool
    appoint: Link


def of_resolutions(
    activity: Activity, resolutions: Sequence[Resolution], *, may_manage: bool
) -> dict[int, list[Link]]:
    """Return what the carried decisions lead to, by resolution (one query, or none).

    :param may_manage: whether who asks keeps the members' register of the branch.
    """
    carried = [row for row in resolutions if row.is_passed and row.kind != DecisionKind.ORDINARY]
    if not carried:
        return {}
    running = list(
        Procedure.objects.filter(
            Q(member__in={row.about_id for row in carried} - {None}) | ~Q(person=""),
            organization=activity.organization,
            finished_at__isnull=True,
        ).order_by("pk")
    )
    found = {}
    for row in carried:
        links = [_of(run) for run in running if _is_about(run, row)]
        found[row.pk] = [*(_register(row) if may_manage else ()), *links]
    return found


def has_posts(election: Election) -> bool:
    """Return whether those elected take a post of the branch: a 代表 takes none."""
    return Office(election.office) in _ROLES


def is_settled(election: Election) -> bool:
    """Return whether the body above has done its part: approved, or taken it on record (E13)."""
    if Office(election.office) in APPROVED:
        return election.approved_on is not None
    return election.reported_on is not None


def elected(election: Election, on: dt.date) -> list[Elected]:
    """Return who is elected to a post of the branch, by strokes (one query)."""
    people = [each.member for each in election.candidates.all() if each.is_elected]
    appointed = set(
        Post.objects.filter(
            organization=election.activity.organization,
            role__in=_ROLES[Office(election.office)],
            user__in={member.user_id for member in people} - {None},
        )
        .held_on(on)
        .values_list("user_id", flat=True)
    )
    return [
        Elected(
            name=member.name,
            is_appointed=member.user_id in appointed,
            appoint=Link("任命", reverse("account", kwargs={"pk": member.user_id}))
            if member.user_id
            else Link("先开通账号", reverse("member", kwargs={"pk": member.pk})),
        )
        for member in people
    ]


def procedures_of(election: Election) -> list[Link]:
    """Return the elections under way as procedures of the branch (one query)."""
    rows = Procedure.objects.filter(
        organization=election.activity.organization, code__in=ELECTIONS, finished_at__isnull=True
    )
    return [_of(run) for run in rows.order_by("pk")]


def _of(run: Procedure) -> Link:
    return Link(run.title, reverse("procedure", kwargs={"pk": run.pk}))


def _is_about(run: Procedure, row: Resolution) -> bool:
    if row.about_id is not None and run.member_id is not None:
        return run.member_id == row.about_id
    return bool(run.person) and run.person in (row.about.name if row.about else row.subject)


def _register(row: Resolution) -> list[Link]:
    """Return the step in the members' register; it is taken once the body above has approved."""
    if row.kind == DecisionKind.ADMISSION and row.about is None:
        return [Link("上级批准后列入名册", reverse("member-new"))]
    if row.about is None:
        return []
    pk = {"pk": row.about.pk}
    if row.kind == DecisionKind.ADMISSION:
        return [Link("看党员档案", reverse("member", kwargs=pk))]
    is_waiting = row.about.status == MemberStatus.PROBATIONARY
    if row.kind == DecisionKind.REGULARISATION and is_waiting:
        return [Link("上级批准后办理转正", reverse("member-regularise", kwargs=pk))]
    return []
