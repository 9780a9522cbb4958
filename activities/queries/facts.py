"""What this app counts for schemes: attendance of members, meetings of branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, ExtractYear, TruncMonth, TruncQuarter, TruncYear
from django.db.models.lookups import GreaterThanOrEqual

from activities.models import Activity, Attendance
from activities.queries import absences, hours
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State
from branches.facts import FactSource
from branches.models import Organization
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from branches.rules.tree import OrganizationKind
from members.queries import rolls

ATTENDED_PREFIX = "attended."
# What this app counts, by what is rated; the rest of the catalogue waits for its own apps.
MEMBER_FEEDS = frozenset(
    {
        "attendance",
        "absent_without_cause",
        "absent_running",
        "absent_as_secretary",
        "lectures_given",
        *hours.MEMBER_FEEDS,
    }
)
_DUE = ~Q(status__in=[AttendanceStatus.LEAVE, AttendanceStatus.UNMARKED])

# feed → kind of meeting; what is due comes from the kind's rhythm.
_MEETINGS = {
    "assembly_held": ActivityKind.ASSEMBLY,
    "committee_held": ActivityKind.COMMITTEE,
    "group_meeting_held": ActivityKind.GROUP_MEETING,
    "lecture_held": ActivityKind.LECTURE,
    "theme_day_held": ActivityKind.THEME_DAY,
}


def _half_year(column: str) -> CombinedExpression:
    """Return a number of the half-year of a date; PostgreSQL cannot truncate to one."""
    half = Case(When(**{f"{column}__month__lte": 6}, then=Value(0)), default=Value(1))
    return ExtractYear(column) * 2 + half


_TRUNCATE: dict[PeriodKind, Callable[[str], Any]] = {
    PeriodKind.MONTH: TruncMonth,
    PeriodKind.QUARTER: TruncQuarter,
    PeriodKind.HALF_YEAR: _half_year,
    PeriodKind.YEAR: TruncYear,
}


def counts(target: str, feed: str) -> bool:
    """Return whether this app counts a feed of schemes for ``member`` or ``organization``."""
    if target == "organization":
        return feed in _MEETINGS or feed in ("attendance", "records_on_time", "hours_met")
    kind = feed.removeprefix(ATTENDED_PREFIX)
    return feed in MEMBER_FEEDS or (kind != feed and kind.upper() in KINDS)


def member_facts(period: Period, feeds: frozenset[str], within: Organization) -> list[FactSource]:
    """Return what the members below ``within`` did in ``period``.

    Feeds: ``attendance`` (attended ÷ due, approved leave is not due),
    ``absent_without_cause``, ``lectures_given`` and ``attended.<kind>`` (kind in lower case);
    ``absent_running`` and ``absent_as_secretary`` (``queries.absences``); ``hours`` and
    ``service_hours`` (``queries.hours``). Only closed activities count, wherever they were held.
    """
    sources = []
    attendance = _attendance_facts(period, feeds)
    if attendance.feeds:
        sources.append(attendance)
    if "absent_running" in feeds:
        sources.append(absences.running(period))
    if "absent_as_secretary" in feeds:
        sources.append(absences.as_secretary(period))
    if "service_hours" in feeds:
        sources.append(hours.of_service(period))
    if "hours" in feeds:
        sources.append(hours.of_classes(period, within))
    return sources


def organization_facts(
    period: Period, feeds: frozenset[str], within: Organization
) -> list[FactSource]:
    """Return what the branches below ``within`` held and owed in ``period``.

    Feeds: ``<kind>_held`` (windows of the regulation's rhythm in which at least one was held
    ÷ windows that end in the period; group meetings per group), ``attendance`` (present ÷
    due person-times), ``records_on_time`` (closed by the deadline ÷ held), ``hours_met``
    (members who reached their hours ÷ members not exempt).
    """
    sources = []
    meetings = {feed: kind for feed, kind in _MEETINGS.items() if feed in feeds}
    if meetings:
        sources.append(_meeting_facts(period, meetings, within))
    if "records_on_time" in feeds:
        sources.append(_record_facts(period, within))
    if "attendance" in feeds:
        rows = (
            Attendance.objects.in_period(period)
            .filter(is_counted=True, branch__path__startswith=within.path)
            .order_by()
            .values("branch_id")
            .annotate(
                attended=Count("pk", filter=Q(status__in=ATTENDED)),
                due=Count("pk", filter=_DUE),
            )
        )
        sources.append(FactSource(rows, "branch_id", {"attendance": ("attended", "due")}))
    if "hours_met" in feeds:
        sources.append(hours.organization_facts(period, within))
    return sources


def windows_ending_in(period: Period, every: PeriodKind) -> list[Period]:
    """Return the windows of a rhythm that come to their end within ``period``."""
    window = Period.containing(period.first_day, every)
    found = []
    while window.end <= period.end:
        found.append(window)
        window = window.next
    return found


def _attendance_facts(period: Period, feeds: frozenset[str]) -> FactSource:
    """Return the counts of attendance, in one pass over the period's rows."""
    attended = Q(status__in=ATTENDED)
    counted: dict[str, Q] = {}
    columns: dict[str, tuple[str, str | None]] = {}
    if "attendance" in feeds:
        counted |= {"attended": attended, "due": _DUE}
        columns["attendance"] = ("attended", "due")
    if "absent_without_cause" in feeds:
        counted["absent"] = Q(status=AttendanceStatus.ABSENT)
        columns["absent_without_cause"] = ("absent", None)
    if "lectures_given" in feeds:
        counted["lectures"] = Q(is_lecturer=True) & attended
        columns["lectures_given"] = ("lectures", None)
    for feed in sorted(feeds):
        kind = feed.removeprefix(ATTENDED_PREFIX)
        if kind != feed and kind.upper() in KINDS:
            counted[f"attended_{kind}"] = Q(kind=kind.upper()) & attended
            columns[feed] = (f"attended_{kind}", None)
    rows = (
        Attendance.objects.in_period(period)
        .filter(is_counted=True)
        .order_by()
        .values("member_id")
        .annotate(**{name: Count("pk", filter=which) for name, which in counted.items()})
    )
    return FactSource(rows, "member_id", columns)


def _meeting_facts(
    period: Period, meetings: dict[str, ActivityKind], within: Organization
) -> FactSource:
    columns: dict[str, Any] = {}
    feeds: dict[str, tuple[str, str | None]] = {}
    # One book for all that one committee rates: its own.
    rules = regulations.for_organization(within, period.last_day)
    for feed, kind in meetings.items():
        every = KINDS[kind].every
        assert every is not None  # only kinds with a rhythm are listed above
        rule = rules.get(KINDS[kind].regulation)
        if rule is not None:
            every = PeriodKind(rule.parameters["every"])
        windows = windows_ending_in(period, every)
        held, due = f"{feed}_n", f"{feed}_due"
        feeds[feed] = (held, due)
        if not windows or rule is None:  # nothing comes due in this period
            columns |= {held: Value(0), due: Value(0)}
        elif kind is ActivityKind.GROUP_MEETING:
            columns |= _of_groups(held, due, windows, every, period)
        else:
            columns[held] = _windows_held(kind, windows, every, OuterRef("pk"))
            columns[due] = Value(len(windows))
            if kind is ActivityKind.COMMITTEE:
                small = rules.get("O8")
                least = small.parameters["committee_from"] if small else 0
                columns[due] = _due_with_committee(len(windows), period, least)
    rows = (
        Organization.objects.subtree_of(within)
        .of_kind(OrganizationKind.BRANCH)
        .order_by()
        .values("id")
        .annotate(**columns)
    )
    return FactSource(rows, "id", feeds)


def _windows_held(
    kind: ActivityKind, windows: list[Period], every: PeriodKind, organization: Any
) -> Coalesce:
    held = (
        Activity.objects.closed()
        .of_kind(kind)
        .filter(
            organization=organization,
            held_on__gte=windows[0].first_day,
            held_on__lt=windows[-1].end,
        )
    )
    return _one_number(held, Count(_TRUNCATE[every]("held_on"), distinct=True))


def _of_groups(
    held: str, due: str, windows: list[Period], every: PeriodKind, period: Period
) -> dict[str, Any]:
    groups = (
        Organization.objects.of_kind(OrganizationKind.GROUP)
        .standing_on(period.last_day)
        .filter(parent=OuterRef("pk"))
    )
    each = _windows_held(ActivityKind.GROUP_MEETING, windows, every, OuterRef("pk"))
    return {
        held: _one_number(groups.annotate(windows_held=each), Sum("windows_held")),
        due: _one_number(groups, Count("pk")) * Value(len(windows)),
    }


def _due_with_committee(windows: int, period: Period, least: int) -> Case:
    """A branch with fewer full members than ``least`` (O8) has no committee: nothing is due."""
    members = rolls.full_members(period.last_day).filter(branch=OuterRef("pk"))
    return Case(
        When(GreaterThanOrEqual(_one_number(members, Count("pk")), least), then=Value(windows)),
        default=Value(0),
    )


def _record_facts(period: Period, within: Organization) -> FactSource:
    """Return records closed by their deadline ÷ meetings held, those of groups with the branch."""
    of_group = Q(organization__kind=OrganizationKind.GROUP)
    rows = (
        Activity.objects.standing()
        .in_period(period)
        .filter(organization__path__startswith=within.path)
        .annotate(filed=Coalesce("first_closed_at", "closed_at"))
        .order_by()
        .values(
            recorded_for=Case(
                When(of_group, then=F("organization__parent_id")), default=F("organization_id")
            )
        )
        .annotate(
            held=Count("pk"),
            on_time=Count("pk", filter=Q(state=State.CLOSED, filed__date__lte=F("record_due_on"))),
        )
    )
    return FactSource(rows, "recorded_for", {"records_on_time": ("on_time", "held")})


def _one_number(rows: QuerySet[Any], aggregate: Aggregate) -> Coalesce:
    """Return the aggregate over correlated ``rows`` as one expression, 0 when there are none."""
    grouped = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(_n=aggregate)
    return Coalesce(Subquery(grouped.values("_n"), output_field=IntegerField()), Value(0))
