"""Leave: its steps, its deadline, who answers."""

import datetime as dt

import pytest

from activities.rules import leave
from activities.rules.leave import LEAVE, LeaveState, LeaveStep
from branches.rules.workflow import StepNotAllowed

START = dt.datetime(2026, 10, 20, 15, 0, tzinfo=dt.UTC)
S, P = LeaveState, LeaveStep


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        (S.ASKED, P.APPROVE, S.APPROVED),
        (S.ASKED, P.REFUSE, S.REFUSED),
        (S.ASKED, P.WITHDRAW, S.WITHDRAWN),
        (S.APPROVED, P.WITHDRAW, S.WITHDRAWN),
        (S.APPROVED, P.APPROVE, None),
        (S.APPROVED, P.REFUSE, None),
        (S.REFUSED, P.APPROVE, None),
        (S.REFUSED, P.REFUSE, None),
        (S.REFUSED, P.WITHDRAW, None),
        (S.WITHDRAWN, P.APPROVE, None),
        (S.WITHDRAWN, P.REFUSE, None),
        (S.WITHDRAWN, P.WITHDRAW, None),
    ],
)
def test_steps(state, step, after):
    if after is None:
        with pytest.raises(StepNotAllowed):
            LEAVE.after(state, step)
    else:
        assert LEAVE.after(state, step) == after


@pytest.mark.parametrize(
    ("minutes", "hours_before", "late"),
    [
        (-1, 0, False),
        (0, 0, False),
        (1, 0, True),
        (-121, 2, False),
        (-120, 2, False),
        (-119, 2, True),
    ],
)
def test_the_deadline(minutes, hours_before, late):
    asked_at = START + dt.timedelta(minutes=minutes)

    assert leave.is_late(asked_at, START, hours_before) == late


@pytest.mark.parametrize(
    ("is_own", "others", "may"),
    [(False, True, True), (False, False, True), (True, True, False), (True, False, True)],
)
def test_nobody_answers_his_own_while_others_could(is_own, others, may):
    assert leave.may_answer(is_own=is_own, others=others) == may
