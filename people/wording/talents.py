"""The words for the talent pool."""

from people.rules.talents import Outcome, TalentState, Tier

TIERS = {Tier.GOOD: "三好人才", Tier.ABLE: "六有人才"}

STATES = {
    TalentState.RECOMMENDED: "支部已推荐",
    TalentState.EXAMINED: "已考察",
    TalentState.PUBLISHED: "公示中",
    TalentState.CONFIRMED: "在库",
    TalentState.DECLINED: "未入库",
    TalentState.LEFT: "已出库",
}

OUTCOMES = {
    Outcome.PROMOTED: "提拔或者重用",
    Outcome.UPPER_TIER: "进入上一层人才库",
    Outcome.MOVED: "调离",
    Outcome.AGE: "超过年龄",
    Outcome.WITHDRAWN: "本人申请或者不再适合",
}

STATE_TONES = {
    TalentState.RECOMMENDED: "warn",
    TalentState.EXAMINED: "warn",
    TalentState.PUBLISHED: "warn",
    TalentState.CONFIRMED: "ok",
    TalentState.DECLINED: "",
    TalentState.LEFT: "",
}
