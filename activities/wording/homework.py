"""The words for homework."""

from activities.rules.homework import HomeworkState

STATES = {
    HomeworkState.DUE: "待提交",
    HomeworkState.OVERDUE: "超期未交",
    HomeworkState.HANDED_IN: "已提交",
    HomeworkState.LATE: "超期提交",
    HomeworkState.REMARKED: "已点评",
}

TONES = {
    HomeworkState.DUE: "warn",
    HomeworkState.OVERDUE: "bad",
    HomeworkState.HANDED_IN: "ok",
    HomeworkState.LATE: "",
    HomeworkState.REMARKED: "ok",
}
