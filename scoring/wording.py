"""The words on the screen for the codes in the tables."""

from scoring.rules.rounds import (
    AppealState,
    ConsequenceState,
    MarkKind,
    RoundState,
    RoundStep,
)

ROUND_STATES = {
    RoundState.FIRST: "初评",
    RoundState.COMMENTS: "征求意见",
    RoundState.PUBLIC: "公示",
    RoundState.VERIFYING: "核实",
    RoundState.DECIDING: "审定",
    RoundState.FINAL: "已审定",
    RoundState.WITHDRAWN: "已撤回",
}

ROUND_STEPS = {
    RoundStep.ASK_COMMENTS: "征求意见",
    RoundStep.PUBLISH: "开始公示",
    RoundStep.END_NOTICE: "公示结束，转核实",
    RoundStep.SUBMIT: "提交审定",
    RoundStep.RETURN: "退回核实",
    RoundStep.DECIDE: "审定通过",
    RoundStep.WITHDRAW: "撤回定评",
}

APPEAL_STATES = {
    AppealState.FILED: "待答复",
    AppealState.UPHELD: "成立",
    AppealState.REJECTED: "不成立",
    AppealState.WITHDRAWN: "已撤回",
}

CONSEQUENCE_STATES = {
    ConsequenceState.PROPOSED: "待决定",
    ConsequenceState.ACCEPTED: "办理中",
    ConsequenceState.DECLINED: "不采用",
    ConsequenceState.DONE: "已办结",
}

MARK_KINDS = {
    MarkKind.INSPECTION: "检查",
    MarkKind.MUTUAL: "互查",
    MarkKind.SPOT: "抽查",
}
