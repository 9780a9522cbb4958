"""Rolls that were taken without a connection, and where they differ from what stands here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from activities import wording
from activities.models import Activity, RollMerge
from activities.rules.attendance import AttendanceStatus
from branches.scope import Scope
from members.models import Member


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
