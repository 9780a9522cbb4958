"""Periods at the edges of months, quarters and years."""

import datetime as dt

import pytest

from branches.rules.periods import Period, PeriodKind

D = dt.date


@pytest.mark.parametrize(
    ("text", "first", "last", "end", "label"),
    [
        ("2026-02", D(2026, 2, 1), D(2026, 2, 28), D(2026, 3, 1), "2026 年 2 月"),
        ("2028-02", D(2028, 2, 1), D(2028, 2, 29), D(2028, 3, 1), "2028 年 2 月"),
        ("2026-12", D(2026, 12, 1), D(2026, 12, 31), D(2027, 1, 1), "2026 年 12 月"),
        ("2026Q1", D(2026, 1, 1), D(2026, 3, 31), D(2026, 4, 1), "2026 年第一季度"),
        ("2026Q4", D(2026, 10, 1), D(2026, 12, 31), D(2027, 1, 1), "2026 年第四季度"),
        ("2026H1", D(2026, 1, 1), D(2026, 6, 30), D(2026, 7, 1), "2026 年上半年"),
        ("2026H2", D(2026, 7, 1), D(2026, 12, 31), D(2027, 1, 1), "2026 年下半年"),
        ("2028", D(2028, 1, 1), D(2028, 12, 31), D(2029, 1, 1), "2028 年"),
    ],
)
def test_a_period_reads_back_and_knows_its_bounds(text, first, last, end, label):
    period = Period.parse(text)

    assert (str(period), period.first_day, period.last_day, period.end, period.label) == (
        text, first, last, end, label,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-00", "2026-1", "2026Q5", "2026H3", "1920", "26", "2026-10-20",
     "２０２６", "2026\n"],
)  # fmt: skip
def test_any_other_text_is_no_period(text):
    with pytest.raises(ValueError, match="not a period"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("day", "kind", "expected"),
    [
        (D(2028, 2, 29), PeriodKind.MONTH, "2028-02"),
        (D(2026, 12, 31), PeriodKind.MONTH, "2026-12"),
        (D(2027, 1, 1), PeriodKind.MONTH, "2027-01"),
        (D(2026, 3, 31), PeriodKind.QUARTER, "2026Q1"),
        (D(2026, 4, 1), PeriodKind.QUARTER, "2026Q2"),
        (D(2026, 6, 30), PeriodKind.HALF_YEAR, "2026H1"),
        (D(2026, 7, 1), PeriodKind.HALF_YEAR, "2026H2"),
        (D(2026, 12, 31), PeriodKind.YEAR, "2026"),
    ],
)
def test_the_period_around_a_day(day, kind, expected):
    period = Period.containing(day, kind)

    assert str(period) == expected
    assert period.contains(day)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("2026-01", "2025-12", "2026-02"),
        ("2026-12", "2026-11", "2027-01"),
        ("2026Q1", "2025Q4", "2026Q2"),
        ("2026H2", "2026H1", "2027H1"),
        ("2026", "2025", "2027"),
    ],
)
def test_neighbours_cross_the_year(text, before, after):
    period = Period.parse(text)

    assert (str(period.previous), str(period.next)) == (before, after)


def test_the_end_does_not_belong_to_the_period():
    october = Period.parse("2026-10")

    days = (D(2026, 9, 30), D(2026, 10, 1), D(2026, 10, 31), D(2026, 11, 1))
    assert [october.contains(day) for day in days] == [False, True, True, False]


def test_a_quarter_has_its_three_months():
    assert [str(month) for month in Period.parse("2026Q4").months] == [
        "2026-10", "2026-11", "2026-12",
    ]  # fmt: skip


def test_fourteen_months_back_from_january():
    assert str(Period.parse("2026-01").minus(14)) == "2024-11"
