"""Study: topics, lists, orders of courses, classes.

Source: practices C01 (party school ≥ 2 days, theory ≥ 70 %), C03 (radar, call-up), C06, C24
(下单、选单、接单), C28 (必学、选修、提升).
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from activities.rules.kinds import ActivityKind
from branches.rules.workflow import Workflow


class Topic(StrEnum):
    THEORY = "THEORY"
    CONSTITUTION = "CONSTITUTION"
    SPIRIT = "SPIRIT"
    HISTORY = "HISTORY"
    POLICY = "POLICY"
    DISCIPLINE = "DISCIPLINE"
    WORK = "WORK"
    SKILL = "SKILL"


class StudyList(StrEnum):
    REQUIRED = "REQUIRED"
    ELECTIVE = "ELECTIVE"
    ADVANCED = "ADVANCED"


MOST_HOURS_A_DAY = 12


def most_hours(started_on: dt.date, ended_on: dt.date) -> int:
    """Return how many hours a class can have at most, both days included.

    >>> most_hours(dt.date(2026, 10, 12), dt.date(2026, 10, 13))
    24
    """
    return ((ended_on - started_on).days + 1) * MOST_HOURS_A_DAY


class OrderState(StrEnum):
    ASKED = "ASKED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    HELD = "HELD"
    RATED = "RATED"


class OrderStep(StrEnum):
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    CANCEL = "CANCEL"
    HOLD = "HOLD"
    RATE = "RATE"


_S, _T = OrderState, OrderStep

ORDER: Workflow[OrderState, OrderStep] = Workflow(
    {
        (_S.ASKED, _T.ACCEPT): _S.ACCEPTED,
        (_S.ASKED, _T.DECLINE): _S.DECLINED,
        (_S.ASKED, _T.CANCEL): _S.CANCELLED,
        (_S.ACCEPTED, _T.CANCEL): _S.CANCELLED,
        (_S.ACCEPTED, _T.HOLD): _S.HELD,
        (_S.HELD, _T.RATE): _S.RATED,
    }
)


# What an ordered course may become: both are classes from beginning to end.
ORDERED_KINDS = (ActivityKind.LECTURE, ActivityKind.STUDY)

# The kinds of which may be said what they taught.
TAUGHT_KINDS = frozenset(
    {
        ActivityKind.STUDY,
        ActivityKind.LECTURE,
        ActivityKind.VISIT,
        ActivityKind.SALON,
        ActivityKind.TALK,
        ActivityKind.THEME_DAY,
    }
)


class ClassKind(StrEnum):
    PARTY_SCHOOL = "PARTY_SCHOOL"
    CENTRALISED = "CENTRALISED"
    ONLINE = "ONLINE"


class EnrolmentState(StrEnum):
    CALLED = "CALLED"
    ATTENDED = "ATTENDED"
    EXCUSED = "EXCUSED"
    MISSED = "MISSED"


class Unit(StrEnum):
    """In what study is written down; rule H5 says how many class hours each makes."""

    HOUR = "HOUR"
    HALF_DAY = "HALF_DAY"
    DAY = "DAY"


# Classes one is sent to and sits in (集中培训); watching online is none.
CENTRALISED_KINDS = (ClassKind.PARTY_SCHOOL, ClassKind.CENTRALISED)

LEAST_RATINGS = 3  # a mean of fewer tells who gave them
RATINGS = (1, 2, 3, 4, 5)


def mean_rating(count: int, total: int) -> Decimal | None:
    """Return the mean of ratings to 0.1, half up; None for fewer than three.

    >>> mean_rating(3, 13), mean_rating(2, 10)
    (Decimal('4.3'), None)
    """
    if count < LEAST_RATINGS:
        return None
    return (Decimal(total) / count).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class TheoryShare:
    """How much of a class is theory and party spirit (C01: at least 70 % at the party school)."""

    theory: Decimal
    hours: Decimal
    least_percent: int

    @property
    def percent(self) -> Decimal:
        return (self.theory * 100 / self.hours).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def words(self) -> str:
        """The arithmetic: 12 ÷ 16 = 75.0%."""
        return f"{self.theory.normalize():f} ÷ {self.hours.normalize():f} = {self.percent}%"

    @property
    def is_enough(self) -> bool:
        """By the numbers as they are, not as they are rounded: exactly 70 % is enough."""
        return self.theory * 100 >= self.hours * self.least_percent


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day some months earlier; where the month is shorter, its last day.

    >>> months_before(dt.date(2026, 10, 20), 24), months_before(dt.date(2024, 2, 29), 12)
    (datetime.date(2024, 10, 20), datetime.date(2023, 2, 28))
    """
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later; where the month is shorter, its last day."""
    return months_before(day, -months)
