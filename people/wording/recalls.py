"""The words for 召回."""

from people.rules.recalls import RecallOutcome, RecallState

STATES = {
    RecallState.LISTED: "已列入名单",
    RecallState.TRAINING: "培训中",
    RecallState.ASSESSED: "已考核",
    RecallState.FOLLOW_UP: "跟踪中",
    RecallState.ENDED: "已结束",
    RecallState.DROPPED: "已撤销",
}

OUTCOMES = {
    RecallOutcome.BACK: "合格，回到岗位",
    RecallOutcome.AGAIN: "继续帮助教育",
    RecallOutcome.PROPOSED: "建议组织另行研究",
}
