"""Who may vote at a meeting: 应到 and 实到 in the sense of votes and elections.

Not the roll: whoever is excused from study still counts (教育管理条例 第二十三条), and
probationary members, who are on the roll, do not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from activities.models import Activity, Attendance, VoterExemption
from activities.queries.rolls import Entry
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind, Roll
from activities.rules.search import search_keys
from branches.models import Organization, Post, Regulation
from branches.rules.roles import COMMITTEE_ROLES
from members.models import Member, Membership, Restriction
from members.rules.status import MemberStatus

ONLINE_RULE = "M17"
# A probationary year lies between admission and the right to vote (党章 第七条).
_PROBATION = 365


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody with the right to vote, elect and be elected, by the strokes of the name."""

    member_id: int
    name: str
    keys: str
    is_present: bool
    is_on_roll: bool
    is_left_out: bool = False  # of 应到, with both references (E4)


@dataclass(frozen=True, slots=True)
class Electorate:
    """``unlinked``: committee members whose accounts name no member; due, and never present."""

    voters: tuple[Voter, ...]
    unlinked: tuple[str, ...] = ()

    @property
    def due(self) -> int:
        return sum(not voter.is_left_out for voter in self.voters) + len(self.unlinked)

    @property
    def present(self) -> int:
        return sum(voter.is_present and not voter.is_left_out for voter in self.voters)

    @property
    def left_out(self) -> int:
        return sum(voter.is_left_out for voter in self.voters)

    @property
    def words(self) -> str:
        """应到 as arithmetic."""
        total = len(self.voters) + len(self.unlinked)
        if not self.left_out:
            return f"应到 {self.due} 人（有表决权的正式党员）"
        return (
            f"应到 {self.due} 人 = 有表决权的正式党员 {total} 人"
            f" − 经批准不计入应到 {self.left_out} 人"
        )


def of_activity(activity: Activity, rules: dict[str, Regulation]) -> Electorate:
    """Return who votes at an activity (at most five queries).

    ``rules``: those in force on its day; whether somebody who took part online counts is a
    parameter of M17 (no by default).
    """
    left_out = set(
        VoterExemption.objects.filter(activity=activity).values_list("member_id", flat=True)
    )
    rule = rules.get(ONLINE_RULE)
    counted = {AttendanceStatus.PRESENT, AttendanceStatus.LATE}
    if rule is not None and rule.parameters.get("online_counts"):
        counted.add(AttendanceStatus.ONLINE)
    marks = dict(Attendance.objects.filter(activity=activity).values_list("member_id", "status"))
    memberships = entitled(activity.held_on)
    unlinked: tuple[str, ...] = ()
    if KINDS[ActivityKind(activity.kind)].roll is Roll.COMMITTEE:
        posts = _committee(activity.organization, activity.held_on)
        memberships = memberships.filter(member__user_id__in=posts)
        linked = _linked(posts)
        unlinked = tuple(name for user, name in posts.items() if user not in linked)
    else:
        memberships = memberships.filter(branch=activity.organization)
    rows = memberships.order_by("member__name_strokes", "member_id").values_list(
        "member_id", "member__name", "member__name_pinyin"
    )
    return Electorate(
        tuple(
            Voter(
                member_id, name, search_keys(pinyin),
                is_present=marks.get(member_id) in counted,
                is_on_roll=member_id in marks,
                is_left_out=member_id in left_out,
            )
            for member_id, name, pinyin in rows
        ),
        unlinked,
    )  # fmt: skip


def entitled(on: dt.date) -> QuerySet[Membership]:
    """Return the homes on a day of those with the right to vote: full members, not restricted."""
    return _full(on).exclude(member_id__in=Restriction.objects.on(on).values("member_id"))


def full_members(branch: Organization, on: dt.date) -> int:
    """Return how many full members a branch has on a day, restricted ones too (one query)."""
    return _full(on).filter(branch=branch).count()


def _full(on: dt.date) -> QuerySet[Membership]:
    """Members are read as of that day. Of one who has left since, and whose day of becoming a
    full member is not known, a year after admission is taken for it.
    """
    by_date = Q(member__regularised_on__lte=on)
    unknown = Q(member__regularised_on__isnull=True)
    long_in = Q(member__admitted_on__isnull=True) | Q(
        member__admitted_on__lte=on - dt.timedelta(days=_PROBATION)
    )
    left_since = Q(
        member__status__in=(MemberStatus.LEFT, MemberStatus.SUSPENDED), ended_on__isnull=False
    )
    return (
        Membership.objects.home()
        .on(on)
        .filter(
            Q(by_date | unknown, member__status=MemberStatus.FULL)
            | (left_since & (by_date | (unknown & long_in)))
        )
    )


def is_complete(entries: list[Entry]) -> bool:
    """Return whether the roll has been taken: somebody is on it and nobody is without a mark."""
    return bool(entries) and all(entry.is_marked for entry in entries)


def _committee(organization: Organization, on: dt.date) -> dict[int, str]:
    rows = (
        Post.objects.filter(organization=organization, role__in=COMMITTEE_ROLES)
        .held_on(on)
        .order_by("started_on", "pk")
        .values_list("user_id", "user__name")
    )
    return dict(rows)


def _linked(posts: dict[int, str]) -> set[int]:
    return set(Member.objects.filter(user_id__in=posts).values_list("user_id", flat=True))
