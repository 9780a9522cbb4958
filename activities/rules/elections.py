"""Elections of a 党员大会 or of a new 支委会.

Source: 中国共产党基层组织选举工作条例 (2020), rules E1 to E13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from activities.rules.kinds import ActivityKind
from activities.rules.votes import Check, share


class Office(StrEnum):
    """What is filled. SECRETARY and DEPUTY are elected by the new committee, equal in number."""

    COMMITTEE = "COMMITTEE"
    SECRETARY = "SECRETARY"
    DEPUTY = "DEPUTY"
    DELEGATE = "DELEGATE"


class ElectionState(StrEnum):
    """PREPARED → COUNTED; ANNULLED when more ballots came back than were given out (E7)."""

    PREPARED = "PREPARED"
    COUNTED = "COUNTED"
    ANNULLED = "ANNULLED"


class TellerDuty(StrEnum):
    SUPERVISOR = "SUPERVISOR"
    COUNTER = "COUNTER"


# Elected by the new committee, or by the members where there is none; approved from above (E13).
APPROVED = frozenset({Office.SECRETARY, Office.DEPUTY})


@dataclass(frozen=True, slots=True)
class Count:
    """The votes for one who stood, or who was written in."""

    candidate: int
    yes: int
    no: int = 0
    abstain: int = 0
    is_written_in: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who is elected, who is tied for the last seats, and how many seats are left open."""

    elected: frozenset[int]
    tied: frozenset[int]
    open_seats: int


def fit(office: Office, meeting: ActivityKind, *, has_committee: bool) -> Check:
    """Return whether this meeting elects to this office (M16, E5).

    委员 and 代表: the 党员大会. 书记 and 副书记: the new committee, or the 党员大会 of a branch
    without one.
    """
    if office not in APPROVED:
        holds = meeting is ActivityKind.ASSEMBLY
        return Check("M16", holds, _belongs("委员和代表由党员大会选举", "党员大会", holds))
    if has_committee:
        holds = meeting is ActivityKind.COMMITTEE
        return Check("E5", holds, _belongs("书记、副书记由支部委员会选举", "支委会", holds))
    holds = meeting is ActivityKind.ASSEMBLY
    rule = "不设委员会的支部，书记、副书记由党员大会选举"
    return Check("E5", holds, _belongs(rule, "党员大会", holds))


def _belongs(rule: str, meeting: str, holds: bool) -> str:
    return rule if holds else f"{rule}，请登记在{meeting}上"


def quorum(*, due: int, present: int, is_strict: bool = False) -> Check:
    """Return whether enough are present to elect: four fifths of those due (E3).

    ``is_strict``: more than four fifths, as the rules of 1990 had it.
    """
    left, right = present * 5, due * 4
    holds = due > 0 and (left > right if is_strict else left >= right)
    asked = "，应当超过" if is_strict else ""
    verdict = "符合规定人数" if holds else "没有达到规定人数"
    words = f"应到 {due} 人的五分之四是 {share(due, 4, 5)} 人{asked}，实到 {present} 人，{verdict}"
    return Check("E3", holds, words)


def candidates_needed(office: Office, seats: int, percent: int = 20) -> int:
    """Return how many must stand: a fifth more than seats, rounded up; for 书记 and 副书记 the
    very number of seats (E5).
    """
    if office in APPROVED:
        return seats
    return seats + -(-seats * percent // 100)


def enough_candidates(
    office: Office, *, seats: int, candidates: int, percent: int = 20, is_revote: bool = False
) -> Check:
    """Return whether the list of candidates is long enough (E5).

    A second ballot among those left over needs no surplus, only as many as the open seats.
    """
    if office in APPROVED and not is_revote:
        holds = candidates == seats
        words = (
            f"等额选举：应选 {seats} 名，候选人 {candidates} 名，"
            + ("人数相等" if holds else f"应当正好 {seats} 名")
        )  # fmt: skip
        return Check("E5", holds, words)
    needed = seats if is_revote else candidates_needed(office, seats, percent)
    holds = candidates >= needed
    surplus = "" if is_revote else f"，差额不少于 {percent}%"
    words = (
        f"应选 {seats} 名{surplus}，候选人至少 {needed} 名，现有 {candidates} 名，"
        f"{'符合规定' if holds else '人数不够'}"
    )
    return Check("E5", holds, words)


def is_annulled(*, issued: int, returned: int) -> bool:
    """Return whether the ballot is void: more papers came back than were given out (E7)."""
    return returned > issued


def papers(*, issued: int, returned: int) -> Check:
    """Return whether the ballot is valid, with its arithmetic (E7)."""
    annulled = is_annulled(issued=issued, returned=returned)
    words = (
        f"发出 {issued} 张，收回 {returned} 张，收回{'多于' if annulled else '不多于'}发出，"
        f"{'选举无效，应重新选举' if annulled else '选举有效'}"
    )
    return Check("E7", not annulled, words)


def slips(
    counts: Sequence[Count], *, present: int, issued: int, returned: int, void: int, seats: int
) -> list[str]:
    """Return why the numbers cannot be right, in Chinese; none when they can (E8, E12).

    A valid paper names no more persons than there are seats; whoever is written in gets
    approvals only. Nothing is asked of the counts of an annulled ballot.
    """
    if issued > present:
        return [f"发出 {issued} 张选票，比有选举权的实到 {present} 人多；不能代人投票。"]
    if is_annulled(issued=issued, returned=returned):
        return []
    if void > returned:
        return [f"无效票 {void} 张，比收回的 {returned} 张多。"]
    valid = returned - void
    over = [
        each for each in counts
        if each.yes + each.no + each.abstain > valid
    ]  # fmt: skip
    if over:
        return [f"有人的赞成、不赞成、弃权合计超过有效票 {valid} 张，请核对标出的候选人。"]
    approvals = sum(each.yes for each in counts)
    if approvals > valid * seats:
        return [
            f"赞成票合计 {approvals} 票，超过有效票 {valid} 张 × 应选 {seats} 名 = "
            f"{valid * seats} 票。所选人数超过应选名额的选票是无效票。"
        ]
    return []


def is_chosen(*, yes: int, present: int) -> bool:
    """Return whether somebody has more than half of those present; exactly half has not (E9)."""
    return yes * 2 > present


def standing(*, yes: int, present: int) -> str:
    """Return the arithmetic of one candidate in words (E9)."""
    half = f"实到 {present} 人的一半（{share(present, 1, 2)}）"
    if is_chosen(yes=yes, present=present):
        return f"赞成 {yes} 票，超过{half}"
    if yes * 2 == present:
        return f"赞成 {yes} 票，正好是{half}，不能当选"
    return f"赞成 {yes} 票，不到{half}，不能当选"


def outcome(
    counts: Iterable[Count], *, seats: int, present: int, among_tied: bool = False
) -> Outcome:
    """Return the result of a valid ballot (E9, E10).

    More winners than seats: those with most votes. A tie that straddles the last seat elects
    none of the tied: they go to another ballot. ``among_tied``: that other ballot, in which those
    with most votes are elected, having had more than half already.
    """
    held = sorted(
        (
            each for each in counts
            if (each.yes > 0 if among_tied else is_chosen(yes=each.yes, present=present))
        ),
        key=lambda each: -each.yes,
    )  # fmt: skip
    if len(held) <= seats:
        return Outcome(frozenset(each.candidate for each in held), frozenset(), seats - len(held))
    last, next_ = held[seats - 1].yes, held[seats].yes
    if last > next_:
        return Outcome(frozenset(each.candidate for each in held[:seats]), frozenset(), 0)
    clear = frozenset(each.candidate for each in held if each.yes > last)
    tied = frozenset(each.candidate for each in held if each.yes == last)
    return Outcome(clear, tied, seats - len(clear))


def again(counts: Iterable[Count], result: Outcome) -> tuple[int, frozenset[int]]:
    """Return seats and candidates of the next ballot: the tied, or else all who were not elected.

    No seats: the election is complete.
    """
    if not result.open_seats:
        return 0, frozenset()
    rest = frozenset(each.candidate for each in counts) - result.elected
    return result.open_seats, result.tied or rest
