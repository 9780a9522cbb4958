"""The words for 谈心谈话."""

from people.rules.talks import VISITS, TalkForm, TalkReason, TalkState

FORMS = {TalkForm.TALK: "谈心谈话", TalkForm.VISIT: "走访"}

REASONS = {
    TalkReason.JOB_CHANGED: "岗位变动",
    TalkReason.CRITICISED: "受到批评",
    TalkReason.UPSET: "情绪波动",
    TalkReason.DIFFICULTY: "遇到困难",
    TalkReason.HONOURED: "受到表彰",
    TalkReason.UNSETTLED: "发生矛盾",
    TalkReason.ILL: "生病住院",
    TalkReason.DISASTER: "家庭变故",
    TalkReason.HARDSHIP: "重大困难",
    TalkReason.ABSENT: "无故缺席",
    TalkReason.RESULT: "考评结果",
    TalkReason.REMINDER: "提醒谈话",
    TalkReason.HELP: "帮教谈话",
    TalkReason.BIRTHDAY: "政治生日",
    TalkReason.REGULAR: "日常谈心",
}

_SIX = (
    TalkReason.JOB_CHANGED,
    TalkReason.CRITICISED,
    TalkReason.UPSET,
    TalkReason.DIFFICULTY,
    TalkReason.HONOURED,
    TalkReason.UNSETTLED,
)
# As the choice lists them.
REASON_GROUPS = (
    ("六必谈", _SIX),
    ("四必访", tuple(reason for reason in TalkReason if reason in VISITS)),
    (
        "其他谈话",
        tuple(reason for reason in TalkReason if reason not in _SIX and reason not in VISITS),
    ),
)

STATES = {TalkState.DUE: "待谈", TalkState.HELD: "已谈", TalkState.DROPPED: "不再需要"}
STATE_TONES = {TalkState.DUE: "warn", TalkState.HELD: "ok", TalkState.DROPPED: ""}


def refused_step(state: str) -> str:
    """Return why a step cannot be taken any more."""
    if state == TalkState.HELD:
        return "这次谈话已经登记过了，不用再办。"
    return "这次谈话已经不再需要，请刷新页面后再看。"
