"""The words on the screen for the codes in the tables."""

from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import ActivityKind, Roll
from activities.rules.progress import State

KINDS = {
    ActivityKind.THEME_DAY: "主题党日",
    ActivityKind.ASSEMBLY: "党员大会",
    ActivityKind.COMMITTEE: "支委会",
    ActivityKind.GROUP_MEETING: "党小组会",
    ActivityKind.LECTURE: "党课",
    ActivityKind.ORGANIZATION_LIFE: "组织生活会",
    ActivityKind.STUDY: "集中学习",
    ActivityKind.SERVICE: "志愿服务",
}

ATTENDANCE = {
    AttendanceStatus.UNMARKED: "未登记",
    AttendanceStatus.PRESENT: "到",
    AttendanceStatus.LATE: "迟到",
    AttendanceStatus.ONLINE: "线上",
    AttendanceStatus.LEAVE: "请假",
    AttendanceStatus.ABSENT: "缺席",
}

STATES = {
    State.PLANNED: "已安排",
    State.OPEN: "登记中",
    State.CLOSED: "已办结",
    State.CANCELLED: "已取消",
}

ROLLS = {
    Roll.MEMBERS: "全体党员",
    Roll.COMMITTEE: "支部委员",
    Roll.GROUP: "本小组党员",
}
