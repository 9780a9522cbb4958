"""The working-day clock: deadlines that skip weekends and holidays, and honour 调休."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass, field

ONE_DAY = dt.timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked.

    ``days_off`` are weekdays not worked (holidays); ``days_on`` are weekend days worked
    in exchange (调休). A day in both is worked: an office that calls people in means it.
    """

    days_off: Set[dt.date] = field(default_factory=frozenset)
    days_on: Set[dt.date] = field(default_factory=frozenset)

    def is_working(self, day: dt.date) -> bool:
        if day in self.days_on:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def after(self, day: dt.date, count: int) -> dt.date:
        """Return the ``count``-th working day after ``day``; ``day`` itself never counts.

        :raises ValueError: ``count`` is less than one.
        """
        if count < 1:
            raise ValueError("count must be at least 1")
        while count:
            day += ONE_DAY
            count -= self.is_working(day)
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """Return the number of working days after ``start``, up to and including ``end``."""
        days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)
