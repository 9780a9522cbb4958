"""What grading rounds ask of the office, the leaders and the branches on 首页."""

import datetime as dt

import pytest

from branches.access import Grants
from branches.models import User
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.scope import Scope
from scoring import duties
from scoring.models import Run
from scoring.operations.rounds import comment, reply
from scoring.queries import rounds
from scoring.rules.rounds import RoundState, RoundStep
from tests.scoring.grading import (
    ASKED,
    AUGUST,
    LATER,
    OPENED,
    PUBLIC_UNTIL,
    PUBLISHED,
    STARS,
    adopt,
    begun,
    computed,
    enter,
)

S, T = RoundState, RoundStep


@pytest.fixture
def reviewer(person, committee) -> User:
    return person(Role.REVIEWER, committee).user


@pytest.fixture
def leader(person, committee) -> User:
    return person(Role.SECRETARY, committee).user


@pytest.fixture
def secretary(person, branch_a) -> User:
    return person(Role.SECRETARY, branch_a).user


@pytest.fixture
def version(committee, branch_a, branch_b, reviewer):
    enter("stars", "files", 95, branch_a, reviewer)
    enter("stars", "files", 80, branch_b, reviewer)
    return adopt(committee, STARS)


@pytest.fixture
def run(version) -> Run:
    return computed(version)


def _due(source, user: User, on: dt.date) -> list[tuple[str, dt.date, str]]:
    return [
        (each.title, each.due_on, each.action) for each in source(user, Grants.of(user, on), on)
    ]


@pytest.mark.parametrize(
    ("state", "on", "expected"),
    [
        (S.FIRST, OPENED.date(), ("2026 年 8 月星级支部：征求意见", OPENED.date())),
        (S.COMMENTS, dt.date(2026, 10, 8), None),
        (S.COMMENTS, dt.date(2026, 10, 12),
         ("2026 年 8 月星级支部：开始公示", dt.date(2026, 10, 9))),
        (S.PUBLIC, PUBLIC_UNTIL, None),
        (S.PUBLIC, dt.date(2026, 10, 19),
         ("2026 年 8 月星级支部：公示结束，转核实", dt.date(2026, 10, 16))),
        (S.VERIFYING, LATER.date(), ("2026 年 8 月星级支部：提交审定", LATER.date())),
        (S.DECIDING, LATER.date(), None),
    ],
)  # fmt: skip
def test_the_office_is_told_what_it_can_move(run, reviewer, leader, secretary, state, on, expected):
    begun(run, reviewer, state)

    assert _due(duties.rounds_to_move, reviewer, on) == (
        [(*expected, "去办理")] if expected else []
    )
    for other in (leader, secretary):
        assert _due(duties.rounds_to_move, other, on) == []


def test_the_leader_is_told_what_to_decide(run, reviewer, leader, secretary):
    begun(run, reviewer, S.DECIDING)

    line = ("2026 年 8 月星级支部：审定", LATER.date(), "去审定")
    assert _due(duties.rounds_to_decide, leader, LATER.date()) == [line]
    for other in (reviewer, secretary):
        assert _due(duties.rounds_to_decide, other, LATER.date()) == []


def test_a_branch_is_asked_for_comments_until_it_has_said_something(
    run, reviewer, leader, secretary, person, branch_a, branch_b
):
    round_ = begun(run, reviewer, S.COMMENTS)
    sibling = person(Role.SECRETARY, branch_b).user
    last = dt.date(2026, 10, 8)
    line = ("2026 年 8 月星级支部：核对初评结果", last, "去核对")

    assert [_due(duties.comments_wanted, user, last) for user in (secretary, sibling, leader)] == [
        [line], [line], [],
    ]  # fmt: skip
    assert _due(duties.comments_wanted, secretary, PUBLISHED.date()) == []

    said = comment(round=round_, organization=branch_a, text="少计", by=secretary, at=ASKED)

    assert [_due(duties.comments_wanted, user, last) for user in (secretary, sibling)] == [
        [], [line],
    ]  # fmt: skip
    assert _due(duties.comments_to_reply, reviewer, last) == [
        ("2026 年 8 月星级支部：答复支部意见", last, "去答复")
    ]
    assert _due(duties.rounds_to_move, reviewer, PUBLISHED.date()) == []
    reply(comment=said, text="已核对", by=reviewer, at=ASKED)
    assert _due(duties.comments_to_reply, reviewer, last) == []


@pytest.mark.parametrize(
    ("state", "on", "shown"),
    [
        (S.COMMENTS, PUBLISHED.date(), False),
        (S.PUBLIC, PUBLISHED.date(), True),
        (S.PUBLIC, PUBLIC_UNTIL, True),
        (S.PUBLIC, PUBLIC_UNTIL + dt.timedelta(1), False),
        (S.VERIFYING, PUBLIC_UNTIL, False),
    ],
)
def test_a_branch_is_told_of_a_notice_while_it_is_up(
    run, reviewer, leader, secretary, state, on, shown
):
    begun(run, reviewer, state)

    line = ("2026 年 8 月星级支部正在公示：核对本支部结果", PUBLIC_UNTIL, "看公示")
    assert _due(duties.notices_up, secretary, on) == ([line] if shown else [])
    for other in (leader, reviewer):
        assert _due(duties.notices_up, other, on) == []


@pytest.mark.parametrize("months", [1, 3])
def test_duties_and_lists_take_as_many_queries_for_one_round_as_for_three(
    version, committee, reviewer, secretary, branch_a, django_assert_num_queries, months
):
    for number in range(months):
        period = AUGUST.minus(number)
        round_ = begun(computed(version, period), reviewer, S.COMMENTS)
        comment(round=round_, organization=branch_a, text="少计", by=secretary, at=ASKED)
    empty = [Period.parse("2026-04"), Period.parse("2026-05")][:months]
    for period in empty:
        begun(computed(version, period), reviewer, S.COMMENTS)
    office, branch = Grants.of(reviewer, LATER.date()), Grants.of(secretary, LATER.date())

    with django_assert_num_queries(1):
        [line] = duties.comments_to_reply(reviewer, office, ASKED.date())
    with django_assert_num_queries(1):
        [line] = duties.comments_wanted(secretary, branch, ASKED.date())
    with django_assert_num_queries(1):
        [line] = duties.rounds_to_move(reviewer, office, LATER.date())
    assert line.title.endswith("（共 2 项定评）") == (months == 3)
    with django_assert_num_queries(1):
        assert len(list(map(rounds.name_of, rounds.listed(Scope((branch_a.path,)))))) == (
            months + len(empty)
        )
    with django_assert_num_queries(0):
        assert duties.rounds_to_decide(secretary, Grants(), LATER.date()) == []
