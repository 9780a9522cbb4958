"""The visit log: received, answered within five working days, or sent upward as a problem."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.duties import duty as duties
from activities.ledgers.duty import duty as ledger
from activities.models import DutyShift, Problem, Visit
from activities.operations import problems
from activities.operations import visits as operations
from activities.operations.refusals import Refused
from activities.operations.visits import Received
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from tests.activities.conftest import moment

D = dt.date
FRIDAY = D(2026, 11, 6)
DUE = D(2026, 11, 13)
ONE = dt.timedelta(days=1)


@pytest.fixture
def page(secretary):
    client = Client()
    client.force_login(secretary)
    return client


@pytest.fixture
def member(branch_a, join, person):
    """Somebody with an account, on duty today."""
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def receive(branch_a, secretary, member):
    def make(answer="", on=FRIDAY, by=None, later=0, **changes) -> Visit:
        given = {"visitor": "张三", "contact": "13800000000", "matter": "楼道灯不亮"} | changes
        return operations.receive(
            branch=branch_a, received=Received(received_on=on, answer=answer, **given),
            received_by=member, by=by or secretary,
            at=moment(on) + dt.timedelta(seconds=later),
        )  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("later", "changes", "rows"),
    [(0, {}, 1), (59, {}, 1), (60, {}, 2), (1, {"matter": "水管漏水"}, 2)],
)
def test_what_is_sent_twice_is_one_visit(receive, later, changes, rows):
    first = receive()
    second = receive(later=later, **changes)

    assert (Visit.objects.count(), second == first) == (rows, rows == 1)


def test_another_who_writes_the_same_down_is_no_repetition(receive, person):
    receive()
    receive(by=person().user)

    assert Visit.objects.count() == 2


def test_settled_on_the_spot_or_owed_within_five_working_days(receive):
    settled, owed = receive("已报修"), receive()

    assert (settled.state, settled.answered_on, settled.answer_due_on) == ("SETTLED", FRIDAY, None)
    assert (owed.state, owed.answered_on, owed.answer_due_on) == ("BRANCH", None, DUE)


def test_what_is_handed_over_is_told_to_the_branch_alone(
    receive, member, secretary, branch_b, person
):
    person(Role.SECRETARY, branch_b)
    receive(by=member.user)

    assert [(row.recipient, row.text) for row in Notice.objects.all()] == [
        (secretary, "来访事项交支部办理：楼道灯不亮")
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"visitor": " "}, "请写明来访人"), ({"matter": ""}, "请写明来访人")],
)
def test_what_is_no_visit(receive, changes, said):
    with pytest.raises(Refused, match=said):
        receive(**changes)


@pytest.mark.parametrize(
    ("answered_on", "answer", "said"),
    [
        (FRIDAY - ONE, "已修", "不能早于来访日期"),
        (DUE + ONE, "已修", "不能晚于今天"),
        (DUE, " ", "请写明怎样答复的"),
    ],
)
def test_how_it_is_not_answered(receive, secretary, answered_on, answer, said):
    visit = receive()
    with pytest.raises(Refused, match=said):
        operations.answer(
            visit=visit, answer=answer, answered_on=answered_on, by=secretary, at=moment(DUE)
        )


def test_answered_it_is_over(receive, secretary, member):
    visit = receive()
    answered = operations.answer(
        visit=visit, answer="已修好", answered_on=DUE, by=secretary, at=moment(DUE)
    )

    assert (answered.state, answered.answer, answered.answered_on) == ("ANSWERED", "已修好", DUE)
    assert Notice.objects.get(recipient=member.user).text == "您接待的来访已答复：楼道灯不亮"
    # What was said stays in the log.
    assert AuditEntry.objects.get(action="visit.answered").after == {
        "visit_state": "ANSWERED", "answered_on": DUE.isoformat(),
    }  # fmt: skip
    for step in (
        lambda: operations.answer(
            visit=visit, answer="又", answered_on=DUE, by=secretary, at=moment(DUE)
        ),
        lambda: operations.send_up(visit=visit, by=secretary, at=moment(DUE)),
    ):
        with pytest.raises(StepNotAllowed):
            step()


def test_sent_up_in_the_very_words_and_answered_later(receive, secretary, committee, branch_a):
    visit = operations.send_up(visit=receive(), by=secretary, at=moment(DUE))

    problem = Problem.objects.get()
    assert (problem.organization, problem.whose, problem.text) == (
        committee, branch_a.short_name, "楼道灯不亮",
    )  # fmt: skip
    assert (visit.state, visit.problem) == ("UPWARD", problem)
    problems.close(problem=problem, closed_on=DUE, outcome="已换线路", by=secretary, at=moment(DUE))
    assert titles(secretary, DUE) == ["上级已办结，请答复来访人：楼道灯不亮"]
    answered = operations.answer(
        visit=visit, answer="已换线路", answered_on=DUE, by=secretary, at=moment(DUE)
    )
    assert answered.state == "ANSWERED"
    assert titles(secretary, DUE) == []


def titles(user, on):
    grants = Grants.of(user, on)
    sources = (duties.answers, duties.settled)
    return [line.title for each in sources for line in each(user, grants, on)]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (DUE - 4 * ONE, []),
        (DUE - 3 * ONE, ["来访答复快到期：楼道灯不亮"]),
        (DUE, ["来访答复快到期：楼道灯不亮"]),
        (DUE + ONE, ["来访答复已超期：楼道灯不亮"]),
    ],
)
def test_when_an_answer_is_told_as_due(receive, secretary, on, expected):
    receive()
    assert titles(secretary, on) == expected


def test_many_are_one_line(receive, secretary):
    receive()
    receive(visitor="李四")
    assert titles(secretary, DUE) == ["2 件来访答复快到期"]


def test_who_came_is_seen_by_the_branch_and_the_receiver_alone(
    receive, page, member, committee, person, branch_b
):
    visit = receive()
    receiver = Client()
    receiver.force_login(member.user)
    url = f"/visits/{visit.pk}/"

    for client in (page, receiver):
        shown = client.get(url).content.decode()
        assert "张三" in shown
        assert "13800000000" in shown
    above = person(Role.SECRETARY, committee)
    for address in (url, "/visits/"):
        shown = above.get(address).content.decode()
        assert "楼道灯不亮" in shown
        assert "张**" in shown
        assert "张三" not in shown
        assert "13800000000" not in shown
    for stranger in (person(Role.SECRETARY, branch_b), person()):
        assert stranger.get(url).status_code == 404


def typed(**changes):
    given = {
        "visitor": "张三",
        "contact": "",
        "matter": "楼道灯不亮",
        "handling": "BRANCH",
        "answer": "",
    }
    return given | changes


def test_whoever_is_on_duty_writes_down_todays_own(member, branch_a, secretary):
    client = Client()
    client.force_login(member.user)
    today = dt.date.today()
    assert "今天不是您值班" in client.get("/visits/new/").content.decode()
    assert client.post("/visits/new/", typed()).status_code == 403
    shift = DutyShift.objects.create(
        organization=branch_a, on=today - ONE, member=member, entered_by=secretary,
        entered_at=moment(today),
    )  # fmt: skip
    assert "今天不是您值班" in client.get("/visits/new/").content.decode()
    shift.on = today
    shift.save(update_fields=["on"])

    assert "登记来访" in client.get("/my/duty/").content.decode()
    assert client.post("/visits/new/", typed()).status_code == 302
    visit = Visit.objects.get()
    assert (visit.received_by, visit.received_on) == (member, today)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"visitor": ""}, "请填写来访人。"),
        ({"matter": ""}, "请填写反映事项。"),
        ({"handling": ""}, "请选择当场答复了，还是交支部办理。"),
        ({"handling": "SETTLED"}, "当场答复了的，请写明怎样答复的。"),
        ({"answer": "已报修"}, "交支部办理的先不填答复"),
        ({"received_by": ""}, "请选择接待人。"),
        ({"received_on": "2100-01-01"}, "来访日期不能晚于今天。"),
    ],
)
def test_what_is_wrong_is_said(page, branch_a, member, changes, said):
    given = typed(branch=branch_a.pk, received_by=member.pk, received_on=str(dt.date.today()))
    answer = page.post("/visits/new/", given | changes)

    assert said in answer.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.parametrize("asked", ["9" * 5_000, "9" * 19, "²"])
def test_a_branch_that_cannot_be_is_the_own(page, branch_a, asked):
    assert branch_a.short_name in page.post("/visits/new/", typed(branch=asked)).content.decode()


def test_the_branch_answers_and_sends_up_on_the_page(page, receive):
    first, second = receive(), receive(visitor="李四")
    page.post(f"/visits/{first.pk}/answer/", {"answer": "已修", "answered_on": "2026-11-09"})
    page.post(f"/visits/{second.pk}/send-up/")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("ANSWERED", "UPWARD")
    assert "正在办理" in page.get(f"/visits/{second.pk}/").content.decode()
    assert "请填写答复内容。" in page.post(f"/visits/{second.pk}/answer/", {}).content.decode()


def test_the_log_needs_the_same_statements_for_one_and_for_thirty(page, receive):
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert page.get("/visits/").status_code == 200
        return len(found)

    receive()
    page.get("/visits/")
    few = count()
    for number in range(29):
        receive(visitor=f"来访人{number}")
    assert Visit.objects.count() == 30
    assert count() == few


def test_the_ledger(receive, secretary, member, branch_a):
    DutyShift.objects.create(
        organization=branch_a, on=FRIDAY, member=member, entered_by=secretary,
        entered_at=moment(FRIDAY),
    )  # fmt: skip
    receive("已报修")
    in_time, late = receive(), receive(visitor="李四")
    receive(visitor="王五")
    for visit, day in ((in_time, DUE), (late, DUE + ONE)):
        operations.answer(
            visit=visit, answer="已修", answered_on=day, by=secretary, at=moment(DUE + ONE)
        )
    table = ledger(branch_a, Period.parse("2026-11"))

    [section] = table.sections
    assert list(section.rows) == [(FRIDAY, "周五", "陈卓", 4, 1, 3, 1, 0)]
    assert {line.label: line.value for line in table.summary} == {
        "值班（人次）": "1", "替班（人次）": "0", "来访（件）": "4", "当场答复（件）": "1",
        "按期答复": "1 / 3", "上报（件）": "0",
    }  # fmt: skip
    assert table.as_of == moment(DUE + ONE, 0)
