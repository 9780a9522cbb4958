"""The words for the problem list."""

from activities.rules.problems import Check, CheckCode, Phase, ProblemList, ProblemState

STATES = {
    ProblemState.OPEN: "整改中",
    ProblemState.SOON: "快到期",
    ProblemState.OVERDUE: "已逾期",
    ProblemState.CLOSED: "已销号",
}

TONES = {
    ProblemState.OPEN: "",
    ProblemState.SOON: "warn",
    ProblemState.OVERDUE: "bad",
    ProblemState.CLOSED: "ok",
}

LISTS = {
    ProblemList.PROBLEMS: "问题清单",
    ProblemList.MEASURES: "整改清单",
    ProblemList.OWNERS: "责任清单",
    ProblemList.CLOSED: "销号清单",
}

PHASES = {Phase.BEFORE: "会前", Phase.DURING: "会上", Phase.AFTER: "会后"}

CHECKS = {
    CheckCode.THEME: "确定主题",
    CheckCode.STUDY: "会前学习",
    CheckCode.TALKS: "谈心谈话、征求意见",
    CheckCode.LAST_YEAR: "上年问题整改到位",
    CheckCode.PROBLEMS: "查摆问题",
    CheckCode.CRITICISM: "批评和自我批评",
    CheckCode.MEASURES: "逐条制定整改措施",
    CheckCode.OWNERS: "每条问题有责任人和期限",
}

# What to do where something is missing, and what was found where nothing is.
_MISSING = {
    CheckCode.THEME: "把活动主题写具体，不要只写“某年度组织生活会”。",
    CheckCode.STUDY: "会前 {days} 天内没有办结的学习、党课或主题党日记录。",
    CheckCode.TALKS: "在“会前准备”里写明谈心谈话和征求意见的情况。",
    CheckCode.LAST_YEAR: "上年还有 {count} 条问题没有销号。",
    CheckCode.PROBLEMS: "问题清单还是空的。",
    CheckCode.CRITICISM: "在“批评与自我批评”里写明情况。",
    CheckCode.MEASURES: "还有 {count} 条没有整改措施。",
    CheckCode.OWNERS: "还有 {count} 条没有责任人或期限。",
}
_DONE = {
    CheckCode.STUDY: "会前 {days} 天内有 {count} 次",
    CheckCode.PROBLEMS: "共 {count} 条",
}
_NO_PROBLEMS = "列出问题以后逐条填写。"


def check_words(check: Check, *, days: int, problems: int) -> str:
    """Return what was found, or what to do; ``days``: how far back study counts."""
    words = _DONE.get(check.code, "") if check.is_done else _MISSING[check.code]
    if not check.is_done and not problems and check.code in (CheckCode.MEASURES, CheckCode.OWNERS):
        words = _NO_PROBLEMS
    return words.format(days=days, count=check.count)
