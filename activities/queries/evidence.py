"""The records behind a number: what a fact of a member or branch was counted from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from activities import wording
from activities.models import Activity, Attendance
from activities.queries import facts
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from branches.models import Organization
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from members.models import Member

HELD = {
    "assembly_held": ActivityKind.ASSEMBLY,
    "committee_held": ActivityKind.COMMITTEE,
    "group_meeting_held": ActivityKind.GROUP_MEETING,
    "lecture_held": ActivityKind.LECTURE,
    "theme_day_held": ActivityKind.THEME_DAY,
}
_DUE = ~Q(status__in=[AttendanceStatus.LEAVE, AttendanceStatus.UNMARKED])


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record; ``counts`` says whether it adds to the quantity or only to what was due.

    ``attendance_id`` is set for evidence about a member.
    """

    activity_id: int
    attendance_id: int | None
    held_on: dt.date
    title: str
    note: str
    counts: bool

    @property
    def when(self) -> str:
        return f"{self.held_on.month}月{self.held_on.day}日"

    @property
    def url(self) -> str:
        if self.attendance_id is not None:
            return reverse("my-activity", kwargs={"pk": self.attendance_id})
        return reverse("activity", kwargs={"pk": self.activity_id})


def evidence(*, member: Member, feed: str, period: Period) -> list[Evidence]:
    """Return the attendance behind a member's feed, in order of time (one query).

    An unknown feed has none. Feeds are those of ``queries.facts.member_facts``.
    """
    which = _of_feed(feed)
    if which is None:
        return []
    rows = (
        Attendance.objects.in_period(period)
        .filter(which, member=member, is_counted=True)
        .select_related("activity__organization")
        .order_by("held_on", "pk")
    )
    return [
        Evidence(
            activity_id=row.activity_id,
            attendance_id=row.pk,
            held_on=row.held_on,
            title=row.activity.title,
            note=" · ".join(
                filter(
                    None,
                    [
                        row.get_status_display(),
                        "主讲" if row.is_lecturer else "",
                        row.activity.organization.short_name,
                    ],
                )
            ),
            counts=row.status in ATTENDED or feed == "absent_without_cause",
        )
        for row in rows
    ]


def organization_evidence(organization: Organization, feed: str, period: Period) -> list[Evidence]:
    """Return the activities behind a branch's feed, in order of time (at most two queries).

    An unknown feed has none. Feeds are those of ``queries.facts.organization_facts``.
    """
    if feed in HELD:
        return _meetings(organization, HELD[feed], period)
    if feed == "records_on_time":
        return _records(organization, period)
    if feed == "attendance":
        return _attendance(organization, period)
    return []


def _of_feed(feed: str) -> Q | None:
    attended = Q(status__in=ATTENDED)
    if feed == "attendance":
        return _DUE
    if feed == "absent_without_cause":
        return Q(status=AttendanceStatus.ABSENT)
    if feed == "lectures_given":
        return Q(is_lecturer=True) & attended
    kind = feed.removeprefix(facts.ATTENDED_PREFIX)
    if kind != feed and kind.upper() in KINDS:
        return Q(kind=kind.upper()) & attended
    return None


def _meetings(organization: Organization, kind: ActivityKind, period: Period) -> list[Evidence]:
    rule = regulations.in_force(period.last_day).get(KINDS[kind].regulation)
    every = PeriodKind(rule.parameters["every"]) if rule else None
    windows = facts.windows_ending_in(period, every) if every else []
    if not windows:
        return []
    held = (
        Activity.objects.closed()
        .of_kind(kind)
        .filter(
            _here(organization),
            held_on__gte=windows[0].first_day,
            held_on__lt=windows[-1].end,
        )
    )
    return [_of_activity(activity, wording.KINDS[kind], True) for activity in _in_order(held)]


def _records(organization: Organization, period: Period) -> list[Evidence]:
    held = Activity.objects.standing().in_period(period).filter(_here(organization))
    found = []
    for activity in _in_order(held):
        closed_on = timezone.localdate(activity.filed_at) if activity.filed_at else None
        on_time = closed_on is not None and closed_on <= activity.record_due_on
        due = f"期限 {_day(activity.record_due_on)}"
        if closed_on is None:
            note = f"未办结 · {due}"
        else:
            note = f"{'按时' if on_time else '逾期'}办结 {_day(closed_on)} · {due}"
        found.append(_of_activity(activity, note, on_time))
    return found


def _attendance(organization: Organization, period: Period) -> list[Evidence]:
    rows = (
        Attendance.objects.in_period(period)
        .filter(is_counted=True, branch=organization)
        .order_by("held_on", "activity_id")
        .values_list("activity_id", "activity__title", "held_on")
        .annotate(attended=Count("pk", filter=Q(status__in=ATTENDED)), due=Count("pk", filter=_DUE))
    )
    return [
        Evidence(pk, None, held_on, title, f"应到 {due} 人（请假除外） · 实到 {attended} 人", True)
        for pk, title, held_on, attended, due in rows
    ]


def _here(organization: Organization) -> Q:
    return Q(organization=organization) | Q(organization__parent=organization)


def _in_order(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    return activities.select_related("organization").order_by("held_on", "pk")


def _of_activity(activity: Activity, note: str, counts: bool) -> Evidence:
    place = activity.organization.short_name if activity.organization.is_group else ""
    return Evidence(
        activity_id=activity.pk,
        attendance_id=None,
        held_on=activity.held_on,
        title=activity.title,
        note=" · ".join(filter(None, [note, place])),
        counts=counts,
    )


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"
