"""Dues (党费): how much, from when, until when, and what nobody may do.

Source: 《关于中国共产党党费收缴、使用和管理的规定》（2008）第一至十四条 (D1 to D14).
Amounts are yuan. Rates apply to the whole base, not by bands: one yuan more may cost a step
(a cliff).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from branches.rules.periods import Period
from branches.rules.terms import months_later

CENT = Decimal("0.01")

# Up to and including each threshold the rate beside it; the last rate beyond (percent).
THRESHOLDS = (Decimal(3000), Decimal(5000), Decimal(10000))
RATES = (Decimal("0.5"), Decimal("1"), Decimal("1.5"), Decimal("2"))
PENSION_THRESHOLDS = (Decimal(5000),)
PENSION_RATES = (Decimal("0.5"), Decimal("1"))

FIXED_LEAST = Decimal("0.2")
FARMER_MOST = Decimal("1")
VOLUNTARY_TO_CENTRE = Decimal(1000)
MONTHS_BACK = 6
MONTHS_UNPAID = 6


class Payer(StrEnum):
    """What somebody's dues are counted from."""

    SALARIED = "SALARIED"  # fixed monthly pay after tax (D1, D2)
    YEARLY_PAY = "YEARLY_PAY"  # what was drawn that month (D3)
    NO_FIXED_PAY = "NO_FIXED_PAY"  # mean net income of last quarter (D4)
    RETIRED = "RETIRED"  # pension (D5)
    FARMER = "FARMER"  # 0.2 to 1 yuan (D6)
    SMALL = "SMALL"  # students, laid off, on relief: 0.2 yuan (D6)


@dataclass(frozen=True, slots=True)
class Pay:
    """A month's pay after tax. Bonus and post pay count in enterprises only (D1)."""

    basic: Decimal
    post: Decimal = Decimal(0)
    bonus: Decimal = Decimal(0)
    allowances: Decimal = Decimal(0)


def monthly_base(pay: Pay, *, is_enterprise: bool) -> Decimal:
    """Return the base of fixed pay (D1): allowances never belong to it."""
    return pay.basic + pay.post + pay.bonus if is_enterprise else pay.basic + pay.post


def quarterly_base(incomes: Sequence[Decimal]) -> Decimal:
    """Return the base of whoever has no fixed pay: the mean of last quarter's months (D4).

    :raises ValueError: not exactly three months.
    """
    if len(incomes) != 3:
        raise ValueError("a quarter has three months")
    return (sum(incomes, Decimal(0)) / 3).quantize(CENT, ROUND_HALF_UP)


def due(payer: Payer, base: Decimal = Decimal(0)) -> Decimal:
    """Return the dues of one month to 0.01, half up (D2 to D6).

    ``base`` is the month's: fixed pay, what was drawn, last quarter's mean or the pension; for
    farmers what they chose between 0.2 and 1 yuan (less is raised, more is cut); else unused.

    >>> due(Payer.SALARIED, Decimal(3000)), due(Payer.SALARIED, Decimal(3001))
    (Decimal('15.00'), Decimal('30.01'))
    """
    if payer is Payer.SMALL:
        return FIXED_LEAST.quantize(CENT)
    if payer is Payer.FARMER:
        return min(max(base, FIXED_LEAST), FARMER_MOST).quantize(CENT)
    if payer is Payer.RETIRED:
        return by_rate(base, PENSION_THRESHOLDS, PENSION_RATES)
    return by_rate(base, THRESHOLDS, RATES)


def by_rate(base: Decimal, thresholds: Sequence[Decimal], rates: Sequence[Decimal]) -> Decimal:
    """Return the whole base times the rate of its band, to 0.01, half up.

    :raises ValueError: a negative base.
    """
    if base < 0:
        raise ValueError("negative base")
    band = sum(base > threshold for threshold in thresholds)
    return (base * rates[band] / 100).quantize(CENT, ROUND_HALF_UP)


def relief_slips(*, decision_reference: str, approval_reference: str) -> list[str]:
    """Return why less or nothing may not be paid yet (D7): both references are needed."""
    found = []
    if not decision_reference.strip():
        found.append("减免党费须有支部研究的记录。")
    if not approval_reference.strip():
        found.append("减免党费须有上级党委批准的文号。")
    return found


def first_month(voted_on: dt.date) -> Period:
    """Return the first month for which dues are owed: that of the branch meeting's vote (D8)."""
    return Period.containing(voted_on)


def may_pay_at(
    *, home_branch: int, branch: int, is_floating: bool = False, has_card: bool = False
) -> bool:
    """Return whether dues may be paid at a branch (D9).

    At home; whoever is away with a 流动党员活动证 also where he takes part.
    """
    return branch == home_branch or (is_floating and has_card)


def base_in(month: Period, bases: Iterable[tuple[dt.date, Decimal]], *, fixed: bool) -> Decimal:
    """Return the base in a month from dated bases (day of change, amount) (D10).

    A change counts from its own month on. ``fixed`` (later guidance, a parameter) keeps the
    base that the year began with; who began during the year has the first of that year.

    :raises ValueError: no base is known yet in that month.
    """
    known = sorted((day, amount) for day, amount in bases if day < month.end)
    if not known:
        raise ValueError("no base yet")
    if not fixed:
        return known[-1][1]
    year = dt.date(month.year, 2, 1)
    early = [amount for day, amount in known if day < year]
    return early[-1] if early else known[0][1]


def goes_to_centre(paid: Decimal, owed: Decimal) -> bool:
    """Return whether a voluntary payment beyond what is owed goes to the centre whole (D11).

    Only beyond 1,000 yuan at once; exactly 1,000 stays.
    """
    return paid - owed > VOLUNTARY_TO_CENTRE


def may_pay_back(month: Period, on: dt.date, *, most_months: int = MONTHS_BACK) -> bool:
    """Return whether a month's dues may still be paid on a day (D12): generally within 6 months.

    Counted from the end of the month owed; the last day is still in time.
    """
    return on <= months_later(month.last_day + dt.timedelta(days=1), most_months) - dt.timedelta(
        days=1
    )


def unpaid_in_a_row(months: Iterable[tuple[Period, bool, bool]]) -> int:
    """Return for how many months in a row, up to the latest, nothing was paid without reason.

    Each month: (month, paid, excused), in order. Paying ends a row; an excused month neither
    ends nor lengthens it (D13).
    """
    run = 0
    for _, is_paid, is_excused in months:
        if is_paid:
            run = 0
        elif not is_excused:
            run += 1
    return run


def opens_a_case(unpaid: int, *, months: int = MONTHS_UNPAID) -> bool:
    """Return whether people must look at somebody's standing (D13, M21); never automatic."""
    return unpaid >= months


class Way(StrEnum):
    """How a payment came in."""

    SELF = "SELF"
    PROXY = "PROXY"  # handed over by somebody, the member's own money (D12)
    ADVANCED = "ADVANCED"  # 垫交: somebody else's money
    DEDUCTED = "DEDUCTED"  # 扣缴: taken off the pay
    INVENTED = "INVENTED"  # a "special" due of one's own making


def refused(way: Way) -> str:
    """Return why a payment may not come in like this, in Chinese; "" when it may (D14)."""
    return {
        Way.ADVANCED: "党费由本人交纳，不得垫交。",
        Way.DEDUCTED: "不得从工资中扣缴党费。",
        Way.INVENTED: "不得要求交纳规定以外的“特殊党费”。",
    }.get(way, "")
