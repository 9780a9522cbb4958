"""How homework stands for one person."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.rules import homework
from activities.rules.homework import HomeworkState as S

DUE = dt.date(2026, 11, 10)
ONE = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("handed_in_on", "is_remarked", "on", "state"),
    [
        (None, False, DUE, S.DUE),
        (None, False, DUE + ONE, S.OVERDUE),
        (DUE, False, DUE + ONE, S.HANDED_IN),
        (DUE + ONE, False, DUE + ONE, S.LATE),
        (DUE + ONE, True, DUE + ONE, S.REMARKED),
    ],
)
def test_in_time_up_to_the_last_day(handed_in_on, is_remarked, on, state):
    assert (
        homework.state_of(due_on=DUE, handed_in_on=handed_in_on, is_remarked=is_remarked, on=on)
        == state
    )
