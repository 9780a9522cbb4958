"""A grading round (定评): its states, its steps, and who takes each."""

from __future__ import annotations

from enum import StrEnum

from branches.rules.roles import Capability
from branches.rules.workflow import Workflow


class RoundState(StrEnum):
    """Where a round stands. Only ``FINAL`` and ``WITHDRAWN`` are ends."""

    FIRST = "FIRST"  # 初评
    COMMENTS = "COMMENTS"  # 征求意见
    PUBLIC = "PUBLIC"  # 公示，可申诉
    VERIFYING = "VERIFYING"  # 核实: the notice has ended, appeals are being answered
    DECIDING = "DECIDING"  # 审定
    FINAL = "FINAL"  # 已审定
    WITHDRAWN = "WITHDRAWN"  # 已撤回


class RoundStep(StrEnum):
    ASK_COMMENTS = "ASK_COMMENTS"
    PUBLISH = "PUBLISH"
    END_NOTICE = "END_NOTICE"
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    DECIDE = "DECIDE"
    WITHDRAW = "WITHDRAW"


_S, _T = RoundState, RoundStep

# Without objections a round goes straight from the notice's end to the decision; while any
# appeal is open it stays with those who verify (a guard of the operation, not of the table).
ROUND: Workflow[RoundState, RoundStep] = Workflow(
    {
        (_S.FIRST, _T.ASK_COMMENTS): _S.COMMENTS,
        (_S.COMMENTS, _T.PUBLISH): _S.PUBLIC,
        (_S.PUBLIC, _T.END_NOTICE): _S.VERIFYING,
        (_S.VERIFYING, _T.SUBMIT): _S.DECIDING,
        (_S.DECIDING, _T.RETURN): _S.VERIFYING,
        (_S.DECIDING, _T.DECIDE): _S.FINAL,
        (_S.FIRST, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.COMMENTS, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.PUBLIC, _T.WITHDRAW): _S.WITHDRAWN,
        (_S.VERIFYING, _T.WITHDRAW): _S.WITHDRAWN,
    }
)

# The office (党群部门) leads the round; the leading group alone returns or decides it (审定).
NEEDS: dict[RoundStep, Capability] = {
    _T.ASK_COMMENTS: Capability.RUN_ROUNDS,
    _T.PUBLISH: Capability.RUN_ROUNDS,
    _T.END_NOTICE: Capability.RUN_ROUNDS,
    _T.SUBMIT: Capability.RUN_ROUNDS,
    _T.WITHDRAW: Capability.RUN_ROUNDS,
    _T.RETURN: Capability.DECIDE_ROUNDS,
    _T.DECIDE: Capability.DECIDE_ROUNDS,
}
NEEDS_REASON = frozenset({_T.WITHDRAW, _T.RETURN})

OPEN_STATES = frozenset(set(RoundState) - {_S.FINAL, _S.WITHDRAWN})
APPEALABLE = frozenset({_S.PUBLIC})
CORRECTABLE = frozenset({_S.PUBLIC, _S.VERIFYING})


class AppealState(StrEnum):
    FILED = "FILED"
    UPHELD = "UPHELD"  # 成立
    REJECTED = "REJECTED"  # 不成立
    WITHDRAWN = "WITHDRAWN"  # 本人撤回


class AppealStep(StrEnum):
    UPHOLD = "UPHOLD"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


APPEAL: Workflow[AppealState, AppealStep] = Workflow(
    {
        (AppealState.FILED, AppealStep.UPHOLD): AppealState.UPHELD,
        (AppealState.FILED, AppealStep.REJECT): AppealState.REJECTED,
        (AppealState.FILED, AppealStep.WITHDRAW): AppealState.WITHDRAWN,
    }
)


class ConsequenceState(StrEnum):
    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    DONE = "DONE"
    LIFTED = "LIFTED"  # 因容错免除


class ConsequenceStep(StrEnum):
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    FINISH = "FINISH"
    LIFT = "LIFT"


CONSEQUENCE: Workflow[ConsequenceState, ConsequenceStep] = Workflow(
    {
        (ConsequenceState.PROPOSED, ConsequenceStep.ACCEPT): ConsequenceState.ACCEPTED,
        (ConsequenceState.PROPOSED, ConsequenceStep.DECLINE): ConsequenceState.DECLINED,
        (ConsequenceState.ACCEPTED, ConsequenceStep.FINISH): ConsequenceState.DONE,
        (ConsequenceState.ACCEPTED, ConsequenceStep.LIFT): ConsequenceState.LIFTED,
    }
)


class MarkKind(StrEnum):
    """How a mark came about. Reviews stand in for the inspectors' mean, with a reason."""

    INSPECTION = "INSPECTION"  # 检查
    MUTUAL = "MUTUAL"  # 互查
    SPOT = "SPOT"  # 抽查


REVIEWS = frozenset({MarkKind.MUTUAL, MarkKind.SPOT})
