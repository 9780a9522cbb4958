"""The words for 揭榜."""

from people.rules.projects import ProjectState

STATES = {
    ProjectState.DRAFT: "草稿",
    ProjectState.OPEN: "待揭榜",
    ProjectState.CLAIMED: "攻关中",
    ProjectState.HANDED_IN: "待验收",
    ProjectState.ACCEPTED: "验收通过",
    ProjectState.FAILED: "未完成",
    ProjectState.CANCELLED: "已取消",
}

TONES = {
    ProjectState.DRAFT: "",
    ProjectState.OPEN: "warn",
    ProjectState.CLAIMED: "",
    ProjectState.HANDED_IN: "warn",
    ProjectState.ACCEPTED: "ok",
    ProjectState.FAILED: "bad",
    ProjectState.CANCELLED: "",
}


def refused_step(state: str) -> str:
    """Return why nothing of the sort can be done to a project in this state any more."""
    return f"这个项目现在是“{STATES[ProjectState(state)]}”，不能再这样办理，请刷新页面。"
