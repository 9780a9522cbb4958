"""Dues: the published vectors and the days at the edges."""

import datetime as dt
from decimal import Decimal

import pytest

from branches.rules.periods import Period
from members.rules import dues
from members.rules.dues import Pay, Payer, Way

D = dt.date
P = Payer


@pytest.mark.parametrize(
    ("is_enterprise", "expected"), [(True, Decimal("6500")), (False, Decimal("5000"))]
)
def test_d1_bonus_counts_in_enterprises_allowances_nowhere(is_enterprise, expected):
    pay = Pay(Decimal(3000), Decimal(2000), Decimal(1500), Decimal(800))

    assert dues.monthly_base(pay, is_enterprise=is_enterprise) == expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("0", "0.00"),
        ("2999.99", "15.00"),
        ("3000", "15.00"),  # 0.5 %
        ("3000.01", "30.00"),  # 1 % of the whole: a cliff
        ("3001", "30.01"),
        ("5000", "50.00"),
        ("5000.01", "75.00"),
        ("5001", "75.02"),  # 75.015, half up
        ("10000", "150.00"),
        ("10000.01", "200.00"),
        ("10001", "200.02"),
        ("60000", "1200.00"),
    ],
)
def test_d2_the_rate_applies_to_the_whole_base(base, expected):
    assert dues.due(P.SALARIED, Decimal(base)) == Decimal(expected)


def test_d2_no_base_is_negative():
    with pytest.raises(ValueError, match="negative"):
        dues.due(P.SALARIED, Decimal("-0.01"))


@pytest.mark.parametrize(("drawn", "expected"), [("3000", "15.00"), ("50000", "1000.00")])
def test_d3_yearly_pay_counts_as_it_is_drawn(drawn, expected):
    assert dues.due(P.YEARLY_PAY, Decimal(drawn)) == Decimal(expected)


@pytest.mark.parametrize(
    ("incomes", "base", "expected"),
    [
        (["3000", "3000", "3000"], "3000.00", "15.00"),
        (["0", "0", "9000.03"], "3000.01", "30.00"),
        (["100", "0", "0"], "33.33", "0.17"),
    ],
)
def test_d4_without_fixed_pay_the_mean_of_last_quarter(incomes, base, expected):
    mean = dues.quarterly_base([Decimal(income) for income in incomes])

    assert mean == Decimal(base)
    assert dues.due(P.NO_FIXED_PAY, mean) == Decimal(expected)


def test_d4_a_quarter_has_three_months():
    with pytest.raises(ValueError, match="three"):
        dues.quarterly_base([Decimal(1)] * 2)


@pytest.mark.parametrize(
    ("pension", "expected"), [("5000", "25.00"), ("5000.01", "50.00"), ("12000", "120.00")]
)
def test_d5_pensioners_have_two_rates(pension, expected):
    assert dues.due(P.RETIRED, Decimal(pension)) == Decimal(expected)


@pytest.mark.parametrize(
    ("payer", "chosen", "expected"),
    [
        (P.FARMER, "0.1", "0.20"),
        (P.FARMER, "0.2", "0.20"),
        (P.FARMER, "0.5", "0.50"),
        (P.FARMER, "1", "1.00"),
        (P.FARMER, "1.5", "1.00"),
        (P.SMALL, "9999", "0.20"),
    ],
)
def test_d6_small_fixed_amounts(payer, chosen, expected):
    assert dues.due(payer, Decimal(chosen)) == Decimal(expected)


@pytest.mark.parametrize(
    ("decision", "approval", "slips"),
    [
        ("支〔2026〕1号", "委〔2026〕2号", 0),
        ("支〔2026〕1号", " ", 1),
        ("", "委〔2026〕2号", 1),
        ("", "", 2),
    ],
)
def test_d7_relief_needs_the_decision_and_the_approval(decision, approval, slips):
    found = dues.relief_slips(decision_reference=decision, approval_reference=approval)

    assert len(found) == slips


@pytest.mark.parametrize(
    ("voted", "month"),
    [(D(2026, 3, 31), "2026-03"), (D(2028, 2, 29), "2028-02"), (D(2026, 4, 1), "2026-04")],
)
def test_d8_probationary_members_pay_from_the_vote(voted, month):
    assert str(dues.first_month(voted)) == month


@pytest.mark.parametrize(
    ("branch", "floating", "card", "expected"),
    [(1, False, False, True), (2, False, True, False), (2, True, False, False),
     (2, True, True, True)],
)  # fmt: skip
def test_d9_at_home_or_with_the_card(branch, floating, card, expected):
    assert (
        dues.may_pay_at(home_branch=1, branch=branch, is_floating=floating, has_card=card)
        is expected
    )


RISE = [(D(2025, 6, 1), Decimal(3000)), (D(2026, 1, 31), Decimal(4000)),
        (D(2026, 7, 15), Decimal(6000))]  # fmt: skip


@pytest.mark.parametrize(
    ("month", "fixed", "expected"),
    [
        ("2025-12", False, 3000),
        ("2026-01", False, 4000),
        ("2026-06", False, 4000),
        ("2026-07", False, 6000),  # from that month on
        ("2026-07", True, 4000),  # later guidance: as the year began
        ("2026-12", True, 4000),
        ("2027-01", True, 6000),
        ("2025-08", True, 3000),  # began during the year
    ],
)
def test_d10_a_new_wage_counts_from_its_month(month, fixed, expected):
    assert dues.base_in(Period.parse(month), RISE, fixed=fixed) == expected


def test_d10_before_the_first_base_there_is_none():
    with pytest.raises(ValueError, match="no base"):
        dues.base_in(Period.parse("2025-05"), RISE, fixed=False)


@pytest.mark.parametrize(("paid", "expected"), [("1050", False), ("1050.01", True), ("50", False)])
def test_d11_more_than_a_thousand_at_once_goes_to_the_centre(paid, expected):
    assert dues.goes_to_centre(Decimal(paid), Decimal(50)) is expected


@pytest.mark.parametrize(
    ("month", "on", "expected"),
    [
        ("2026-03", D(2026, 9, 30), True),
        ("2026-03", D(2026, 10, 1), False),
        ("2027-08", D(2028, 2, 29), True),  # a leap year's last day
        ("2027-08", D(2028, 3, 1), False),
        ("2026-03", D(2026, 3, 5), True),
    ],
)
def test_d12_back_payment_within_six_months(month, on, expected):
    assert dues.may_pay_back(Period.parse(month), on) is expected


def months(letters):
    """P paid, u unpaid, e excused."""
    return [
        (Period.parse(f"2026-{n:02d}"), letter == "P", letter == "e")
        for n, letter in enumerate(letters, 1)
    ]


@pytest.mark.parametrize(
    ("letters", "run", "case"),
    [("uuuuu", 5, False), ("uuuuuu", 6, True), ("uuuPuuu", 3, False), ("uuueuuu", 6, True),
     ("uuuuuuP", 0, False), ("", 0, False)],
)  # fmt: skip
def test_d13_six_months_unpaid_ask_for_a_case(letters, run, case):
    unpaid = dues.unpaid_in_a_row(months(letters))

    assert (unpaid, dues.opens_a_case(unpaid)) == (run, case)


@pytest.mark.parametrize(
    ("way", "is_refused"),
    [(Way.SELF, False), (Way.PROXY, False), (Way.ADVANCED, True), (Way.DEDUCTED, True),
     (Way.INVENTED, True)],
)  # fmt: skip
def test_d14_nobody_pays_for_others_and_nothing_is_deducted(way, is_refused):
    assert bool(dues.refused(way)) is is_refused
