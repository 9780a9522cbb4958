"""The course of an activity, and what may still be done to it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from branches.rules.workflow import Workflow

# A record is due within three working days after the meeting (M23, local filing rules).
RECORD_WORKING_DAYS = 3


class State(StrEnum):
    PLANNED = "PLANNED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    TAKE_ROLL = "TAKE_ROLL"
    EDIT = "EDIT"
    CLOSE = "CLOSE"
    CANCEL = "CANCEL"
    REOPEN = "REOPEN"


ACTIVITY: Workflow[State, Step] = Workflow(
    {
        (State.PLANNED, Step.EDIT): State.PLANNED,
        (State.PLANNED, Step.TAKE_ROLL): State.OPEN,
        (State.PLANNED, Step.CLOSE): State.CLOSED,
        (State.PLANNED, Step.CANCEL): State.CANCELLED,
        (State.OPEN, Step.EDIT): State.OPEN,
        (State.OPEN, Step.TAKE_ROLL): State.OPEN,
        (State.OPEN, Step.CLOSE): State.CLOSED,
        (State.OPEN, Step.CANCEL): State.CANCELLED,
        (State.CLOSED, Step.REOPEN): State.OPEN,
    }
)


def is_late_entry(*, held_on: dt.date, entered_on: dt.date, record_due_on: dt.date) -> bool:
    """Return whether a record was entered after its working-day deadline; shown, never hidden."""
    return entered_on > record_due_on and entered_on > held_on
