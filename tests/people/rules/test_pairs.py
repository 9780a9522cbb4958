"""Rhythm, load, proposals, the drawing of the map."""

from __future__ import annotations

import datetime as dt

import pytest

from people.rules import pair_chart
from people.rules.pair_chart import Link
from people.rules.pairs import (
    PairKind,
    Person,
    Proposal,
    Rhythm,
    Terms,
    due_by,
    is_over,
    may_enter,
    propose,
    terms_of,
)

D = dt.date
ON = D(2026, 10, 20)

# (last contact, rhythm, the last day for the next): also what the database is held to.
LAST_DAYS = [
    (D(2026, 10, 1), Rhythm.WEEK, D(2026, 10, 8)),
    (D(2026, 12, 28), Rhythm.WEEK, D(2027, 1, 4)),
    (D(2026, 10, 1), Rhythm.FORTNIGHT, D(2026, 10, 15)),
    (D(2026, 10, 1), Rhythm.MONTH, D(2026, 11, 1)),
    (D(2026, 1, 31), Rhythm.MONTH, D(2026, 2, 28)),
    (D(2024, 1, 31), Rhythm.MONTH, D(2024, 2, 29)),
    (D(2026, 12, 15), Rhythm.MONTH, D(2027, 1, 15)),
    (D(2026, 11, 30), Rhythm.QUARTER, D(2027, 2, 28)),
    (D(2026, 1, 15), Rhythm.QUARTER, D(2026, 4, 15)),
]


@pytest.mark.parametrize(("last", "rhythm", "day"), LAST_DAYS)
def test_the_last_day_for_the_next_contact(last, rhythm, day):
    assert due_by(last, rhythm) == day


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, Terms(1, 3, 10)),
        ({"least": 2, "most": 5, "households": 15}, Terms(2, 5, 15)),
        ({"most": 0}, Terms(1, 1, 10)),
        ({"least": 4, "most": 2}, Terms(4, 4, 10)),
        ({"households": -1}, Terms(1, 3, 0)),
    ],
)
def test_the_terms_of_a_rule(parameters, expected):
    assert terms_of(parameters) == expected


@pytest.mark.parametrize(("people", "over"), [(0, False), (3, False), (4, True)])
def test_more_than_three_are_too_many(people, over):
    assert is_over(people, Terms()) is over


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (D(2026, 10, 21), "晚于今天"),
        (ON, ""),
        (D(2026, 9, 19), ""),
        (D(2026, 9, 18), "31 天以内"),
    ],
)
def test_a_contact_may_be_written_down_for_a_month(day, said):
    slip = may_enter(day, pair_from=D(2026, 1, 1), ended_on=None, today=ON)

    assert (said in slip) and (bool(slip) == bool(said))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (D(2026, 10, 4), "早于结对日期"),
        (D(2026, 10, 5), ""),
        (D(2026, 10, 14), ""),
        (D(2026, 10, 15), "已经结束"),
    ],
)
def test_a_contact_lies_in_the_life_of_the_pair(day, said):
    slip = may_enter(day, pair_from=D(2026, 10, 5), ended_on=D(2026, 10, 15), today=ON)

    assert (said in slip) and (bool(slip) == bool(said))


# Proposals


@pytest.mark.parametrize(
    ("old_from", "new_from", "count"),
    [
        (D(2016, 10, 20), D(2022, 10, 21), 1),
        (D(2016, 10, 21), D(2026, 1, 1), 0),  # ten years but a day
        (D(2006, 1, 1), D(2022, 10, 20), 0),  # four years to the day
        (D(2006, 1, 1), D(2022, 10, 21), 1),
        (None, D(2026, 1, 1), 0),
        (D(2006, 1, 1), None, 0),
    ],
)
def test_ten_years_go_with_three(old_from, new_from, count):
    people = [Person(1, old_from), Person(2, new_from)]

    assert propose(people, ON, Terms()) == [Proposal(PairKind.OLD_NEW, 1, 2)][:count]


def test_who_is_on_probation_is_new_whatever_the_dates():
    people = [Person(1, D(2006, 1, 1)), Person(2, None, is_probationary=True)]

    assert propose(people, ON, Terms()) == [Proposal(PairKind.OLD_NEW, 1, 2)]


@pytest.mark.parametrize(
    ("high", "low", "count"),
    [
        ("BACHELOR", "SENIOR", 1), ("MASTER", "JUNIOR", 1), ("DOCTOR", "JUNIOR", 1),
        ("COLLEGE", "JUNIOR", 0), ("BACHELOR", "COLLEGE", 0), ("BACHELOR", "", 0),
    ],
)  # fmt: skip
def test_a_degree_goes_with_school(high, low, count):
    people = [Person(1, education=high), Person(2, education=low)]

    assert propose(people, ON, Terms()) == [Proposal(PairKind.EDUCATION, 1, 2)][:count]


OLD = D(2000, 1, 1)
NEW = D(2025, 1, 1)


@pytest.mark.parametrize(
    ("helpers", "chosen"),
    [
        ([Person(1, OLD), Person(2, OLD)], 1),  # the order given
        ([Person(1, OLD, people=1), Person(2, OLD)], 2),  # who answers for fewer
        ([Person(1, OLD), Person(2, OLD, group=7, people=2)], 2),  # the own group first
        ([Person(1, OLD, people=2), Person(2, OLD, group=7, people=3)], 1),  # but nobody with three
        ([Person(1, OLD, people=3)], None),
    ],
)
def test_who_is_proposed_to_help(helpers, chosen):
    found = propose([*helpers, Person(9, NEW, group=7)], ON, Terms())

    assert [each.helper for each in found] == ([] if chosen is None else [chosen])


def test_the_load_is_shared_and_nobody_is_proposed_twice():
    people = [Person(1, OLD), Person(2, OLD), Person(3, NEW), Person(4, NEW), Person(5, NEW)]

    found = propose(people, ON, Terms(), helped={PairKind.OLD_NEW: {4}})

    assert found == [
        Proposal(PairKind.OLD_NEW, 1, 3),
        Proposal(PairKind.OLD_NEW, 2, 5),
    ]


# The drawing


def test_names_keep_their_distance_and_lines_reach_them():
    links = [
        Link("1", "甲", "a", "子"),
        Link("1", "甲", "b", "丑", "warn"),
        Link("2", "乙", "c", "寅"),
    ]

    drawing = pair_chart.draw(links, frozenset({"1"}))

    assert [(name.text, name.y, name.is_over) for name in drawing.helpers] == [
        ("甲", 22, True), ("乙", 82, False),
    ]  # fmt: skip
    assert [(name.text, name.y) for name in drawing.helped] == [("子", 22), ("丑", 52), ("寅", 82)]
    assert [line.tone for line in drawing.lines] == ["", "warn", ""]
    assert drawing.lines[1].path == "M228 22C360 22 360 52 492 52"
    assert drawing.height == 104


@pytest.mark.parametrize(
    ("links", "height"),
    [
        ([], 44),
        ([Link("1", "甲", "a", "子")], 44),
        ([Link(str(n), "甲", "a", "子") for n in range(3)], 104),
    ],
)
def test_the_drawing_is_as_high_as_its_longer_side(links, height):
    assert pair_chart.draw(links).height == height
