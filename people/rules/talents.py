"""人才库 in two tiers (practice C13): 三好 up to 35 years, 六有 up to 50.

The branch recommends, the level above examines, the committee confirms after at least three
working days of publicity; then a mentor, a training file, an outcome.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.terms import years_later
from branches.rules.workflow import Workflow
from branches.rules.working_days import WorkingCalendar


class Tier(StrEnum):
    GOOD = "GOOD"  # 三好
    ABLE = "ABLE"  # 六有


OLDEST = {Tier.GOOD: 35, Tier.ABLE: 50}
PUBLICITY_DAYS = 3


class TalentState(StrEnum):
    RECOMMENDED = "RECOMMENDED"
    EXAMINED = "EXAMINED"
    PUBLISHED = "PUBLISHED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    LEFT = "LEFT"


class TalentStep(StrEnum):
    EXAMINE = "EXAMINE"
    PUBLISH = "PUBLISH"
    CONFIRM = "CONFIRM"
    DECLINE = "DECLINE"
    LEAVE = "LEAVE"


TALENT: Workflow[TalentState, TalentStep] = Workflow(
    {
        (TalentState.RECOMMENDED, TalentStep.EXAMINE): TalentState.EXAMINED,
        (TalentState.EXAMINED, TalentStep.PUBLISH): TalentState.PUBLISHED,
        (TalentState.PUBLISHED, TalentStep.CONFIRM): TalentState.CONFIRMED,
        (TalentState.CONFIRMED, TalentStep.LEAVE): TalentState.LEFT,
        (TalentState.RECOMMENDED, TalentStep.DECLINE): TalentState.DECLINED,
        (TalentState.EXAMINED, TalentStep.DECLINE): TalentState.DECLINED,
        (TalentState.PUBLISHED, TalentStep.DECLINE): TalentState.DECLINED,
    }
)


class Outcome(StrEnum):
    """How somebody left the pool."""

    PROMOTED = "PROMOTED"
    UPPER_TIER = "UPPER_TIER"
    MOVED = "MOVED"
    AGE = "AGE"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Terms:
    """How the pool is kept: the oldest of each tier, and the working days of publicity."""

    good_age: int = OLDEST[Tier.GOOD]
    able_age: int = OLDEST[Tier.ABLE]
    publicity_working_days: int = PUBLICITY_DAYS

    def oldest(self, tier: Tier) -> int:
        return self.good_age if tier is Tier.GOOD else self.able_age


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P6 says them; what it leaves out stays as above."""
    known = Terms()
    days = int(parameters.get("publicity_working_days", known.publicity_working_days))
    return Terms(
        good_age=int(parameters.get("good_age", known.good_age)),
        able_age=int(parameters.get("able_age", known.able_age)),
        publicity_working_days=max(1, days),
    )


def age(birth_date: dt.date, on: dt.date) -> int:
    """Return the full years of life on a day; the birthday itself counts as the new year.

    Somebody born on 29 February is a year older on 28 February of common years.
    """
    years = on.year - birth_date.year
    return years - (on < years_later(birth_date, years))


def is_young_enough(tier: Tier, birth_date: dt.date, on: dt.date, terms: Terms) -> bool:
    """Return whether somebody may be recommended for a tier on a day.

    "Up to 35" holds until the day before the 36th birthday.
    """
    return age(birth_date, on) <= terms.oldest(tier)


def publicity_until(published_on: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return the last day of publicity; the day it begins does not count."""
    return calendar.after(published_on, terms.publicity_working_days)


def may_be_confirmed(published_until: dt.date, on: dt.date) -> bool:
    """Return whether publicity is over on a day: its last day still belongs to it."""
    return on > published_until
