"""Hours asked for in a part of the year, and what study is worth."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.rules import hours
from activities.rules.study import Unit
from branches.rules.periods import Period

D = dt.date


@pytest.mark.parametrize(
    ("period", "since", "expected"),
    [
        ("2026", D(2025, 12, 31), 12),
        ("2026", D(2026, 1, 1), 12),
        ("2026", D(2026, 1, 31), 12),
        ("2026", D(2026, 2, 1), 11),
        ("2026", D(2026, 6, 30), 7),
        ("2026", D(2026, 7, 1), 6),
        ("2026", D(2026, 12, 1), 1),
        ("2026", D(2026, 12, 31), 1),
        ("2026", D(2027, 1, 1), 0),
        ("2024", D(2024, 2, 29), 11),
        ("2024", D(2024, 3, 1), 10),
        ("2024-02", D(2024, 2, 29), 1),
        ("2024-02", D(2024, 3, 1), 0),
        ("2026H2", D(2026, 7, 1), 6),
        ("2026H2", D(2026, 12, 31), 1),
        ("2026Q3", D(2026, 8, 31), 2),
        ("2026Q3", D(2026, 6, 30), 3),
    ],
)
def test_months_in_which_study_is_asked_for(period, since, expected):
    assert hours.months_due(Period.parse(period), since) == expected


@pytest.mark.parametrize(
    ("yearly", "since", "expected"),
    [
        (32, D(2020, 1, 1), "32.00"), (32, D(2026, 7, 1), "16.00"), (32, D(2026, 12, 31), "2.67"),
        (32, D(2026, 2, 28), "29.33"), (56, D(2026, 7, 1), "28.00"),
        (56, D(2026, 12, 31), "4.67"), (56, D(2026, 5, 20), "37.33"),
    ],
)  # fmt: skip
def test_who_came_in_the_year_is_asked_for_his_share(yearly, since, expected):
    months = hours.months_due(Period.parse("2026"), since)
    assert hours.target(yearly, months) == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "amount", "parameters", "expected"),
    [
        (Unit.HOUR, "1", {}, "1.00"), (Unit.HOUR, "2.5", {}, "2.50"),
        (Unit.HALF_DAY, "1", {}, "4.00"), (Unit.HALF_DAY, "3", {}, "12.00"),
        (Unit.DAY, "1", {}, "8.00"), (Unit.DAY, "0.5", {}, "4.00"),
        (Unit.HALF_DAY, "1", {"half_day": 3}, "3.00"),
        (Unit.DAY, "2", {"hour": 1, "half_day": 3, "day": 6}, "12.00"),
        (Unit.HOUR, "1", {"hour": 0.75}, "0.75"),
        (Unit.DAY, "1", {"half_day": 3}, "8.00"),
    ],
)  # fmt: skip
def test_study_is_worth_what_the_conversion_table_says(unit, amount, parameters, expected):
    assert hours.credited(unit, Decimal(amount), parameters) == Decimal(expected)


@pytest.mark.parametrize(
    ("done", "asked", "expected"),
    [("31.99", "32.00", "0.01"), ("32.00", "32.00", "0"), ("40", "32", "0"), ("0", "2.67", "2.67")],
)
def test_what_is_missing(done, asked, expected):
    assert hours.behind(done=Decimal(done), asked=Decimal(asked)) == Decimal(expected)
