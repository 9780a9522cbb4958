"""The words for problem management and supervision."""

from activities.rules.supervision import (
    Library,
    ProblemAct,
    Proposal,
    Satisfaction,
    Severity,
    Source,
)

LIBRARIES = {
    Library.TEAM: "班组问题库",
    Library.DEPARTMENT: "部门问题库",
    Library.COMPANY: "公司问题库",
}

SEVERITIES = {
    Severity.URGENT: "急难",
    Severity.MAJOR: "重大",
    Severity.ORDINARY: "一般",
    Severity.BUDDING: "萌芽",
}

SOURCES = {
    Source.DIRECT: "直接登记",
    Source.MEETING: "会议",
    Source.DUTY: "值班来访",
    Source.PAIR: "结对联系",
    Source.TALK: "谈心谈话",
    Source.STEWARD: "小政委",
    Source.INSPECTION: "检查",
    Source.EVALUATION: "评议",
    Source.RATING: "考评结果",
}

SATISFACTIONS = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.FAIR: "基本满意",
    Satisfaction.DISSATISFIED: "不满意",
}

STEPS = {
    ProblemAct.RAISED: "提出",
    ProblemAct.ASSIGNED: "明确第一责任人",
    ProblemAct.PROGRESS: "办理进展",
    ProblemAct.CHANGED: "修改措施、期限",
    ProblemAct.SEVERITY: "调整程度",
    ProblemAct.ESCALATED: "提交上一级",
    ProblemAct.SUPERVISED: "督办",
    ProblemAct.ANSWERED: "督办回复",
    ProblemAct.CLOSED: "销号",
    ProblemAct.ASKED: "回访反映人",
    ProblemAct.LOOKED: "回头看",
    ProblemAct.REOPENED: "恢复整改",
}

SEVERITY_TONES = {
    Severity.URGENT: "bad",
    Severity.MAJOR: "warn",
    Severity.ORDINARY: "",
    Severity.BUDDING: "",
}

# How each is handled, beside the choice.
HANDLING = {
    Severity.URGENT: "急难：马上办。直接交上级党委，各级同时知道",
    Severity.MAJOR: "重大：专题研究，定措施，上级督办",
    Severity.ORDINARY: "一般：限期办",
    Severity.BUDDING: "萌芽：早关注、早化解",
}

SATISFACTION_TONES = {
    Satisfaction.SATISFIED: "ok",
    Satisfaction.FAIR: "",
    Satisfaction.DISSATISFIED: "bad",
}

PROPOSALS = {
    Proposal.BEGIN: "急难问题要马上着手，着手后登记一条办理进展。",
    Proposal.ASSIGN: "还没有第一责任人，请指定一人，或在三方会议上明确。",
    Proposal.MEASURES: "重大问题要写明整改措施。",
    Proposal.SUPERVISE: "重大问题要由上级发督办通知单。",
    Proposal.ESCALATE: "已经超过期限。本级办不了的，建议提交上一级。",
    Proposal.ASK: "请回访反映人，登记是否满意。",
    Proposal.LOOK_BACK: "到了回头看的时间，请看看问题有没有反复。",
    Proposal.REOPEN: "反映人不满意，建议恢复整改。",
}


def number(year: int, of_year: int) -> str:
    """Return 督办〔2026〕1号."""
    return f"督办〔{year}〕{of_year}号"
