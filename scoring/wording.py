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
    ConsequenceState.LIFTED: "已免除",
}

MARK_KINDS = {
    MarkKind.INSPECTION: "检查",
    MarkKind.MUTUAL: "互查",
    MarkKind.SPOT: "抽查",
}

# The language of schemes.
THESE_PERIODS = {"month": "当月", "quarter": "当季", "half-year": "这半年", "year": "当年"}
PERIODS = {"month": "月度", "quarter": "季度", "half-year": "半年", "year": "年度"}
TARGETS = {"organization": "党组织", "member": "党员"}
GROUPS = {"type": "同类型之间比较", "parent": "同一上级之下比较", "all": "全部一起比较"}
RULES = {
    "each": "按次加减分",
    "share": "按完成比例计分",
    "mark": "打分",
    "deduct": "从满分扣起",
    "band": "分档计分",
}
RULE_HINTS = {
    "each": "每次（小时、项）加几分或扣几分，可设每期最高。",
    "share": "完成数除以应完成数，乘满分。",
    "mark": "由检查人员打分或登记得分，不超过满分。",
    "deduct": "先给满分，每次扣几分，扣完为止。",
    "band": "达到几得几分，按最高的一档计。",
}
EMPTY = {"full": "按满分计", "zero": "计 0 分", "omit": "不计此项"}
BAND_VALUES = {"quantity": "数量", "ratio": "数量 ÷ 应完成数"}
BOUNDS = {"below": "低于", "at_least": "不低于", "at_most": "不高于", "is": "等于"}
# What the scheme file's keys are called on the forms.
SCHEME_KEYS = {
    "code": "编码", "title": "名称", "source": "来源", "target": "评定对象", "period": "评定周期",
    "groups": "比较范围", "part": "部分", "item": "项目", "full": "满分", "weight": "权重",
    "bonus": "可为负分", "rule": "计分方法", "points": "每次分值", "cap": "每期最高",
    "empty": "没有应完成的", "bands": "分档", "of": "取值", "min": "下限", "fact": "数据来源",
    "types": "适用类型", "standard": "标准", "owner": "责任部门", "note": "说明", "label": "名称",
    "share": "比例", "star": "星级", "coefficient": "系数", "below": "低于", "unless": "除外",
    "any": "条件", "all": "条件", "periods": "期数", "within": "最近几期", "kind": "类别",
    "days": "办理天数", "withhold": "扣减绩效", "weights": "各期权重", "to": "汇总到",
    "is": "数值或名称", "at_least": "不低于", "at_most": "不高于", "from": "末档",
    "tier": "档次", "band": "等次", "floor": "底线", "total": "总分",
    "rank": "名次", "rank_from_bottom": "倒数名次", "exempt": "免评原因",
    "comments": "征求意见", "publicity": "公示", "answers": "申诉答复",
    "month": "月度", "quarter": "季度", "half-year": "半年", "year": "年度",
}  # fmt: skip
