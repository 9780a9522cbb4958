"""Leave (请假) from an activity, and making up for what was missed (补课、送学上门)."""

from __future__ import annotations

from enum import StrEnum


class LeaveState(StrEnum):
    ASKED = "ASKED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class MakeUpMethod(StrEnum):
    CLASS = "CLASS"
    HOME_VISIT = "HOME_VISIT"
    ONLINE = "ONLINE"
