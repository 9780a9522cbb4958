"""“2+1”帮教 (practice C21): two officials and one committee member help somebody for a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.terms import months_later

MONTHS, NOTE_MONTHS = 12, 1
REVIEW_WITHIN = dt.timedelta(days=30)  # after the last day


class HelpOutcome(StrEnum):
    BACK = "BACK"
    URGED = "URGED"
    REMOVAL = "REMOVAL"


@dataclass(frozen=True, slots=True)
class Terms:
    """How many months a help plan runs, and after how many at the latest something is noted."""

    months: int = MONTHS
    note_months: int = NOTE_MONTHS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P9 says them; what it leaves out stays as above."""
    return Terms(
        months=max(1, int(parameters.get("months", MONTHS))),
        note_months=max(1, int(parameters.get("note_months", NOTE_MONTHS))),
    )


def ends_on(started_on: dt.date, terms: Terms) -> dt.date:
    """Return the day on which a plan has run its time.

    >>> ends_on(dt.date(2028, 2, 29), Terms()), ends_on(dt.date(2026, 8, 31), Terms(months=6))
    (datetime.date(2029, 2, 28), datetime.date(2027, 2, 28))
    """
    return months_later(started_on, terms.months)


def note_by(last: dt.date, terms: Terms) -> dt.date:
    """Return the last day for the next note, from the last one or from the beginning."""
    return months_later(last, terms.note_months)


def may_end(ends_on: dt.date, on: dt.date) -> bool:
    """Return whether a plan may be reviewed on a day: on its last day it may."""
    return on >= ends_on
