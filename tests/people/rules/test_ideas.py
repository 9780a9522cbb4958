"""金点子: the table of steps, and the day until which one is answered."""

import datetime as dt

import pytest

from branches.rules.workflow import StepNotAllowed
from branches.rules.working_days import WorkingCalendar
from people.rules.ideas import IDEA, IdeaState, IdeaStep, Terms, answer_due, terms_of

D = dt.date
S, T = IdeaState, IdeaStep


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        (state, step, {
            (S.RAISED, T.ADOPT): S.ADOPTED,
            (S.RAISED, T.DECLINE): S.DECLINED,
            (S.ADOPTED, T.FINISH): S.DONE,
        }.get((state, step)))
        for state in S
        for step in T
    ],
)  # fmt: skip
def test_an_idea_is_answered_once_and_carried_out_if_adopted(state, step, after):
    if after is None:
        with pytest.raises(StepNotAllowed):
            IDEA.after(state, step)
    else:
        assert IDEA.after(state, step) == after


@pytest.mark.parametrize(
    ("parameters", "days"),
    [({}, 10), ({"answer_working_days": 3}, 3), ({"answer_working_days": 0}, 1)],
)
def test_what_the_rule_leaves_out_stays_as_practice_has_it(parameters, days):
    assert terms_of(parameters) == Terms(days)


@pytest.mark.parametrize(
    ("raised_on", "off", "due"),
    [
        (D(2026, 11, 2), (), D(2026, 11, 16)),  # a Monday: that day does not count
        (D(2026, 11, 6), (), D(2026, 11, 20)),  # a Friday
        (D(2026, 11, 7), (), D(2026, 11, 20)),  # a Saturday
        (D(2026, 11, 2), (D(2026, 11, 16),), D(2026, 11, 17)),
    ],
)
def test_an_idea_is_answered_within_ten_working_days(raised_on, off, due):
    assert answer_due(raised_on, WorkingCalendar(frozenset(off)), Terms()) == due
