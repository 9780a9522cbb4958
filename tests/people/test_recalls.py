"""Recall: listed, trained, assessed, followed, ended; closely kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from people.duties import care as duties
from people.models import Recall
from people.operations import recalls as operations
from people.rules.recalls import RecallOutcome
from tests.activities.conftest import moment

D = dt.date
FIRST = D(2026, 11, 2)
TRAINED = D(2026, 11, 8)
ONE = dt.timedelta(days=1)
SECRET = "三次无故缺席"


@pytest.fixture
def member(join, branch_a, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def recall(branch_a, member, secretary):
    return operations.enlist(
        branch=branch_a, member=member, reason=SECRET, listed_on=FIRST, told_on=FIRST,
        by=secretary, at=moment(FIRST),
    )  # fmt: skip


@pytest.fixture
def go(recall, secretary):
    """Return ``go(operation, day, …)``: one step on a day."""

    def make(operation, day, by=None, **given) -> Recall:
        return operation(recall=recall, by=by or secretary, at=moment(day), **given)

    return make


@pytest.fixture
def assessed(go):
    def make(exam="80", assessment="75") -> Recall:
        go(operations.train, FIRST, training_from=FIRST)
        return go(
            operations.assess, TRAINED + ONE, exam=Decimal(exam),
            assessment=Decimal(assessment), assessed_on=TRAINED + ONE,
        )  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "列入原因"),
        ({"told_on": FIRST - ONE}, "不能早于列入日期"),
        ({"told_on": FIRST + ONE}, "不能晚于今天"),
        ({"listed_on": FIRST + ONE}, "不能晚于今天"),
    ],
)
def test_what_is_not_listed(branch_a, member, secretary, changes, said):
    given = {
        "branch": branch_a, "member": member, "reason": SECRET, "listed_on": FIRST,
        "told_on": FIRST, "by": secretary, "at": moment(FIRST),
    }  # fmt: skip
    with pytest.raises(Refused, match=said):
        operations.enlist(**(given | changes))


def test_nobody_lists_himself_and_nobody_is_listed_twice(recall, branch_a, member, secretary):
    given = {
        "branch": branch_a, "member": member, "reason": SECRET, "listed_on": FIRST,
        "told_on": FIRST, "at": moment(FIRST),
    }  # fmt: skip
    for by, said in ((member.user, "您本人"), (secretary, "正在召回")):
        with pytest.raises(Refused, match=said):
            operations.enlist(**given, by=by)


def test_one_week_then_the_marks_then_a_month(go, assessed):
    row = assessed()
    assert (row.training_until, row.state) == (TRAINED, "ASSESSED")
    row = go(operations.follow, TRAINED + ONE)
    assert row.follow_until == D(2026, 12, 9)
    go(operations.note, D(2026, 12, 1), follow_note="按时参加活动")
    facts = {"outcome": RecallOutcome.BACK, "outcome_note": ""}
    with pytest.raises(Refused, match="跟踪到12月9日"):
        go(operations.end, D(2026, 12, 8), ended_on=D(2026, 12, 8), **facts)
    row = go(operations.end, D(2026, 12, 9), ended_on=D(2026, 12, 9), **facts)
    assert (row.state, row.outcome) == ("ENDED", "BACK")


@pytest.mark.parametrize(("day", "is_taken"), [(TRAINED, False), (TRAINED + ONE, True)])
def test_assessed_after_the_last_day_of_training(go, day, is_taken):
    go(operations.train, FIRST, training_from=FIRST)
    marks = {"exam": Decimal(80), "assessment": Decimal(80), "assessed_on": day}
    if is_taken:
        assert go(operations.assess, day, **marks).assessed_on == day
    else:
        with pytest.raises(Refused, match="之后才能考核"):
            go(operations.assess, day, **marks)


@pytest.mark.parametrize(
    ("exam", "assessment", "passes"), [("60", "60", True), ("59.5", "90", False)]
)
def test_below_the_mark_it_is_done_again(go, assessed, exam, assessment, passes):
    assessed(exam, assessment)
    day = TRAINED + ONE
    steps = {
        "follow": lambda: go(operations.follow, day),
        "repeat": lambda: go(operations.repeat, day, training_from=day),
    }
    right, wrong = ("follow", "repeat") if passes else ("repeat", "follow")
    with pytest.raises(Refused):
        steps[wrong]()
    row = steps[right]()
    if not passes:
        assert (row.state, row.exam, row.training_until) == ("TRAINING", None, D(2026, 11, 15))
        assert [each["exam"] for each in row.attempts] == ["59.50"]


def test_ended_only_with_words_about_the_follow_up(go, assessed):
    assessed()
    go(operations.follow, TRAINED + ONE)
    with pytest.raises(Refused, match="先登记跟踪情况"):
        go(
            operations.end, D(2026, 12, 9), ended_on=D(2026, 12, 9),
            outcome=RecallOutcome.BACK, outcome_note="",
        )  # fmt: skip


def test_dropped_before_training_alone(go):
    go(operations.train, FIRST, training_from=FIRST)
    with pytest.raises(StepNotAllowed):
        go(operations.drop, FIRST, outcome_note="弄错了")


def test_nobody_handles_his_own(go, member):
    with pytest.raises(Refused, match="您本人"):
        go(operations.train, FIRST, by=member.user, training_from=FIRST)


def test_neither_audit_nor_notice_tells_why(go, assessed, member):
    assessed()
    said = [*AuditEntry.objects.values_list("object_text", "before", "after")]
    said += [*Notice.objects.values_list("text")]

    assert (SECRET in str(said), "陈卓" in str(said)) == (False, False)
    assert {row.recipient for row in Notice.objects.all()} == {member.user}


@pytest.mark.parametrize(
    ("role", "place", "sees"),
    [
        (Role.SECRETARY, "branch_a", True),
        (Role.DEPUTY_SECRETARY, "branch_a", True),
        (Role.SECRETARY, "committee", True),
        (Role.REVIEWER, "committee", True),
        (Role.COMMITTEE_MEMBER, "branch_a", False),
        (Role.GROUP_LEADER, "group_a", False),
        (Role.REVIEWER, "branch_a", False),
        (Role.DEPUTY_SECRETARY, "committee", False),
        (Role.ADMINISTRATOR, "committee", False),
        (Role.AUDITOR, "committee", False),
        (Role.SECRETARY, "branch_b", False),
    ],
)
def test_who_knows_of_a_recall(recall, person, request, set_clock, role, place, sees):
    set_clock(FIRST)
    client = person(role, request.getfixturevalue(place))
    page = client.get(f"/recalls/{recall.pk}/")
    listing = client.get("/recalls/")
    step = client.post(f"/recalls/{recall.pk}/train/", {"training_from": "2026-11-02"})
    found = (
        page.status_code,
        SECRET in page.content.decode(),
        listing.status_code == 200 and "陈卓" in listing.content.decode(),
        step.status_code,
    )

    assert found == ((200, True, True, 302) if sees else (404, False, False, 404))


def test_the_person_reads_it_and_takes_no_step(recall, member, set_clock):
    set_clock(FIRST)
    client = Client()
    client.force_login(member.user)
    assert SECRET in client.get(f"/recalls/{recall.pk}/").content.decode()
    assert "列入召回" in client.get("/my/people/").content.decode()
    sent = {"training_from": "2026-11-02"}
    assert client.post(f"/recalls/{recall.pk}/train/", sent).status_code == 404


def test_through_the_pages(secretary, member, set_clock):
    client = Client()
    client.force_login(secretary)
    set_clock(FIRST)
    sent = {"member": member.pk, "reason": SECRET, "listed_on": "2026-11-02", "told_on": ""}
    refused = client.post("/recalls/new/", sent).content.decode()
    assert "请选择日期" in refused and SECRET in refused
    client.post("/recalls/new/", sent | {"told_on": "2026-11-02"})
    url = f"/recalls/{Recall.objects.get().pk}/"
    client.post(f"{url}train/", {"training_from": "2026-11-02"})
    set_clock(TRAINED + ONE)
    client.force_login(secretary)  # the session of a week ago is over
    wrong = {"exam": "101", "assessment": "a", "assessed_on": "2026-11-09"}
    said = client.post(f"{url}assess/", wrong).content.decode()
    assert ("不能超过 100" in said, "应填数字" in said) == (True, True)
    client.post(f"{url}assess/", wrong | {"exam": "70", "assessment": "66.5"})
    client.post(f"{url}follow/")
    client.post(f"{url}note/", {"follow_note": "按时参加"})
    set_clock(D(2026, 12, 9))
    client.force_login(secretary)
    client.post(f"{url}end/", {"outcome": "BACK", "ended_on": "2026-12-09", "outcome_note": ""})
    assert Recall.objects.get().state == "ENDED"


@pytest.mark.parametrize(
    ("day", "due_on"),
    [(FIRST, FIRST + ONE * 7), (D(2026, 12, 1), FIRST + ONE * 7)],
)
def test_the_next_step_is_due_even_when_late(recall, secretary, day, due_on):
    grants = Grants.of(secretary, day)

    assert [duty.due_on for duty in duties.recalled(secretary, grants, day)] == [due_on]
    assert duties.recalled_waiting(secretary, grants, day).exists()


def test_nothing_is_due_in_training(go, secretary):
    go(operations.train, FIRST, training_from=FIRST)
    grants = Grants.of(secretary, TRAINED)

    assert [len(duties.recalled(secretary, grants, day)) for day in (TRAINED - ONE, TRAINED)] == [
        0,
        1,
    ]
