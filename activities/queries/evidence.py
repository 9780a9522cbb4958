"""The records behind a number: what a fact of a member or branch was counted from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from activities import wording
from activities.models import Activity, Attendance
from activities.queries import absences, facts, hours, learning, meeting_facts, work_evidence
from activities.queries.learning import plain
from activities.rules.absences import Seen, longest_run
from activities.rules.attendance import ATTENDED, DUE, AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from branches.models import Organization
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from members.models import Exemption, Member
from members.queries import evidence as member_evidence
from members.queries.evidence import Record

_ABSENCES = frozenset({"absent_without_cause", "absent_running", "absent_as_secretary"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record; ``counts`` says whether it adds to the quantity or only to what was due.

    ``attendance_id`` is set for evidence about a member; ``link`` leads to a record that is no
    activity (a training class, a credit of study).
    """

    activity_id: int | None
    attendance_id: int | None
    held_on: dt.date
    title: str
    note: str
    counts: bool
    link: str = ""

    @property
    def when(self) -> str:
        return f"{self.held_on.month}月{self.held_on.day}日"

    @property
    def url(self) -> str:
        if self.link:
            return self.link
        if self.attendance_id is not None:
            return reverse("my-activity", kwargs={"pk": self.attendance_id})
        return reverse("activity", kwargs={"pk": self.activity_id})


def evidence(
    *,
    member: Member,
    feed: str,
    period: Period,
    on: dt.date = dt.date.max,
    own: bool = True,
) -> Sequence[Evidence | Record]:
    """Return the records behind a member's feed, in order of time (at most two queries).

    An unknown feed has none. Feeds are those of ``queries.facts.member_facts``. A run of absences
    is shown from its beginning, though that be before the period.

    :param on: up to which day duty counts.
    :param own: the member looks; otherwise whoever may see the member's points.
    """
    if feed == "service_hours":
        return work_evidence.service(member, period)
    if feed == "duties_served":
        return work_evidence.shifts(member, period, on, own=own)
    if feed == "hours":
        return _learned(member, period)
    which = _of_feed(feed)
    if feed == "absent_running":
        rows = Attendance.objects.filter(pk__in=_longest_run(member, period))
    elif which is not None:
        rows = Attendance.objects.in_period(period).filter(which, member=member, is_counted=True)
    else:
        return []
    return [
        Evidence(
            activity_id=row.activity_id,
            attendance_id=row.pk,
            held_on=row.held_on,
            title=row.activity.title,
            note=" · ".join(filter(None, _notes(row, period))),
            counts=_counts(row, feed),
        )
        for row in rows.select_related("activity__organization").order_by(*absences.IN_ORDER)
    ]


def organization_evidence(
    organization: Organization, feed: str, period: Period
) -> Sequence[Evidence | Record]:
    """Return the activities behind a branch's feed, in order of time (at most three queries).

    An unknown feed has none. Feeds are those of ``queries.facts.organization_facts``, here and
    in ``members``; what rests on people rather than activities names them.
    """
    if feed in meeting_facts.FEEDS:
        return _meetings(organization, meeting_facts.FEEDS[feed], period)
    if feed == "problems_closed":
        return work_evidence.problems(organization, period)
    if feed == "records_on_time":
        return _records(organization, period)
    if feed == "attendance":
        return _attendance(organization, period)
    if feed == "hours_met":
        return _hours_of_members(organization, period)
    return member_evidence.organization_evidence(organization, feed, period)


def _learned(member: Member, period: Period) -> list[Evidence]:
    return [
        Evidence(
            activity_id=line.activity_id,
            attendance_id=line.attendance_id,
            held_on=line.learned_on,
            title=line.title,
            note=f"{plain(line.hours)} 学时 · {line.note}" if line.counts else line.note,
            counts=line.counts,
            link=line.url,
        )
        for line in learning.of_member(member, period)
    ]


def _of_feed(feed: str) -> Q | None:
    attended = Q(status__in=ATTENDED)
    if feed == "attendance":
        return Q(status__in=DUE)
    if feed == "absent_without_cause":
        return Q(status=AttendanceStatus.ABSENT)
    if feed == "absent_as_secretary":
        return Q(absences.while_secretary(), status=AttendanceStatus.ABSENT)
    if feed == "lectures_given":
        return Q(is_lecturer=True) & attended
    kind = feed.removeprefix(facts.ATTENDED_PREFIX)
    if kind != feed and kind.upper() in KINDS:
        return Q(kind=kind.upper()) & attended
    return None


def _counts(row: Attendance, feed: str) -> bool:
    return feed in _ABSENCES or row.status in ATTENDED


def _notes(row: Attendance, period: Period) -> list[str]:
    return [
        f"{row.held_on.year} 年" if row.held_on.year != period.year else "",
        row.get_status_display(),
        "主讲" if row.is_lecturer else "",
        row.activity.organization.short_name,
    ]


def _longest_run(member: Member, period: Period) -> list[int]:
    """Return the attendance rows of the run that ``absent_running`` counts (one query)."""
    rows = (
        absences.until_the_end_of(period)
        .filter(member=member)
        .annotate(excused=Case(When(absences.excused(), then=Value(True)), default=Value(False)))
        .order_by(*absences.IN_ORDER)
        .values_list("pk", "held_on", "status", "excused")
    )
    return [one.key for one in longest_run((Seen(*row) for row in rows), period.first_day)]


def _hours_of_members(organization: Organization, period: Period) -> list[Record]:
    """Return each member's hours and target, as they are counted in ``hours_met``."""
    rows = (
        hours.of_classes(period, organization)
        .rows.exclude(member_id__in=Exemption.objects.on(period.last_day).values("member_id"))
        .values_list("member__name", "member_id", "hours", "target")
        .order_by("member__name_pinyin", "member_id")
    )
    return [
        Record(
            when="达标" if done >= target else "未达标",
            title=name,
            note=f"{plain(done)} 学时 · 目标 {plain(target)} 学时",
            url=reverse("member", kwargs={"pk": pk}),
            counts=done >= target,
        )
        for name, pk, done, target in rows
        if target
    ]


def _meetings(organization: Organization, kind: ActivityKind, period: Period) -> list[Evidence]:
    rules = regulations.for_organization(organization, period.last_day)
    rule = rules.get(KINDS[kind].regulation)
    every = PeriodKind(rule.parameters["every"]) if rule else None
    windows = meeting_facts.windows_ending_in(period, every) if every else []
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
        .annotate(
            attended=Count("pk", filter=Q(status__in=ATTENDED)),
            due=Count("pk", filter=Q(status__in=DUE)),
        )
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
