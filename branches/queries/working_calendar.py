"""The working calendar of some years, from published holidays and the office's own notices."""

from __future__ import annotations

import datetime as dt

import holidays

from branches.models import CalendarDay
from branches.rules.working_days import WorkingCalendar


def working_calendar(first: dt.date, last: dt.date) -> WorkingCalendar:
    """Return the calendar for the days from ``first`` to ``last`` (one query).

    The State Council's arrangement of each year comes with the ``holidays`` library, which
    knows a year once it is published; rows of the 工作日调整 table have the last word.
    """
    china = holidays.country_holidays("CN", years=range(first.year, last.year + 1))
    days_off = set(china)
    days_on = {day for day in getattr(china, "weekend_workdays", set())}
    for row in CalendarDay.objects.filter(day__range=(first, last)):
        (days_on if row.is_working else days_off).add(row.day)
        (days_off if row.is_working else days_on).discard(row.day)
    return WorkingCalendar(frozenset(days_off), frozenset(days_on))


def around(day: dt.date) -> WorkingCalendar:
    """Return the calendar for deadlines that start on ``day`` (up to three months ahead)."""
    return working_calendar(day, day + dt.timedelta(days=93))
