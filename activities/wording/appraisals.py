"""The words for 民主评议."""

from activities.rules.appraisals import AppraisalGrade, AppraisalState, AppraisalStep

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
}

GRADES = {
    AppraisalGrade.EXCELLENT: "优秀",
    AppraisalGrade.QUALIFIED: "合格",
    AppraisalGrade.BASIC: "基本合格",
    AppraisalGrade.UNQUALIFIED: "不合格",
}
