"""金点子: raised, adopted, carried out (practice C31)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.workflow import Workflow
from branches.rules.working_days import WorkingCalendar

ANSWER_WORKING_DAYS = 10
SOON = dt.timedelta(days=7)  # so long before its day a thing to carry out is told


class IdeaState(StrEnum):
    RAISED = "RAISED"
    ADOPTED = "ADOPTED"
    DECLINED = "DECLINED"
    DONE = "DONE"


class IdeaStep(StrEnum):
    ADOPT = "ADOPT"
    DECLINE = "DECLINE"
    FINISH = "FINISH"


IDEA: Workflow[IdeaState, IdeaStep] = Workflow(
    {
        (IdeaState.RAISED, IdeaStep.ADOPT): IdeaState.ADOPTED,
        (IdeaState.RAISED, IdeaStep.DECLINE): IdeaState.DECLINED,
        (IdeaState.ADOPTED, IdeaStep.FINISH): IdeaState.DONE,
    }
)

# What counts as adopted, whether it was carried out already or not.
ADOPTED = (IdeaState.ADOPTED, IdeaState.DONE)


@dataclass(frozen=True, slots=True)
class Terms:
    """How soon a suggestion is answered: a parameter of rule P10."""

    answer_working_days: int = ANSWER_WORKING_DAYS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P10 says them; what it leaves out stays as practice has it."""
    return Terms(max(1, int(parameters.get("answer_working_days", ANSWER_WORKING_DAYS))))


def answer_due(raised_on: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return until when a suggestion is answered; the day it was raised does not count."""
    return calendar.after(raised_on, terms.answer_working_days)
