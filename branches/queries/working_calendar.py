"""The working calendar of some years, from published holidays and the office's own notices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import holidays

from branches.models import CalendarDay
from branches.rules.working_days import ONE_DAY, WorkingCalendar


def working_calendar(first: dt.date, last: dt.date) -> WorkingCalendar:
    """Return the calendar for the days from ``first`` to ``last`` (one query).

    The State Council's arrangement of each year comes with the ``holidays`` library, which
    knows a year once it is published; rows of the 工作日调整 table have the last word.
    """
    china = holidays.country_holidays("CN", years=range(first.year, last.year + 1))
    days_off = set(china)
    days_on = set(getattr(china, "weekend_workdays", set()))
    for row in CalendarDay.objects.filter(day__range=(first, last)):
        (days_on if row.is_working else days_off).add(row.day)
        (days_off if row.is_working else days_on).discard(row.day)
    return WorkingCalendar(frozenset(days_off), frozenset(days_on))


def around(day: dt.date) -> WorkingCalendar:
    """Return the calendar for deadlines that start on ``day`` (up to three months ahead)."""
    return working_calendar(day, day + dt.timedelta(days=93))


@dataclass(frozen=True, slots=True)
class Day:
    """``name`` says why a day departs from its weekday; empty on ordinary days."""

    date: dt.date
    is_working: bool
    name: str = ""
    change: CalendarDay | None = None


def days(first: dt.date, last: dt.date) -> list[Day]:
    """Return every day from ``first`` to ``last`` with its reason, in order (one query)."""
    china = holidays.country_holidays(
        "CN", years=range(first.year, last.year + 1), language="zh_CN"
    )
    names = {day: china[day] for day in china}
    worked = set(getattr(china, "weekend_workdays", set()))
    changes = {row.day: row for row in CalendarDay.objects.filter(day__range=(first, last))}
    calendar = WorkingCalendar(frozenset(names), frozenset(worked))
    found = []
    for count in range((last - first).days + 1):
        day = first + ONE_DAY * count
        change = changes.get(day)
        if change is not None:
            name = change.note or ("调整为上班" if change.is_working else "调整为休息")
            found.append(Day(day, change.is_working, name, change))
        else:
            name = "调休上班" if day in worked else _short(names.get(day, ""))
            found.append(Day(day, calendar.is_working(day), name))
    return found


def is_published(year: int) -> bool:
    """Return whether the State Council's arrangement of a year is known (it has 调休 days)."""
    china = holidays.country_holidays("CN", years=year)
    return any(day.year == year for day in getattr(china, "weekend_workdays", set()))


def _short(name: str) -> str:
    """Return 休息日（由 2026-10-10 调休） as 调休, holidays by their name."""
    return "调休" if "调休" in name else name
