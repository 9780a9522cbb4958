"""The rhythm of a 小政委, and the three steps of choosing one."""

import datetime as dt

import pytest

from branches.rules.periods import Period
from branches.rules.workflow import StepNotAllowed
from branches.rules.working_days import WorkingCalendar
from people.rules import stewards as rules
from people.rules.stewards import STEWARD, StewardGrade, StewardState, StewardStep, Terms
from people.wording import stewards as wording

D = dt.date
WEEKS = WorkingCalendar()
HOLIDAY = WorkingCalendar(
    days_off=frozenset({D(2026, 10, 30)}), days_on=frozenset({D(2026, 10, 31)})
)
OCTOBER = Period(D(2026, 10, 1))


@pytest.mark.parametrize(
    ("on", "today", "may"),
    [
        (D(2026, 10, 20), D(2026, 10, 20), True),
        (D(2026, 10, 19), D(2026, 10, 20), True),
        (D(2026, 10, 18), D(2026, 10, 20), False),
        (D(2026, 10, 21), D(2026, 10, 20), False),
        (D(2026, 9, 30), D(2026, 10, 1), True),
    ],
)
def test_a_line_is_written_on_its_day_and_the_next(on, today, may):
    assert rules.may_be_written(on, today) is may


@pytest.mark.parametrize(
    ("on", "hour", "calendar", "due"),
    [
        (D(2026, 10, 20), 14, WEEKS, False),
        (D(2026, 10, 20), 15, WEEKS, True),
        (D(2026, 10, 24), 23, WEEKS, False),  # Saturday
        (D(2026, 10, 30), 23, HOLIDAY, False),
        (D(2026, 10, 31), 15, HOLIDAY, True),  # a Saturday worked in exchange
    ],
)
def test_the_line_is_asked_for_on_working_days_from_three(on, hour, calendar, due):
    assert rules.is_line_due(on, hour, calendar, Terms()) is due


@pytest.mark.parametrize(
    ("day", "calendar", "due_on"),
    [
        (1, WEEKS, D(2026, 10, 30)),  # the 31st is a Saturday
        (2, WEEKS, D(2026, 10, 29)),
        (1, HOLIDAY, D(2026, 10, 31)),
        (2, HOLIDAY, D(2026, 10, 29)),
        (30, WEEKS, D(2026, 10, 1)),  # more than the month has
    ],
)
def test_a_month_is_reported_on_by_its_last_working_days(day, calendar, due_on):
    assert rules.report_due(OCTOBER, calendar, Terms(report_working_day=day)) == due_on


def test_a_report_is_assessed_within_five_working_days():
    assert rules.assessment_due(D(2026, 10, 30), WEEKS, Terms()) == D(2026, 11, 6)


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (D(2026, 10, 19), D(2026, 10, 19)),
        (D(2026, 10, 25), D(2026, 10, 19)),
        (D(2026, 11, 1), D(2026, 10, 26)),
    ],
)
def test_a_week_begins_on_its_monday(day, monday):
    assert rules.monday_of(day) == monday


@pytest.mark.parametrize(
    ("parameters", "terms"),
    [
        ({}, Terms(15, 1, 5)),
        ({"line_from_hour": 0}, Terms(0, 1, 5)),
        (
            {"line_from_hour": 24, "report_working_day": 0, "assess_working_days": 3},
            Terms(23, 1, 3),
        ),
    ],
)
def test_what_the_rule_leaves_out_stays_as_practice_has_it(parameters, terms):
    assert rules.terms_of(parameters) == terms


ALLOWED = {
    ("RECOMMENDED", "DECIDE"): "DECIDED",
    ("RECOMMENDED", "DECLINE"): "DECLINED",
    ("DECIDED", "APPOINT"): "APPOINTED",
    ("DECIDED", "DECLINE"): "DECLINED",
    ("APPOINTED", "END"): "ENDED",
}


@pytest.mark.parametrize("step", list(StewardStep))
@pytest.mark.parametrize("state", list(StewardState))
def test_nobody_skips_a_step_of_choosing(state, step):
    if after := ALLOWED.get((state, step)):
        assert STEWARD.after(state, step) == after
    else:
        with pytest.raises(StepNotAllowed):
            STEWARD.after(state, step)
        assert wording.STATES[state] in wording.refused_step(state, step)


@pytest.mark.parametrize(
    ("state", "marks"),
    [
        ("RECOMMENDED", ["done", "now", ""]),
        ("DECIDED", ["done", "done", "now"]),
        ("APPOINTED", ["done", "done", "done"]),
        ("DECLINED", ["", "", ""]),
    ],
)
def test_the_three_steps_are_shown_as_far_as_they_are_taken(state, marks):
    assert [mark for _, mark in wording.stages(state)] == marks


@pytest.mark.parametrize(
    ("grade", "needed"),
    [(StewardGrade.GOOD, False), (StewardGrade.FAIR, True), (StewardGrade.POOR, True)],
)
def test_less_than_good_comes_with_advice(grade, needed):
    assert rules.needs_advice(grade) is needed
