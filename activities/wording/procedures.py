"""The words for guided procedures."""

from activities.rules.procedure_progress import StepState
from activities.rules.procedures import About, Chapter, PaperKind

CHAPTERS = {
    Chapter.PEOPLE: "发展和管理党员",
    Chapter.ELECTIONS: "选举",
    Chapter.LIFE: "组织生活",
}

ABOUT = {
    About.MEMBER: "关于一名党员",
    About.PERSON: "关于一名申请人",
    About.BRANCH: "关于党支部",
}

PAPERS = {
    PaperKind.REQUEST: "请示",
    PaperKind.REPORT: "报告",
    PaperKind.RESOLUTION: "决议",
    PaperKind.MINUTES: "会议记录",
    PaperKind.NOTICE: "通知",
    PaperKind.ANNOUNCEMENT: "公示",
    PaperKind.TALK: "谈话记录",
}

STEP_STATES = {
    StepState.DONE: "已办",
    StepState.OPEN: "可以办",
    StepState.EARLY: "时间未到",
    StepState.WAITING: "等前一步",
    StepState.AGAIN: "定期再办",
}

STEP_TONES = {
    StepState.DONE: "ok",
    StepState.OPEN: "warn",
    StepState.EARLY: "",
    StepState.WAITING: "",
    StepState.AGAIN: "ok",
}
