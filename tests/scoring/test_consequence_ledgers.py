"""Duties and ledgers of what follows from final rounds."""

import datetime as dt

import pytest

from branches import duties
from branches.access import Grants
from branches.rules.periods import Period
from branches.rules.roles import Role
from scoring import consequence_duties, consequence_ledgers
from scoring.models import Consequence
from scoring.operations import consequences, schemes
from tests.scoring.decided import ACCEPTED, TALKS, TODAY, accept, decided


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


def test_duties(notice, chief, secretary, office, person, branch_b):
    def of(client, on=TODAY):
        sources = (consequence_duties.to_decide, consequence_duties.to_do)
        return [
            (duty.title, duty.due_on)
            for source in (*sources, consequence_duties.overdue)
            for duty in source(client.user, Grants.of(client.user, on), on)
        ]

    others = person(Role.SECRETARY, branch_b)
    assert [of(client) for client in (chief, secretary, office, others)] == [
        [("结果运用：1 项建议待决定", TODAY)], [], [], [],
    ]  # fmt: skip

    accept(notice, chief.user)
    due = dt.date(2026, 10, 29)
    assert [of(client) for client in (chief, secretary, office, others)] == [
        [], [("通报：采煤党支部", due)], [], [],
    ]  # fmt: skip
    assert of(office, due) == []
    assert of(office, due + dt.timedelta(1)) == [("结果运用：1 项逾期未办结", due)]
    assert "结果运用：1 项逾期未办结" in [
        duty.title
        for duty in duties.of(office.user, Grants.of(office.user, due), due + dt.timedelta(1))
    ]


def test_the_ledger_of_consequences(decide_month, branch_a, committee, chief, secretary):
    row = decide_month("2026-08", 35).consequences.get(title="通报")
    accept(row, chief.user)
    consequences.finish(consequence=row, outcome="全矿通报", by=secretary.user, at=ACCEPTED)

    table = consequence_ledgers.of_results(committee, Period.parse("2026Q3"))

    assert [(section.title, section.rows) for section in table.sections] == [
        (
            "2026 年 8 月月度考评",
            (
                (
                    "青峰能源采煤党支部", "通报", "总分低于 60 分：2026 年 8 月总分 35 分",
                    "2026-10-19 采用", dt.date(2026, 10, 29), TODAY, "全矿通报",
                ),
                (
                    "青峰能源采煤党支部", "扣减绩效", "总分低于 40 分：2026 年 8 月总分 35 分",
                    "待决定", None, None, "",
                ),
            ),
        )
    ]  # fmt: skip
    for period in ("2026-09", "2026Q2", "2025"):
        assert consequence_ledgers.of_results(committee, Period.parse(period)).row_count == 0


def test_the_ledger_of_honours_holds_only_what_was_decided(
    decide_month, committee, branch_a, chief
):
    round_ = decide_month("2026-08", 80)
    Consequence.objects.bulk_create(
        Consequence(
            round=round_, organization=branch_a, ordinal=n, title=title, kind=kind, why="依据"
        )
        for n, (kind, title) in enumerate(
            [("flag", "流动红旗"), ("honour", "表彰"), ("notice", "通报")], start=1
        )
    )
    for title in ("流动红旗", "通报"):
        accept(round_.consequences.get(title=title), chief.user)

    table = consequence_ledgers.of_honours(branch_a, Period.parse("2026-08"))

    assert [section.rows for section in table.sections] == [
        (("青峰能源采煤党支部", "流动红旗", "流动红旗", "依据", TODAY, None, ""),)
    ]
    assert [(line.label, line.value) for line in table.summary] == [
        ("流动红旗", "1 面"), ("表彰", "0 项"),
    ]  # fmt: skip


def test_a_round_is_in_the_ledgers_of_the_periods_that_hold_all_of_it(
    committee, branch_a, office, chief, join, at
):
    yearly = schemes.adopt(
        committee=committee, text=TALKS.replace('"month"', '"year"'),
        effective_from=Period.parse("2025-01"), by=None, at=at,
    )  # fmt: skip
    quarterly = schemes.adopt(
        committee=committee, text=TALKS.replace('"month"', '"quarter"').replace("talks", "spoken"),
        effective_from=Period.parse("2025-01"), by=None, at=at,
    )  # fmt: skip
    member = join(branch_a, "张三")
    decided(yearly, "2025", {member: 50}, by=office.user, leader=chief.user)
    decided(quarterly, "2025Q1", {member: 50}, by=office.user, leader=chief.user)

    periods = ("2025-01", "2025-03", "2025Q1", "2025Q2", "2025H1", "2025H2", "2025", "2026")

    assert [
        consequence_ledgers.of_results(committee, Period.parse(period)).row_count
        for period in periods
    ] == [0, 0, 1, 0, 1, 0, 2, 0]
