"""Problem management (practice C02): three libraries, four severities, supervision, looking back.

1 team, 2 department, 3 company. 急难 is handled at once, 重大 as a matter of its own, 一般 by a
deadline, 萌芽 before it grows; each has its clock, which a committee may set (rule L3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.tree import OrganizationKind
from branches.rules.working_days import ONE_DAY, WorkingCalendar


class Library(StrEnum):
    TEAM = "TEAM"
    DEPARTMENT = "DEPARTMENT"
    COMPANY = "COMPANY"


class Severity(StrEnum):
    URGENT = "URGENT"
    MAJOR = "MAJOR"
    ORDINARY = "ORDINARY"
    BUDDING = "BUDDING"


class Source(StrEnum):
    DIRECT = "DIRECT"
    MEETING = "MEETING"
    DUTY = "DUTY"
    PAIR = "PAIR"
    TALK = "TALK"
    STEWARD = "STEWARD"
    INSPECTION = "INSPECTION"
    EVALUATION = "EVALUATION"
    RATING = "RATING"


# Records that have one problem each.
ONCE = frozenset({Source.RATING, Source.DUTY})
# Records of one person that fewer may read than the problem list: the audit tells neither whose
# problem came of them nor which.
PERSONAL = frozenset({Source.RATING, Source.EVALUATION, Source.PAIR, Source.TALK})


class Satisfaction(StrEnum):
    SATISFIED = "SATISFIED"
    FAIR = "FAIR"
    DISSATISFIED = "DISSATISFIED"


class ProblemAct(StrEnum):
    """What may be written into the course of a problem."""

    RAISED = "RAISED"
    ASSIGNED = "ASSIGNED"
    PROGRESS = "PROGRESS"
    CHANGED = "CHANGED"
    SEVERITY = "SEVERITY"
    ESCALATED = "ESCALATED"
    SUPERVISED = "SUPERVISED"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"
    ASKED = "ASKED"
    LOOKED = "LOOKED"
    REOPENED = "REOPENED"


# What shows that somebody has begun with a problem, and what starts its clock: only what was done
# since then shows it.
BEGINNINGS = frozenset({ProblemAct.PROGRESS, ProblemAct.ASSIGNED, ProblemAct.ANSWERED})
CLOCK_STARTS = frozenset({ProblemAct.RAISED, ProblemAct.SEVERITY, ProblemAct.ESCALATED})

# Which library the problems of an organisation stand in: a group's in the team's, a branch's or
# general branch's in the department's, a committee's in the company's.
LIBRARIES_OF = {
    OrganizationKind.GROUP: Library.TEAM,
    OrganizationKind.BRANCH: Library.DEPARTMENT,
    OrganizationKind.GENERAL_BRANCH: Library.DEPARTMENT,
    OrganizationKind.COMMITTEE: Library.COMPANY,
}

START_WORKING_DAYS = 1
URGENT_WORKING_DAYS = 3
MAJOR_WORKING_DAYS = 15
ORDINARY_DAYS = 30
BUDDING_DAYS = 60
LOOK_BACK_DAYS = 30
ANSWER_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Terms:
    """The clocks of problems: the parameters of rule L3.

    Working days, the day itself not counted: until an urgent one is begun and closed, until a
    major one is closed, until a supervision is answered. Calendar days: until an ordinary and a
    budding one are closed, and from closing until the look back.
    """

    start: int = START_WORKING_DAYS
    urgent: int = URGENT_WORKING_DAYS
    major: int = MAJOR_WORKING_DAYS
    ordinary: int = ORDINARY_DAYS
    budding: int = BUDDING_DAYS
    look_back: int = LOOK_BACK_DAYS
    answer: int = ANSWER_WORKING_DAYS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the clocks as rule L3 says them; what it leaves out stays as shipped."""

    def days(name: str, usual: int) -> int:
        return max(1, int(parameters.get(name, usual)))

    return Terms(
        start=days("start_working_days", START_WORKING_DAYS),
        urgent=days("urgent_working_days", URGENT_WORKING_DAYS),
        major=days("major_working_days", MAJOR_WORKING_DAYS),
        ordinary=days("ordinary_days", ORDINARY_DAYS),
        budding=days("budding_days", BUDDING_DAYS),
        look_back=days("look_back_days", LOOK_BACK_DAYS),
        answer=days("supervised_working_days", ANSWER_WORKING_DAYS),
    )


def due_day(
    severity: Severity, raised_on: dt.date, calendar: WorkingCalendar, terms: Terms
) -> dt.date:
    """Return the last day for closing a problem; the day it was raised does not count."""
    if severity is Severity.URGENT:
        return calendar.after(raised_on, terms.urgent)
    if severity is Severity.MAJOR:
        return calendar.after(raised_on, terms.major)
    days = terms.ordinary if severity is Severity.ORDINARY else terms.budding
    return raised_on + days * ONE_DAY


def start_day(
    severity: Severity, raised_on: dt.date, calendar: WorkingCalendar, terms: Terms
) -> dt.date | None:
    """Return the last day for beginning with an urgent problem; None for any other."""
    return calendar.after(raised_on, terms.start) if severity is Severity.URGENT else None


def is_begun(acts: Iterable[ProblemAct]) -> bool:
    """Return whether somebody has begun with a problem since its clock last started.

    :param acts: its course, in order of time.
    """
    begun = False
    for act in acts:
        begun = act in BEGINNINGS or (begun and act not in CLOCK_STARTS)
    return begun


def top_of(lineage: Sequence[tuple[str, OrganizationKind]]) -> str:
    """Return the path of whoever handles an urgent problem.

    :param lineage: paths and kinds from the root down to the organisation itself.
    :returns: the nearest committee, which keeps the company's library; without one the root.
    """
    for path, kind in reversed(lineage):
        if kind is OrganizationKind.COMMITTEE:
            return path
    return lineage[0][0]


class Proposal(StrEnum):
    """What is proposed to people; nothing of it happens by itself."""

    BEGIN = "BEGIN"
    ASSIGN = "ASSIGN"
    MEASURES = "MEASURES"
    SUPERVISE = "SUPERVISE"
    ESCALATE = "ESCALATE"
    ASK = "ASK"
    LOOK_BACK = "LOOK_BACK"
    REOPEN = "REOPEN"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one problem stands."""

    severity: Severity
    is_closed: bool = False
    has_owner: bool = True
    has_measures: bool = True
    is_begun: bool = True
    is_supervised: bool = False
    has_above: bool = True
    due_on: dt.date | None = None
    satisfaction: str = ""
    look_back_due_on: dt.date | None = None
    is_looked_back: bool = False


def proposals(standing: Standing, on: dt.date) -> tuple[Proposal, ...]:
    """Return what to do next with a problem, in the order of doing.

    An open one past its clock is proposed for the organisation above; a major one wants
    measures and supervision. A closed one is asked about, looked back on, and opened again
    where the person who raised it is not satisfied.
    """
    if standing.is_closed:
        return _after_closing(standing, on)
    found = []
    if standing.severity is Severity.URGENT and not standing.is_begun:
        found.append(Proposal.BEGIN)
    if not standing.has_owner:
        found.append(Proposal.ASSIGN)
    if standing.severity is Severity.MAJOR and not standing.has_measures:
        found.append(Proposal.MEASURES)
    if standing.severity is Severity.MAJOR and not standing.is_supervised and standing.has_above:
        found.append(Proposal.SUPERVISE)
    if standing.due_on is not None and standing.due_on < on and standing.has_above:
        found.append(Proposal.ESCALATE)
    return tuple(found)


def _after_closing(standing: Standing, on: dt.date) -> tuple[Proposal, ...]:
    found = []
    if not standing.satisfaction:
        found.append(Proposal.ASK)
    if standing.satisfaction == Satisfaction.DISSATISFIED:
        found.append(Proposal.REOPEN)
    due = standing.look_back_due_on
    if due is not None and due <= on and not standing.is_looked_back:
        found.append(Proposal.LOOK_BACK)
    return tuple(found)


def named(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return which names of at least two characters stand in a text, each once, in their order."""
    return tuple(dict.fromkeys(name for name in names if len(name) > 1 and name in text))
