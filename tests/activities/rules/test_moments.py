"""The last minute of a period, local time: to which month and quarter a meeting belongs."""

import datetime as dt

import pytest
from django.utils import timezone

from activities.rules import rhythm
from activities.rules.rhythm import Asked
from branches.rules.periods import Period, PeriodKind
from branches.rules.working_days import WorkingCalendar

D = dt.date


def utc(*moment):
    return dt.datetime(*moment, tzinfo=dt.UTC)


def owed(every, moment, on, count=1):
    day = timezone.localdate(moment)
    missing = rhythm.owed(on=on, asked=Asked(every, count), held_on=[day], since=D(2026, 1, 1))
    return [str(each.window) for each in missing if each.window.last_day < on]


@pytest.mark.parametrize(
    ("moment", "missing"),
    [
        (utc(2026, 3, 31, 15, 59), []),  # 31 March 23:59 in Shanghai
        (utc(2026, 3, 31, 16, 0), ["2026Q1"]),  # midnight: the second quarter
        (utc(2025, 12, 31, 15, 59), ["2026Q1"]),
        (utc(2025, 12, 31, 16, 0), []),
    ],
)
def test_m1_the_last_minute_of_a_quarter_counts(moment, missing):
    assert owed(PeriodKind.QUARTER, moment, D(2026, 4, 1)) == missing


@pytest.mark.parametrize(
    ("moment", "missing"),
    [
        (utc(2026, 2, 28, 15, 59), ["2026-01"]),
        (utc(2026, 2, 28, 16, 0), ["2026-01", "2026-02"]),
        (utc(2026, 1, 31, 15, 59), ["2026-02"]),
    ],
)
@pytest.mark.parametrize("rule", ["M2", "M3", "M6"])
def test_m2_m3_m6_the_last_minute_of_a_month_counts(rule, moment, missing):
    assert owed(PeriodKind.MONTH, moment, D(2026, 3, 1)) == missing


@pytest.mark.parametrize(("held", "missing"), [(D(2028, 2, 29), []), (D(2028, 3, 1), ["2028-02"])])
def test_m2_m3_m6_29_february_belongs_to_february(held, missing):
    found = rhythm.owed(
        on=D(2028, 3, 1), asked=Asked(PeriodKind.MONTH), held_on=[held], since=D(2028, 2, 1)
    )

    assert [str(each.window) for each in found if each.window.last_day < D(2028, 3, 1)] == missing


@pytest.mark.parametrize(
    ("moment", "missing"),
    [(utc(2025, 12, 31, 15, 59), []), (utc(2025, 12, 31, 16, 0), ["2025"])],
)
def test_m8_the_last_minute_of_a_year_counts(moment, missing):
    found = rhythm.owed(
        on=D(2026, 1, 1),
        asked=Asked(PeriodKind.YEAR),
        held_on=[timezone.localdate(moment)],
        since=D(2025, 1, 1),
    )

    assert [str(each.window) for each in found] == missing


# 国庆 2026: 1 to 7 October off; Sunday 20 September and Saturday 10 October are worked.
CALENDAR = WorkingCalendar(
    frozenset(D(2026, 10, day) for day in range(1, 8)), frozenset({D(2026, 9, 20), D(2026, 10, 10)})
)


@pytest.mark.parametrize(
    ("held", "due"),
    [
        (D(2026, 9, 17), D(2026, 9, 21)),  # Friday, the worked Sunday, Monday
        (D(2026, 9, 30), D(2026, 10, 10)),  # Thursday 8, Friday 9, the worked Saturday
        (D(2026, 10, 5), D(2026, 10, 10)),
        (D(2026, 10, 10), D(2026, 10, 14)),
    ],
)
def test_m23_three_working_days_through_a_week_of_exchanged_days(held, due):
    assert CALENDAR.after(held, 3) == due


@pytest.mark.parametrize(
    ("day", "half"), [(D(2028, 2, 29), "2028H1"), (D(2026, 6, 30), "2026H1"),
                      (D(2026, 7, 1), "2026H2")]
)  # fmt: skip
def test_half_years(day, half):
    assert str(Period.containing(day, PeriodKind.HALF_YEAR)) == half
