"""Decisions of a meeting: who decides what, by which quorum and which majority.

Source: 支部工作条例 第十一条、第十二条、第十四条 (M2, M16 to M19), 发展党员工作细则 (step 15).
Halves are counted in whole persons: n×2 against the number due, so exactly half is exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from activities.rules.kinds import ActivityKind


class DecisionKind(StrEnum):
    """What is decided. All but ORDINARY are for a 党员大会 only (M16)."""

    ORDINARY = "ORDINARY"
    ADMISSION = "ADMISSION"
    REGULARISATION = "REGULARISATION"
    EXTENSION = "EXTENSION"
    CANCELLATION = "CANCELLATION"
    PRAISE = "PRAISE"
    DISCIPLINE = "DISCIPLINE"
    DISPOSAL = "DISPOSAL"


class Method(StrEnum):
    SHOW_OF_HANDS = "SHOW_OF_HANDS"
    BALLOT = "BALLOT"


class ExemptionGround(StrEnum):
    """Why a full member may be left out of 应到, with the higher body's consent and the
    meeting's own vote (E4).
    """

    UNABLE = "UNABLE"
    ABROAD = "ABROAD"
    SERVING = "SERVING"
    BEDRIDDEN = "BEDRIDDEN"
    POSTED = "POSTED"
    RETIRED_AWAY = "RETIRED_AWAY"


# Decided with written opinions, and by a stricter quorum (发展党员工作细则).
MEMBERSHIP_DECISIONS = frozenset(
    {
        DecisionKind.ADMISSION,
        DecisionKind.REGULARISATION,
        DecisionKind.EXTENSION,
        DecisionKind.CANCELLATION,
    }
)
ABOUT_SOMEBODY = frozenset(DecisionKind) - {DecisionKind.ORDINARY}
# Who is to be admitted need not be on any roll yet: the subject names him.
NAMES_A_MEMBER = ABOUT_SOMEBODY - {DecisionKind.ADMISSION}


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a regulation: whether it holds, with the arithmetic in words."""

    code: str
    holds: bool
    words: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted, in votes.

    ``written_yes`` are approvals handed in in writing before the meeting by members due and not
    present. ``issued`` and ``returned`` are None for a show of hands.
    """

    yes: int
    no: int = 0
    abstain: int = 0
    written_yes: int = 0
    issued: int | None = None
    returned: int | None = None
    void: int = 0

    @property
    def approvals(self) -> int:
        return self.yes + self.written_yes

    @property
    def cast(self) -> int:
        return self.yes + self.no + self.abstain


def share(whole: int, part: int, of: int) -> str:
    """Return a share of persons as people say it, exact: 5, 5.5, 33.6.

    >>> share(11, 1, 2), share(42, 4, 5), share(20, 4, 5)
    ('5.5', '33.6', '16')
    """
    return f"{Decimal(whole * part) / of:f}"


def fit(meeting: ActivityKind, kind: DecisionKind) -> Check:
    """Return whether a meeting may decide this (M16, 支部工作条例 第十一条)."""
    holds = kind is DecisionKind.ORDINARY or meeting is ActivityKind.ASSEMBLY
    words = (
        "这类事项由党员大会讨论决定" if holds and kind is not DecisionKind.ORDINARY
        else "一般事项，支部会议可以决定" if holds
        else "这类事项只能由党员大会讨论决定，请登记在党员大会上"
    )  # fmt: skip
    return Check("M16", holds, words)


def quorum(meeting: ActivityKind, kind: DecisionKind, *, due: int, present: int) -> list[Check]:
    """Return what the meeting needs to vote at all; all must hold.

    支委会: half of the committee (M2). 党员大会: half of those with voting right (M17); on
    membership more than half (F15). With nobody due nothing is decided.
    """
    if meeting is ActivityKind.COMMITTEE:
        return [_half("M2Q", "应到委员", due, present)]
    checks = [_half("M17", "应到", due, present)]
    if kind in MEMBERSHIP_DECISIONS:
        holds = present * 2 > due
        words = (
            f"应到 {due} 人的一半是 {share(due, 1, 2)} 人，实到 {present} 人，"
            f"{'超过' if holds else '没有超过'}一半"
        )
        checks.append(Check("F15", holds, words))
    return checks


def majority(meeting: ActivityKind, *, due: int, tally: Tally) -> Check:
    """Return whether it is carried: more than half of those due, not of those present.

    支委会 counts half of the committee. Written opinions handed in before the meeting are votes
    (发展党员工作细则, step 15), though they make nobody present.
    """
    yes = tally.approvals
    holds = yes * 2 > due
    written = f"（含会前书面 {tally.written_yes} 票）" if tally.written_yes else ""
    words = (
        f"赞成 {yes} 票{written}，{'超过' if holds else '没有超过'}"
        f"应到 {due} 人的一半（{share(due, 1, 2)}），{'通过' if holds else '未通过'}"
    )
    return Check("M2Q" if meeting is ActivityKind.COMMITTEE else "M17", holds, words)


def slips(kind: DecisionKind, method: Method, *, due: int, present: int, tally: Tally) -> list[str]:
    """Return why the numbers cannot be right, in Chinese; none when they can.

    Each present voter has one vote and nobody votes for another. More papers back than were
    given out make the vote void: it must be taken again.
    """
    found = []
    if tally.cast > present:
        found.append(
            f"赞成 {tally.yes}、反对 {tally.no}、弃权 {tally.abstain}，合计 {tally.cast} 票，"
            f"比有表决权的实到 {present} 人多。"
        )
    if tally.written_yes and kind not in MEMBERSHIP_DECISIONS:
        found.append("会前书面意见只在讨论接收、转正、延长和取消预备党员资格时计票。")
    elif tally.written_yes > due - present:
        found.append(
            f"会前书面赞成 {tally.written_yes} 票，比没有到会的 {due - present} 人多。"
            "到会的人当场表决，不再计书面意见。"
        )
    if method is Method.BALLOT:
        found += _paper_slips(present, tally)
    return found


def _paper_slips(present: int, tally: Tally) -> list[str]:
    issued, returned = tally.issued, tally.returned
    if issued is None or returned is None:
        return ["无记名投票要填写发出票数和收回票数。"]
    if issued > present:
        return [f"发出 {issued} 张票，比有表决权的实到 {present} 人多；不能代人投票。"]
    if returned > issued:
        return [f"收回 {returned} 张票，比发出的 {issued} 张多，这次投票无效，应重新投票。"]
    if tally.cast + tally.void != returned:
        return [
            f"赞成、反对、弃权和无效票合计 {tally.cast + tally.void} 张，"
            f"与收回的 {returned} 张不符。"
        ]
    return []


def _half(code: str, label: str, due: int, present: int) -> Check:
    holds = due > 0 and present * 2 >= due
    words = (
        f"{label} {due} 人的一半是 {share(due, 1, 2)} 人，实到 {present} 人，"
        f"{'达到' if holds else '没有达到'}规定人数"
    )
    return Check(code, holds, words)


def prior_item(*, has_committee: bool, kind: DecisionKind, has_prior: bool) -> Check:
    """Return whether a matter went through the 支委会 before the 党员大会 (M19).

    Asked of what only a 党员大会 decides, and only where the branch has a committee (O8).
    """
    holds = has_prior or not has_committee or kind is DecisionKind.ORDINARY
    words = (
        "党员大会表决前，一般应先经支委会研究；还没有选择支委会上的先行事项"
        if not holds
        else "已经支委会研究" if has_prior else "不要求支委会先行研究"
    )  # fmt: skip
    return Check("M19", holds, words)


def probation(held_on: dt.date, ends_on: dt.date) -> Check:
    """Return whether a member may be regularised at a meeting: probation is over (F21).

    Source: 党章 第七条; on the last day itself it is.
    """
    holds = held_on >= ends_on
    ends = f"{ends_on.year}年{ends_on.month}月{ends_on.day}日"
    return Check("F21", holds, f"预备期到{ends}期满" + ("" if holds else "，期满以后才能表决转正"))


def chair(meeting: ActivityKind, *, host: str, entitled: Iterable[str], has_note: bool) -> Check:
    """Return whether the chair is one who may take it (M18, 支部工作条例 第十四条).

    党员大会 and 支委会: secretary, deputy or a member of the committee; 党小组会: its leader.
    ``entitled`` are their names. Anybody else needs a word on who asked him to.
    """
    names = list(entitled)
    who = "党小组组长" if meeting is ActivityKind.GROUP_MEETING else "书记、副书记或委员"
    if meeting not in CHAIRED or not host:
        return Check("M18", True, "")
    if has_note or any(name in host for name in names):
        return Check("M18", True, f"{host}主持")
    return Check("M18", False, f"主持人{host}不是{who}，请在“主持委托”里写明受谁委托主持")


CHAIRED = frozenset({ActivityKind.ASSEMBLY, ActivityKind.COMMITTEE, ActivityKind.GROUP_MEETING})
