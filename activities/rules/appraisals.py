"""民主评议党员: its order, its four grades, who is graded.

Source: 党员教育管理工作条例 第十八条 (M9), rules M10 to M13.
"""

from __future__ import annotations

from enum import StrEnum

from branches.rules.workflow import Workflow


class AppraisalState(StrEnum):
    SELF = "SELF"
    PEER = "PEER"
    BALLOT = "BALLOT"
    OPINION = "OPINION"
    FEEDBACK = "FEEDBACK"
    DONE = "DONE"


class AppraisalStep(StrEnum):
    TO_PEERS = "TO_PEERS"
    TO_BALLOT = "TO_BALLOT"
    TO_OPINION = "TO_OPINION"
    TO_FEEDBACK = "TO_FEEDBACK"
    FINISH = "FINISH"


class AppraisalGrade(StrEnum):
    EXCELLENT = "EXCELLENT"
    QUALIFIED = "QUALIFIED"
    BASIC = "BASIC"
    UNQUALIFIED = "UNQUALIFIED"


_S, _T = AppraisalState, AppraisalStep

APPRAISAL: Workflow[AppraisalState, AppraisalStep] = Workflow(
    {
        (_S.SELF, _T.TO_PEERS): _S.PEER,
        (_S.PEER, _T.TO_BALLOT): _S.BALLOT,
        (_S.BALLOT, _T.TO_OPINION): _S.OPINION,
        (_S.OPINION, _T.TO_FEEDBACK): _S.FEEDBACK,
        (_S.FEEDBACK, _T.FINISH): _S.DONE,
    }
)
