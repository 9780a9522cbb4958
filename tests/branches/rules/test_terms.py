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
