"""A longer period's total from the totals of its shorter periods."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from scoring.rules.rounding import half_up
from scoring.rules.scheme import Rollup


def rolled_up(rollup: Rollup, totals: Sequence[Decimal | None]) -> Decimal | None:
    """Return the weighted mean with two decimals; None when any period has no total.

    ``totals`` are the shorter periods', oldest first, one for each weight.

    :raises ValueError: there are more or fewer totals than weights.
    """
    mean = Fraction(0)
    for weight, total in zip(rollup.weights, totals, strict=True):
        if total is None:
            return None
        mean += Fraction(weight) * Fraction(total)
    return half_up(mean)
