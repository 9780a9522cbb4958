"""揭榜: the table of steps, and when a project is overdue."""

import datetime as dt

import pytest

from branches.rules.workflow import StepNotAllowed
from people.rules.projects import PROJECT, ProjectState, ProjectStep, is_overdue

D = dt.date
S, T = ProjectState, ProjectStep
TABLE = {
    (S.DRAFT, T.PUBLISH): S.OPEN,
    (S.DRAFT, T.CANCEL): S.CANCELLED,
    (S.OPEN, T.CLAIM): S.CLAIMED,
    (S.OPEN, T.CANCEL): S.CANCELLED,
    (S.CLAIMED, T.GIVE_BACK): S.OPEN,
    (S.CLAIMED, T.HAND_IN): S.HANDED_IN,
    (S.CLAIMED, T.FAIL): S.FAILED,
    (S.HANDED_IN, T.RETURN): S.CLAIMED,
    (S.HANDED_IN, T.ACCEPT): S.ACCEPTED,
    (S.HANDED_IN, T.FAIL): S.FAILED,
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("step", T)
def test_the_steps_of_a_project(state, step):
    if (state, step) in TABLE:
        assert PROJECT.after(state, step) == TABLE[state, step]
    else:
        with pytest.raises(StepNotAllowed):
            PROJECT.after(state, step)


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        (S.OPEN, D(2026, 11, 20), False),  # its last day
        (S.OPEN, D(2026, 11, 21), True),
        (S.CLAIMED, D(2026, 11, 21), True),
        (S.HANDED_IN, D(2026, 11, 21), False),  # it waits for others
        (S.ACCEPTED, D(2026, 11, 21), False),
        (S.DRAFT, D(2026, 11, 21), False),
    ],
)
def test_overdue_once_its_day_has_passed_and_nothing_was_handed_in(state, today, expected):
    assert is_overdue(state, D(2026, 11, 20), today) == expected
