"""民主评议党员: its order, its four grades, who is graded.

Source: 党员教育管理工作条例 第十八条 (M9), rules M10 to M13. The order is the table below; a step
is taken only when what comes before it is whole. A step back mends a slip, with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from branches.rules.workflow import Workflow

# With fewer ballots, counts would tell who wrote what: they are kept and not shown (M13).
FEWEST_SHOWN = 5


class AppraisalState(StrEnum):
    SELF = "SELF"
    PEER = "PEER"
    BALLOT = "BALLOT"
    OPINION = "OPINION"
    FEEDBACK = "FEEDBACK"
    DONE = "DONE"


class AppraisalStep(StrEnum):
    TO_PEERS = "TO_PEERS"
    TO_BALLOT = "TO_BALLOT"
    TO_OPINION = "TO_OPINION"
    TO_FEEDBACK = "TO_FEEDBACK"
    FINISH = "FINISH"
    BACK = "BACK"


class AppraisalGrade(StrEnum):
    EXCELLENT = "EXCELLENT"
    QUALIFIED = "QUALIFIED"
    BASIC = "BASIC"
    UNQUALIFIED = "UNQUALIFIED"


_S, _T = AppraisalState, AppraisalStep

APPRAISAL: Workflow[AppraisalState, AppraisalStep] = Workflow(
    {
        (_S.SELF, _T.TO_PEERS): _S.PEER,
        (_S.PEER, _T.TO_BALLOT): _S.BALLOT,
        (_S.BALLOT, _T.TO_OPINION): _S.OPINION,
        (_S.OPINION, _T.TO_FEEDBACK): _S.FEEDBACK,
        (_S.FEEDBACK, _T.FINISH): _S.DONE,
        (_S.PEER, _T.BACK): _S.SELF,
        (_S.BALLOT, _T.BACK): _S.PEER,
        (_S.OPINION, _T.BACK): _S.BALLOT,
        (_S.FEEDBACK, _T.BACK): _S.OPINION,
    }
)


class Lack(StrEnum):
    """What keeps a step from being taken."""

    NOBODY = "NOBODY"
    SELF = "SELF"
    PEER = "PEER"
    MEETING = "MEETING"
    BALLOT = "BALLOT"
    COUNTS = "COUNTS"
    GRADES = "GRADES"
    EXCESS = "EXCESS"
    FEEDBACK = "FEEDBACK"


@dataclass(frozen=True, slots=True)
class Person:
    """How far one member is; ``has_self`` also when a reason stands in for it."""

    name: str
    is_graded: bool
    has_self: bool = False
    has_peer: bool = False
    is_counted: bool = False
    grade: AppraisalGrade | None = None
    is_fed_back: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an appraisal is. ``cap`` is the most that may be excellent (M11); beyond it a
    written reason is asked for, or with ``cap_blocks`` nothing helps.
    """

    people: tuple[Person, ...]
    has_meeting: bool = False
    has_ballot: bool = False
    cap: int = 0
    cap_blocks: bool = False
    has_excess_reason: bool = False

    @property
    def excellent(self) -> int:
        return sum(person.grade == AppraisalGrade.EXCELLENT for person in self.people)


@dataclass(frozen=True, slots=True)
class Missing:
    """``names``: the members it is about, none where it is about the whole."""

    lack: Lack
    names: tuple[str, ...] = ()


def cap(*, everybody: int, graded: int, base: str = "all", divisor: int = 3) -> int:
    """Return the most that may be excellent: ⌊N ÷ divisor⌋ (M11).

    N is everybody appraised (``base`` "all") or the graded only ("full").
    """
    return (graded if base == "full" else everybody) // divisor


def missing(step: AppraisalStep, standing: Standing) -> tuple[Missing, ...]:
    """Return what keeps the step from being taken; nothing means it may be (M9)."""
    people = standing.people
    graded = [person for person in people if person.is_graded]
    found: list[Missing] = []

    def need(lack: Lack, names: Collection[str]) -> None:
        if names:
            found.append(Missing(lack, tuple(names)))

    if step is AppraisalStep.TO_PEERS:
        if not people:
            found.append(Missing(Lack.NOBODY))
        need(Lack.SELF, [person.name for person in people if not person.has_self])
    elif step is AppraisalStep.TO_BALLOT:
        need(Lack.PEER, [person.name for person in people if not person.has_peer])
    elif step is AppraisalStep.TO_OPINION:
        if not standing.has_meeting:
            found.append(Missing(Lack.MEETING))
        if not standing.has_ballot:
            found.append(Missing(Lack.BALLOT))
        need(Lack.COUNTS, [person.name for person in graded if not person.is_counted])
    elif step is AppraisalStep.TO_FEEDBACK:
        need(Lack.GRADES, [person.name for person in graded if person.grade is None])
        is_over = standing.excellent > standing.cap
        if is_over and (standing.cap_blocks or not standing.has_excess_reason):
            found.append(Missing(Lack.EXCESS))
    elif step is AppraisalStep.FINISH:
        need(Lack.FEEDBACK, [person.name for person in people if not person.is_fed_back])
    return tuple(found)


# The ballot


@dataclass(frozen=True, slots=True)
class Ballot:
    """The paper ballot as two tellers counted it, in ballots."""

    issued: int
    returned: int
    void: int = 0

    @property
    def valid(self) -> int:
        return self.returned - self.void


@dataclass(frozen=True, slots=True)
class Votes:
    """What one member was given, in ballots; blank ones are in none of them."""

    excellent: int
    qualified: int
    basic: int
    unqualified: int

    @property
    def total(self) -> int:
        return self.excellent + self.qualified + self.basic + self.unqualified


class BallotFault(StrEnum):
    NONE_RETURNED = "NONE_RETURNED"
    MORE_RETURNED = "MORE_RETURNED"
    MORE_VOID = "MORE_VOID"
    MORE_VOTES = "MORE_VOTES"


def ballot_faults(
    ballot: Ballot, votes: Mapping[str, Votes]
) -> tuple[tuple[BallotFault, str], ...]:
    """Return what does not fit, with the key of the member where it is about one.

    More ballots back than given out void the ballot; a member's votes are never more than the
    valid ballots.
    """
    if ballot.returned > ballot.issued:
        return ((BallotFault.MORE_RETURNED, ""),)
    if ballot.void > ballot.returned:
        return ((BallotFault.MORE_VOID, ""),)
    if ballot.valid == 0:
        return ((BallotFault.NONE_RETURNED, ""),)
    return tuple(
        (BallotFault.MORE_VOTES, key) for key, one in votes.items() if one.total > ballot.valid
    )


def may_be_shown(ballot: Ballot) -> bool:
    """Return whether the counts of single members may be read by those who may read them."""
    return ballot.valid >= FEWEST_SHOWN


def digest(text: str) -> str:
    """Return a short mark of a text, by which a page knows that it has changed meanwhile."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
