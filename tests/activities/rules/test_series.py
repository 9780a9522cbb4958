"""When fixed days fall, which of them are still to be planned, and when their tasks are due."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.rules import series
from activities.rules.series import Rhythm
from branches.rules.working_days import WorkingCalendar

# 2026: the Spring Festival from 15 to 23 February, 14 and 28 February worked in exchange;
# the National Day from 1 to 7 October, 20 September and 10 October worked in exchange.
CALENDAR = WorkingCalendar(
    frozenset(
        dt.date(2026, 2, day) for day in range(15, 24)
    ) | frozenset(dt.date(2026, 10, day) for day in range(1, 8)),
    frozenset(
        {dt.date(2026, 2, 14), dt.date(2026, 2, 28), dt.date(2026, 9, 20), dt.date(2026, 10, 10)}
    ),
)  # fmt: skip


def monthly(year: int, month: int, day: int, until_day: int | None = None) -> dt.date:
    first = dt.date(year, month, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    found = series.days(
        Rhythm.MONTHLY, first=first, last=last, calendar=CALENDAR, day=day, until_day=until_day
    )
    return found[0]


@pytest.mark.parametrize(
    ("year", "month", "day", "until_day", "expected"),
    [
        # 每月 5 日，顺延至 15 日 (C27)
        (2026, 11, 5, 15, "2026-11-05"),  # a Thursday
        (2026, 12, 5, 15, "2026-12-07"),  # a Saturday: the Monday after
        (2026, 10, 5, 15, "2026-10-08"),  # the holiday lasts to the 7th
        (2026, 10, 3, 7, "2026-10-03"),  # nothing worked until the 7th: the day itself stays
        (2026, 10, 3, 8, "2026-10-08"),  # the limit itself is good
        (2026, 10, 10, 15, "2026-10-10"),  # a Saturday worked in exchange (调休)
        (2026, 2, 15, 28, "2026-02-24"),  # over the Spring Festival
        (2026, 2, 28, 28, "2026-02-28"),  # a Saturday worked in exchange
        # 每月 20 日 (C24): exactly that day, worked or not
        (2026, 11, 20, None, "2026-11-20"),
        (2026, 12, 20, None, "2026-12-20"),  # a Sunday
        (2026, 2, 20, None, "2026-02-20"),  # a holiday
        # days that a month does not have
        (2026, 11, 31, None, "2026-11-30"),
        (2026, 2, 31, None, "2026-02-28"),
        (2028, 2, 31, None, "2028-02-29"),
        (2028, 2, 29, None, "2028-02-29"),
        (2027, 2, 29, None, "2027-02-28"),
        (2026, 11, 28, 31, "2026-11-30"),  # a Saturday: the 30th is the last, a Monday
        (2028, 4, 29, 31, "2028-04-29"),  # Saturday and Sunday end the month
    ],
)
def test_the_day_of_a_month(year, month, day, until_day, expected):
    assert str(monthly(year, month, day, until_day)) == expected


def test_only_days_within_the_range_come():
    found = series.days(
        Rhythm.MONTHLY, first=dt.date(2026, 10, 9), last=dt.date(2026, 12, 7), calendar=CALENDAR,
        day=5, until_day=15,
    )  # fmt: skip

    assert found == [dt.date(2026, 11, 5), dt.date(2026, 12, 7)]


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        (3, [14, 21, 28]),  # Wednesday the 7th is a holiday and falls out
        (6, [10, 17, 24, 31]),  # Saturday the 3rd is one too; the 10th is held, worked or not
        (4, [8, 15, 22, 29]),
    ],
)
def test_each_week_but_for_holidays(weekday, expected):
    found = series.days(
        Rhythm.WEEKLY, first=dt.date(2026, 10, 1), last=dt.date(2026, 10, 31), calendar=CALENDAR,
        weekday=weekday,
    )  # fmt: skip

    assert [day.day for day in found] == expected


def test_daily_is_each_working_day_of_a_week_with_an_exchange():
    found = series.days(
        Rhythm.DAILY, first=dt.date(2026, 10, 5), last=dt.date(2026, 10, 12), calendar=CALENDAR
    )

    assert [day.day for day in found] == [8, 9, 10, 12]


@pytest.mark.parametrize(
    ("rhythm", "falls", "planned", "left"),
    [
        (Rhythm.MONTHLY, ["2026-11-05", "2026-12-07"], ["2026-11-12"], ["2026-12-07"]),
        (Rhythm.MONTHLY, ["2026-11-05"], ["2026-10-30"], ["2026-11-05"]),
        (Rhythm.WEEKLY, ["2026-11-04", "2026-11-11"], ["2026-11-02"], ["2026-11-11"]),
        (Rhythm.WEEKLY, ["2026-11-04"], ["2026-11-01"], ["2026-11-04"]),  # the Sunday before
        (Rhythm.WEEKLY, ["2026-11-04"], ["2026-11-08"], []),  # the Sunday of that week
        (Rhythm.DAILY, ["2026-11-04", "2026-11-05"], ["2026-11-04"], ["2026-11-05"]),
    ],
)
def test_a_turn_that_had_its_day_is_over(rhythm, falls, planned, left):
    def dates(texts: list[str]) -> list[dt.date]:
        return [dt.date.fromisoformat(text) for text in texts]

    assert series.still_to_plan(rhythm, dates(falls), dates(planned)) == dates(left)


@pytest.mark.parametrize(
    ("held_on", "days_before", "due"),
    [
        ("2026-11-18", 7, "2026-11-11"),
        ("2026-11-18", 1, "2026-11-17"),
        ("2026-11-16", 1, "2026-11-13"),  # Sunday: the Friday before
        ("2026-10-08", 1, "2026-09-30"),  # the whole holiday lies between
        ("2026-11-05", 30, "2026-09-30"),  # 6 October is a holiday
        ("2026-10-12", 2, "2026-10-10"),  # a Saturday worked in exchange
        ("2026-11-20", 30, "2026-10-21"),
        ("2028-03-01", 1, "2028-02-29"),
        ("2026-11-21", 0, "2026-11-21"),  # the day itself, though a Saturday
        ("2026-11-20", -1, "2026-11-23"),  # afterwards: the next working day
    ],
)
def test_when_a_task_is_due(held_on, days_before, due):
    found = series.task_due(dt.date.fromisoformat(held_on), days_before, CALENDAR)

    assert str(found) == due


@pytest.mark.parametrize(
    ("planned_on", "held_on", "due"),
    [
        ("2026-10-20", "2026-11-20", ["10-21", "11-13", "11-17", "11-20", "11-23"]),  # in time
        ("2026-11-13", "2026-11-20", ["11-13", "11-13", "11-17", "11-20", "11-23"]),
        # Planned on a Saturday: nothing before the Monday, and not after the meeting.
        ("2026-11-14", "2026-11-20", ["11-16", "11-16", "11-17", "11-20", "11-23"]),
        ("2026-11-14", "2026-11-15", ["11-15", "11-15", "11-15", "11-15", "11-16"]),
        ("2026-11-20", "2026-11-20", ["11-20", "11-20", "11-20", "11-20", "11-23"]),
        # Entered afterwards: all of it on the day it was entered.
        ("2026-11-24", "2026-11-20", ["11-24", "11-24", "11-24", "11-24", "11-24"]),
    ],
)
def test_what_is_planned_late_is_due_in_order_and_never_before_it_was_planned(
    planned_on, held_on, due
):
    found = series.tasks_due(
        dt.date.fromisoformat(held_on), (30, 7, 3, 0, -1),
        planned_on=dt.date.fromisoformat(planned_on), calendar=CALENDAR,
    )  # fmt: skip

    assert [f"{day:%m-%d}" for day in found] == due
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("rhythm", "lead", "until"),
    [
        (Rhythm.MONTHLY, 0, "2026-11-20"),
        (Rhythm.WEEKLY, 30, "2026-12-20"),
        (Rhythm.DAILY, 0, "2026-10-27"),
        (Rhythm.DAILY, 3, "2026-10-30"),
    ],
)
def test_how_far_ahead_is_planned(rhythm, lead, until):
    assert str(series.horizon(rhythm, dt.date(2026, 10, 20), lead)) == until


@pytest.mark.parametrize(
    ("held_on", "until_day", "latest"),
    [
        ("2026-11-05", 15, "2026-11-15"),
        ("2026-02-05", 30, "2026-02-28"),
        ("2026-11-05", None, "None"),
    ],
)
def test_how_long_one_may_be_postponed(held_on, until_day, latest):
    assert str(series.latest_of(dt.date.fromisoformat(held_on), until_day)) == latest
