"""The words on the screen for the codes in the tables."""

import datetime as dt

from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS as KIND_RULES
from activities.rules.kinds import ActivityKind, Roll
from activities.rules.progress import State
from branches.rules.periods import Period, PeriodKind

KINDS = {
    ActivityKind.THEME_DAY: "主题党日",
    ActivityKind.ASSEMBLY: "党员大会",
    ActivityKind.COMMITTEE: "支委会",
    ActivityKind.GROUP_MEETING: "党小组会",
    ActivityKind.LECTURE: "党课",
    ActivityKind.ORGANIZATION_LIFE: "组织生活会",
    ActivityKind.STUDY: "集中学习",
    ActivityKind.SERVICE: "志愿服务",
    ActivityKind.APPRAISAL: "民主评议党员",
    ActivityKind.TALK: "宣讲（晨讲、微党课）",
    ActivityKind.SALON: "先锋沙龙",
    ActivityKind.VISIT: "参观教育基地",
    ActivityKind.OTHER: "其他活动",
}

# What one does with it: 召开 a meeting, 开展 an activity.
VERBS = {
    ActivityKind.THEME_DAY: "开展",
    ActivityKind.ASSEMBLY: "召开",
    ActivityKind.COMMITTEE: "召开",
    ActivityKind.GROUP_MEETING: "召开",
    ActivityKind.LECTURE: "开展",
    ActivityKind.ORGANIZATION_LIFE: "召开",
    ActivityKind.STUDY: "开展",
    ActivityKind.SERVICE: "开展",
    ActivityKind.APPRAISAL: "召开",
    ActivityKind.TALK: "开展",
    ActivityKind.SALON: "开展",
    ActivityKind.VISIT: "开展",
    ActivityKind.OTHER: "开展",
}

ATTENDANCE = {
    AttendanceStatus.UNMARKED: "未登记",
    AttendanceStatus.PRESENT: "到",
    AttendanceStatus.LATE: "迟到",
    AttendanceStatus.ONLINE: "线上",
    AttendanceStatus.LEAVE: "请假",
    AttendanceStatus.ABSENT: "缺席",
}

# How a mark is coloured on the roll.
ATTENDANCE_TONES = {
    AttendanceStatus.UNMARKED: "",
    AttendanceStatus.PRESENT: "ok",
    AttendanceStatus.LATE: "warn",
    AttendanceStatus.ONLINE: "ok",
    AttendanceStatus.LEAVE: "",
    AttendanceStatus.ABSENT: "bad",
}

STATES = {
    State.PLANNED: "已安排",
    State.OPEN: "登记中",
    State.CLOSED: "已办结",
    State.CANCELLED: "已取消",
}

STATE_TONES = {
    State.PLANNED: "",
    State.OPEN: "warn",
    State.CLOSED: "ok",
    State.CANCELLED: "",
}

ROLLS = {
    Roll.MEMBERS: "全体党员",
    Roll.COMMITTEE: "支部委员",
    Roll.GROUP: "本小组党员",
}

# Where those on a roll belong.
ROLL_PLACES = {
    Roll.MEMBERS: "本支部",
    Roll.COMMITTEE: "支委会",
    Roll.GROUP: "本小组",
}

RHYTHMS = {
    PeriodKind.MONTH: "每月",
    PeriodKind.QUARTER: "每季度",
    PeriodKind.HALF_YEAR: "每半年",
    PeriodKind.YEAR: "每年",
}

THIS = {
    PeriodKind.MONTH: "本月",
    PeriodKind.QUARTER: "本季度",
    PeriodKind.HALF_YEAR: "本半年",
    PeriodKind.YEAR: "本年度",
}

_QUARTERS = {1: "一季度", 2: "二季度", 3: "三季度", 4: "四季度"}
_HALVES = {1: "上半年", 2: "下半年"}


def window_word(window: Period) -> str:
    """Return a window as people say it before a meeting: 11月, 三季度, 2026年度."""
    if window.kind is PeriodKind.MONTH:
        return f"{window.number}月"
    if window.kind is PeriodKind.QUARTER:
        return _QUARTERS[window.number]
    if window.kind is PeriodKind.HALF_YEAR:
        return _HALVES[window.number]
    return f"{window.year}年度"


def meeting_of(kind: ActivityKind, window: Period) -> str:
    """Return 11月主题党日, 三季度党员大会, 2026年度组织生活会."""
    return f"{window_word(window)}{KINDS[kind]}"


def usual_title(kind: ActivityKind, day: dt.date) -> str:
    """Return the title a record of this kind is given unless somebody finds a better one."""
    every = KIND_RULES[kind].every or PeriodKind.MONTH
    return meeting_of(kind, Period.containing(day, every))


def marks_lost(roll: Roll, day: dt.date, persons: int) -> str:
    """Return what a day costs whose roll lacks people who are marked already."""
    return (
        f"按 {day.year}年{day.month}月{day.day}日 的名单，有 {persons} 人当时不在"
        f"{ROLL_PLACES[roll]}，已填的到会会丢失。"
    )


def refused_step(state: str) -> str:
    """Return why nothing can be done to a record in this state any more."""
    if state == State.CLOSED:
        return "这次活动已经办结。要改，请先退回更正并写明原因。"
    if state == State.CANCELLED:
        return "这次活动已经取消，不能再登记。"
    return "这次活动现在不能这样操作，请刷新页面后再试。"
