"""Which days are proposed for a plan, and where a day of the last plan goes."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.rules import plans
from activities.rules.kinds import ActivityKind
from branches.rules.periods import Period, PeriodKind
from branches.rules.working_days import WorkingCalendar

CALENDAR = WorkingCalendar(
    frozenset(dt.date(2026, 10, day) for day in range(1, 8)), frozenset({dt.date(2026, 10, 10)})
)


@pytest.mark.parametrize(
    ("day", "old", "new", "expected"),
    [
        ("2025-11-05", "2025", "2026", "2026-11-05"),
        ("2028-02-29", "2028", "2029", "2029-02-28"),
        ("2027-02-28", "2027", "2028", "2028-02-28"),
        ("2026-08-31", "2026Q3", "2026Q4", "2026-11-30"),
        ("2026-10-15", "2026Q4", "2027Q1", "2027-01-15"),
        ("2026-01-31", "2026-01", "2026-02", "2026-02-28"),
        ("2026-12-05", "2026-12", "2027-01", "2027-01-05"),
    ],
)
def test_a_day_of_the_last_plan_moves_with_it(day, old, new, expected):
    moved = plans.shifted(dt.date.fromisoformat(day), Period.parse(old), Period.parse(new))

    assert str(moved) == expected


@pytest.mark.parametrize(
    ("kind", "window", "count", "expected"),
    [
        (ActivityKind.THEME_DAY, "2026-11", 1, ["2026-11-10"]),
        (ActivityKind.THEME_DAY, "2026-10", 1, ["2026-10-10"]),  # a Saturday worked in exchange
        (ActivityKind.COMMITTEE, "2026-10", 1, ["2026-10-08"]),  # the holiday lasts to the 7th
        (ActivityKind.ASSEMBLY, "2026Q4", 1, ["2026-12-21"]),  # the 20th is a Sunday
        (ActivityKind.LECTURE, "2026Q4", 1, ["2026-11-16"]),  # the month in the middle
        (ActivityKind.ORGANIZATION_LIFE, "2026", 1, ["2026-12-10"]),
        (ActivityKind.ASSEMBLY, "2026", 4,
         ["2026-03-20", "2026-06-22", "2026-09-21", "2026-12-21"]),
        (ActivityKind.THEME_DAY, "2026-11", 2, ["2026-11-02", "2026-11-16"]),
    ],
)  # fmt: skip
def test_the_day_that_is_proposed_is_worked(kind, window, count, expected):
    found = plans.proposed_days(kind, Period.parse(window), count, CALENDAR)

    assert [str(day) for day in found] == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-11-10", "2026-11-10"),
        ("2026-11-11", "2026-11-12"),
        ("2026-11-27", "2026-11-30"),
        ("2026-11-30", "2026-11-30"),  # nothing worked is left after it
    ],
)
def test_a_proposal_is_not_in_the_past(on, expected):
    window = Period.parse("2026-11")
    found = plans.still_open(dt.date(2026, 11, 10), window, dt.date.fromisoformat(on), CALENDAR)

    assert str(found) == expected


@pytest.mark.parametrize(
    ("period", "every", "windows"),
    [
        ("2026", PeriodKind.QUARTER, ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]),
        ("2026Q4", PeriodKind.MONTH, ["2026-10", "2026-11", "2026-12"]),
        ("2026-11", PeriodKind.QUARTER, ["2026Q4"]),
        ("2026Q4", PeriodKind.YEAR, ["2026"]),
    ],
)
def test_the_windows_that_reach_into_a_period(period, every, windows):
    found = plans.windows_in(Period.parse(period), every)

    assert [str(window) for window in found] == windows
