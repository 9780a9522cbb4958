"""The words for signing in, leave and making up."""

from activities.rules.leave import LeaveState, MakeUpMethod
from activities.rules.sign_in import SignInMethod

METHODS = {SignInMethod.QR: "扫码", SignInMethod.CODE: "输入签到码"}

LEAVE_STATES = {
    LeaveState.ASKED: "待答复",
    LeaveState.APPROVED: "已准假",
    LeaveState.REFUSED: "未准假",
    LeaveState.WITHDRAWN: "已撤回",
}

LEAVE_TONES = {
    LeaveState.ASKED: "warn",
    LeaveState.APPROVED: "ok",
    LeaveState.REFUSED: "bad",
    LeaveState.WITHDRAWN: "",
}

MAKE_UPS = {
    MakeUpMethod.CLASS: "补课",
    MakeUpMethod.HOME_VISIT: "送学上门",
    MakeUpMethod.ONLINE: "线上补学",
}
