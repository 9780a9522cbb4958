"""The words for elections."""

from activities.rules.elections import ElectionState, Office, TellerDuty

OFFICES = {
    Office.COMMITTEE: "委员",
    Office.SECRETARY: "书记",
    Office.DEPUTY: "副书记",
    Office.DELEGATE: "代表",
}

ELECTION_STATES = {
    ElectionState.PREPARED: "待投票",
    ElectionState.COUNTED: "已计票",
    ElectionState.ANNULLED: "选举无效",
}

TELLER_DUTIES = {TellerDuty.SUPERVISOR: "监票人", TellerDuty.COUNTER: "计票人"}
