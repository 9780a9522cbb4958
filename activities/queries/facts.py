"""What this app counts for schemes: attendance of members, meetings of branches."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q

from activities.models import Attendance
from activities.queries import absences, hours, meeting_facts, work_facts
from activities.rules.attendance import ATTENDED, DUE, AttendanceStatus
from activities.rules.kinds import KINDS
from branches.facts import FactSource
from branches.models import Organization
from branches.rules.periods import Period

ATTENDED_PREFIX = "attended."
# What this app counts, by what is rated; the rest of the catalogue waits for its own apps.
MEMBER_FEEDS = frozenset(
    {
        "attendance",
        "absent_without_cause",
        "absent_running",
        "absent_as_secretary",
        "lectures_given",
        "duties_served",
        *hours.MEMBER_FEEDS,
    }
)
_ORGANIZATION_FEEDS = frozenset({"attendance", "records_on_time", "hours_met", "problems_closed"})


def counts(target: str, feed: str) -> bool:
    """Return whether this app counts a feed of schemes for ``member`` or ``organization``."""
    if target == "organization":
        return feed in meeting_facts.FEEDS or feed in _ORGANIZATION_FEEDS
    kind = feed.removeprefix(ATTENDED_PREFIX)
    return feed in MEMBER_FEEDS or (kind != feed and kind.upper() in KINDS)


def member_facts(
    period: Period, feeds: frozenset[str], within: Organization, *, on: dt.date | None = None
) -> list[FactSource]:
    """Return what the members below ``within`` did in ``period``.

    Feeds: ``attendance`` (attended ÷ due, approved leave is not due),
    ``absent_without_cause``, ``lectures_given`` and ``attended.<kind>`` (kind in lower case);
    ``absent_running`` and ``absent_as_secretary`` (``queries.absences``); ``hours`` and
    ``service_hours`` (``queries.hours``); ``duties_served``, days on duty (``queries.work_facts``).
    Only closed activities count, wherever they were held.

    :param on: the day of counting, for what is planned ahead (duty); None for the whole period.
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
    if "duties_served" in feeds:
        sources.append(work_facts.shifts(period, on))
    return sources


def organization_facts(
    period: Period, feeds: frozenset[str], within: Organization
) -> list[FactSource]:
    """Return what the branches below ``within`` held and owed in ``period``.

    Feeds: ``<kind>_held`` (windows of the regulation's rhythm in which at least one was held
    ÷ windows that end in the period; group meetings per group), ``attendance`` (present ÷
    due person-times), ``records_on_time`` (closed by the deadline ÷ held), ``hours_met``
    (members who reached their hours ÷ members not exempt), ``problems_closed`` (closed by the
    day set ÷ with such a day in the period).
    """
    sources = []
    meetings = {feed: kind for feed, kind in meeting_facts.FEEDS.items() if feed in feeds}
    if meetings:
        sources.append(meeting_facts.counted(period, meetings, within))
    if "records_on_time" in feeds:
        sources.append(work_facts.records(period, within))
    if "attendance" in feeds:
        rows = (
            Attendance.objects.in_period(period)
            .filter(is_counted=True, branch__path__startswith=within.path)
            .order_by()
            .values("branch_id")
            .annotate(
                attended=Count("pk", filter=Q(status__in=ATTENDED)),
                due=Count("pk", filter=Q(status__in=DUE)),
            )
        )
        sources.append(FactSource(rows, "branch_id", {"attendance": ("attended", "due")}))
    if "hours_met" in feeds:
        sources.append(hours.organization_facts(period, within))
    if "problems_closed" in feeds:
        sources.append(work_facts.problems(period, within))
    return sources


def _attendance_facts(period: Period, feeds: frozenset[str]) -> FactSource:
    """Return the counts of attendance, in one pass over the period's rows."""
    attended = Q(status__in=ATTENDED)
    counted: dict[str, Q] = {}
    columns: dict[str, tuple[str, str | None]] = {}
    if "attendance" in feeds:
        counted |= {"attended": attended, "due": Q(status__in=DUE)}
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
