"""The probationary period (预备期) and what somebody's standing was on a day."""

from __future__ import annotations

import datetime as dt

from members.rules.status import MemberStatus


def probation_ends_on(admitted_on: dt.date) -> dt.date:
    """Return the day one year after the branch meeting that admitted the member.

    29 February ends on 28 February. Source: 党章 第七条.
    """
    try:
        return admitted_on.replace(year=admitted_on.year + 1)
    except ValueError:
        return admitted_on.replace(year=admitted_on.year + 1, day=28)


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
