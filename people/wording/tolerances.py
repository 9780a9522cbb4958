"""The words for 容错."""

from people.rules.tolerances import ToleranceState

STATES = {
    ToleranceState.ASKED: "已申请",
    ToleranceState.INVESTIGATED: "已核实",
    ToleranceState.GRANTED: "同意容错",
    ToleranceState.REFUSED: "不予容错",
    ToleranceState.WITHDRAWN: "已撤回",
}

TONES = {
    ToleranceState.ASKED: "warn",
    ToleranceState.INVESTIGATED: "warn",
    ToleranceState.GRANTED: "ok",
    ToleranceState.REFUSED: "",
    ToleranceState.WITHDRAWN: "",
}
