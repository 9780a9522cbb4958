"""The order's workflow, ratings, the share of theory, and months back."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.rules.study import (
    ORDER,
    OrderState,
    OrderStep,
    TheoryShare,
    mean_rating,
    months_after,
    months_before,
)
from branches.rules.workflow import StepNotAllowed

S, T = OrderState, OrderStep
D = dt.date

ALLOWED = {
    (S.ASKED, T.ACCEPT): S.ACCEPTED,
    (S.ASKED, T.DECLINE): S.DECLINED,
    (S.ASKED, T.CANCEL): S.CANCELLED,
    (S.ACCEPTED, T.CANCEL): S.CANCELLED,
    (S.ACCEPTED, T.HOLD): S.HELD,
    (S.HELD, T.RATE): S.RATED,
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("step", list(T))
def test_an_order_takes_these_steps_and_no_other(state, step):
    if (state, step) in ALLOWED:
        assert ORDER.after(state, step) == ALLOWED[state, step]
    else:
        with pytest.raises(StepNotAllowed):
            ORDER.after(state, step)


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([], None), ([5], None), ([5, 5], None), ([5, 5, 5], "5.0"), ([5, 4, 4], "4.3"),
        ([1, 2, 2], "1.7"), ([4, 4, 4, 5], "4.3"), ([4, 5, 5, 5, 5, 4, 4, 4], "4.5"),
        ([1, 1, 1, 2], "1.3"),
    ],
)  # fmt: skip
def test_a_mean_is_told_from_three_ratings_on(ratings, expected):
    assert mean_rating(len(ratings), sum(ratings)) == (
        None if expected is None else Decimal(expected)
    )


@pytest.mark.parametrize(
    ("theory", "hours", "percent", "is_enough"),
    [
        ("11.2", "16", "70.0", True), ("11.1", "16", "69.4", False), ("16", "16", "100.0", True),
        ("0", "16", "0.0", False), ("6.999", "10", "70.0", False), ("7", "10", "70.0", True),
    ],
)  # fmt: skip
def test_theory_is_seven_tenths_of_a_class_or_more(theory, hours, percent, is_enough):
    share = TheoryShare(Decimal(theory), Decimal(hours), 70)
    assert (share.percent, share.is_enough) == (Decimal(percent), is_enough)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (D(2026, 10, 20), 24, D(2024, 10, 20)),
        (D(2026, 10, 20), 12, D(2025, 10, 20)),
        (D(2026, 10, 20), 10, D(2025, 12, 20)),
        (D(2026, 3, 31), 1, D(2026, 2, 28)),
        (D(2024, 3, 31), 1, D(2024, 2, 29)),
        (D(2024, 2, 29), 12, D(2023, 2, 28)),
        (D(2024, 2, 29), 48, D(2020, 2, 29)),
        (D(2026, 1, 31), 0, D(2026, 1, 31)),
    ],
)
def test_months_back_keep_the_day_or_take_the_months_last(day, months, expected):
    assert months_before(day, months) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (D(2026, 8, 31), D(2027, 2, 28)),
        (D(2026, 7, 1), D(2027, 1, 1)),
        (D(2023, 8, 29), D(2024, 2, 29)),
    ],
)
def test_half_a_year_later(day, expected):
    assert months_after(day, 6) == expected
