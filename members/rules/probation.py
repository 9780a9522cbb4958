"""The probationary period (预备期) and what somebody's standing was on a day."""

from __future__ import annotations

import datetime as dt

from branches.rules.terms import months_later, years_later
from members.rules.status import MemberStatus

# 预备期 is extended once, by half a year to a year (发展党员工作细则).
EXTENSION_MONTHS = range(6, 13)


def probation_ends_on(admitted_on: dt.date) -> dt.date:
    """Return the day one year after the branch meeting that admitted the member.

    29 February ends on 28 February. Source: 党章 第七条.
    """
    return years_later(admitted_on, 1)


def extended_end(admitted_on: dt.date, months: int, *, is_extended: bool = False) -> dt.date:
    """Return the day on which probation ends once it is extended by ``months``.

    The end moves, so that nobody applies again the day after.

    :raises ValueError: it was extended before, or the months are not 6 to 12; in Chinese.
    """
    if is_extended:
        raise ValueError("预备期只能延长一次。")
    if months not in EXTENSION_MONTHS:
        raise ValueError("延长预备期不少于 6 个月，不超过 1 年。")
    return months_later(probation_ends_on(admitted_on), months)


def may_be_regularised(on: dt.date, ends_on: dt.date) -> bool:
    """Return whether probation has run its full time on a day: on the day itself it has."""
    return on >= ends_on


def standing_years(regularised_on: dt.date, on: dt.date) -> int:
    """Return the full years of 党龄: from regularisation, not from admission (党章 第七条)."""
    years = on.year - regularised_on.year
    return max(0, years - (on < years_later(regularised_on, years)))


def standing_on(day: dt.date, *, status: str, regularised_on: dt.date | None) -> MemberStatus:
    """Return the standing of somebody who was on the roll that day, from what is known now.

    The day of regularisation counts as full membership (党龄, 党章 第七条). Who has left
    since was a full member unless the dates say otherwise.
    """
    if status == MemberStatus.PROBATIONARY:
        return MemberStatus.PROBATIONARY
    if regularised_on is not None and day < regularised_on:
        return MemberStatus.PROBATIONARY
    return MemberStatus.FULL
