"""Rolls that were taken without a connection, and where they differ from what stands here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from activities import wording
from activities.models import Activity, Attendance, RollMerge
from activities.rules.attendance import AttendanceStatus
from branches.scope import Scope
from members.models import Member, Membership


@dataclass(frozen=True, slots=True)
class Difference:
    """One person whom both sides marked; ``server`` is "" for who is no longer on the roll."""

    member_id: int
    name: str
    device: str
    server: str

    @property
    def may_choose(self) -> bool:
        return bool(self.server)


def in_scope(scope: Scope) -> QuerySet[RollMerge]:
    """Return the merges of records in ``scope``."""
    return RollMerge.objects.filter(scope.q("activity__organization__path")).select_related(
        "activity__organization__parent", "sent_by", "resolved_by"
    )


def unsettled(activity: Activity) -> list[RollMerge]:
    """Return the merges of an activity with differences nobody has settled (one query)."""
    return list(
        RollMerge.objects.filter(activity=activity, resolved_at__isnull=True).exclude(conflicts={})
    )


def once_here(activity: Activity, members: Iterable[int]) -> set[int]:
    """Return those of ``members`` who stand on the roll or were ever at home in the organisation
    that holds the activity, for a group in its branch (two queries).

    Whoever is neither never stood on a roll a device could have kept.
    """
    asked = list(members)
    host = activity.organization
    place = Q(branch=host) | Q(group=host)
    if host.is_group:
        place |= Q(branch=host.parent_id)
    homes = Membership.objects.home().filter(place, member__in=asked)
    rows = Attendance.objects.filter(activity=activity, member__in=asked)
    return {*homes.values_list("member_id", flat=True), *rows.values_list("member_id", flat=True)}


def differences(merge: RollMerge) -> list[Difference]:
    """Return the differences by pinyin, the marks in words (one query)."""
    people = Member.objects.filter(pk__in=[int(pk) for pk in merge.conflicts])
    return [
        Difference(
            pk,
            name,
            wording.ATTENDANCE[AttendanceStatus(merge.conflicts[str(pk)]["device"])],
            wording.ATTENDANCE[AttendanceStatus(merge.conflicts[str(pk)]["server"])]
            if merge.conflicts[str(pk)]["server"]
            else "",
        )
        for pk, name in people.order_by("name_pinyin", "pk").values_list("pk", "name")
    ]
