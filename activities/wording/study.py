"""The words for study."""

from activities.rules.study import (
    ClassKind,
    EnrolmentState,
    OrderState,
    StudyList,
    Topic,
    Unit,
)

TOPICS = {
    Topic.THEORY: "党的创新理论",
    Topic.CONSTITUTION: "党章党规",
    Topic.SPIRIT: "党性教育",
    Topic.HISTORY: "党史",
    Topic.POLICY: "形势政策",
    Topic.DISCIPLINE: "纪律法律",
    Topic.WORK: "党务实务",
    Topic.SKILL: "业务技能",
}

# On the corners of a radar there is room for two words.
TOPICS_SHORT = {
    Topic.THEORY: "理论",
    Topic.CONSTITUTION: "党章",
    Topic.SPIRIT: "党性",
    Topic.HISTORY: "党史",
    Topic.POLICY: "形势",
    Topic.DISCIPLINE: "纪律",
    Topic.WORK: "党务",
    Topic.SKILL: "业务",
}

LISTS = {StudyList.REQUIRED: "必学", StudyList.ELECTIVE: "选修", StudyList.ADVANCED: "提升"}

ORDER_STATES = {
    OrderState.ASKED: "待接单",
    OrderState.ACCEPTED: "已接单",
    OrderState.DECLINED: "未接单",
    OrderState.CANCELLED: "已取消",
    OrderState.HELD: "待评价",
    OrderState.RATED: "已评价",
}

CLASSES = {
    ClassKind.PARTY_SCHOOL: "党校培训",
    ClassKind.CENTRALISED: "集中培训",
    ClassKind.ONLINE: "网络培训",
}

ENROLMENTS = {
    EnrolmentState.CALLED: "已调训",
    EnrolmentState.ATTENDED: "已参训",
    EnrolmentState.EXCUSED: "请假",
    EnrolmentState.MISSED: "未参训",
}

UNITS = {Unit.HOUR: "小时", Unit.HALF_DAY: "半天", Unit.DAY: "天"}

RATINGS = {5: "5 分 很好", 4: "4 分 好", 3: "3 分 一般", 2: "2 分 较差", 1: "1 分 差"}

ORDER_TONES = {
    OrderState.ASKED: "warn",
    OrderState.ACCEPTED: "",
    OrderState.DECLINED: "bad",
    OrderState.CANCELLED: "",
    OrderState.HELD: "warn",
    OrderState.RATED: "ok",
}

ENROLMENT_TONES = {
    EnrolmentState.CALLED: "warn",
    EnrolmentState.ATTENDED: "ok",
    EnrolmentState.EXCUSED: "",
    EnrolmentState.MISSED: "bad",
}


def refused_step(state: str) -> str:
    """Return why an order cannot take this step any more."""
    return f"这张选单{ORDER_STATES[OrderState(state)]}，不能再这样操作，请刷新页面。"


def few_ratings(count: int) -> str:
    """Return what stands instead of a mean of too few ratings."""
    return f"评价不足 3 次（{count} 次）" if count else "还没有评价"
