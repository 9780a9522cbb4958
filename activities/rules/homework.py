"""Homework: what it follows, and how it stands for one person. It is neither graded nor ranked.

Source: practices C25 (homework after a salon) and C28.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from activities.rules.kinds import ActivityKind

KINDS = frozenset({ActivityKind.STUDY, ActivityKind.LECTURE, ActivityKind.SALON, ActivityKind.TALK})


class HomeworkState(StrEnum):
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    HANDED_IN = "HANDED_IN"
    LATE = "LATE"
    REMARKED = "REMARKED"


def state_of(
    *, due_on: dt.date, handed_in_on: dt.date | None, is_remarked: bool, on: dt.date
) -> HomeworkState:
    """Return how a piece of homework stands; on its last day it is still in time."""
    if is_remarked:
        return HomeworkState.REMARKED
    if handed_in_on is None:
        return HomeworkState.DUE if on <= due_on else HomeworkState.OVERDUE
    return HomeworkState.HANDED_IN if handed_in_on <= due_on else HomeworkState.LATE
