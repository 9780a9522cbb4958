"""The words for 承诺践诺."""

from people.rules.pledges import PledgeState, PledgeStep, Verdict

STATES = {
    PledgeState.DRAFT: "草稿",
    PledgeState.SUBMITTED: "待审核",
    PledgeState.APPROVED: "已公开",
    PledgeState.REVIEWED: "已评诺",
    PledgeState.WITHDRAWN: "已撤回",
}
STATE_TONES = {
    PledgeState.DRAFT: "",
    PledgeState.SUBMITTED: "warn",
    PledgeState.APPROVED: "ok",
    PledgeState.REVIEWED: "",
    PledgeState.WITHDRAWN: "",
}

VERDICTS = {Verdict.KEPT: "已兑现", Verdict.PARTLY: "部分兑现", Verdict.NOT_KEPT: "未兑现"}
VERDICT_TONES = {Verdict.KEPT: "ok", Verdict.PARTLY: "warn", Verdict.NOT_KEPT: "bad"}

BRANCH = "党支部"  # who promises where no member does

_STEPS = {
    PledgeStep.SUBMIT: "提交",
    PledgeStep.RETURN: "退回",
    PledgeStep.APPROVE: "公开",
    PledgeStep.REVIEW: "评诺",
    PledgeStep.REOPEN: "重新评诺",
    PledgeStep.WITHDRAW: "撤回",
}


def refused_step(state: str, step: str) -> str:
    """Return why a step cannot be taken from a state."""
    now, word = STATES[PledgeState(state)], _STEPS[PledgeStep(step)]
    return f"这条承诺现在是“{now}”，不能{word}。请看最新进度。"
