"""Birthdays, ages, days of publicity, training, follow-up and help, to the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from branches.rules.working_days import WorkingCalendar
from people.rules import birthdays, help_plans, recalls, talents, tolerances
from people.rules.recalls import RecallState
from people.rules.talents import Tier

D = dt.date
FRIDAY = D(2026, 11, 6)
CALENDAR = WorkingCalendar(days_off=frozenset({D(2026, 11, 10)}))


@pytest.mark.parametrize(
    ("admitted_on", "year", "expected"),
    [
        (D(2020, 7, 1), 2026, D(2026, 7, 1)),
        (D(2020, 2, 29), 2026, D(2026, 2, 28)),
        (D(2020, 2, 29), 2028, D(2028, 2, 29)),
        (D(2025, 12, 31), 2026, D(2026, 12, 31)),
        (D(2026, 1, 1), 2026, None),
        (D(2027, 1, 1), 2026, None),
    ],
)
def test_the_political_birthday_of_a_year(admitted_on, year, expected):
    assert birthdays.birthday(admitted_on, year) == expected


def test_the_greeting_names_the_day_and_the_years():
    assert birthdays.greeting("陈卓", D(2020, 2, 29), 2026).startswith(
        "陈卓同志：2月28日是您入党6周年纪念日"
    )


@pytest.mark.parametrize(
    ("tier", "born", "on", "expected"),
    [
        (Tier.GOOD, D(1990, 11, 7), D(2026, 11, 6), True),  # the last day of being 35
        (Tier.GOOD, D(1990, 11, 6), D(2026, 11, 6), False),  # 36 today
        (Tier.ABLE, D(1975, 11, 7), D(2026, 11, 6), True),
        (Tier.ABLE, D(1975, 11, 6), D(2026, 11, 6), False),
        (Tier.GOOD, D(1992, 2, 29), D(2028, 2, 28), True),
        (Tier.GOOD, D(1992, 2, 29), D(2028, 2, 29), False),
        (Tier.ABLE, D(1976, 2, 29), D(2027, 2, 27), True),
        (Tier.ABLE, D(1976, 2, 29), D(2027, 2, 28), False),
    ],
)
def test_who_is_young_enough_for_a_tier(tier, born, on, expected):
    assert talents.is_young_enough(tier, born, on, talents.Terms()) is expected


@pytest.mark.parametrize(
    ("published_on", "days", "last"),
    [
        (FRIDAY, 3, D(2026, 11, 12)),  # Monday, (Tuesday off), Wednesday, Thursday
        (FRIDAY, 1, D(2026, 11, 9)),
        (D(2026, 11, 7), 1, D(2026, 11, 9)),
    ],
)
def test_the_last_day_of_publicity(published_on, days, last):
    terms = talents.terms_of({"publicity_working_days": days})

    assert talents.publicity_until(published_on, CALENDAR, terms) == last


@pytest.mark.parametrize(("day", "expected"), [(12, False), (13, True)])
def test_publicity_lasts_through_its_last_day(day, expected):
    assert talents.may_be_confirmed(D(2026, 11, 12), D(2026, 11, day)) is expected


@pytest.mark.parametrize(
    ("days", "last"), [(7, D(2026, 11, 12)), (1, FRIDAY), (30, D(2026, 12, 5))]
)
def test_the_last_day_of_training_counts_the_first(days, last):
    assert recalls.training_until(FRIDAY, recalls.terms_of({"training_days": days})) == last


@pytest.mark.parametrize(
    ("assessed_on", "until"),
    [
        (D(2026, 11, 13), D(2026, 12, 13)),
        (D(2027, 1, 31), D(2027, 2, 28)),
        (D(2028, 1, 30), D(2028, 2, 29)),
    ],
)
def test_a_month_of_follow_up(assessed_on, until):
    assert recalls.follow_until(assessed_on, recalls.Terms()) == until


@pytest.mark.parametrize(
    ("exam", "assessment", "expected"),
    [("60", "60", True), ("59.99", "100", False), ("100", "59.99", False), ("60.01", "60", True)],
)
def test_both_marks_must_be_reached(exam, assessment, expected):
    passed = recalls.is_passed(Decimal(exam), Decimal(assessment), recalls.Terms())

    assert passed is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RecallState.LISTED, D(2026, 11, 8)),
        (RecallState.TRAINING, D(2026, 11, 18)),
        (RecallState.ASSESSED, D(2026, 11, 20)),
        (RecallState.FOLLOW_UP, D(2026, 12, 20)),
        (RecallState.ENDED, None),
        (RecallState.DROPPED, None),
    ],
)
def test_until_when_the_next_step_of_a_recall_is_taken(state, expected):
    assert (
        recalls.next_by(
            state, recalls.Terms(), listed_on=D(2026, 11, 1), training_until=D(2026, 11, 11),
            assessed_on=D(2026, 11, 13), follow_until=D(2026, 12, 13),
        )
        == expected
    )  # fmt: skip


def test_the_clocks_of_tolerance_count_working_days():
    terms = tolerances.terms_of({"working_days": 3, "feed_back_working_days": 1})

    assert tolerances.due_on(FRIDAY, CALENDAR, terms) == D(2026, 11, 12)
    assert tolerances.feed_back_by(FRIDAY, CALENDAR, terms) == D(2026, 11, 9)


@pytest.mark.parametrize(
    ("started_on", "months", "ends_on"),
    [
        (D(2026, 8, 31), 12, D(2027, 8, 31)),
        (D(2027, 8, 31), 6, D(2028, 2, 29)),
        (D(2028, 2, 29), 12, D(2029, 2, 28)),
        (D(2027, 2, 28), 12, D(2028, 2, 28)),
    ],
)
def test_when_a_help_plan_has_run_its_time(started_on, months, ends_on):
    terms = help_plans.terms_of({"months": months})

    assert help_plans.ends_on(started_on, terms) == ends_on
    assert [help_plans.may_end(ends_on, ends_on - dt.timedelta(days=late)) for late in (1, 0)] == [
        False, True,
    ]  # fmt: skip


def test_a_note_is_due_a_month_after_the_last():
    assert help_plans.note_by(D(2027, 1, 31), help_plans.Terms()) == D(2027, 2, 28)


@pytest.mark.parametrize("module", [talents, recalls, tolerances, help_plans])
def test_what_a_rule_leaves_out_stays_as_the_practice_has_it(module):
    assert module.terms_of({}) == module.Terms()
