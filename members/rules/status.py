"""The states of a member's standing."""

from __future__ import annotations

from enum import StrEnum


class MemberStatus(StrEnum):
    """党员类别. Only full members vote and stand (党章 第七条)."""

    FULL = "FULL"
    PROBATIONARY = "PROBATIONARY"
    SUSPENDED = "SUSPENDED"  # 停止党籍
    LEFT = "LEFT"  # 转出、出党、去世: no longer on this roll


ON_ROLL = frozenset({MemberStatus.FULL, MemberStatus.PROBATIONARY})


class Sex(StrEnum):
    MALE = "M"
    FEMALE = "F"


class Education(StrEnum):
    JUNIOR = "JUNIOR"
    SENIOR = "SENIOR"
    COLLEGE = "COLLEGE"
    BACHELOR = "BACHELOR"
    MASTER = "MASTER"
    DOCTOR = "DOCTOR"


class ExemptionReason(StrEnum):
    """Why somebody is not called to account for attendance and rating, for a time.

    教育管理工作条例 第二十三条 (frail, seriously ill); 外出六个月以上的流动党员.
    """

    ILL = "ill"
    AWAY = "away"


class EventKind(StrEnum):
    APPLIED = "APPLIED"
    ACTIVIST = "ACTIVIST"
    ADMITTED = "ADMITTED"
    REGULARISED = "REGULARISED"
    MOVED_IN = "MOVED_IN"
    MOVED = "MOVED"
    MOVED_OUT = "MOVED_OUT"
    HONOURED = "HONOURED"
    DISCIPLINED = "DISCIPLINED"
    SUSPENDED = "SUSPENDED"
    EXPELLED = "EXPELLED"
    DIED = "DIED"
    NOTE = "NOTE"


class RestrictionGround(StrEnum):
    """Why a full member has no vote for a time (选举工作条例 第五条)."""

    PROBATION = "PROBATION"  # 留党察看
    DETAINED = "DETAINED"  # 留置、逮捕
