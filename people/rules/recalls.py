"""召回 (practice C16): list → one week of training → exam and assessment → one month of
follow-up → outcome.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from branches.rules.terms import months_later
from branches.rules.workflow import Workflow

TRAINING_DAYS = 7
FOLLOW_UP_MONTHS = 1
PASS_MARK = 60
BETWEEN_DAYS = 7  # until training begins, until it is assessed, until what follows is settled
FULL_MARK = 100


class RecallState(StrEnum):
    LISTED = "LISTED"
    TRAINING = "TRAINING"
    ASSESSED = "ASSESSED"
    FOLLOW_UP = "FOLLOW_UP"
    ENDED = "ENDED"
    DROPPED = "DROPPED"


class RecallStep(StrEnum):
    TRAIN = "TRAIN"
    ASSESS = "ASSESS"
    FOLLOW = "FOLLOW"
    REPEAT = "REPEAT"
    END = "END"
    DROP = "DROP"


RECALL: Workflow[RecallState, RecallStep] = Workflow(
    {
        (RecallState.LISTED, RecallStep.TRAIN): RecallState.TRAINING,
        (RecallState.LISTED, RecallStep.DROP): RecallState.DROPPED,
        (RecallState.TRAINING, RecallStep.ASSESS): RecallState.ASSESSED,
        (RecallState.ASSESSED, RecallStep.FOLLOW): RecallState.FOLLOW_UP,
        (RecallState.ASSESSED, RecallStep.REPEAT): RecallState.TRAINING,
        (RecallState.FOLLOW_UP, RecallStep.END): RecallState.ENDED,
    }
)


class RecallOutcome(StrEnum):
    BACK = "BACK"
    AGAIN = "AGAIN"
    PROPOSED = "PROPOSED"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a recall goes: days of training, months of follow-up, the mark to reach in exam and
    assessment, and within how many days each next step is taken.
    """

    training_days: int = TRAINING_DAYS
    follow_months: int = FOLLOW_UP_MONTHS
    pass_mark: int = PASS_MARK
    step_days: int = BETWEEN_DAYS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P7 says them; what it leaves out stays as above."""
    known = Terms()
    return Terms(
        training_days=max(1, int(parameters.get("training_days", known.training_days))),
        follow_months=max(1, int(parameters.get("follow_months", known.follow_months))),
        pass_mark=int(parameters.get("pass_mark", known.pass_mark)),
        step_days=max(1, int(parameters.get("step_days", known.step_days))),
    )


def training_until(training_from: dt.date, terms: Terms) -> dt.date:
    """Return the last day of training; its first day counts.

    >>> training_until(dt.date(2026, 11, 2), Terms())
    datetime.date(2026, 11, 8)
    """
    return training_from + dt.timedelta(days=terms.training_days - 1)


def follow_until(assessed_on: dt.date, terms: Terms) -> dt.date:
    """Return the last day of follow-up: the same day a month after the assessment."""
    return months_later(assessed_on, terms.follow_months)


def is_passed(exam: Decimal, assessment: Decimal, terms: Terms) -> bool:
    """Return whether both marks are reached; the mark itself is enough."""
    return exam >= terms.pass_mark and assessment >= terms.pass_mark


def next_by(
    state: RecallState,
    terms: Terms,
    *,
    listed_on: dt.date,
    training_until: dt.date | None,
    assessed_on: dt.date | None,
    follow_until: dt.date | None,
) -> dt.date | None:
    """Return the last day for the next step; None where nothing more is to be done."""
    begins = {
        RecallState.LISTED: listed_on,
        RecallState.TRAINING: training_until,
        RecallState.ASSESSED: assessed_on,
        RecallState.FOLLOW_UP: follow_until,
    }.get(state)
    return None if begins is None else begins + dt.timedelta(days=terms.step_days)
