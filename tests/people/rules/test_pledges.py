"""Promises: what can be measured, how many, until when, how the satisfaction is worked out."""

from __future__ import annotations

import datetime as dt

import pytest

from branches.rules.workflow import StepNotAllowed
from people.rules.pledges import (
    PLEDGE,
    PledgeState,
    PledgeStep,
    Terms,
    is_measurable,
    may_be_reviewed,
    number_wrong,
    review_by,
    satisfaction,
    submit_by,
    terms_of,
    years_open,
)

D = dt.date


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("每月谈心 1 次", True),
        ("每月谈心一次", True),
        ("每周", True),
        ("６月底前完成", True),
        ("带出两名徒弟", True),
        ("满意率百分之九十", True),
        ("全年零违章", True),
        ("年底前交付", True),
        ("十篇心得", True),
        ("", False),
        ("做好服务", False),
        ("进一步提高认识", False),
        ("统一思想，一致行动", False),
        ("按时参加三会一课", False),
        ("落实第一责任人职责", False),
    ],
)
def test_a_measure_says_how_many_or_until_when(measure, expected):
    assert is_measurable(measure) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2, "每人每年承诺 3—4 条，现在有 2 条，还差 1 条，请补上再提交。"),
        (3, ""),
        (4, ""),
        (5, "每人每年承诺 3—4 条，现在有 5 条，多了 1 条，请删去再提交。"),
    ],
)
def test_three_or_four_a_year(number, expected):
    assert number_wrong(number, Terms()) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (D(2026, 1, 1), (2026,)),
        (D(2026, 11, 30), (2026,)),
        (D(2026, 12, 1), (2026, 2027)),
        (D(2026, 12, 31), (2026, 2027)),
    ],
)
def test_the_next_year_opens_in_december(today, expected):
    assert years_open(today) == expected


@pytest.mark.parametrize(
    ("year", "months", "expected"),
    [
        (2026, 2, D(2026, 2, 28)),
        (2028, 2, D(2028, 2, 29)),
        (2026, 1, D(2026, 1, 31)),
        (2026, 4, D(2026, 4, 30)),
    ],
)
def test_submitted_by_the_end_of_a_month(year, months, expected):
    assert submit_by(year, Terms(submit_months=months)) == expected


def test_reviewed_within_days_of_the_last_day():
    assert review_by(D(2026, 12, 31), Terms(review_days=30)) == D(2027, 1, 30)


@pytest.mark.parametrize(
    ("is_told", "on", "expected"),
    [
        (False, D(2026, 6, 29), False),
        (False, D(2026, 6, 30), False),
        (False, D(2026, 7, 1), True),
        (True, D(2026, 6, 29), True),
    ],
)
def test_reviewed_once_told_of_or_past(is_told, on, expected):
    assert may_be_reviewed(is_told=is_told, due_on=D(2026, 6, 30), on=on) is expected


@pytest.mark.parametrize(
    ("asked", "satisfied", "is_low", "words"),
    [
        (20, 9, True, "满意 9 人 ÷ 参评 20 人 = 45%，低于 50%"),
        (20, 10, False, "满意 10 人 ÷ 参评 20 人 = 50%，不低于 50%"),
        (2001, 1000, True, "满意 1000 人 ÷ 参评 2001 人 = 50%，低于 50%"),
        (3, 2, False, "满意 2 人 ÷ 参评 3 人 = 66.7%，不低于 50%"),
        (10, 10, False, "满意 10 人 ÷ 参评 10 人 = 100%，不低于 50%"),
        (1, 0, True, "满意 0 人 ÷ 参评 1 人 = 0%，低于 50%"),
    ],
)
def test_the_satisfaction_with_its_arithmetic(asked, satisfied, is_low, words):
    found = satisfaction(asked, satisfied, Terms())

    assert found is not None
    assert (found.is_low, found.words) == (is_low, words)


@pytest.mark.parametrize(("asked", "satisfied"), [(None, None), (0, 0), (None, 3)])
def test_nobody_asked_no_satisfaction(asked, satisfied):
    assert satisfaction(asked, satisfied, Terms()) is None


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, Terms()),
        (
            {
                "least": 2, "most": 6, "submit_months": 3, "approve_days": 5, "review_days": 10,
                "satisfied_percent": 60,
            },
            Terms(2, 6, 3, 5, 10, 60),
        ),
        ({"least": 5}, Terms(least=5, most=5)),
        ({"least": 0, "most": 0}, Terms(least=1, most=1)),
        (
            {"submit_months": 13, "satisfied_percent": 101},
            Terms(submit_months=6, satisfied_percent=100),
        ),
    ],
)  # fmt: skip
def test_what_the_rule_leaves_out_stays(parameters, expected):
    assert terms_of(parameters) == expected


def test_only_the_steps_of_the_table_exist():
    found = {(state, step) for state in PledgeState for step in PLEDGE.open_steps(state)}

    assert found == {
        ("DRAFT", "SUBMIT"), ("DRAFT", "WITHDRAW"), ("SUBMITTED", "RETURN"),
        ("SUBMITTED", "APPROVE"), ("APPROVED", "REVIEW"), ("APPROVED", "WITHDRAW"),
        ("REVIEWED", "REOPEN"),
    }  # fmt: skip
    with pytest.raises(StepNotAllowed):
        PLEDGE.after(PledgeState.REVIEWED, PledgeStep.WITHDRAW)
