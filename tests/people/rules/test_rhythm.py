"""Windows of a rhythm and whether a pair was in touch in each of them."""

import datetime as dt
import itertools

import pytest

from people.rules import rhythm
from people.rules.pairs import Rhythm

D = dt.date
W, F, M, Q = Rhythm.WEEK, Rhythm.FORTNIGHT, Rhythm.MONTH, Rhythm.QUARTER
OCTOBER = (D(2026, 10, 1), D(2026, 10, 31))
LONG_AGO = D(2020, 1, 1)


@pytest.mark.parametrize(
    ("each", "first", "last", "expected"),
    [
        # October 2026 begins on a Thursday and ends on a Saturday.
        (W, *OCTOBER, [("10-05", "10-11"), ("10-12", "10-18"), ("10-19", "10-25")]),
        (W, D(2026, 10, 5), D(2026, 10, 11), [("10-05", "10-11")]),
        (W, D(2026, 10, 6), D(2026, 10, 12), []),
        # Fortnights are counted from 3 January 2000: one begins on 5 October 2026.
        (F, *OCTOBER, [("10-05", "10-18")]),
        (F, D(2026, 10, 5), D(2026, 10, 18), [("10-05", "10-18")]),
        (F, D(2026, 10, 5), D(2026, 10, 17), []),
        (M, *OCTOBER, [("10-01", "10-31")]),
        (M, D(2026, 10, 2), D(2026, 11, 30), [("11-01", "11-30")]),
        (M, D(2026, 10, 2), D(2026, 11, 29), []),
        (Q, *OCTOBER, []),
        (Q, D(2026, 7, 1), D(2026, 12, 31), [("07-01", "09-30"), ("10-01", "12-31")]),
        (Q, D(2026, 7, 2), D(2026, 12, 31), [("10-01", "12-31")]),
    ],
)
def test_windows_lie_wholly_inside(each, first, last, expected):
    found = rhythm.windows(each, first, last)

    assert [(f"{w.first_day:%m-%d}", f"{w.last_day:%m-%d}") for w in found] == expected


@pytest.mark.parametrize("each", Rhythm)
def test_windows_follow_each_other_without_a_gap(each):
    found = rhythm.windows(each, D(1999, 1, 1), D(2002, 12, 31))

    assert all(
        after.first_day == before.last_day + dt.timedelta(days=1)
        for before, after in itertools.pairwise(found)
    )
    assert [rhythm.number(each, w.first_day) for w in found] == [
        rhythm.number(each, w.last_day) for w in found
    ]


@pytest.mark.parametrize(
    ("each", "started", "ended", "contacts", "expected"),
    [
        (M, LONG_AGO, None, [D(2026, 10, 1)], True),
        (M, LONG_AGO, None, [D(2026, 10, 31)], True),
        (M, LONG_AGO, None, [D(2026, 9, 30), D(2026, 11, 1)], False),
        (M, D(2026, 10, 1), None, [], False),
        (M, D(2026, 10, 2), None, [], None),  # no whole month of its life in the period
        (M, LONG_AGO, D(2026, 10, 31), [D(2026, 10, 5)], None),  # not in force on the last day
        (M, LONG_AGO, D(2026, 11, 1), [D(2026, 10, 5)], True),
        (M, D(2026, 11, 1), None, [D(2026, 10, 5)], None),
        (W, LONG_AGO, None, [D(2026, 10, 5), D(2026, 10, 18), D(2026, 10, 19)], True),
        (W, LONG_AGO, None, [D(2026, 10, 5), D(2026, 10, 11), D(2026, 10, 25)], False),
        # The days before the first whole week and after the last are nobody's.
        (W, LONG_AGO, None, [D(2026, 10, 1), D(2026, 10, 12), D(2026, 10, 19)], False),
        (W, D(2026, 10, 13), None, [D(2026, 10, 20)], True),
        (W, D(2026, 10, 20), None, [], None),
        (F, LONG_AGO, None, [D(2026, 10, 18)], True),
        (F, LONG_AGO, None, [D(2026, 10, 19)], False),
        (Q, LONG_AGO, None, [D(2026, 10, 26)], None),
    ],
)
def test_a_pair_in_october(each, started, ended, contacts, expected):
    assert rhythm.in_touch([(started, each)], ended, contacts, *OCTOBER) is expected


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [([D(2026, 7, 1), D(2026, 12, 31)], True), ([D(2026, 7, 1), D(2026, 9, 30)], False)],
)
def test_a_quarterly_pair_in_a_half_year(contacts, expected):
    half = (D(2026, 7, 1), D(2026, 12, 31))
    assert rhythm.in_touch([(LONG_AGO, Q)], None, contacts, *half) is expected


@pytest.mark.parametrize(
    ("before", "since", "after", "contacts", "expected"),
    [
        # The month had begun: it is asked for, however late in it the rhythm is loosened.
        (M, D(2026, 10, 2), Q, [D(2026, 10, 31)], True),
        (M, D(2026, 10, 31), Q, [], False),
        (M, D(2026, 11, 1), Q, [], False),
        (M, D(2026, 10, 1), Q, [], None),  # a quarter is no part of a month
        # Weeks to the 18th, of which the last had begun; the next month is not over.
        (W, D(2026, 10, 14), M, [D(2026, 10, 5), D(2026, 10, 18)], True),
        (W, D(2026, 10, 14), M, [D(2026, 10, 5)], False),
        (M, D(2026, 10, 14), W, [D(2026, 10, 20)], True),
        (M, D(2026, 10, 14), W, [D(2026, 10, 1)], False),
    ],
)
def test_a_window_is_of_the_rhythm_that_stood_when_it_began(
    before, since, after, contacts, expected
):
    agreed = [(LONG_AGO, before), (since, after)]
    assert rhythm.in_touch(agreed, None, contacts, *OCTOBER) is expected
