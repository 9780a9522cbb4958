"""Elections of a 党员大会.

Source: 中国共产党基层组织选举工作条例 (2020), rules E1 to E13.
"""

from __future__ import annotations

from enum import StrEnum


class Office(StrEnum):
    """What is filled. SECRETARY and DEPUTY are elected by the new committee, equal in number."""

    COMMITTEE = "COMMITTEE"
    SECRETARY = "SECRETARY"
    DEPUTY = "DEPUTY"
    DELEGATE = "DELEGATE"


class ElectionState(StrEnum):
    """PREPARED → COUNTED; ANNULLED when more ballots came back than were given out (E7)."""

    PREPARED = "PREPARED"
    COUNTED = "COUNTED"
    ANNULLED = "ANNULLED"


class TellerDuty(StrEnum):
    SUPERVISOR = "SUPERVISOR"
    COUNTER = "COUNTER"
