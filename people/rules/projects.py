"""揭榜: a project with target, acceptance and deadline is put up, claimed and accepted.

Source: practice C29.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from branches.rules.workflow import Workflow

SOON = dt.timedelta(days=14)  # so long before its day a project is told
MOST_TEAM = 20


class ProjectState(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLAIMED = "CLAIMED"
    HANDED_IN = "HANDED_IN"
    ACCEPTED = "ACCEPTED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ProjectStep(StrEnum):
    PUBLISH = "PUBLISH"
    CLAIM = "CLAIM"
    GIVE_BACK = "GIVE_BACK"
    HAND_IN = "HAND_IN"
    RETURN = "RETURN"
    ACCEPT = "ACCEPT"
    FAIL = "FAIL"
    CANCEL = "CANCEL"


PROJECT: Workflow[ProjectState, ProjectStep] = Workflow(
    {
        (ProjectState.DRAFT, ProjectStep.PUBLISH): ProjectState.OPEN,
        (ProjectState.OPEN, ProjectStep.CLAIM): ProjectState.CLAIMED,
        (ProjectState.CLAIMED, ProjectStep.GIVE_BACK): ProjectState.OPEN,
        (ProjectState.CLAIMED, ProjectStep.HAND_IN): ProjectState.HANDED_IN,
        (ProjectState.CLAIMED, ProjectStep.FAIL): ProjectState.FAILED,
        (ProjectState.HANDED_IN, ProjectStep.RETURN): ProjectState.CLAIMED,
        (ProjectState.HANDED_IN, ProjectStep.ACCEPT): ProjectState.ACCEPTED,
        (ProjectState.HANDED_IN, ProjectStep.FAIL): ProjectState.FAILED,
        (ProjectState.DRAFT, ProjectStep.CANCEL): ProjectState.CANCELLED,
        (ProjectState.OPEN, ProjectStep.CANCEL): ProjectState.CANCELLED,
    }
)

# It may still be put off: nobody has handed it in.
RUNNING = (ProjectState.OPEN, ProjectState.CLAIMED)


def is_overdue(state: ProjectState, due_on: dt.date, today: dt.date) -> bool:
    """Return whether the day has passed and nothing was handed in."""
    return state in RUNNING and due_on < today
