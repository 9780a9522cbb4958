"""Which meetings branches held of those that came due: the rhythm of the regulations, in SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, ExtractYear, TruncMonth, TruncQuarter, TruncYear
from django.db.models.lookups import GreaterThanOrEqual

from activities.models import Activity
from activities.rules.kinds import KINDS, ActivityKind
from branches.facts import FactSource
from branches.models import Organization
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from branches.rules.tree import OrganizationKind
from members.queries import rolls

# feed → kind of meeting; what is due comes from the kind's rhythm.
FEEDS = {
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


def counted(period: Period, meetings: dict[str, ActivityKind], within: Organization) -> FactSource:
    """Return the windows held ÷ windows due of some feeds of ``FEEDS`` for every branch below."""
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


def windows_ending_in(period: Period, every: PeriodKind) -> list[Period]:
    """Return the windows of a rhythm that come to their end within ``period``."""
    window = Period.containing(period.first_day, every)
    found = []
    while window.end <= period.end:
        found.append(window)
        window = window.next
    return found


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


def _one_number(rows: QuerySet[Any], aggregate: Aggregate) -> Coalesce:
    """Return the aggregate over correlated ``rows`` as one expression, 0 when there are none."""
    grouped = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(_n=aggregate)
    return Coalesce(Subquery(grouped.values("_n"), output_field=IntegerField()), Value(0))
