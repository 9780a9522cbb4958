"""The problem list (问题、整改、责任、销号), and what an 组织生活会 needs before, during and after.

Source: 支部工作条例 第十七条, 党员教育管理工作条例 第十七条 (M8). The list never refuses a step:
whoever answers for the meeting sees what is missing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

# A problem is told as due so many days before its deadline.
SOON = dt.timedelta(days=14)
# Study before the meeting counts so many days back unless the rule says otherwise (M8).
STUDY_DAYS = 30


class ProblemState(StrEnum):
    OPEN = "OPEN"
    SOON = "SOON"
    OVERDUE = "OVERDUE"
    CLOSED = "CLOSED"


class ProblemList(StrEnum):
    """The four lists (问题、整改、责任、销号): views of the same rows."""

    PROBLEMS = "PROBLEMS"
    MEASURES = "MEASURES"
    OWNERS = "OWNERS"
    CLOSED = "CLOSED"


class Phase(StrEnum):
    BEFORE = "BEFORE"
    DURING = "DURING"
    AFTER = "AFTER"


class CheckCode(StrEnum):
    THEME = "THEME"
    STUDY = "STUDY"
    TALKS = "TALKS"
    LAST_YEAR = "LAST_YEAR"
    PROBLEMS = "PROBLEMS"
    CRITICISM = "CRITICISM"
    MEASURES = "MEASURES"
    OWNERS = "OWNERS"


PHASES = {
    CheckCode.THEME: Phase.BEFORE,
    CheckCode.STUDY: Phase.BEFORE,
    CheckCode.TALKS: Phase.BEFORE,
    CheckCode.LAST_YEAR: Phase.BEFORE,
    CheckCode.PROBLEMS: Phase.DURING,
    CheckCode.CRITICISM: Phase.DURING,
    CheckCode.MEASURES: Phase.AFTER,
    CheckCode.OWNERS: Phase.AFTER,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """What the check-list asks of one problem."""

    has_measures: bool
    has_owner: bool
    has_deadline: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is known of an 组织生活会; ``left_open``: problems of the one before, not closed yet."""

    has_theme: bool
    studies: int
    has_talks: bool
    has_criticism: bool
    problems: tuple[Listed, ...]
    left_open: int


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check-list; ``count`` is what was counted (missing ones once any are)."""

    code: CheckCode
    is_done: bool
    count: int = 0


def checks(meeting: Meeting) -> tuple[Check, ...]:
    """Return the check-list in the order of the meeting.

    Measures and owners are done only when there are problems and none lacks them.
    """
    listed = meeting.problems
    without_measures = sum(not each.has_measures for each in listed)
    without_owner = sum(not (each.has_owner and each.has_deadline) for each in listed)
    return (
        Check(CheckCode.THEME, meeting.has_theme),
        Check(CheckCode.STUDY, meeting.studies > 0, meeting.studies),
        Check(CheckCode.TALKS, meeting.has_talks),
        Check(CheckCode.LAST_YEAR, meeting.left_open == 0, meeting.left_open),
        Check(CheckCode.PROBLEMS, bool(listed), len(listed)),
        Check(CheckCode.CRITICISM, meeting.has_criticism),
        Check(CheckCode.MEASURES, bool(listed) and not without_measures, without_measures),
        Check(CheckCode.OWNERS, bool(listed) and not without_owner, without_owner),
    )


def state_of(*, closed_on: dt.date | None, due_on: dt.date | None, on: dt.date) -> ProblemState:
    """Return how a problem stands; on its last day it is not overdue yet."""
    if closed_on is not None:
        return ProblemState.CLOSED
    if due_on is None or due_on > on + SOON:
        return ProblemState.OPEN
    return ProblemState.OVERDUE if due_on < on else ProblemState.SOON
