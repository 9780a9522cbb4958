"""The one place where points are rounded."""

from decimal import Decimal
from fractions import Fraction


def half_up(value: Fraction | Decimal) -> Decimal:
    """Return ``value`` with two decimals, a half going away from zero (as SQL's round does).

    Exact for every quotient: nothing is rounded before this, and there is no negative zero.
    """
    fraction = Fraction(value)
    hundredths, rest = divmod(abs(fraction.numerator) * 100, fraction.denominator)
    if rest * 2 >= fraction.denominator:
        hundredths += 1
    sign = "-" if fraction < 0 and hundredths else ""
    # Read from text, so the decimal context's precision cannot touch it.
    return Decimal(f"{sign}{hundredths}E-2")
