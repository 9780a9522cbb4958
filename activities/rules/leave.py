"""Leave (请假) from an activity, and making up for what was missed (补课、送学上门)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from activities.rules.attendance import AttendanceStatus
from branches.rules.workflow import Workflow


class LeaveState(StrEnum):
    ASKED = "ASKED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class LeaveStep(StrEnum):
    APPROVE = "APPROVE"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"


LEAVE: Workflow[LeaveState, LeaveStep] = Workflow(
    {
        (LeaveState.ASKED, LeaveStep.APPROVE): LeaveState.APPROVED,
        (LeaveState.ASKED, LeaveStep.REFUSE): LeaveState.REFUSED,
        (LeaveState.ASKED, LeaveStep.WITHDRAW): LeaveState.WITHDRAWN,
        (LeaveState.APPROVED, LeaveStep.WITHDRAW): LeaveState.WITHDRAWN,
    }
)


class MakeUpMethod(StrEnum):
    CLASS = "CLASS"
    HOME_VISIT = "HOME_VISIT"
    ONLINE = "ONLINE"


# Who may make up for an activity.
MISSED = frozenset({AttendanceStatus.ABSENT, AttendanceStatus.LEAVE})


def is_late(asked_at: dt.datetime, starts_at: dt.datetime, hours_before: int = 0) -> bool:
    """Return whether leave was asked for after the deadline, ``hours_before`` the beginning.

    On the very minute of the deadline it is in time.
    """
    return asked_at > starts_at - dt.timedelta(hours=hours_before)


def may_answer(*, is_own: bool, others: bool) -> bool:
    """Return whether somebody who keeps the record may answer a request for leave.

    Nobody answers his own while ``others`` could: a post that keeps this record is held by
    somebody else, here or above.
    """
    return not is_own or not others
