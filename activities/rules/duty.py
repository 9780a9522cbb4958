"""Duty (值班): the roster, the swap, the visit and the clock of its answer.

Source: practice C10: two members a weekday, the secretary at weekends, 8:30–12:00 and
14:00–17:00; what cannot be settled goes to the branch, answered within 5 working days, then up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.workflow import Workflow
from branches.rules.working_days import ONE_DAY, WorkingCalendar

PER_DAY = 2
HOURS = "8:30—12:00，14:00—17:00"
ANSWER_WORKING_DAYS = 5
ROSTER_FROM = 25  # the day of the month from which the next month's roster is asked for


class SwapState(StrEnum):
    ASKED = "ASKED"
    AGREED = "AGREED"
    REFUSED = "REFUSED"


class VisitState(StrEnum):
    """SETTLED on the spot; BRANCH: the branch owes an answer; UPWARD: passed on as a problem."""

    SETTLED = "SETTLED"
    BRANCH = "BRANCH"
    ANSWERED = "ANSWERED"
    UPWARD = "UPWARD"


class VisitStep(StrEnum):
    ANSWER = "ANSWER"
    SEND_UP = "SEND_UP"


VISIT: Workflow[VisitState, VisitStep] = Workflow(
    {
        (VisitState.BRANCH, VisitStep.ANSWER): VisitState.ANSWERED,
        (VisitState.BRANCH, VisitStep.SEND_UP): VisitState.UPWARD,
        (VisitState.UPWARD, VisitStep.ANSWER): VisitState.ANSWERED,
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a branch keeps duty: the parameters of rule L2."""

    per_day: int = PER_DAY
    weekend_secretary: bool = True
    hours: str = HOURS
    answer_working_days: int = ANSWER_WORKING_DAYS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule L2 says them; what it leaves out stays as practice C10 has it."""
    return Terms(
        per_day=max(1, int(parameters.get("per_day", PER_DAY))),
        weekend_secretary=bool(parameters.get("weekend_secretary", True)),
        hours=str(parameters.get("hours", HOURS)),
        answer_working_days=max(1, int(parameters.get("answer_working_days", ANSWER_WORKING_DAYS))),
    )


def answer_due(received_on: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return the last day for an answer; the day of the visit itself does not count."""
    return calendar.after(received_on, terms.answer_working_days)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be put on duty.

    ``last_on``: when last on duty (None: never). ``since`` and ``until`` (half-open): when the
    person belongs to the branch. ``away``: exempted times, half-open.
    """

    key: int
    last_on: dt.date | None = None
    since: dt.date = dt.date.min
    until: dt.date | None = None
    away: tuple[tuple[dt.date, dt.date | None], ...] = ()

    def is_free(self, day: dt.date) -> bool:
        if day < self.since or (self.until is not None and day >= self.until):
            return False
        return all(day < start or (end is not None and day >= end) for start, end in self.away)


def propose(
    *,
    days: Iterable[dt.date],
    calendar: WorkingCalendar,
    people: Sequence[Person],
    secretary: int | None,
    terms: Terms,
    taken: Mapping[dt.date, Sequence[int]] | None = None,
) -> dict[dt.date, tuple[int, ...]]:
    """Return who is on duty on each day, by key: whoever was on duty longest ago comes next.

    On working days ``per_day`` people in turn; on days not worked the secretary alone (nobody
    where the secretary is not free), unless the rule has the turns go on. The secretary takes
    no turns on working days, unless there are too few others. ``taken`` days are left out of the
    answer, but count for the turns. Among equals the order of ``people`` decides.
    """
    taken = taken or {}
    last = {
        person.key: (person.last_on or dt.date.min, number) for number, person in enumerate(people)
    }
    by_key = {person.key: person for person in people}
    found: dict[dt.date, tuple[int, ...]] = {}
    for day in sorted(set(days) | set(taken)):
        if day in taken:
            _stood(last, taken[day], day)
            continue
        if calendar.is_working(day) or not terms.weekend_secretary:
            free = [person.key for person in people if person.is_free(day)]
            others = [key for key in free if key != secretary or not terms.weekend_secretary]
            turn = others if len(others) >= terms.per_day else free
            turn.sort(key=last.__getitem__)
            found[day] = tuple(turn[: terms.per_day])
        else:
            is_there = secretary in by_key and by_key[secretary].is_free(day)
            found[day] = (secretary,) if is_there and secretary is not None else ()
        _stood(last, found[day], day)
    return found


def _stood(last: dict[int, tuple[dt.date, int]], keys: Sequence[int], day: dt.date) -> None:
    # Of those who stood together the first goes on being the first.
    for number, key in enumerate(keys):
        if key in last and last[key][0] <= day:
            last[key] = (day, number)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return every day from ``first`` to ``last``, both counted."""
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]
