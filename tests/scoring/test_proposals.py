"""What final rounds propose: running periods, gaps, quarters, old versions, the grounds kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from scoring.models import Round
from scoring.operations import consequences, rollups, rounds, runs, schemes
from scoring.rules.rounds import ConsequenceState as S
from scoring.rules.rounds import RoundState, RoundStep
from tests.conftest import set_up
from tests.scoring.decided import DECIDED, ROAD, decided, entered, opened
from tests.scoring.grading import adopt, moment

A, B = "采煤党支部", "机电党支部"


def titles(round_: Round) -> list[tuple[str, str]]:
    return [
        (row.organization.short_name, row.title)
        for row in round_.consequences.select_related("organization").order_by(
            "organization__path", "ordinal"
        )
    ]


def test_each_rated_subject_is_asked_by_itself(decide_month):
    round_ = decide_month("2026-08", 55, 59.99)

    assert titles(round_) == [(A, "通报"), (B, "通报")]


def test_a_proposal_keeps_the_grounds_and_the_terms(decide_month, branch_a):
    round_ = decide_month("2026-08", 25)

    found = [
        (row.ordinal, row.kind, row.title, row.why, row.coefficient, row.withhold, row.days)
        for row in round_.consequences.filter(organization=branch_a).order_by("ordinal")
    ]
    why = "2026 年 8 月总分 25 分"
    assert [(*row[:4], *(str(value) for value in row[4:])) for row in found] == [
        (1, "notice", "通报", f"总分低于 60 分：{why}", "None", "None", "10"),
        (5, "withhold", "扣减绩效", f"总分低于 40 分：{why}", "0.700", "0.6000", "None"),
        (6, "withhold", "再扣减", f"总分低于 30 分：{why}", "0.400", "0.5000", "None"),
    ]
    assert {row.state for row in round_.consequences.all()} == {S.PROPOSED}


def test_the_bound_itself_is_not_below(decide_month):
    assert titles(decide_month("2026-08", 60)) == []


def test_two_final_periods_running_propose(decide_month):
    decide_month("2026-07", 55, 59)

    round_ = decide_month("2026-08", 50)

    assert titles(round_) == [(A, "通报"), (A, "书记免职建议"), (A, "预警")]
    assert round_.consequences.get(title="书记免职建议").why == (
        "总分低于 60 分，连续 2 期：2026 年 8 月总分 50 分；2026 年 7 月总分 55 分"
    )


def test_a_period_without_a_final_round_breaks_the_run(decide_month):
    decide_month("2026-06", 55)

    round_ = decide_month("2026-08", 50)

    # 预警 asks for two of the latest three, and July may be missing.
    assert titles(round_) == [(A, "通报"), (A, "预警")]


def test_within_looks_no_further_than_it_says(decide_month):
    decide_month("2026-05", 55)

    assert titles(decide_month("2026-08", 50)) == [(A, "通报")]


def test_a_round_on_its_way_or_withdrawn_is_no_final_result(
    decide_month, committee, branch_a, branch_b, office
):
    version = decide_month("2026-01", 80).run.version
    for month, state in (("2026-06", RoundState.WITHDRAWN), ("2026-07", RoundState.DECIDING)):
        entered(version, month, {branch_a: 10, branch_b: 80}, office.user)
        run = runs.compute(version=version, period=Period.parse(month), by=None, at=DECIDED)
        Round.objects.filter(pk=opened(run, office.user).pk).update(state=state)

    assert titles(decide_month("2026-08", 50)) == [(A, "通报")]


def test_a_veto_keeps_the_total_and_what_follows_from_it(decide_month, branch_a):
    round_ = decide_month("2026-08", 55, veto=branch_a)

    assert titles(round_) == [(A, "通报")]


def test_the_flag_is_for_quarters_only(decide_month, branch_a, office, chief):
    """Best of each month, and proposed only where the quarter is decided."""
    months = [decide_month(f"2026-0{month}", 99) for month in (7, 8, 9)]
    quarter = rollups.roll_up(
        version=months[0].run.version, period=Period.parse("2026Q3"), by=None, at=DECIDED
    )

    round_ = rounds.take(
        round=opened(quarter, office.user), step=RoundStep.DECIDE, by=chief.user, at=DECIDED
    )

    assert [titles(month) for month in months] == [[], [], []]
    assert titles(round_) == [(A, "流动红旗")]
    assert round_.consequences.get().why == "名次为第 1 名：2026 年第三季度第 1 名"


def test_past_parts_are_read_by_their_own_version(committee, branch_a, branch_b, office, chief):
    """The part asked about stood second in the version of July and stands first in August."""
    other = """
[[part]]
code = "other"
title = "其他"
full = 100
weight = 0

  [[part.item]]
  code = "other_score"
  title = "得分"
  rule = "each"
  points = 1
  cap = 100
"""
    asked = """
[[consequence]]
title = "抓重点"
any = [{ of = "part.work", below = 60 }]
periods = 2
"""
    start = ROAD.index("[[part]]")
    old = adopt(committee, ROAD[:start] + other + ROAD[start:])
    points = {branch_a: 50, branch_b: 80}
    decided(old, "2026-07", points, by=office.user, leader=chief.user)
    new = schemes.adopt(
        committee=committee, text=ROAD + asked, effective_from=Period.parse("2026-08"), by=None,
        at=moment(1, 6),
    )  # fmt: skip

    round_ = decided(new, "2026-08", points, by=office.user, leader=chief.user)

    assert (A, "抓重点") in titles(round_)


@pytest.mark.parametrize("count", [1, 30])
def test_deciding_takes_as_many_statements_for_many_as_for_one(
    decide_month, committee, office, at, count
):
    first = decide_month("2026-07", 50, 50)
    version = first.run.version
    more = [
        set_up(f"QX{n:02d}", f"第{n}党支部", OrganizationKind.BRANCH, committee, at)
        for n in range(count)
    ]
    entered(version, "2026-08", dict.fromkeys(more, 50), office.user)
    run = runs.compute(version=version, period=Period.parse("2026-08"), by=None, at=DECIDED)
    round_ = opened(run, office.user)

    with CaptureQueriesContext(connection) as asked:
        made = consequences.propose(round=round_, at=DECIDED)

    told = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert (made > count, len(told)) == (True, PROPOSING)


# Run, version, scores, earlier rounds, their scores, insert, committee, audit.
PROPOSING = 8
