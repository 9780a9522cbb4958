"""What the marks of one item count for, and who inspects whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction

from scoring.rules.rounding import half_up


def counted(inspected: Sequence[Decimal], review: Decimal | None = None) -> Decimal | None:
    """Return what counts: the review, or else the inspectors' mean; None without any mark.

    >>> counted([Decimal(10), Decimal(9), Decimal(9)])
    Decimal('9.33')
    """
    if review is not None:
        return review
    if not inspected:
        return None
    return half_up(sum(map(Fraction, inspected), Fraction(0)) / len(inspected))


def all_pairs(
    branches: Sequence[int], inspectors: Sequence[int], own: Collection[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return every branch with every inspector, but nobody with a branch of one's own.

    :param own: pairs (branch, inspector) that must not be.
    """
    return [(b, i) for b in branches for i in inspectors if (b, i) not in own]


def in_turn(
    branches: Sequence[int], inspectors: Sequence[int], own: Collection[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return every branch with one inspector, evenly, and nobody with a branch of one's own.

    A branch for which nobody is left has no pair.

    >>> in_turn([1, 2, 3], [10, 20, 30], {(1, 10), (2, 20), (3, 30)})
    [(1, 20), (2, 30), (3, 10)]
    """
    load: Counter[int] = Counter()
    found = []
    for n, branch in enumerate(branches):
        turned = [*inspectors[(n + 1) % len(inspectors) :], *inspectors] if inspectors else []
        free = [i for i in dict.fromkeys(turned) if (branch, i) not in own]
        if free:
            chosen = min(free, key=lambda i: load[i])
            load[chosen] += 1
            found.append((branch, chosen))
    return found
