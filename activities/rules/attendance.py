"""Attendance: what somebody did, and the arithmetic of a roll."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class AttendanceStatus(StrEnum):
    """UNMARKED is not yet known: a missing sign-in alone is never an absence."""

    UNMARKED = "UNMARKED"
    PRESENT = "PRESENT"
    LATE = "LATE"
    ONLINE = "ONLINE"
    LEAVE = "LEAVE"
    ABSENT = "ABSENT"


ATTENDED = frozenset({AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ONLINE})
# 应到 wherever attendance is counted up: who is excused, or not yet marked, is not held to it.
DUE = ATTENDED | {AttendanceStatus.ABSENT}


@dataclass(frozen=True, slots=True)
class RollCount:
    """应到、实到、请假、缺席 of one activity, in persons."""

    due: int
    attended: int
    on_leave: int
    absent: int
    unmarked: int

    @property
    def rate(self) -> Decimal:
        return attendance_rate(attended=self.attended, due=self.due - self.on_leave)


def count(statuses: Iterable[str]) -> RollCount:
    """Return the arithmetic of a roll; everybody on it is due."""
    found = [AttendanceStatus(status) for status in statuses]
    return RollCount(
        due=len(found),
        attended=sum(status in ATTENDED for status in found),
        on_leave=found.count(AttendanceStatus.LEAVE),
        absent=found.count(AttendanceStatus.ABSENT),
        unmarked=found.count(AttendanceStatus.UNMARKED),
    )


def attendance_rate(*, attended: int, due: int) -> Decimal:
    """Return the share attended of those due and not excused, 0..1, four places, half up.

    Nothing due means there is nothing to hold against anybody: 1.

    :raises ValueError: more attended than were due.
    """
    if attended > due:
        raise ValueError("more attended than due")
    if due == 0:
        return Decimal("1.0000")
    return (Decimal(attended) / due).quantize(Decimal("0.0001"), ROUND_HALF_UP)
