"""A guided procedure (办事程序) as it is described: its steps, who does them, what they ask.

The descriptions are files (``activities/procedures``), read by ``procedure_reading``. What is
checked here follows the regulation that a check names: it refuses a step only where that
regulation does, and its numbers are those in force for the branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from activities.rules.kinds import ActivityKind
from activities.rules.votes import DecisionKind


class About(StrEnum):
    """Whom a run is about."""

    MEMBER = "MEMBER"
    PERSON = "PERSON"  # not on the roll yet
    BRANCH = "BRANCH"


class Chapter(StrEnum):
    PEOPLE = "PEOPLE"
    ELECTIONS = "ELECTIONS"
    LIFE = "LIFE"


class FieldKind(StrEnum):
    TEXT = "TEXT"
    LONG = "LONG"
    DATE = "DATE"
    NUMBER = "NUMBER"
    CHOICE = "CHOICE"
    MEMBERS = "MEMBERS"  # full members of the branch


class PaperKind(StrEnum):
    REQUEST = "REQUEST"
    REPORT = "REPORT"
    RESOLUTION = "RESOLUTION"
    MINUTES = "MINUTES"
    NOTICE = "NOTICE"
    ANNOUNCEMENT = "ANNOUNCEMENT"
    TALK = "TALK"


class CheckKind(StrEnum):
    MIN_MONTHS_SINCE = "min_months_since"
    MIN_WORKING_DAYS_SINCE = "min_working_days_since"
    WITHIN_MONTHS = "within_months"
    ADULT = "adult"
    SPONSORS = "sponsors"
    REVIEW = "review"
    AT_LEAST = "at_least"
    BETWEEN = "between"
    COUNT = "count"
    MEETING = "meeting"
    DECISION = "decision"


# Days that are known before any step: the start of the run, and two of the member.
STARTED = "started"
ADMITTED = "admitted"
PROBATION_END = "probation_end"
KNOWN_DAYS = (STARTED, ADMITTED, PROBATION_END)

# Pages of the house where a step goes on.
PAGES = (
    "activity-new",
    "appraisal-list",
    "member-leave",
    "member-new",
    "member-regularise",
    "organization",
    "problem-list",
)


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in; ``choices`` are for CHOICE alone."""

    name: str
    label: str
    kind: FieldKind
    is_required: bool
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a step. ``blocks``: refuses it, where its regulation refuses.

    ``values`` holds its parameters: ``step`` and a number of months or days, a ``field``, …
    """

    kind: CheckKind
    values: Mapping[str, Any]
    regulation: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A model document with ``{placeholders}``. MINUTES are those of the step's own meeting."""

    kind: PaperKind
    title: str = ""
    to: str = ""
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A step that comes again every so many months after ``since``, at least ``times``."""

    since: str
    every_months: int
    times: int


@dataclass(frozen=True, slots=True)
class Link:
    """Where a step goes on, on another page of the house."""

    page: str
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """``after``: the steps that come before it. ``regulations``: codes; ``article``: in words."""

    code: str
    title: str
    actor: str
    text: str
    article: str
    regulations: tuple[str, ...]
    after: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    fields: tuple[Field, ...] = ()
    papers: tuple[Paper, ...] = ()
    repeat: Repeat | None = None
    link: Link | None = None

    def checks_of(self, *kinds: CheckKind) -> Iterator[Check]:
        return (check for check in self.checks if check.kind in kinds)

    @property
    def meetings(self) -> tuple[ActivityKind, ...]:
        """The kinds of meeting at which it is done, none where it needs no meeting."""
        return tuple(
            ActivityKind(kind)
            for check in self.checks_of(CheckKind.MEETING)
            for kind in check.values["kinds"]
        )

    @property
    def decision(self) -> DecisionKind | None:
        """What the meeting has to have decided."""
        found = next(self.checks_of(CheckKind.DECISION), None)
        return DecisionKind(found.values["kind"]) if found else None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure of the catalogue; ``ordinal`` is its place there."""

    code: str
    ordinal: int
    chapter: Chapter
    title: str
    about: About
    summary: str
    source: str
    steps: tuple[Step, ...]
    by_code: Mapping[str, Step] = field(default_factory=dict, compare=False, repr=False)

    def step(self, code: str) -> Step:
        """Return one step.

        :raises KeyError: there is none of that code.
        """
        return self.by_code[code]

    def followers(self, code: str) -> tuple[str, ...]:
        """Return the steps that wait for this one."""
        return tuple(step.code for step in self.steps if code in step.after)
