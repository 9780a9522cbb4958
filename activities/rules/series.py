"""Fixed days and series: when the next ones fall, and what has to be done before them.

Source: practices C20 (a fixed half-day a month), C24 (the 20th), C27 (the 5th, postponable to
the 15th), C09 (Wednesdays, content a month ahead), C12 (daily).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from enum import StrEnum

from branches.rules.periods import Period
from branches.rules.working_days import ONE_DAY, WorkingCalendar

_SATURDAY = 6

# How far ahead a series is kept planned. What comes daily would fill the list.
DAYS_AHEAD = 31
DAYS_AHEAD_DAILY = 7


class Rhythm(StrEnum):
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"


def days(
    rhythm: Rhythm,
    *,
    first: dt.date,
    last: dt.date,
    calendar: WorkingCalendar,
    day: int | None = None,
    until_day: int | None = None,
    weekday: int | None = None,
) -> list[dt.date]:
    """Return the days of a series from ``first`` to ``last``, both included, in order.

    Monthly: ``day`` of the month, in a shorter month its last day. Without ``until_day`` exactly
    that day, worked or not (every 20th). With it the first working day from ``day`` to
    ``until_day``; where none of them is worked, ``day`` itself, for somebody to move.
    Weekly: each ``weekday`` (1 is Monday), but for holidays; a Saturday or Sunday is held though
    nobody works. Daily: each working day.
    ``calendar`` must know the whole months from ``first`` to ``last``.
    """
    if rhythm is Rhythm.MONTHLY:
        assert day is not None
        month = Period.containing(first)
        found = []
        while month.first_day <= last:
            found.append(_of_month(month, day, until_day, calendar))
            month = month.next
        return [each for each in found if first <= each <= last]
    each_day = (first + ONE_DAY * n for n in range((last - first).days + 1))
    if rhythm is Rhythm.DAILY:
        return [each for each in each_day if calendar.is_working(each)]
    assert weekday is not None
    return [
        each
        for each in each_day
        if each.isoweekday() == weekday
        and (calendar.is_working(each) or (weekday >= _SATURDAY and each not in calendar.days_off))
    ]


def _of_month(month: Period, day: int, until_day: int | None, calendar: WorkingCalendar) -> dt.date:
    nominal = _clamped(month, day)
    if until_day is None:
        return nominal
    latest = _clamped(month, until_day)
    each = nominal
    while each <= latest:
        if calendar.is_working(each):
            return each
        each += ONE_DAY
    return nominal


def latest_of(held_on: dt.date, until_day: int | None) -> dt.date | None:
    """Return the last day to which the one of this month may be postponed."""
    return None if until_day is None else _clamped(Period.containing(held_on), until_day)


def _clamped(month: Period, day: int) -> dt.date:
    return month.first_day.replace(day=min(day, month.last_day.day))


def turn(rhythm: Rhythm, day: dt.date) -> dt.date:
    """Return the beginning of the month or week, or the day: a series comes once in each turn."""
    if rhythm is Rhythm.MONTHLY:
        return day.replace(day=1)
    if rhythm is Rhythm.WEEKLY:
        return day - ONE_DAY * (day.isoweekday() - 1)
    return day


def still_to_plan(
    rhythm: Rhythm, fall_on: Collection[dt.date], planned: Collection[dt.date]
) -> list[dt.date]:
    """Return the days of a series that nothing was planned for.

    ``planned`` are the days the series gave to activities, also moved and cancelled ones: their
    turn (month, week, day) is over, whatever became of them.
    """
    taken = {turn(rhythm, day) for day in planned}
    return [day for day in fall_on if turn(rhythm, day) not in taken]


def horizon(rhythm: Rhythm, on: dt.date, lead: int = 0) -> dt.date:
    """Return the last day that is kept planned on a day.

    ``lead`` days more, the longest any task asks: content due a month ahead (C09) is known a
    month before it is due.
    """
    ahead = DAYS_AHEAD_DAILY if rhythm is Rhythm.DAILY else DAYS_AHEAD
    return on + ONE_DAY * (ahead + lead)


def tasks_due(
    held_on: dt.date, days_before: Iterable[int], *, planned_on: dt.date, calendar: WorkingCalendar
) -> list[dt.date]:
    """Return when each of the tasks of a meeting is due, as ``task_due``, in their order.

    Where the meeting is planned late, what should have been done before that day is due on the
    next working day, at the latest on the day of the meeting: nobody is late with what nobody
    asked for yet, and what comes first is never due after what comes later.
    """
    earliest = planned_on
    while not calendar.is_working(earliest):
        earliest += ONE_DAY
    earliest = min(earliest, max(held_on, planned_on))
    return [max(task_due(held_on, days, calendar), earliest) for days in days_before]


def task_due(held_on: dt.date, days_before: int, calendar: WorkingCalendar) -> dt.date:
    """Return when something is due that is to be done so many calendar days before.

    On a day off it is due the working day before. Zero is the day itself, worked or not; below
    zero it comes afterwards and may wait for the next working day.
    """
    due = held_on - ONE_DAY * days_before
    if days_before == 0:
        return due
    step = -ONE_DAY if days_before > 0 else ONE_DAY
    while not calendar.is_working(due):
        due += step
    return due
