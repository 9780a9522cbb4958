"""The words for 小政委."""

from people.rules.stewards import Side, StewardGrade, StewardState, StewardStep

STATES = {
    StewardState.RECOMMENDED: "班组已推荐",
    StewardState.DECIDED: "支委会已研究",
    StewardState.APPOINTED: "在任",
    StewardState.DECLINED: "未通过",
    StewardState.ENDED: "已卸任",
}

SIDES = {Side.TEAM: "班组评价", Side.BRANCH: "支部评价"}

GRADES = {StewardGrade.GOOD: "好", StewardGrade.FAIR: "一般", StewardGrade.POOR: "差"}

STATE_TONES = {
    StewardState.RECOMMENDED: "warn",
    StewardState.DECIDED: "warn",
    StewardState.APPOINTED: "ok",
    StewardState.DECLINED: "",
    StewardState.ENDED: "",
}

GRADE_TONES = {StewardGrade.GOOD: "ok", StewardGrade.FAIR: "warn", StewardGrade.POOR: "bad"}

# 三高
CRITERIA = {"standing": "政治素质高", "skill": "业务技能高", "trust": "群众威信高"}

_STEPS = {
    StewardStep.DECIDE: "研究",
    StewardStep.DECLINE: "否决",
    StewardStep.APPOINT: "任命",
    StewardStep.END: "卸任",
}


def refused_step(state: str, step: str) -> str:
    """Return why a step cannot be taken from a state."""
    return f"现在是“{STATES[StewardState(state)]}”，不能{_STEPS[StewardStep(step)]}。请看最新进度。"


def stages(state: str) -> list[tuple[str, str]]:
    """Return the three steps of choosing, and which of them is to be taken (label, state)."""
    done = {
        StewardState.RECOMMENDED: 1,
        StewardState.DECIDED: 2,
        StewardState.APPOINTED: 3,
        StewardState.ENDED: 3,
        StewardState.DECLINED: 0,
    }[StewardState(state)]
    names = ("班组推荐", "支委会研究", "书记任命")
    return [
        (name, "done" if place < done else "now" if place == done and done else "")
        for place, name in enumerate(names)
    ]
