"""Who is called to an activity, and what the roll says of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from activities.models import Activity, Attendance
from activities.queries import roll_facts
from activities.queries.roll_facts import Known
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind, Roll
from activities.rules.search import search_keys
from branches import wording as branch_wording
from branches.models import Organization, Post
from branches.rules.roles import COMMITTEE_ROLES, Role
from members import wording as member_wording
from members.models import Exemption, Membership
from members.rules.status import ON_ROLL, MemberStatus


@dataclass(frozen=True, slots=True)
class Called:
    """A member who is due at an activity; ``branch_id`` is the home on that day."""

    member_id: int
    branch_id: int
    name: str
    note: str = ""
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a roll."""

    member_id: int
    name: str
    note: str
    keys: str
    status: str = AttendanceStatus.UNMARKED
    reason: str = ""
    is_lecturer: bool = False
    sitting: int | None = None
    known: Known | None = None

    @property
    def is_marked(self) -> bool:
        return self.status != AttendanceStatus.UNMARKED

    @property
    def remark(self) -> str:
        """What stands beside the name: the standing, and what is known already."""
        said = self.known.words if self.known else ""
        return " · ".join(word for word in (self.note, said) if word)

    @property
    def is_excused(self) -> bool:
        """Whether leave was granted and nobody has seen the person come."""
        return self.known is not None and self.known.is_leave

    @property
    def disagrees(self) -> bool:
        """Whether the mark says something else than the sign-in."""
        return self.known is not None and self.known.disagrees(self.status)

    def filled(self) -> Entry:
        """Return the entry with what is known where nobody has marked anything."""
        if self.known is None or self.is_marked or not self.known.status:
            return self
        return replace(
            self,
            status=self.known.status,
            reason=self.reason or self.known.reason,
            sitting=self.sitting or self.known.sitting_id,
        )


def called(
    kind: ActivityKind, organization: Organization, on: dt.date, *, only: int | None = None
) -> list[Called]:
    """Return who is due at an activity of this kind on a day (at most two queries).

    Members are read as of that day: who came later is not called, who left later still is.
    Exempted members are not called; probationary ones are. By pinyin, a committee by post.
    ``only`` asks about one member.
    """
    memberships = (
        Membership.objects.home()
        .on(on)
        # Whoever left since, in whatever way, belonged here then: the end of the membership
        # says so. Without an end only those on the roll are called.
        .filter(Q(member__status__in=ON_ROLL) | Q(ended_on__isnull=False))
        .exclude(member_id__in=Exemption.objects.on(on).values("member_id"))
        .order_by("member__name_pinyin", "member_id")
    )
    if only is not None:
        memberships = memberships.filter(member_id=only)
    roll = KINDS[kind].roll
    if roll is Roll.COMMITTEE:
        return _committee(memberships, organization, on)
    place = Q(group=organization) if roll is Roll.GROUP else Q(branch=organization)
    rows = memberships.filter(place).values_list(
        "member_id", "branch_id", "member__name", "member__name_pinyin", "member__status"
    )
    return [
        Called(member_id, branch_id, name, _standing(status), search_keys(pinyin))
        for member_id, branch_id, name, pinyin, status in rows
    ]


def of_activity(
    activity: Activity, on: dt.date | None = None, *, today: dt.date | None = None
) -> list[Entry]:
    """Return an activity's roll (at most five queries).

    While the record is open it follows the members' register of its day (of ``on``, where
    it is about to be moved there); afterwards it is what was written when it was closed.
    With ``today``, sign-ins and leave granted stand in an open roll where nobody marked anything.
    """
    day = on or activity.held_on
    known = roll_facts.known(activity, day=day, today=today) if today else {}
    stored = (
        Attendance.objects.filter(activity=activity)
        .order_by("member__name_pinyin", "member_id")
        .values_list(
            "member_id", "member__name", "member__name_pinyin", "member__status",
            "status", "reason", "is_lecturer", "sitting_id",
        )
    )  # fmt: skip
    entries = [
        Entry(
            member_id, name, _standing(standing), search_keys(pinyin),
            status, reason, lectures, sitting, known.get(member_id),
        )
        for member_id, name, pinyin, standing, status, reason, lectures, sitting in stored
    ]  # fmt: skip
    if not activity.may_be_edited:
        return entries
    marks = {entry.member_id: entry for entry in entries}
    found = []
    for who in called(ActivityKind(activity.kind), activity.organization, day):
        blank = Entry(who.member_id, who.name, who.note, who.keys)
        mark = marks.get(who.member_id, blank)
        entry = replace(mark, note=who.note, keys=who.keys, known=known.get(who.member_id))
        found.append(entry.filled())
    return found


def blank(kind: ActivityKind, organization: Organization, on: dt.date) -> list[Entry]:
    """Return the roll of an activity that is not recorded yet."""
    return [
        Entry(who.member_id, who.name, who.note, who.keys) for who in called(kind, organization, on)
    ]


def _committee(
    memberships: QuerySet[Membership], organization: Organization, on: dt.date
) -> list[Called]:
    order = {role: place for place, role in enumerate(branch_wording.ROLES)}
    posts = (
        Post.objects.filter(organization=organization, role__in=COMMITTEE_ROLES)
        .held_on(on)
        .order_by("started_on", "pk")
    )
    held: dict[int, Post] = {}
    for post in sorted(posts, key=lambda post: order[Role(post.role)]):
        held.setdefault(post.user_id, post)
    rows = memberships.filter(member__user_id__in=held).values_list(
        "member__user_id", "member_id", "branch_id", "member__name", "member__name_pinyin"
    )
    found = {
        user_id: Called(member_id, branch_id, name, held[user_id].title, search_keys(pinyin))
        for user_id, member_id, branch_id, name, pinyin in rows
    }
    return [found[user_id] for user_id in held if user_id in found]


def _standing(status: str) -> str:
    if status == MemberStatus.PROBATIONARY:
        return member_wording.STATUSES[MemberStatus.PROBATIONARY]
    return ""
