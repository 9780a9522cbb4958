"""Duty (值班): the roster, the swap, the visit and the clock of its answer.

Source: practice C10: two members a weekday, the secretary at weekends, 8:30–12:00 and
14:00–17:00; what cannot be settled goes to the branch, answered within 5 working days, then up.
"""

from __future__ import annotations

from enum import StrEnum

from branches.rules.workflow import Workflow


class SwapState(StrEnum):
    ASKED = "ASKED"
    AGREED = "AGREED"
    REFUSED = "REFUSED"


class VisitState(StrEnum):
    """SETTLED on the spot; BRANCH: the branch owes an answer; UPWARD: passed on as a problem."""

    SETTLED = "SETTLED"
    BRANCH = "BRANCH"
    ANSWERED = "ANSWERED"
    UPWARD = "UPWARD"


class VisitStep(StrEnum):
    ANSWER = "ANSWER"
    SEND_UP = "SEND_UP"


VISIT: Workflow[VisitState, VisitStep] = Workflow(
    {
        (VisitState.BRANCH, VisitStep.ANSWER): VisitState.ANSWERED,
        (VisitState.BRANCH, VisitStep.SEND_UP): VisitState.UPWARD,
        (VisitState.UPWARD, VisitStep.ANSWER): VisitState.ANSWERED,
    }
)
