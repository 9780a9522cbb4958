"""Class hours: what counts as a class, how long study lasts, how much is asked for in a period.

Source: 教育管理工作条例第二十条 and the training plans (H1, H2, H5); practices C01, C04.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from activities.rules.kinds import ActivityKind
from activities.rules.study import Unit
from branches.rules.periods import Period

# Held to learn, from beginning to end. The other kinds learn for a part of their time only:
# they give hours when somebody writes down how many.
CLASS_KINDS = (ActivityKind.LECTURE, ActivityKind.STUDY)

MONTHS_OF_A_YEAR = 12
CENT = Decimal("0.01")

# What a unit is worth where no rule says otherwise (H5): parameter and class hours.
UNIT_PARAMETERS = {Unit.HOUR: "hour", Unit.HALF_DAY: "half_day", Unit.DAY: "day"}
_USUAL = {Unit.HOUR: 1, Unit.HALF_DAY: 4, Unit.DAY: 8}


def target(yearly: int, months: int) -> Decimal:
    """Return the hours asked for in some months of a year, to 0.01, half up.

    >>> target(32, 6), target(56, 1)
    (Decimal('16.00'), Decimal('4.67'))
    """
    share = Decimal(yearly) * months / MONTHS_OF_A_YEAR
    return share.quantize(CENT, ROUND_HALF_UP)


def months_due(period: Period, since: dt.date) -> int:
    """Return the months of ``period`` in which study is asked of somebody here ``since`` a day.

    The month of that day counts whole: admitted on 1 July six months of the year are left, on
    31 December one, on 29 February eleven. Of those here before the period, all its months.
    """
    return sum(month.last_day >= since for month in period.months)


def behind(*, done: Decimal, asked: Decimal) -> Decimal:
    """Return the hours that are missing, 0 when nothing is."""
    return max(asked - done, Decimal(0))


def credited(unit: Unit, amount: Decimal, parameters: Mapping[str, object]) -> Decimal:
    """Return the class hours of an amount of study by the conversion table (H5), to 0.01.

    :param parameters: of rule H5; a unit it does not name is worth 1, 4 or 8 hours.
    """
    worth = Decimal(str(parameters.get(UNIT_PARAMETERS[unit], _USUAL[unit])))
    return (worth * amount).quantize(CENT, ROUND_HALF_UP)
