"""Grading rounds as people see them: who is told, the notice, progress and history."""

import datetime as dt

import pytest

from branches.models import Organization, Post, User
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from scoring.models import Round, Run
from scoring.operations.rounds import take
from scoring.queries import rounds
from scoring.rules.rounds import RoundState, RoundStep
from tests.conftest import set_up
from tests.scoring.grading import (
    ASKED,
    LATER,
    POINTS,
    STARS,
    adopt,
    begun,
    computed,
    enter,
    moment,
    notes,
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


def test_the_secretaries_of_the_rated_branches_are_told(
    run, reviewer, leader, secretary, person, branch_a, branch_b, committee, at
):
    deputy = person(Role.DEPUTY_SECRETARY, branch_b).user
    left = person(Role.SECRETARY, branch_b).user
    Post.objects.filter(user=left).update(ended_on=dt.date(2026, 9, 28))
    closed = person(Role.SECRETARY, branch_b).user
    User.objects.filter(pk=closed.pk).update(is_active=False)
    other = person(Role.COMMITTEE_MEMBER, branch_b).user
    new = set_up("QF09", "新设党支部", OrganizationKind.BRANCH, committee, at)
    unrated = person(Role.SECRETARY, new).user

    round_ = begun(run, reviewer, S.DECIDING)
    take(round=round_, step=T.DECIDE, by=leader, at=LATER)

    told = [
        "2026 年 8 月星级支部初评结果征求意见，截至 2026 年 10 月 8 日（含当天）。",
        "2026 年 8 月星级支部结果公示，可申诉到 2026 年 10 月 15 日（含当天）。",
        "2026 年 8 月星级支部结果已审定。",
    ]
    people = (secretary, deputy, left, closed, other, unrated, reviewer, leader)
    assert [notes(user) for user in people] == [told, told, [], [], [], [], [], []]


@pytest.mark.parametrize(
    ("state", "told"),
    [(S.FIRST, []), (S.COMMENTS, ["2026 年 8 月星级支部定评已撤回，结果不作数。原因：漏录"])],
)
def test_a_withdrawal_is_told_to_those_who_had_heard_of_the_round(
    run, reviewer, secretary, state, told
):
    take(round=begun(run, reviewer, state), step=T.WITHDRAW, by=reviewer, at=ASKED, note="漏录")

    assert notes(secretary)[state != S.FIRST :] == told


@pytest.mark.parametrize("state", list(RoundState))
def test_branches_see_a_round_from_the_comments_on(
    run, reviewer, committee, branch_a, group_a, at, state
):
    new = set_up("QF09", "新设党支部", OrganizationKind.BRANCH, committee, at)
    round_ = begun(run, reviewer)
    Round.objects.filter(pk=round_.pk).update(state=state, decided_by=reviewer, decided_at=LATER)

    def seen(organization: Organization) -> bool:
        return round_ in rounds.listed(Scope((organization.path,)))

    shown = state not in (S.FIRST, S.WITHDRAWN)
    assert [seen(each) for each in (committee, branch_a, new, group_a)] == [
        True, shown, False, False,
    ]  # fmt: skip


def test_the_notice_shows_tiers_of_members_and_no_points(
    committee, branch_a, branch_b, reviewer, join
):
    good, weak, other = join(branch_a, "甲"), join(branch_a, "乙"), join(branch_b, "丙")
    for member, branch, mark in ((good, branch_a, 54), (weak, branch_a, 30), (other, branch_b, 60)):
        enter("points", "duty", mark, branch, reviewer, member)
    idle = join(branch_a, "丁")
    round_ = begun(computed(adopt(committee, POINTS)), reviewer, S.PUBLIC)

    rows = rounds.standings(round_, Scope((branch_a.path,)))

    assert {(row.member, row.result) for row in rows} == {
        (good, "合格"), (weak, "不合格"), (idle, "不参加评定"),
    }  # fmt: skip
    assert {(row.total, row.rank, row.star) for row in rows} == {(None, None, None)}
    assert list(rounds.of_member(other)) == [round_]


def test_the_notice_ranks_branches(run, reviewer, committee, branch_a, branch_b):
    round_ = begun(run, reviewer, S.PUBLIC)

    rows = rounds.standings(round_, Scope((committee.path,)))

    assert [(row.organization, row.result, str(row.total), row.rank, row.star) for row in rows] == [
        (branch_a, "五星", "95.00", 1, 5),
        (branch_b, "四星", "80.00", 2, 4),
    ]


# Where it stands


def _stages(round_: Round) -> list[tuple[str, str, str]]:
    return [(stage.label, stage.state, stage.when) for stage in rounds.progress(round_)]


def test_progress_says_what_is_done_and_until_when(run, reviewer, leader):
    round_ = begun(run, reviewer, S.PUBLIC)
    assert _stages(round_) == [
        ("初评", "done", "9 月 22 日"),
        ("征求意见", "done", "9 月 28 日至 10 月 8 日"),
        ("公示", "now", "10 月 9 日至 10 月 15 日"),
        ("核实", "later", ""),
        ("审定", "later", ""),
        ("已审定", "later", ""),
    ]

    round_ = take(round=round_, step=T.END_NOTICE, by=reviewer, at=LATER)
    round_ = take(round=round_, step=T.SUBMIT, by=reviewer, at=LATER)
    returned = take(round=round_, step=T.RETURN, by=leader, at=LATER, note="再核")
    assert [state for _, state, _ in _stages(returned)] == [
        "done", "done", "done", "now", "later", "later",
    ]  # fmt: skip

    round_ = take(round=returned, step=T.SUBMIT, by=reviewer, at=LATER)
    final = take(round=round_, step=T.DECIDE, by=leader, at=moment(10, 19))
    assert [state for _, state, _ in _stages(final)] == ["done"] * 6
    assert _stages(final)[-1] == ("已审定", "done", "10 月 19 日")


def test_progress_of_a_withdrawn_round_ends_there(run, reviewer):
    round_ = take(
        round=begun(run, reviewer, S.COMMENTS), step=T.WITHDRAW, by=reviewer, at=ASKED, note="漏录"
    )

    assert _stages(round_) == [
        ("初评", "done", "9 月 22 日"),
        ("征求意见", "done", "9 月 28 日至 10 月 8 日"),
        ("已撤回", "now", "9 月 28 日"),
    ]
    assert [(each.title, each.note) for each in rounds.history(round_)] == [
        ("初评", reviewer.name),
        ("征求意见", reviewer.name),
        ("撤回定评", f"{reviewer.name}：漏录"),
    ]


def test_a_member_with_an_account_is_told_that_the_notice_is_up(
    committee, branch_a, join, reviewer
):
    account = User.objects.create(username="member", name="党员甲", created_at=ASKED)
    for name in ("甲", "乙"):
        member = join(branch_a, name, user=account if name == "甲" else None)
        enter("points", "duty", 50, branch_a, reviewer, member)

    begun(computed(adopt(committee, POINTS)), reviewer, S.PUBLIC)

    assert notes(account) == [
        "2026 年 8 月党员积分结果公示，可申诉到 2026 年 10 月 15 日（含当天）。"
    ]
