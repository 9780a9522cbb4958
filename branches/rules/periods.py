"""Months, quarters, half-years and years as one value type."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum


class PeriodKind(StrEnum):
    """Spelled as schemes spell them (``period = "month"``)."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


# The Party was founded in 1921; a later year than 2100 is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1921, 2100

_MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
}
_PATTERN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|Q([1-4])|H([12]))?", re.ASCII)
_HALVES = {1: "上半年", 2: "下半年"}
_QUARTERS = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period, half-open: ``first_day`` belongs to it, ``end`` does not.

    >>> str(Period.parse("2026-03")), str(Period.parse("2026Q1").next)
    ('2026-03', '2026Q2')
    """

    first_day: dt.date
    kind: PeriodKind = PeriodKind.MONTH

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026``, ``2026H1``, ``2026Q3`` or ``2026-10``.

        :raises ValueError: any other text, or a year outside 1921 to 2100.
        """
        match = _PATTERN.fullmatch(text)
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError(f"not a period: {text!r}")
        year, month, quarter, half = int(match[1]), match[2], match[3], match[4]
        if month:
            return cls(dt.date(year, int(month), 1))
        if quarter:
            return cls(dt.date(year, int(quarter) * 3 - 2, 1), PeriodKind.QUARTER)
        if half:
            return cls(dt.date(year, int(half) * 6 - 5, 1), PeriodKind.HALF_YEAR)
        return cls(dt.date(year, 1, 1), PeriodKind.YEAR)

    @classmethod
    def containing(cls, day: dt.date, kind: PeriodKind = PeriodKind.MONTH) -> Period:
        length = _MONTHS[kind]
        return cls(dt.date(day.year, (day.month - 1) // length * length + 1, 1), kind)

    @property
    def year(self) -> int:
        return self.first_day.year

    @property
    def number(self) -> int:
        """The place within the year, from 1 (October is 10, the third quarter 3)."""
        return (self.first_day.month - 1) // _MONTHS[self.kind] + 1

    @property
    def end(self) -> dt.date:
        """The first day after the period."""
        return self._moved(1)

    @property
    def last_day(self) -> dt.date:
        return self.end - dt.timedelta(days=1)

    @property
    def next(self) -> Period:
        return Period(self._moved(1), self.kind)

    @property
    def previous(self) -> Period:
        return Period(self._moved(-1), self.kind)

    @property
    def months(self) -> list[Period]:
        month = Period(self.first_day)
        found = []
        while month.first_day < self.end:
            found.append(month)
            month = month.next
        return found

    @property
    def label(self) -> str:
        """The period in Chinese: 2026 年 10 月, 2026 年第三季度, 2026 年上半年, 2026 年."""
        if self.kind is PeriodKind.MONTH:
            return f"{self.year} 年 {self.number} 月"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.year} 年{_QUARTERS[self.number]}"
        if self.kind is PeriodKind.HALF_YEAR:
            return f"{self.year} 年{_HALVES[self.number]}"
        return f"{self.year} 年"

    def contains(self, day: dt.date) -> bool:
        return self.first_day <= day < self.end

    def minus(self, count: int) -> Period:
        """Return the period ``count`` periods earlier."""
        return Period(self._moved(-count), self.kind)

    def _moved(self, count: int) -> dt.date:
        months = self.first_day.year * 12 + self.first_day.month - 1 + count * _MONTHS[self.kind]
        return dt.date(months // 12, months % 12 + 1, 1)

    def __str__(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"{self.year}-{self.number:02d}"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.year}Q{self.number}"
        if self.kind is PeriodKind.HALF_YEAR:
            return f"{self.year}H{self.number}"
        return str(self.year)


def ended_on(day: dt.date) -> list[Period]:
    """Return the periods whose last day this is, the shortest first; none within a month.

    >>> [str(period) for period in ended_on(dt.date(2026, 6, 30))]
    ['2026-06', '2026Q2', '2026H1']
    """
    containing = [Period.containing(day, kind) for kind in PeriodKind]
    return [period for period in containing if period.last_day == day]
