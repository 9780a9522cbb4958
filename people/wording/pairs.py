"""The words for 结对."""

from people.rules.pairs import PairKind, PairState, PairStyle, Rhythm, Way

KINDS = {
    PairKind.OLD_NEW: "老带新",
    PairKind.EDUCATION: "高低学历互助",
    PairKind.APPLICANT: "党员与入党积极分子",
    PairKind.SKILL: "一对一技能帮带",
    PairKind.COLLEAGUE: "党群连心",
    PairKind.HOUSEHOLD: "联摊联户",
}

STYLES = {
    PairStyle.INTERACTIVE: "互动式",
    PairStyle.LEADING: "带动式",
    PairStyle.COMPLEMENTARY: "互补式",
}

RHYTHMS = {
    Rhythm.WEEK: "每周",
    Rhythm.FORTNIGHT: "每两周",
    Rhythm.MONTH: "每月",
    Rhythm.QUARTER: "每季度",
}

WAYS = {Way.MEETING: "见面", Way.WORK: "一起工作", Way.CALL: "电话", Way.VISIT: "上门"}

STATES = {
    PairState.FINE: "按时联系",
    PairState.DUE: "该联系了",
    PairState.APART: "需要重新结对",
    PairState.ENDED: "已结束",
}
TONES = {PairState.FINE: "ok", PairState.DUE: "warn", PairState.APART: "bad", PairState.ENDED: ""}
