"""The words for 民主评议."""

from activities.rules.appraisals import (
    AppraisalGrade,
    AppraisalState,
    AppraisalStep,
    BallotFault,
    Lack,
    Missing,
)

STATES = {
    AppraisalState.SELF: "个人自评",
    AppraisalState.PEER: "党员互评",
    AppraisalState.BALLOT: "民主测评",
    AppraisalState.OPINION: "组织评定",
    AppraisalState.FEEDBACK: "反馈本人",
    AppraisalState.DONE: "已完成",
}

STEPS = {
    AppraisalStep.TO_PEERS: "转入党员互评",
    AppraisalStep.TO_BALLOT: "转入民主测评",
    AppraisalStep.TO_OPINION: "转入组织评定",
    AppraisalStep.TO_FEEDBACK: "确定等次，转入反馈",
    AppraisalStep.FINISH: "完成评议",
    AppraisalStep.BACK: "退回上一环节",
}

GRADES = {
    AppraisalGrade.EXCELLENT: "优秀",
    AppraisalGrade.QUALIFIED: "合格",
    AppraisalGrade.BASIC: "基本合格",
    AppraisalGrade.UNQUALIFIED: "不合格",
}

GRADE_TONES = {
    AppraisalGrade.EXCELLENT: "ok",
    AppraisalGrade.QUALIFIED: "ok",
    AppraisalGrade.BASIC: "warn",
    AppraisalGrade.UNQUALIFIED: "bad",
}

# What is done in each state, as the button says it.
WRITE = {
    AppraisalState.SELF: "填写自评",
    AppraisalState.PEER: "填写互评意见",
    AppraisalState.BALLOT: "登记测评票数",
    AppraisalState.OPINION: "评定等次",
    AppraisalState.FEEDBACK: "登记反馈日期",
}

# What a member lacks in each state, as the line of the member says it.
LACKING = {
    AppraisalState.SELF: "还没有自评",
    AppraisalState.PEER: "还没有互评意见",
    AppraisalState.BALLOT: "还没有票数",
    AppraisalState.OPINION: "还没有定等次",
    AppraisalState.FEEDBACK: "还没有反馈",
}

_LACKS = {
    Lack.NOBODY: "评议名单是空的，请先在“党员”里登记，再按名册更新名单。",
    Lack.SELF: "还有 {n} 人没有自评，也没有写明原因：{names}。",
    Lack.PEER: "还有 {n} 人没有互评意见：{names}。",
    Lack.MEETING: "还没有选定在哪次党员大会（民主评议党员会议）上测评。",
    Lack.BALLOT: "还没有登记发出和收回的测评票数。",
    Lack.COUNTS: "还有 {n} 人没有登记票数：{names}。",
    Lack.GRADES: "还有 {n} 人没有定等次：{names}。",
    Lack.FEEDBACK: "还有 {n} 人没有登记反馈日期：{names}。",
}
_NAMES_SHOWN = 8

FAULTS = {
    BallotFault.NONE_RETURNED: "有效票是 0 张，测评无效，请核对或重新测评。",
    BallotFault.MORE_RETURNED: "收回票数多于发出票数，测评无效，应当重新测评。",
    BallotFault.MORE_VOID: "无效票多于收回票数，请核对。",
    BallotFault.MORE_VOTES: "各等次票数相加多于有效票，请核对。",
}


def missing_words(missing: Missing, *, cap_words: str, blocks: bool) -> str:
    """Return what is missing and how to mend it."""
    if missing.lack is Lack.EXCESS:
        mend = "请减少优秀人数。" if blocks else "请减少优秀人数，或写明超过的理由。"
        return f"{cap_words}{mend}"
    shown = "、".join(missing.names[:_NAMES_SHOWN])
    if len(missing.names) > _NAMES_SHOWN:
        shown += " 等"
    return _LACKS[missing.lack].format(n=len(missing.names), names=shown)


def cap_words(*, base: str, number: int, divisor: int, cap: int, excellent: int) -> str:
    """Return the arithmetic of M11."""
    who = "参评定等次的党员" if base == "full" else "参加评议的党员"
    share = "三分之一" if divisor == 3 else f"{divisor} 分之一"
    return (
        f"优秀一般不超过{share}：{who} {number} 人，{number} ÷ {divisor} 取整 {cap} 人，"
        f"现定优秀 {excellent} 人。"
    )


def refused_step(state: str) -> str:
    """Return why something cannot be done in this state."""
    if state == AppraisalState.DONE:
        return "这次民主评议已经完成，不能再改。"
    word = STATES[AppraisalState(state)]
    return f"民主评议现在处于“{word}”环节，这一步要按自评、互评、测评、评定、反馈的次序进行。"
