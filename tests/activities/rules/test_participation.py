"""Months missed in a row, and who is to be talked to."""

import datetime as dt

import pytest

from activities.rules import participation
from activities.rules.absences import Seen
from activities.rules.participation import Month
from branches.rules.periods import Period

D = dt.date
# One letter a month from January 2026: P came, A absent, L leave, E absent while exempt,
# M both came and was absent, - no meeting.
LETTERS = {
    "P": [("PRESENT", False)],
    "A": [("ABSENT", False)],
    "L": [("LEAVE", False)],
    "E": [("ABSENT", True)],
    "M": [("ABSENT", False), ("ONLINE", False)],
    "-": [],
}


def year(letters):
    return [
        Seen(month, D(2026, month, day), status, excused)
        for month, letter in enumerate(letters, 1)
        for day, (status, excused) in enumerate(LETTERS[letter], 8)
    ]


@pytest.mark.parametrize(
    ("letters", "on", "missed"),
    [
        ("AAAAAA", D(2026, 6, 30), 5),  # June is not over
        ("AAAAAA", D(2026, 7, 1), 6),
        ("PAAAAAA", D(2026, 8, 1), 6),
        ("AAAPAA", D(2026, 7, 1), 2),  # coming ends a row
        ("AAAMAA", D(2026, 7, 1), 2),
        ("AAALAAA", D(2026, 8, 1), 6),  # leave neither ends nor lengthens it
        ("AAAEAAA", D(2026, 8, 1), 6),
        ("AAA-AAA", D(2026, 8, 1), 6),
        ("LLLLLL", D(2026, 7, 1), 0),
        ("EEEEEE", D(2026, 7, 1), 0),
        ("AAAAAAP", D(2026, 7, 31), 0),  # came in the month that is running
        ("", D(2026, 7, 1), 0),
    ],
)
def test_m21_months_without_organised_life(letters, on, missed):
    months = participation.months_of(year(letters))

    assert len(participation.missed_in_a_row(months, on)) == missed


@pytest.mark.parametrize(
    ("missed", "alert", "case"),
    [(0, None, False), (1, None, False), (2, 2, False), (3, 3, False), (4, 3, False),
     (5, 5, False), (6, 6, True), (9, 6, True)],
)  # fmt: skip
def test_m21_alerts_at_two_three_five_and_six_months(missed, alert, case):
    assert participation.alert(missed) == alert
    assert participation.asks_for_a_case(missed) is case


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("E", Month(D(2026, 1, 1), 0, 0)), ("L", Month(D(2026, 1, 1), 0, 0)),
     ("A", Month(D(2026, 1, 1), 0, 1)), ("M", Month(D(2026, 1, 1), 1, 1))],
)  # fmt: skip
def test_m20_the_frail_are_not_counted_absent(letters, expected):
    assert participation.months_of(year(letters)) == [expected]


@pytest.mark.parametrize(
    ("letters", "on", "absences"),
    [("AAA", D(2026, 3, 31), 3), ("AAA", D(2026, 4, 1), 2), ("AMP", D(2026, 3, 31), 2),
     ("EEL", D(2026, 3, 31), 0)],
)  # fmt: skip
def test_m22_absences_of_three_months(letters, on, absences):
    months = participation.months_of(year(letters))

    assert participation.absences_since(months, on, 3) == absences


@pytest.mark.parametrize(
    ("letters", "quarter", "times"),
    [("PAA", "2026Q1", 1), ("AAA", "2026Q1", 0), ("PAAAMP", "2026Q2", 2)],
)
def test_m7_leaders_come_to_their_own_branch(letters, quarter, times):
    months = participation.months_of(year(letters))

    assert participation.took_part(months, Period.parse(quarter)) == times


@pytest.mark.parametrize(
    ("on", "near"), [(D(2026, 2, 28), False), (D(2026, 3, 1), True), (D(2026, 3, 31), True)]
)
def test_m7_is_asked_in_the_last_month_of_the_quarter(on, near):
    assert participation.quarter_near(on) is near
