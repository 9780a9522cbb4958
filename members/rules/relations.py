"""Relations, lost contact, floating members, putting right: the clocks of a member's standing.

Source: 教育管理工作条例 第十九条、第二十四至三十四条 (M15, R1, R2, R5 to R9), 党章 第四条 (R12).
All of them tell people what to look at; none changes anybody's standing by itself.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from branches.rules.terms import months_later, years_later
from members.rules.status import EventKind, ExemptionReason

_ONE_DAY = dt.timedelta(days=1)


def should_transfer(
    away_since: dt.date, on: dt.date, *, is_settled: bool, is_transferred: bool, months: int = 6
) -> bool:
    """Return whether the relation should be moved: half a year away, at a settled place (R1)."""
    long_away = on >= months_later(away_since, months)
    return long_away and is_settled and not is_transferred


def responsible_branch(old: int, new: int, *, accepted_on: dt.date | None, on: dt.date) -> int:
    """Return which branch answers for, and counts, a member on the way (R2).

    The old one until the day on which the new one accepts.
    """
    return new if accepted_on is not None and on >= accepted_on else old


class Standing(StrEnum):
    """What to look at next with somebody who is out of reach."""

    IN_REACH = "IN_REACH"
    SEARCH = "SEARCH"  # look for him, and keep a log of it
    SUSPEND = "SUSPEND"  # 停止党籍 may be decided
    REMOVE = "REMOVE"  # 自行脱党除名 may be decided


def lost_contact(
    last_seen: dt.date,
    on: dt.date,
    *,
    has_search_log: bool,
    suspended_on: dt.date | None = None,
    months: int = 6,
    years: int = 2,
) -> Standing:
    """Return how a lost contact stands (R5).

    Half a year without contact after searching: 停止党籍; two years after that: 除名. Without a
    log of the search it stays with searching.
    """
    if suspended_on is not None:
        return Standing.REMOVE if on >= years_later(suspended_on, years) else Standing.IN_REACH
    if on < months_later(last_seen, months):
        return Standing.IN_REACH
    return Standing.SUSPEND if has_search_log else Standing.SEARCH


def abroad_too_long(left_on: dt.date, on: dt.date, *, years: int = 5) -> bool:
    """Return whether somebody abroad on private grounds is away for more than 5 years (R6).

    Five years to the day is not yet more.
    """
    return on > years_later(left_on, years)


def contact_due(last_contact: dt.date, *, months: int = 6) -> dt.date:
    """Return until when somebody studying abroad is to be in touch again (R6)."""
    return months_later(last_contact, months)


def correction_slip(started_on: dt.date, ends_on: dt.date, *, most_months: int = 12) -> str:
    """Return why a time for putting oneself right cannot run like this; "" when it can (R7)."""
    if ends_on <= started_on:
        return "结束日期要晚于开始日期。"
    if ends_on > months_later(started_on, most_months):
        return f"限期改正的时间不超过 {most_months} 个月，请改结束日期。"
    return ""


def is_floating(away_since: dt.date, on: dt.date, *, is_transferred: bool, months: int = 6) -> bool:
    """Return whether somebody is a floating member (流动党员): away for over half a year (R8)."""
    return not is_transferred and on > months_later(away_since, months)


def counted_at(home_branch: int, attends: int | None) -> int:
    """Return the one branch that counts a floating member, wherever he takes part (R8)."""
    return home_branch


def kept_at_school_until(graduated_on: dt.date, *, years: int = 2) -> dt.date:
    """Return until when a graduate's relation may generally stay at the school (R9)."""
    return years_later(graduated_on, years)


def hearing_slips(*, told_on: dt.date | None, heard: bool, may_appeal_told: bool) -> list[str]:
    """Return what a negative result still owes the member before it stands (R12)."""
    found = []
    if told_on is None:
        found.append("还没有告知本人。")
    if not heard:
        found.append("还没有听取本人的说明和申辩。")
    if not may_appeal_told:
        found.append("还没有告知本人可以申诉。")
    return found


def calls_for_talk(kind: EventKind | ExemptionReason) -> bool:
    """Return whether an event asks the secretary for a talk (M15): illness, a disciplinary step."""
    return kind in (ExemptionReason.ILL, EventKind.DISCIPLINED)
