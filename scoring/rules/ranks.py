"""Places inside one comparison group."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

Subject = TypeVar("Subject", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rank:
    """A subject's place from the top and from the bottom, each starting at 1."""

    from_top: int
    from_bottom: int


def ranks(totals: Mapping[Subject, Decimal]) -> dict[Subject, Rank]:
    """Return the places of one group's rated subjects.

    Equal totals share the best place, and the next place counts all of them: 1, 2, 2, 4.
    From the bottom likewise: the number of lower totals plus one.
    """
    ascending = sorted(totals.values())
    return {
        subject: Rank(
            from_top=len(ascending) - bisect_right(ascending, total) + 1,
            from_bottom=bisect_left(ascending, total) + 1,
        )
        for subject, total in totals.items()
    }
