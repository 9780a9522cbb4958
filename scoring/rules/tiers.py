"""Grades by share of the comparison group, such as 1261."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from scoring.rules.scheme import Outcome

Subject = TypeVar("Subject", bound=Hashable)


def tier_labels(totals: Mapping[Subject, Decimal], outcome: Outcome) -> dict[Subject, str | None]:
    """Return each subject's tier label, None where the scheme gives none.

    ``totals`` are the rated subjects of one comparison group, without the exempt and the
    vetoed. A share is a ceiling, top tiers add up (A <= floor(c * n)), and equal totals are
    never parted: a tie that does not fit goes whole to the next tier. The floor overrides.
    """
    ascending = sorted(totals.values())
    n = len(ascending)
    top: list[tuple[int, str]] = []
    bottom: tuple[int, str] | None = None
    middle: str | None = None
    cumulative = Fraction(0)
    for tier in outcome.tiers:
        if tier.share is None:
            middle = tier.label
        elif tier.from_bottom:
            bottom = (math.floor(Fraction(tier.share) * n), tier.label)
        else:
            cumulative += Fraction(tier.share)
            top.append((math.floor(cumulative * n), tier.label))

    def label(total: Decimal) -> str | None:
        if outcome.floor is not None and total < outcome.floor.below:
            return outcome.floor.label
        at_least = n - bisect_left(ascending, total)
        for seats, name in top:
            if at_least <= seats:
                return name
        if bottom is not None and bisect_right(ascending, total) <= bottom[0]:
            return bottom[1]
        return middle

    return {subject: label(total) for subject, total in totals.items()}
