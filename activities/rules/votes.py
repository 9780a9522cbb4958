"""Decisions of a meeting: who decides what, by which quorum and which majority.

Source: 支部工作条例 第十一条、第十二条 (M2, M16, M17, M19), 发展党员工作细则 (step 15).
"""

from __future__ import annotations

from enum import StrEnum


class DecisionKind(StrEnum):
    """What is decided. All but ORDINARY are for a 党员大会 only (M16)."""

    ORDINARY = "ORDINARY"
    ADMISSION = "ADMISSION"
    REGULARISATION = "REGULARISATION"
    EXTENSION = "EXTENSION"
    CANCELLATION = "CANCELLATION"
    PRAISE = "PRAISE"
    DISCIPLINE = "DISCIPLINE"
    DISPOSAL = "DISPOSAL"


class Method(StrEnum):
    SHOW_OF_HANDS = "SHOW_OF_HANDS"
    BALLOT = "BALLOT"


class ExemptionGround(StrEnum):
    """Why a full member may be left out of 应到, with the higher body's consent and the
    meeting's own vote (E4).
    """

    UNABLE = "UNABLE"
    ABROAD = "ABROAD"
    SERVING = "SERVING"
    BEDRIDDEN = "BEDRIDDEN"
    POSTED = "POSTED"
    RETIRED_AWAY = "RETIRED_AWAY"
