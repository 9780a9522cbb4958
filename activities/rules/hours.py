"""Class hours: what counts as a class, and how many are asked for in a period.

Source: 教育管理工作条例第二十条 and the training plans; one clock hour is one class hour (H5).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from activities.rules.kinds import ActivityKind

# Held to learn, from beginning to end. The other kinds learn for a part of their time only,
# which nobody writes down.
CLASS_KINDS = (ActivityKind.LECTURE, ActivityKind.STUDY)

MONTHS_OF_A_YEAR = 12


def target(yearly: int, months: int) -> Decimal:
    """Return the hours asked for in some months of a year, to 0.01, half up.

    >>> target(32, 6), target(56, 1)
    (Decimal('16.00'), Decimal('4.67'))
    """
    share = Decimal(yearly) * months / MONTHS_OF_A_YEAR
    return share.quantize(Decimal("0.01"), ROUND_HALF_UP)
