"""The words for duty."""

from activities.rules.duty import SwapState, VisitState

SWAPS = {SwapState.ASKED: "待对方答复", SwapState.AGREED: "已换班", SwapState.REFUSED: "未同意"}

VISITS = {
    VisitState.SETTLED: "当场答复",
    VisitState.BRANCH: "交支部办理",
    VisitState.ANSWERED: "已答复",
    VisitState.UPWARD: "已上报",
}
