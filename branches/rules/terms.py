"""Terms of office (届): how long, and when a change is due.

Source: 《关于党的基层组织任期的意见》（2018）一、二; 党章 第三十一条.
"""

from __future__ import annotations

import datetime as dt
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
