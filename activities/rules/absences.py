"""Absences in a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from activities.rules.attendance import ATTENDED, AttendanceStatus


@dataclass(frozen=True, slots=True)
class Seen:
    """One activity of a member: ``key`` leads to the record, ``excused`` means exempt that day."""

    key: int
    held_on: dt.date
    status: str
    excused: bool = False


def looks_back_to(first_day: dt.date) -> dt.date:
    """Return the day from which a run that reaches into a period may have begun: a year before."""
    return first_day.replace(year=first_day.year - 1)


def longest_run(seen: Iterable[Seen], first_day: dt.date) -> list[Seen]:
    """Return the longest run of absences without cause that has one on or after ``first_day``.

    ``seen`` is in the order of the activities. Whoever comes ends a run, exempt or not. Leave,
    and an absence while exempt, neither end nor lengthen it. Of equal runs the later is returned.
    """
    best: list[Seen] = []
    run: list[Seen] = []
    for one in seen:
        if one.status in ATTENDED:
            run = []
        elif one.status == AttendanceStatus.ABSENT and not one.excused:
            run = [*run, one]
            if one.held_on >= first_day and len(run) >= len(best):
                best = run
    return best
