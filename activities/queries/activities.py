"""Questions about what was planned and held: lists, one record, what is coming."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Count,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from activities import wording
from activities.models import Activity, ActivityCorrection, Attendance
from activities.queries.evidence import evidence, organization_evidence
from activities.rules.attendance import ATTENDED, AttendanceStatus, RollCount
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State
from branches.access import Grants
from branches.models import Organization, User
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope

__all__ = ["evidence", "organization_evidence"]

OVERDUE = "OVERDUE"  # as a filter: held, past the deadline, not closed
COMING = 5
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None and "" leave it as it is."""

    kind: str = ""
    organization: Organization | None = None
    month: Period | None = None
    day: dt.date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    pk: int
    kind: str
    title: str
    held_on: dt.date
    starts_at: dt.time
    place: str
    organization: str
    state: str
    tone: str
    late: str
    roll: RollCount | None

    @property
    def url(self) -> str:
        return reverse("activity", kwargs={"pk": self.pk})


@dataclass(frozen=True, slots=True)
class DayItem:
    """What stands on one day of the calendar: one activity, or several of a kind."""

    day: dt.date
    kind: str
    count: int
    first_pk: int
    unclosed: int


@dataclass(frozen=True, slots=True)
class Coming:
    """One activity that is coming up."""

    pk: int
    held_on: dt.date
    starts_at: dt.time
    title: str
    note: str
    url: str
    when: str


def found(scope: Scope, filters: Filters, on: dt.date) -> QuerySet[Activity]:
    """Return the activities of ``scope`` that pass the filters, latest first."""
    activities = Activity.objects.in_scope(scope).select_related("organization__parent")
    if filters.kind:
        activities = activities.filter(kind=filters.kind)
    if filters.organization is not None:
        path = filters.organization.path
        activities = activities.filter(organization__path__startswith=path)
    if filters.month is not None:
        activities = activities.in_period(filters.month)
    if filters.day is not None:
        activities = activities.filter(held_on=filters.day)
    if filters.state == OVERDUE:
        activities = activities.filter(
            state__in=[State.PLANNED, State.OPEN], held_on__lte=on, record_due_on__lt=on
        )
    elif filters.state:
        activities = activities.filter(state=filters.state)
    return activities


def with_counts(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Add the roll's counts: they are only worked out for the rows that are fetched."""
    return activities.annotate(
        due_n=_on_roll(),
        attended_n=_on_roll(*ATTENDED),
        leave_n=_on_roll(AttendanceStatus.LEAVE),
        absent_n=_on_roll(AttendanceStatus.ABSENT),
    )


def with_corrections(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Add ``corrections_n``: how often a record was opened again after it was closed."""
    made = ActivityCorrection.objects.filter(activity=OuterRef("pk")).order_by()
    counted = made.values("activity").annotate(n=Count("pk")).values("n")
    return activities.annotate(
        corrections_n=Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    )


def rows(activities: Iterable[Activity], on: dt.date) -> list[Row]:
    """Return the lines of a list from activities ``with_counts`` (no query)."""
    return [
        Row(
            pk=activity.pk,
            kind=activity.get_kind_display(),
            title=activity.title,
            held_on=activity.held_on,
            starts_at=activity.starts_at,
            place=activity.place,
            organization=place_name(activity.organization),
            state=activity.get_state_display(),
            tone=wording.STATE_TONES[State(activity.state)],
            late=lateness(activity, on) or ("到期未登记" if is_missed(activity, on) else ""),
            roll=None if activity.is_planned or activity.is_cancelled else roll_count(activity),
        )
        for activity in activities
    ]


def roll_count(activity: Activity) -> RollCount:
    """Return the arithmetic of an activity fetched ``with_counts``."""
    due, attended, leave, absent = (
        getattr(activity, name) for name in ("due_n", "attended_n", "leave_n", "absent_n")
    )
    return RollCount(due, attended, leave, absent, due - attended - leave - absent)


def lateness(activity: Activity, on: dt.date) -> str:
    """Return what is late about a record, "" when nothing is: shown, never hidden."""
    if activity.is_cancelled:
        return ""
    if activity.was_entered_late(timezone.localdate(activity.entered_at)):
        return "补登"
    if activity.filed_at is not None:
        late = timezone.localdate(activity.filed_at) > activity.record_due_on
        return "逾期办结" if late else ""
    return "逾期未办结" if on > activity.record_due_on and on >= activity.held_on else ""


def is_missed(activity: Activity, on: dt.date) -> bool:
    """Return whether the day of a planned activity is over and nothing was recorded of it."""
    return activity.is_planned and activity.held_on < on


def place_name(organization: Organization) -> str:
    """Return the short name; a group's behind that of its branch."""
    if organization.is_group and organization.parent is not None:
        return f"{organization.parent.short_name} {organization.short_name}"
    return organization.short_name


def month_items(scope: Scope, filters: Filters) -> dict[dt.date, list[DayItem]]:
    """Return what stands on each day of ``filters.month`` (one query)."""
    assert filters.month is not None
    counted = (
        found(scope, filters, filters.month.first_day)
        .standing()  # type: ignore[attr-defined]
        .select_related(None)
        .order_by("held_on", "kind")
        .values_list("held_on", "kind")
        .annotate(
            n=Count("pk"), first=Min("pk"), unclosed=Count("pk", filter=~Q(state=State.CLOSED))
        )
    )
    days: dict[dt.date, list[DayItem]] = {}
    for row in counted:
        days.setdefault(row[0], []).append(DayItem(*row))
    return days


def last_of_kind(kind: ActivityKind, organization: Organization, on: dt.date) -> Activity | None:
    """Return the latest of a kind held there by a day, from which the next is prefilled."""
    return (
        Activity.objects.of_kind(kind)
        .filter(organization=organization, state__in=[State.OPEN, State.CLOSED], held_on__lte=on)
        .order_by("-held_on", "-id")
        .prefetch_related("parts")
        .first()
    )


def hosts(kind: ActivityKind, scope: Scope, on: dt.date) -> list[Organization]:
    """Return the organisations of ``scope`` that hold this kind on a day, in tree order."""
    return list(
        Organization.objects.in_scope(scope)
        .of_kind(OrganizationKind(KINDS[kind].held_by))
        .standing_on(on)
        .select_related("parent")
        .order_by("path")
    )


def host_kinds(scope: Scope, on: dt.date) -> set[str]:
    """Return the kinds of organisation there are in ``scope`` on a day (one query)."""
    standing = Organization.objects.in_scope(scope).standing_on(on).order_by()
    return set(standing.values_list("kind", flat=True).distinct())


def coming_up(grants: Grants, on: dt.date, after: dt.time | None = None) -> list[Coming]:
    """Return the next planned activities of the organisations one looks after (one query).

    ``after``: the time of day; what began earlier today is left out.
    """
    scope = grants.scope(Capability.SEE_ACTIVITIES)
    if not scope:
        return []
    planned = (
        Activity.objects.in_scope(scope)
        .filter(state=State.PLANNED, held_on__gte=on)
        .select_related("organization__parent")
        .annotate(due_n=_on_roll())
        .order_by("held_on", "starts_at", "pk")
    )
    if after is not None:
        planned = planned.exclude(held_on=on, starts_at__lt=after)
    return [
        Coming(
            pk=activity.pk,
            held_on=activity.held_on,
            starts_at=activity.starts_at,
            title=activity.title,
            note=f"{place_name(activity.organization)} · {activity.place}"
            + (f" · 应到 {activity.due_n}" if activity.due_n else ""),
            url=reverse("activity", kwargs={"pk": activity.pk}),
            when=_when(activity.held_on, activity.starts_at, on),
        )
        for activity in planned[:COMING]
    ]


def called_to(user: User, on: dt.date, after: dt.time | None = None) -> list[Coming]:
    """Return the next planned activities one is called to oneself (one query).

    ``after``: the time of day; what begins earlier today is left out.
    """
    planned = (
        Attendance.objects.filter(member__user=user, activity__state=State.PLANNED, held_on__gte=on)
        .select_related("activity__organization__parent")
        .order_by("held_on", "activity__starts_at", "pk")
    )
    if after is not None:
        planned = planned.exclude(held_on=on, activity__starts_at__lt=after)
    return [
        Coming(
            pk=row.activity_id,
            held_on=row.held_on,
            starts_at=row.activity.starts_at,
            title=row.activity.title,
            note=f"{place_name(row.activity.organization)} · {row.activity.place}",
            url=reverse("my-activity", kwargs={"pk": row.pk}),
            when=_when(row.held_on, row.activity.starts_at, on),
        )
        for row in planned[:COMING]
    ]


def of_member(user: User) -> QuerySet[Attendance]:
    """Return what somebody was called to, latest first; cancelled activities are left out."""
    return (
        Attendance.objects.filter(member__user=user)
        .exclude(activity__state=State.CANCELLED)
        .select_related("activity__organization__parent")
        .order_by("-held_on", "-activity__starts_at", "-pk")
    )


def _when(day: dt.date, starts_at: dt.time, on: dt.date) -> str:
    ahead = (day - on).days
    if ahead == 0:
        return f"今天 {starts_at:%H:%M}"
    if ahead < 7:
        return f"{WEEKDAYS[day.weekday()]} {starts_at:%H:%M}"
    return f"{day.month}月{day.day}日"


def _on_roll(*statuses: str) -> Coalesce:
    rows = Attendance.objects.filter(activity=OuterRef("pk"))
    if statuses:
        rows = rows.filter(status__in=statuses)
    counted = rows.order_by().values("activity").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
