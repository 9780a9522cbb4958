"""How a problem stands, and the check-list of an 组织生活会 (M8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from activities.rules.problems import (
    PHASES,
    SOON,
    CheckCode,
    Listed,
    Meeting,
    ProblemState,
    checks,
    state_of,
)
from activities.wording import problems as wording

ON = dt.date(2026, 10, 20)
DAY = dt.timedelta(days=1)
C = CheckCode


@pytest.mark.parametrize(
    ("closed_on", "due_on", "expected"),
    [
        (None, None, ProblemState.OPEN),
        (None, ON - DAY, ProblemState.OVERDUE),
        (None, ON, ProblemState.SOON),
        (None, ON + SOON, ProblemState.SOON),
        (None, ON + SOON + DAY, ProblemState.OPEN),
        (ON, ON - DAY, ProblemState.CLOSED),
    ],
)
def test_how_a_problem_stands(closed_on, due_on, expected):
    assert state_of(closed_on=closed_on, due_on=due_on, on=ON) == expected


WHOLE = Listed(has_measures=True, has_owner=True, has_deadline=True)
SOUND = Meeting(
    has_theme=True, studies=1, has_talks=True, has_criticism=True, problems=(WHOLE,), left_open=0
)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"has_theme": False}, [(C.THEME, 0)]),
        ({"studies": 0}, [(C.STUDY, 0)]),
        ({"has_talks": False}, [(C.TALKS, 0)]),
        ({"left_open": 2}, [(C.LAST_YEAR, 2)]),
        ({"problems": ()}, [(C.PROBLEMS, 0), (C.MEASURES, 0), (C.OWNERS, 0)]),
        ({"has_criticism": False}, [(C.CRITICISM, 0)]),
        ({"problems": (WHOLE, replace(WHOLE, has_measures=False))}, [(C.MEASURES, 1)]),
        ({"problems": (WHOLE, replace(WHOLE, has_owner=False))}, [(C.OWNERS, 1)]),
        ({"problems": (replace(WHOLE, has_deadline=False),) * 3}, [(C.OWNERS, 3)]),
        ({"problems": (Listed(False, False, False),)}, [(C.MEASURES, 1), (C.OWNERS, 1)]),
    ],
)
def test_what_a_meeting_lacks(changes, missing):
    found = checks(replace(SOUND, **changes))

    assert [(check.code, check.count) for check in found if not check.is_done] == missing
    assert [check.code for check in found] == list(CheckCode)


def test_every_check_has_its_phase_and_its_words():
    assert set(PHASES) == set(wording.CHECKS) == set(CheckCode)
    for check in checks(Meeting(False, 0, False, False, (), 1)):
        assert wording.check_words(check, days=30, problems=0)


def test_the_words_tell_what_was_counted():
    found = {check.code: check for check in checks(replace(SOUND, studies=2))}

    assert wording.check_words(found[C.STUDY], days=30, problems=1) == "会前 30 天内有 2 次"
    assert wording.check_words(found[C.PROBLEMS], days=30, problems=1) == "共 1 条"
