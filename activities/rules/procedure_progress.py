"""How far a run has come: which steps are done, which may be taken when, which are late.

Months run to the same day of a later month; a shorter month has its last day. A regulation that
does not speak for the branch (muted, or not in force) asks for nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from activities.rules import procedures as words
from activities.rules.procedures import Check, CheckKind, Procedure, Step
from branches.rules.terms import months_later
from branches.rules.working_days import WorkingCalendar

_OF_DAYS = (
    CheckKind.MIN_MONTHS_SINCE,
    CheckKind.MIN_WORKING_DAYS_SINCE,
    CheckKind.WITHIN_MONTHS,
)


class StepState(StrEnum):
    DONE = "DONE"
    OPEN = "OPEN"  # may be taken
    EARLY = "EARLY"  # a regulation refuses it until a day
    WAITING = "WAITING"  # for steps before it
    AGAIN = "AGAIN"  # taken often enough, and taken again until the run goes on


@dataclass(frozen=True, slots=True)
class Rule:
    """A regulation as it speaks for the branch: whether it refuses, and its numbers."""

    blocks: bool
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, with the days among what was filled in."""

    code: str
    done_on: dt.date
    dates: Mapping[str, dt.date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What a run is judged by besides its steps: days of the person, rules, working days."""

    days: Mapping[str, dt.date]
    rules: Mapping[str, Rule]
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True)
class Span:
    """One condition on the day of a step: from ``earliest`` on, or until ``latest``."""

    check: Check
    blocks: bool
    earliest: dt.date | None = None
    latest: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One step on a day.

    ``possible_on``: a regulation refuses it before; ``advised_on``: it is generally not done
    before; ``due_on``: it is late after. ``taken`` holds every time it was done.
    """

    step: Step
    state: StepState
    taken: tuple[Taken, ...]
    waits_for: tuple[str, ...] = ()
    possible_on: dt.date | None = None
    advised_on: dt.date | None = None
    due_on: dt.date | None = None

    @property
    def may_be_taken(self) -> bool:
        return self.state in (StepState.OPEN, StepState.AGAIN)

    @property
    def is_done(self) -> bool:
        return self.state in (StepState.DONE, StepState.AGAIN)

    def days_late(self, today: dt.date) -> int:
        """Return by how many days it is or was late, 0 for in time."""
        if self.due_on is None:
            return 0
        on = self.taken[-1].done_on if self.state is StepState.DONE else today
        return max(0, (on - self.due_on).days)


def blocks(check: Check, known: Known) -> bool:
    """Return whether a check refuses: it says so, and so does its regulation today."""
    if not check.blocks:
        return False
    rule = known.rules.get(check.regulation)
    return rule is not None and rule.blocks


def speaks(check: Check, known: Known) -> bool:
    return not check.regulation or check.regulation in known.rules


def number(check: Check, name: str, known: Known) -> int:
    """Return a parameter: the regulation's own number wins over the description's."""
    rule = known.rules.get(check.regulation)
    found = rule.parameters.get(name) if rule else None
    return int(found if found is not None else check.values[name])


def day_of(code: str, taken: Sequence[Taken], known: Known) -> dt.date | None:
    """Return a day others are counted from: known before, of a step, or of its field."""
    if code in words.KNOWN_DAYS:
        return known.days.get(code)
    step, _, name = code.partition(".")
    last = next((each for each in reversed(taken) if each.code == step), None)
    if last is None:
        return None
    return last.dates.get(name) if name else last.done_on


def spans(step: Step, taken: Sequence[Taken], known: Known) -> list[Span]:
    """Return the conditions on the day of a step; what they count from may not be known yet."""
    found = []
    for check in step.checks_of(*_OF_DAYS):
        start = day_of(check.values["step"], taken, known)
        if start is None or not speaks(check, known):
            continue
        is_months = check.kind is not CheckKind.MIN_WORKING_DAYS_SINCE
        count = number(check, "months" if is_months else "days", known)
        day = months_later(start, count) if is_months else known.calendar.after(start, count)
        is_least = check.kind is not CheckKind.WITHIN_MONTHS
        found.append(
            Span(
                check,
                blocks(check, known),
                earliest=day if is_least else None,
                latest=None if is_least else day,
            )
        )
    return found


def stand(
    procedure: Procedure, taken: Sequence[Taken], known: Known, today: dt.date
) -> list[Standing]:
    """Return every step of a run as it stands on a day, in the order of the description.

    ``taken`` is in the order in which the steps were taken.
    """
    done = {each.code for each in taken}
    complete = {
        step.code
        for step in procedure.steps
        if sum(each.code == step.code for each in taken)
        >= (step.repeat.times if step.repeat else 1)
    }
    return [
        _stand(procedure, step, taken, known, today, done, complete) for step in procedure.steps
    ]


def _stand(
    procedure: Procedure,
    step: Step,
    taken: Sequence[Taken],
    known: Known,
    today: dt.date,
    done: set[str],
    complete: set[str],
) -> Standing:
    mine = tuple(each for each in taken if each.code == step.code)
    found = spans(step, taken, known)
    latest = [span.latest for span in found if span.latest is not None]
    due = min(latest, default=None)
    goes_on = step.repeat is not None and not any(
        follower in done for follower in procedure.followers(step.code)
    )
    if step.repeat is not None and goes_on:
        start = day_of(step.repeat.since, taken, known)
        rounds = len(mine) + 1
        due = months_later(start, step.repeat.every_months * rounds) if start else None
    if step.code in complete:
        state = StepState.AGAIN if goes_on else StepState.DONE
        return Standing(step, state, mine, due_on=due)
    waits = tuple(procedure.step(code).title for code in step.after if code not in complete)
    possible = max((s.earliest for s in found if s.earliest and s.blocks), default=None)
    advised = max((s.earliest for s in found if s.earliest and not s.blocks), default=None)
    if waits:
        state = StepState.WAITING
    elif possible is not None and today < possible:
        state = StepState.EARLY
    else:
        state = StepState.OPEN
    return Standing(step, state, mine, waits, possible, advised, due)


def is_finished(standings: Sequence[Standing]) -> bool:
    """Return whether every step was taken as often as it has to be."""
    return all(standing.is_done for standing in standings)


def earliest_after(step: Step, taken: Sequence[Taken]) -> dt.date | None:
    """Return the last day on which what comes before a step was done: it is not done earlier."""
    before = [each.done_on for each in taken if each.code in step.after or each.code == step.code]
    return max(before, default=None)


def next_step(standings: Sequence[Standing]) -> Standing | None:
    """Return the first step that may be taken now, in the order of the description."""
    return next((each for each in standings if each.state is StepState.OPEN), None)


def urgent(standings: Sequence[Standing]) -> Standing | None:
    """Return the step with the nearest deadline of those that may be taken now."""
    dated = [each for each in standings if each.may_be_taken and each.due_on is not None]
    return min(dated, key=lambda each: each.due_on or dt.date.max, default=None)
