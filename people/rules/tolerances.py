"""容错 (practice C17): application → investigation → decision → feedback; consequences lifted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.workflow import Workflow
from branches.rules.working_days import WorkingCalendar

WORKING_DAYS, FEED_BACK_WORKING_DAYS = 20, 3


class ToleranceState(StrEnum):
    ASKED = "ASKED"
    INVESTIGATED = "INVESTIGATED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class ToleranceStep(StrEnum):
    INVESTIGATE = "INVESTIGATE"
    GRANT = "GRANT"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"


TOLERANCE: Workflow[ToleranceState, ToleranceStep] = Workflow(
    {
        (ToleranceState.ASKED, ToleranceStep.INVESTIGATE): ToleranceState.INVESTIGATED,
        (ToleranceState.ASKED, ToleranceStep.WITHDRAW): ToleranceState.WITHDRAWN,
        (ToleranceState.INVESTIGATED, ToleranceStep.GRANT): ToleranceState.GRANTED,
        (ToleranceState.INVESTIGATED, ToleranceStep.REFUSE): ToleranceState.REFUSED,
    }
)


DECIDED = frozenset({ToleranceState.GRANTED, ToleranceState.REFUSED})


@dataclass(frozen=True, slots=True)
class Terms:
    """Working days until an application is decided, and until the decision is told."""

    working_days: int = WORKING_DAYS
    feed_back_working_days: int = FEED_BACK_WORKING_DAYS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P8 says them; what it leaves out stays as above."""
    known = Terms()
    told = int(parameters.get("feed_back_working_days", known.feed_back_working_days))
    return Terms(
        working_days=max(1, int(parameters.get("working_days", known.working_days))),
        feed_back_working_days=max(1, told),
    )


def due_on(asked_on: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return the last day for the decision; the day of asking does not count."""
    return calendar.after(asked_on, terms.working_days)


def feed_back_by(decided_on: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return the last day on which the member is told; the day of decision does not count."""
    return calendar.after(decided_on, terms.feed_back_working_days)
