"""Terms of office and their clock."""

import datetime as dt

import pytest

from branches.rules import terms
from branches.rules.terms import Clock, ClockState
from branches.rules.tree import OrganizationKind, OrganizationType

D = dt.date
K, T = OrganizationKind, OrganizationType


@pytest.mark.parametrize(
    ("kind", "type", "years"),
    [
        (K.COMMITTEE, T.ENTERPRISE_OFFICE, 5),
        (K.GENERAL_BRANCH, T.ENTERPRISE_FRONT, 3),
        (K.BRANCH, T.GOVERNMENT, 3),
        (K.BRANCH, T.RURAL, 5),
        (K.GENERAL_BRANCH, T.COMMUNITY, 5),
        (K.GROUP, T.ENTERPRISE_FRONT, None),
        (K.GROUP, T.RURAL, None),
    ],
)
def test_years_of_a_term(kind, type, years):
    assert terms.term_years(kind, type) == years


@pytest.mark.parametrize(
    ("elected", "years", "end"),
    [
        (D(2024, 2, 29), 3, D(2027, 2, 28)),
        (D(2024, 2, 29), 4, D(2028, 2, 29)),
        (D(2023, 12, 31), 3, D(2026, 12, 31)),
        (D(2024, 3, 1), 5, D(2029, 3, 1)),
    ],
)
def test_a_term_ends_on_the_day_of_its_election(elected, years, end):
    assert terms.term_end(elected, years) == end


END = D(2026, 12, 31)


@pytest.mark.parametrize(
    ("extended", "on", "expected"),
    [
        (None, END - dt.timedelta(days=181), Clock(ClockState.RUNNING, 181)),
        (None, END - dt.timedelta(days=180), Clock(ClockState.NEAR, 180)),
        (None, END, Clock(ClockState.NEAR, 0)),
        (None, END + dt.timedelta(days=1), Clock(ClockState.OVERDUE, -1)),
        (D(2027, 6, 30), END + dt.timedelta(days=1), Clock(ClockState.NEAR, 180)),
        (D(2027, 6, 30), D(2027, 7, 1), Clock(ClockState.OVERDUE, -1)),
    ],
)
def test_the_clock_at_its_edges(extended, on, expected):
    assert terms.clock(END, extended, on) == expected


def test_days_late_are_never_negative():
    assert [Clock(ClockState.OVERDUE, -3).days_late, Clock(ClockState.NEAR, 3).days_late] == [3, 0]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (D(2026, 1, 31), 1, D(2026, 2, 28)),
        (D(2028, 1, 31), 1, D(2028, 2, 29)),
        (D(2028, 2, 29), 12, D(2029, 2, 28)),
        (D(2027, 8, 31), 6, D(2028, 2, 29)),
        (D(2026, 12, 31), -6, D(2026, 6, 30)),
        (D(2026, 3, 31), -1, D(2026, 2, 28)),
        (D(2026, 5, 15), 0, D(2026, 5, 15)),
    ],
)
def test_months_later(day, months, expected):
    assert terms.months_later(day, months) == expected


@pytest.mark.parametrize(
    ("ends", "on", "expected"),
    [
        (END, D(2026, 6, 29), None),
        (END, D(2026, 6, 30), 6),  # six months before 31 December
        (END, D(2026, 9, 29), 6),
        (END, D(2026, 9, 30), 3),
        (END, D(2026, 11, 29), 3),
        (END, D(2026, 11, 30), 1),
        (END, D(2027, 1, 1), 1),  # run out
        (D(2028, 2, 29), D(2027, 8, 28), None),
        (D(2028, 2, 29), D(2027, 8, 29), 6),
    ],
)
def test_o9_reminders_come_six_three_and_one_month_before(ends, on, expected):
    assert terms.reminded(ends, on, [6, 3, 1]) == expected


@pytest.mark.parametrize(
    ("ends", "extended", "expected"),
    [
        (END, D(2027, 12, 31), False),  # a year to the day
        (END, D(2028, 1, 1), True),
        (D(2028, 2, 29), D(2029, 2, 28), False),
        (D(2028, 2, 29), D(2029, 3, 1), True),
    ],
)
def test_o10_an_extension_is_generally_a_year_at_most(ends, extended, expected):
    assert terms.is_too_long(ends, extended, 12) is expected
