"""Deciding consequences and carrying them out: who, when, why, and whom it is told."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import AuditEntry
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.rules.workflow import StepNotAllowed
from members.models import Member
from scoring.models import Consequence
from scoring.operations import consequences
from scoring.operations.consequences import CannotDecide
from scoring.rules.rounds import ConsequenceState as S
from scoring.rules.rounds import ConsequenceStep as T
from tests.conftest import set_up
from tests.scoring.decided import ACCEPTED, TODAY, accept
from tests.scoring.grading import notes, refused

A, B = "采煤党支部", "机电党支部"


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


# Deciding


def test_accepting_sets_the_term_and_tells_the_branch(notice, chief, secretary):
    row = accept(notice, chief.user)

    row.refresh_from_db()
    assert (row.state, row.due_on, row.decided_by, row.decided_at) == (
        S.ACCEPTED, dt.date(2026, 10, 29), chief.user, ACCEPTED,
    )  # fmt: skip
    assert notes(secretary.user)[-1:] == [
        "2026 年 8 月月度考评结果运用“通报”决定采用，"
        "请在 2026 年 10 月 29 日前办理，并登记办理情况。"
    ]


def test_the_member_is_told_without_the_branchs_task(talk, chief, secretary):
    accept(talk, chief.user)

    told = "2026 年 8 月党员考评结果运用“谈话”决定采用"
    assert notes(talk.member.user)[-1:] == [f"{told}。"]
    assert notes(secretary.user)[-1:] == [
        f"{told}，请在 2026 年 10 月 24 日前办理，并登记办理情况。"
    ]


def test_a_term_may_be_given(notice, chief):
    assert accept(notice, chief.user, TODAY).due_on == TODAY


def test_without_days_there_is_no_term(decide_month, chief):
    row = decide_month("2026-08", 35).consequences.get(title="扣减绩效")

    row = accept(row, chief.user)

    row.refresh_from_db()
    assert (row.state, row.due_on) == (S.ACCEPTED, None)


def test_declining_keeps_the_reason(notice, chief, secretary):
    consequences.decide(
        consequence=notice, step=T.DECLINE, reason=" 已经通报过 ", due_on=TODAY, by=chief.user,
        at=ACCEPTED,
    )  # fmt: skip

    notice.refresh_from_db()
    assert (notice.state, notice.reason, notice.due_on) == (S.DECLINED, "已经通报过", None)
    assert notes(secretary.user)[-1:] == ["2026 年 8 月月度考评结果运用“通报”决定不采用。"]
    entry = AuditEntry.objects.get(action="consequence.decided")
    assert (entry.before, entry.after) == (
        {"decision": "PROPOSED"},
        {
            "decision": "DECLINED", "title": "通报", "about": ["采煤党支部"],
            "reason": "已经通报过", "due_on": None,
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("step", "reason", "due_on", "text"),
    [
        (T.DECLINE, "", None, "不采用时要写明理由，它会留在记录里。"),
        (T.DECLINE, "  ", None, "不采用时要写明理由，它会留在记录里。"),
        (
            T.ACCEPT, "", TODAY - dt.timedelta(1),
            "办理期限不能早于今天，请改填今天或以后的日期。",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_written(notice, chief, step, reason, due_on, text):
    with refused(CannotDecide, text):
        consequences.decide(
            consequence=notice, step=step, reason=reason, due_on=due_on, by=chief.user, at=ACCEPTED
        )

    notice.refresh_from_db()
    assert notice.state == S.PROPOSED


def test_what_is_decided_is_not_decided_again(notice, chief):
    accept(notice, chief.user)

    with refused(CannotDecide, "这一项已经决定过了，请刷新页面查看。"):
        accept(notice, chief.user)


def test_nobody_decides_or_finishes_what_is_about_himself(talk, chief):
    Member.objects.filter(pk=talk.member_id).update(user=chief.user)
    talk.refresh_from_db()

    with refused(CannotDecide, "涉及本人的结果运用不能由本人决定，请由另一位负责人决定。"):
        accept(talk, chief.user)
    Consequence.objects.update(state=S.ACCEPTED, decided_by=chief.user, decided_at=ACCEPTED)
    with refused(
        CannotDecide, "涉及本人的结果运用不能由本人登记办结，请由其他支部委员或党群部门登记。"
    ):
        consequences.finish(consequence=talk, outcome="谈了", by=chief.user, at=ACCEPTED)


def test_several_of_one_title_are_decided_at_once(decide_month, chief, secretary):
    round_ = decide_month("2026-08", 55, 50)

    decided_now = consequences.decide_together(
        consequences=round_.consequences.all(), step=T.ACCEPT, reason="会议研究", due_on=None,
        by=chief.user, at=ACCEPTED,
    )  # fmt: skip

    assert len(decided_now) == 2
    found = round_.consequences.order_by().values_list("state", "due_on", "reason").distinct()
    assert list(found) == [(S.ACCEPTED, dt.date(2026, 10, 29), "会议研究")]
    entry = AuditEntry.objects.get(action="consequence.decided")
    assert (entry.object_type, entry.after["about"]) == ("scoring.round", [A, B])
    assert len(notes(secretary.user)) == 2  # the round's decision, and this one


def test_different_titles_are_not_decided_together(decide_month, chief):
    round_ = decide_month("2026-08", 35)

    text = "一次只能决定同一种结果运用，请先按“结果运用”筛选，再一起决定。"
    with refused(CannotDecide, text):
        consequences.decide_together(
            consequences=round_.consequences.all(), step=T.ACCEPT, reason="", due_on=None,
            by=chief.user, at=ACCEPTED,
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 30])
def test_deciding_together_takes_as_many_statements_for_many(
    decide_month, committee, chief, at, count
):
    round_ = decide_month("2026-08", 80)
    Consequence.objects.bulk_create(
        Consequence(
            round=round_, ordinal=1, title="通报", kind="notice", why="依据",
            organization=set_up(f"QX{n:02d}", f"{n}支部", OrganizationKind.BRANCH, committee, at),
        )
        for n in range(count)
    )  # fmt: skip
    rows = list(Consequence.objects.filter(round=round_))

    with CaptureQueriesContext(connection) as asked:
        consequences.decide_together(
            consequences=rows, step=T.ACCEPT, reason="", due_on=None, by=chief.user, at=ACCEPTED
        )

    told = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    # Lock, own places (two), update, audit, secretaries; nobody to tell, so no notice is written.
    assert len(told) == 6


# Finishing


def test_finishing_says_how(notice, chief, secretary):
    accept(notice, chief.user)

    with refused(CannotDecide, "请写明办理情况：什么时间、怎么办的、结果怎样。"):
        consequences.finish(consequence=notice, outcome=" ", by=secretary.user, at=ACCEPTED)
    consequences.finish(
        consequence=notice, outcome="10 月 20 日全矿通报", by=secretary.user, at=ACCEPTED
    )

    notice.refresh_from_db()
    assert (notice.state, notice.outcome, notice.done_by, notice.done_at) == (
        S.DONE, "10 月 20 日全矿通报", secretary.user, ACCEPTED,
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="consequence.finished").count() == 1


@pytest.mark.parametrize("state", [S.PROPOSED, S.DECLINED, S.DONE])
def test_only_what_was_accepted_is_finished(notice, chief, state):
    Consequence.objects.filter(pk=notice.pk).update(
        state=state, decided_by=chief.user, decided_at=ACCEPTED, reason="理由", outcome="办了"
    )

    with pytest.raises(StepNotAllowed):
        consequences.finish(consequence=notice, outcome="又办", by=chief.user, at=ACCEPTED)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": S.ACCEPTED}, "consequence_was_decided_by_somebody"),
        ({"state": S.DECLINED, "decided": True}, "declined_with_reason"),
        ({"state": S.DONE, "decided": True}, "done_says_how"),
    ],
)
def test_the_database_asks_for_the_same(notice, chief, values, constraint):
    if values.pop("decided", False):
        values |= {"decided_by": chief.user, "decided_at": ACCEPTED}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Consequence.objects.filter(pk=notice.pk).update(**values)


def test_nothing_is_proposed_twice_in_a_round(notice):
    notice.pk = None

    with pytest.raises(IntegrityError, match="proposed_once_a_round"), transaction.atomic():
        notice.save(force_insert=True)
