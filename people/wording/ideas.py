"""The words for 金点子."""

from people.rules.ideas import IdeaState

STATES = {
    IdeaState.RAISED: "待答复",
    IdeaState.ADOPTED: "已采纳",
    IdeaState.DECLINED: "未采纳",
    IdeaState.DONE: "已实施",
}

TONES = {
    IdeaState.RAISED: "warn",
    IdeaState.ADOPTED: "ok",
    IdeaState.DECLINED: "",
    IdeaState.DONE: "ok",
}


def refused_step(state: str) -> str:
    """Return why nothing of the sort can be done to a suggestion in this state any more."""
    return f"这条金点子{STATES[IdeaState(state)]}，不能再这样办理，请刷新页面。"
