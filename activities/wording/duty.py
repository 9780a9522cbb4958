"""The words for duty."""

from activities.rules.duty import SwapState, VisitState

SWAPS = {SwapState.ASKED: "待对方答复", SwapState.AGREED: "已换班", SwapState.REFUSED: "未同意"}

VISITS = {
    VisitState.SETTLED: "当场答复",
    VisitState.BRANCH: "交支部办理",
    VisitState.ANSWERED: "已答复",
    VisitState.UPWARD: "已上报",
}

VISIT_TONES = {
    VisitState.SETTLED: "ok",
    VisitState.BRANCH: "warn",
    VisitState.ANSWERED: "ok",
    VisitState.UPWARD: "",
}

SWAP_TONES = {SwapState.ASKED: "warn", SwapState.AGREED: "ok", SwapState.REFUSED: ""}


def refused_step(state: str) -> str:
    """Return why nothing can be done to a visit in this state any more."""
    if state == VisitState.UPWARD:
        return "这件事已经上报，等上级办理后再答复来访人。"
    return f"这件事{VISITS[VisitState(state)]}，不能再这样办理，请刷新页面。"


def masked(name: str) -> str:
    """Return a visitor's name for those who need not know it: the first character alone."""
    return f"{name[:1]}**" if name else ""
