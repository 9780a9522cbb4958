"""Taking part in organised life month by month, and when people should look into an absence.

Source: 党章 第九条, 教育管理工作条例 第十六条、第二十三条、第二十九条、第三十一条
(M7, M20 to M22). Nothing here changes anybody's standing: an alert asks for a talk, at six
months for a case that people decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from activities.rules.absences import Seen
from activities.rules.attendance import ATTENDED, AttendanceStatus
from branches.rules.periods import Period, PeriodKind

ALERTS = (2, 3, 5, 6)
CASE_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Month:
    """One member's month: how often he came, how often he was absent without cause."""

    first_day: dt.date
    attended: int = 0
    absent: int = 0


def months_of(seen: Iterable[Seen]) -> list[Month]:
    """Return the months in which somebody was called, in order.

    Leave, and whatever lies in a time of exemption, is neither coming nor absence (M20).
    """
    found: dict[dt.date, Month] = {}
    for one in sorted(seen, key=lambda each: each.held_on):
        first = one.held_on.replace(day=1)
        before = found.get(first, Month(first))
        came = one.status in ATTENDED
        missed = one.status == AttendanceStatus.ABSENT and not one.excused
        found[first] = Month(first, before.attended + came, before.absent + missed)
    return list(found.values())


def missed_in_a_row(months: Iterable[Month], on: dt.date) -> list[Month]:
    """Return the months missed in a row up to a day, oldest first (M21).

    A month is missed in which somebody was absent without cause and never came. Coming ends the
    row, also in the month that is still running; that month itself is not counted as missed
    until it is over. A month with no meeting, or with leave alone, neither ends nor lengthens it.
    """
    running = on.replace(day=1)
    row: list[Month] = []
    for month in months:
        if month.first_day > running:
            break
        if month.attended:
            row = []
        elif month.absent and month.first_day < running:
            row.append(month)
    return row


def alert(missed: int, alerts: Iterable[int] = ALERTS) -> int | None:
    """Return the highest alert that so many missed months have reached; None below the first."""
    return max((step for step in alerts if missed >= step), default=None)


def asks_for_a_case(missed: int, months: int = CASE_MONTHS) -> bool:
    """Return whether people must open a case (M21). It is never opened by itself."""
    return missed >= months


def absences_since(months: Iterable[Month], on: dt.date, window_months: int) -> int:
    """Return the absences without cause in the last months, the running one included (M22)."""
    first = Period.containing(on).minus(window_months - 1).first_day
    return sum(month.absent for month in months if first <= month.first_day <= on)


def took_part(months: Iterable[Month], period: Period) -> int:
    """Return how often somebody came within a period (M7: leaders, in their own branch)."""
    return sum(month.attended for month in months if period.contains(month.first_day))


def quarter_near(on: dt.date) -> bool:
    """Return whether a quarter is far enough on to ask for what is missing: its last month."""
    return Period.containing(on, PeriodKind.QUARTER).months[-1].contains(on)
