"""Admission of members: what the article itself asks for, so that a step may be refused.

Source: 党章 第一条、第五条、第七条; 发展党员工作细则 第十六条. What only
secondary texts say (terms of years and months) is a parameter of the guided procedure and
warns at most.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from branches.rules.terms import years_later
from members.rules.status import MemberStatus

LEAST_AGE = 18
SPONSORS = 2


class Review(StrEnum):
    """The conclusion of the political review (政治审查)."""

    MISSING = "MISSING"
    PASSED = "PASSED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Somebody who is to recommend an applicant, as he stands on the day."""

    member_id: int
    status: MemberStatus
    is_restricted: bool = False  # under 留党察看, or rights suspended


def may_apply(birth_date: dt.date, on: dt.date) -> bool:
    """Return whether an applicant is 18 on the day of the application (F1).

    Born on 29 February one is 18 on 28 February of a common year, as the year's end is counted
    elsewhere too.
    """
    return on >= years_later(birth_date, LEAST_AGE)


def sponsor_slips(sponsors: Iterable[Sponsor]) -> list[str]:
    """Return why these cannot be the two sponsors, in Chinese; none when they can (F9)."""
    chosen = list(sponsors)
    found = []
    if len({sponsor.member_id for sponsor in chosen}) != SPONSORS or len(chosen) != SPONSORS:
        found.append("入党介绍人要有两名，不能是同一个人。")
    if any(sponsor.status is not MemberStatus.FULL for sponsor in chosen):
        found.append("入党介绍人须是正式党员。")
    if any(sponsor.is_restricted for sponsor in chosen):
        found.append("受留党察看处分、表决权恢复以前的党员不能作介绍人。")
    return found


def review_slip(review: Review) -> str:
    """Return why the political review stops the admission, "" when it does not (F10)."""
    return {
        Review.MISSING: "还没有政治审查结论。未经政治审查的，不能发展入党。",
        Review.FAILED: "政治审查不合格的，不能发展入党。",
        Review.PASSED: "",
    }[review]


def dues_from(voted_on: dt.date) -> dt.date:
    """Return from when somebody pays dues: the branch meeting's vote (D8, 党费规定 第八条)."""
    return voted_on


def has_vote(status: MemberStatus, *, is_restricted: bool = False) -> bool:
    """Return whether somebody votes, elects and may be elected (党章 第七条).

    Probationary members have the same duties, and none of the three rights.
    """
    return status is MemberStatus.FULL and not is_restricted
