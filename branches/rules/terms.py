"""Terms of office (届): how long, and when a change is due.

Source: 《关于党的基层组织任期的意见》（2018）一、二; 党章 第三十一条.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from branches.rules.tree import OrganizationKind, OrganizationType

_YEARS = {
    OrganizationKind.COMMITTEE: 5,
    OrganizationKind.GENERAL_BRANCH: 3,
    OrganizationKind.BRANCH: 3,
}
_VILLAGE_YEARS = 5
_VILLAGE_TYPES = frozenset({OrganizationType.RURAL, OrganizationType.COMMUNITY})

REMIND_MONTHS = 6  # the higher body reminds half a year ahead
_REMIND_DAYS = REMIND_MONTHS * 30


def term_years(kind: OrganizationKind, type: OrganizationType) -> int | None:
    """Return the years of a term; None for groups, which have none.

    Committees 5, general branches and branches 3; in villages and communities all have 5.
    """
    years = _YEARS.get(kind)
    return _VILLAGE_YEARS if years and type in _VILLAGE_TYPES else years


def years_later(day: dt.date, years: int) -> dt.date:
    """Return the same day ``years`` later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day ``months`` later (negative: earlier); a shorter month has its last day.

    >>> months_later(dt.date(2027, 8, 31), 6), months_later(dt.date(2028, 2, 29), -12)
    (datetime.date(2028, 2, 29), datetime.date(2027, 2, 28))
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))


def term_end(elected_on: dt.date, years: int) -> dt.date:
    """Return the day on which a term of ``years`` runs out."""
    return years_later(elected_on, years)


class ClockState(StrEnum):
    RUNNING = "RUNNING"
    NEAR = "NEAR"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True, slots=True)
class Clock:
    """``days`` until the election is due, negative once it is overdue."""

    state: ClockState
    days: int

    @property
    def days_late(self) -> int:
        return max(-self.days, 0)


def clock(ends_on: dt.date, extended_to: dt.date | None, on: dt.date) -> Clock:
    """Return how a term stands on a day.

    An approved extension moves the end. The last day itself is still in time; 180 days
    before the end the election comes near.
    """
    days = ((extended_to or ends_on) - on).days
    if days < 0:
        return Clock(ClockState.OVERDUE, days)
    return Clock(ClockState.NEAR if days <= _REMIND_DAYS else ClockState.RUNNING, days)


def reminded(ends_on: dt.date, on: dt.date, months: Iterable[int]) -> int | None:
    """Return which reminder speaks on a day: the fewest of ``months`` before the end (O9).

    None while it is far off; the term may have run out.
    """
    spoken = [ahead for ahead in months if on >= months_later(ends_on, -ahead)]
    return min(spoken, default=None)


def is_too_long(ends_on: dt.date, extended_to: dt.date, most_months: int) -> bool:
    """Return whether an extension goes beyond what is generally allowed (O10, 任期意见 二)."""
    return extended_to > months_later(ends_on, most_months)
