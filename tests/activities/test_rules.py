"""What a clerk could work out on paper: states, rolls, deadlines, rhythms."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from activities import wording
from activities.rules import attendance, rhythm
from activities.rules.attendance import RollCount
from activities.rules.kinds import ActivityKind
from activities.rules.progress import ACTIVITY, State, Step, is_late_entry
from activities.rules.rhythm import Asked
from activities.rules.search import search_keys
from branches.rules.periods import PeriodKind
from branches.rules.workflow import StepNotAllowed

D = dt.date


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize(
    ("state", "after"),
    [
        (State.PLANNED, {"TAKE_ROLL": "OPEN", "EDIT": "PLANNED", "CLOSE": "CLOSED",
                         "CANCEL": "CANCELLED"}),
        (State.OPEN, {"TAKE_ROLL": "OPEN", "EDIT": "OPEN", "CLOSE": "CLOSED",
                      "CANCEL": "CANCELLED"}),
        (State.CLOSED, {"REOPEN": "OPEN"}),
        (State.CANCELLED, {}),
    ],
)  # fmt: skip
def test_the_table_of_steps(state, after, step):
    if step in after:
        assert ACTIVITY.after(state, step) == after[step]
    else:
        with pytest.raises(StepNotAllowed):
            ACTIVITY.after(state, step)


@pytest.mark.parametrize(
    ("statuses", "expected", "rate"),
    [
        ([], RollCount(0, 0, 0, 0, 0), "1.0000"),
        (["PRESENT", "LATE", "ONLINE"], RollCount(3, 3, 0, 0, 0), "1.0000"),
        (["PRESENT", "LEAVE", "ABSENT"], RollCount(3, 1, 1, 1, 0), "0.5000"),
        (["LEAVE", "LEAVE"], RollCount(2, 0, 2, 0, 0), "1.0000"),  # nobody was due
        (["PRESENT", "UNMARKED"], RollCount(2, 1, 0, 0, 1), "0.5000"),
        (["PRESENT", "PRESENT", "ABSENT"], RollCount(3, 2, 0, 1, 0), "0.6667"),
        (["PRESENT"] + ["ABSENT"] * 7, RollCount(8, 1, 0, 7, 0), "0.1250"),
    ],
)
def test_the_arithmetic_of_a_roll(statuses, expected, rate):
    count = attendance.count(statuses)

    assert count == expected
    assert count.rate == Decimal(rate)


def test_more_present_than_due_is_refused():
    with pytest.raises(ValueError, match="more attended than due"):
        attendance.attendance_rate(attended=2, due=1)


@pytest.mark.parametrize(
    ("held", "entered", "due", "late"),
    [
        (D(2026, 10, 20), D(2026, 10, 23), D(2026, 10, 23), False),  # on the last day
        (D(2026, 10, 20), D(2026, 10, 24), D(2026, 10, 23), True),
        (D(2026, 10, 20), D(2026, 10, 1), D(2026, 10, 23), False),  # entered as a plan
        (D(2028, 2, 29), D(2028, 3, 3), D(2028, 3, 3), False),
        (D(2028, 2, 29), D(2028, 3, 4), D(2028, 3, 3), True),
        (D(2025, 12, 31), D(2026, 1, 7), D(2026, 1, 6), True),
    ],
)
def test_late_entry(held, entered, due, late):
    assert is_late_entry(held_on=held, entered_on=entered, record_due_on=due) is late


MONTH = Asked(PeriodKind.MONTH)
QUARTER = Asked(PeriodKind.QUARTER)
FROM_DAY_60 = Asked(PeriodKind.QUARTER, warn_from_day=60)
YEAR = Asked(PeriodKind.YEAR)
ALWAYS = D(2000, 7, 1)


@pytest.mark.parametrize(
    ("on", "asked", "held_on", "since", "expected"),
    [
        # A month is named from its first day, with two months back.
        (D(2026, 3, 31), MONTH, [], ALWAYS, ["2026-01", "2026-02", "2026-03"]),
        (D(2026, 4, 1), MONTH, [], ALWAYS, ["2026-02", "2026-03", "2026-04"]),
        (D(2026, 3, 1), MONTH, [D(2026, 2, 28)], ALWAYS, ["2026-01", "2026-03"]),
        (D(2028, 3, 1), MONTH, [D(2028, 2, 29)], ALWAYS, ["2028-01", "2028-03"]),
        # The last day of one month does not serve the next.
        (D(2026, 4, 30), MONTH, [D(2026, 3, 31), D(2026, 2, 2)], ALWAYS, ["2026-04"]),
        # What is still to come has not been held.
        (D(2026, 4, 10), MONTH, [D(2026, 4, 11), D(2026, 3, 1), D(2026, 2, 1)], ALWAYS,
         ["2026-04"]),
        # A founding in the middle: the broken month is not held against it.
        (D(2026, 4, 10), MONTH, [], D(2026, 3, 15), ["2026-04"]),
        (D(2026, 4, 10), MONTH, [], D(2026, 3, 1), ["2026-03", "2026-04"]),
        # A quarter is named from its third month, or from its 60th day.
        (D(2026, 2, 28), QUARTER, [], D(2026, 1, 1), []),
        (D(2026, 3, 1), QUARTER, [], D(2026, 1, 1), ["2026Q1"]),
        (D(2026, 2, 28), FROM_DAY_60, [], D(2026, 1, 1), []),  # day 59
        (D(2026, 3, 1), FROM_DAY_60, [], D(2026, 1, 1), ["2026Q1"]),  # day 60
        (D(2028, 2, 29), FROM_DAY_60, [], D(2028, 1, 1), ["2028Q1"]),  # day 60 of a leap year
        (D(2026, 3, 31), FROM_DAY_60, [D(2026, 1, 1)], D(2026, 1, 1), []),
        (D(2026, 4, 1), FROM_DAY_60, [], D(2026, 1, 1), ["2026Q1"]),
        (D(2026, 5, 29), FROM_DAY_60, [], D(2026, 4, 1), []),
        (D(2026, 5, 30), FROM_DAY_60, [], D(2026, 4, 1), ["2026Q2"]),
        # What ended more than 92 days ago is no longer named.
        (D(2026, 7, 1), QUARTER, [], D(2026, 1, 1), ["2026Q1", "2026Q2"]),
        (D(2026, 7, 2), QUARTER, [], D(2026, 1, 1), ["2026Q2"]),
        # A year is named from October.
        (D(2026, 9, 30), YEAR, [], ALWAYS, []),
        (D(2026, 10, 1), YEAR, [], ALWAYS, ["2026"]),
        (D(2027, 1, 1), YEAR, [], ALWAYS, ["2026"]),
        # Twice asked, once held.
        (D(2026, 4, 30), Asked(PeriodKind.MONTH, 2), [D(2026, 4, 1)], D(2026, 4, 1), ["2026-04"]),
    ],
)  # fmt: skip
def test_what_is_owed_on_a_day(on, asked, held_on, since, expected):
    found = rhythm.owed(on=on, asked=asked, held_on=held_on, since=since)

    assert [str(owed.window) for owed in found] == expected


@pytest.mark.parametrize(
    ("kind", "day", "title"),
    [
        (ActivityKind.THEME_DAY, D(2026, 11, 30), "11月主题党日"),
        (ActivityKind.ASSEMBLY, D(2026, 10, 1), "四季度党员大会"),
        (ActivityKind.LECTURE, D(2026, 3, 31), "一季度党课"),
        (ActivityKind.ORGANIZATION_LIFE, D(2026, 12, 31), "2026年度组织生活会"),
        (ActivityKind.STUDY, D(2026, 2, 28), "2月集中学习"),
    ],
)
def test_the_usual_title(kind, day, title):
    assert wording.usual_title(kind, day) == title


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("zhou1.08周 lan2.12岚", "zhoulan zl"),
        ("zeng1.12曾 a1.07阿 b", "zengab zab"),
        ("~.06䶮", ""),
        ("", ""),
    ],
)
def test_a_roll_is_searched_by_pinyin_and_initials(key, expected):
    assert search_keys(key) == expected
