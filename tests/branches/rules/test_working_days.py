"""The working-day clock around 国庆 2026: 1–7 October off, Saturday the 10th worked."""

import datetime as dt

import pytest

from branches.rules.working_days import WorkingCalendar

D = dt.date

OCTOBER = WorkingCalendar(
    days_off=frozenset(D(2026, 10, day) for day in range(1, 8)),
    days_on=frozenset({D(2026, 9, 20), D(2026, 10, 10)}),
)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (D(2026, 9, 20), True),  # Sunday in exchange
        (D(2026, 9, 30), True),
        (D(2026, 10, 1), False),
        (D(2026, 10, 7), False),
        (D(2026, 10, 8), True),
        (D(2026, 10, 10), True),  # Saturday in exchange
        (D(2026, 10, 11), False),
        (D(2026, 10, 17), False),  # an ordinary Saturday
    ],
)
def test_which_days_are_worked(day, is_working):
    assert OCTOBER.is_working(day) is is_working


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (D(2026, 9, 29), 1, D(2026, 9, 30)),
        (D(2026, 9, 30), 1, D(2026, 10, 8)),
        (D(2026, 10, 3), 1, D(2026, 10, 8)),  # started on a day off
        (D(2026, 9, 30), 3, D(2026, 10, 10)),
        (D(2026, 9, 30), 4, D(2026, 10, 12)),
        (D(2026, 9, 30), 5, D(2026, 10, 13)),
        (D(2026, 12, 31), 1, D(2027, 1, 1)),  # unknown holidays are ordinary weekdays
        (D(2028, 2, 28), 1, D(2028, 2, 29)),
    ],
)
def test_the_first_day_never_counts(start, count, expected):
    assert OCTOBER.after(start, count) == expected


@pytest.mark.parametrize("count", [0, -1])
def test_no_deadline_of_no_days(count):
    with pytest.raises(ValueError, match="at least 1"):
        OCTOBER.after(D(2026, 10, 8), count)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (D(2026, 10, 8), D(2026, 10, 8), 0),
        (D(2026, 9, 30), D(2026, 10, 7), 0),
        (D(2026, 9, 30), D(2026, 10, 8), 1),
        (D(2026, 9, 30), D(2026, 10, 11), 3),
        (D(2026, 10, 11), D(2026, 10, 18), 5),
    ],
)
def test_days_between_count_the_end_but_not_the_start(start, end, days):
    assert OCTOBER.between(start, end) == days


@pytest.mark.parametrize("count", range(1, 12))
def test_after_and_between_agree(count):
    start = D(2026, 9, 28)

    assert OCTOBER.between(start, OCTOBER.after(start, count)) == count


def test_a_day_declared_both_ways_is_worked():
    day = D(2026, 10, 10)

    assert WorkingCalendar(frozenset({day}), frozenset({day})).is_working(day)
