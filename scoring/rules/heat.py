"""How warm a cell of the heat map is: five steps of what an item could give."""

from decimal import Decimal

from scoring.rules.scheme import Item

# From which share of the most each step begins; the number stands in the cell beside it.
STEPS = ((Decimal("1"), 5), (Decimal("0.9"), 4), (Decimal("0.75"), 3), (Decimal("0.6"), 2))
LEGEND = ((5, "满分"), (4, "九成以上"), (3, "七成五以上"), (2, "六成以上"), (1, "不到六成或扣分"))


def level(item: Item, points: Decimal | None) -> int:
    """Return 5 for the most an item can give, down to 1; 0 where that cannot be told.

    It cannot without data, and where an item only adds: nothing added is nothing lost.
    """
    if points is None:
        return 0
    if points < 0:
        return 1
    if item.rule == "each":
        if item.points is not None and item.points < 0:
            return 5
        if not points:
            return 0
        return share(points / item.cap) if item.cap else 4
    return share(points / item.worth) if item.worth else 0


def share(value: Decimal) -> int:
    return next((step for least, step in STEPS if value >= least), 1)
