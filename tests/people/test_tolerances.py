"""Tolerance: asked by the member, investigated and decided by two, told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from people.duties import care as duties
from people.models import Tolerance
from people.operations import tolerances as operations
from people.queries import tolerances
from tests.activities.conftest import moment

D = dt.date
FRIDAY = D(2026, 11, 6)
DUE = D(2026, 12, 4)  # the twentieth working day
ONE = dt.timedelta(days=1)
SECRET = "新工艺试用失败"


@pytest.fixture
def member(join, branch_a, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def above(person, committee):
    return [person(Role.REVIEWER, committee), person(Role.SECRETARY, committee)]


@pytest.fixture
def asked(member, above):
    return operations.ask(member=member, matter=SECRET, by=member.user, at=moment(FRIDAY))


@pytest.fixture
def investigated(asked, above):
    return operations.investigate(
        tolerance=asked, finding="情况属实", investigated_on=FRIDAY, by=above[0].user,
        at=moment(FRIDAY),
    )  # fmt: skip


@pytest.fixture
def decide(investigated, above):
    def make(is_granted=True, by=None, decision="没有谋私", decided_on=FRIDAY) -> Tolerance:
        return operations.decide(
            tolerance=investigated, is_granted=is_granted, decision=decision,
            decided_on=decided_on, by=by or above[1].user, at=moment(FRIDAY),
        )  # fmt: skip

    return make


def test_asked_for_oneself_within_twenty_working_days(asked, member, secretary, above):
    assert (asked.state, asked.due_on) == ("ASKED", DUE)
    again = operations.ask(member=member, matter=SECRET, by=member.user, at=moment(FRIDAY))
    assert again == asked
    with pytest.raises(Refused, match="由本人申请"):
        operations.ask(member=member, matter="代人", by=secretary, at=moment(FRIDAY))
    assert {row.recipient for row in Notice.objects.all()} == {each.user for each in above}


def test_two_people_decide(decide, above, member):
    for by, said in ((above[0].user, "您核实的"), (member.user, "您本人")):
        with pytest.raises(Refused, match=said):
            decide(by=by)
    with pytest.raises(Refused, match="决定理由"):
        decide(decision=" ")
    with pytest.raises(Refused, match="不能早于核实"):
        decide(decided_on=FRIDAY - ONE)
    row = decide()
    assert (row.state, list(tolerances.granted_of(member))) == ("GRANTED", [row])


def test_what_is_refused_lifts_nothing(decide, member):
    assert decide(is_granted=False).state == "REFUSED"
    assert list(tolerances.granted_of(member)) == []


def test_a_decision_needs_an_investigation(asked, above):
    with pytest.raises(StepNotAllowed):
        operations.decide(
            tolerance=asked, is_granted=True, decision="好", decided_on=FRIDAY,
            by=above[1].user, at=moment(FRIDAY),
        )  # fmt: skip


def test_taken_back_until_it_is_investigated(asked, member, secretary):
    with pytest.raises(Refused, match="自己的申请"):
        operations.withdraw(tolerance=asked, by=secretary, at=moment(FRIDAY))
    row = operations.withdraw(tolerance=asked, by=member.user, at=moment(FRIDAY))
    assert row.state == "WITHDRAWN"


def test_not_taken_back_any_more(investigated, member):
    with pytest.raises(StepNotAllowed):
        operations.withdraw(tolerance=investigated, by=member.user, at=moment(FRIDAY))


def test_told_once_after_the_decision(decide, secretary):
    row = decide()
    facts = {"tolerance": row, "by": secretary, "at": moment(FRIDAY + ONE)}
    with pytest.raises(Refused, match="不能早于决定"):
        operations.feed_back(**facts, fed_back_on=FRIDAY - ONE)
    assert operations.feed_back(**facts, fed_back_on=FRIDAY).fed_back_on == FRIDAY
    with pytest.raises(Refused, match="已经登记过"):
        operations.feed_back(**facts, fed_back_on=FRIDAY)


def test_neither_audit_nor_notice_tells_what_about(decide):
    decide()
    said = [*AuditEntry.objects.values_list("object_text", "before", "after")]
    said += [*Notice.objects.values_list("text")]

    words = (SECRET, "情况属实", "没有谋私", "陈卓")
    assert [word for word in words if word in str(said)] == []


@pytest.mark.parametrize(
    ("role", "place", "sees", "investigates"),
    [
        (Role.SECRETARY, "branch_a", True, False),
        (Role.DEPUTY_SECRETARY, "branch_a", True, False),
        (Role.SECRETARY, "committee", True, True),
        (Role.REVIEWER, "committee", True, True),
        (Role.COMMITTEE_MEMBER, "branch_a", False, False),
        (Role.GROUP_LEADER, "group_a", False, False),
        (Role.ADMINISTRATOR, "committee", False, False),
        (Role.AUDITOR, "committee", False, False),
        (Role.SECRETARY, "branch_b", False, False),
    ],
)
def test_who_knows_of_it(asked, person, request, set_clock, role, place, sees, investigates):
    set_clock(FRIDAY)
    client = person(role, request.getfixturevalue(place))
    page = client.get(f"/tolerances/{asked.pk}/")
    listing = client.get("/tolerances/")
    sent = {"finding": "属实", "investigated_on": "2026-11-06"}
    step = client.post(f"/tolerances/{asked.pk}/investigate/", sent)
    found = (
        SECRET in page.content.decode(),
        listing.status_code == 200 and "陈卓" in listing.content.decode(),
        step.status_code,
    )

    assert found == (sees, sees, 302 if investigates else 404)


def test_through_the_pages(member, above, secretary, set_clock):
    set_clock(FRIDAY)
    own, branch = Client(), Client()
    own.force_login(member.user)
    branch.force_login(secretary)
    assert "请填写申请事项" in own.post("/my/tolerances/ask/", {"matter": ""}).content.decode()
    own.post("/my/tolerances/ask/", {"matter": SECRET})
    url = f"/tolerances/{Tolerance.objects.get().pk}/"
    assert SECRET in own.get("/my/people/").content.decode()
    above[0].post(f"{url}investigate/", {"finding": "属实", "investigated_on": "2026-11-06"})
    sent = {"answer": "yes", "decision": "没有谋私", "decided_on": "2026-11-06"}
    said = above[0].post(f"{url}decide/", sent).content.decode()
    assert ("请由另一位负责人决定" in said, "没有谋私" in said) == (True, False)
    above[1].post(f"{url}decide/", sent)
    branch.post(f"{url}feed-back/", {"fed_back_on": "2026-11-06"})
    row = Tolerance.objects.get()
    assert (row.state, row.fed_back_on) == ("GRANTED", FRIDAY)
    assert "没有谋私" in own.get(url).content.decode()


def test_what_waits_for_whom(asked, above, secretary, member):
    def told(user):
        grants = Grants.of(user, FRIDAY)
        found = [duty.title for duty in duties.tolerated(user, grants, FRIDAY)]
        rows = duties.tolerated_waiting(user, grants, FRIDAY)
        assert (rows is not None and rows.exists()) is bool(found)
        return found

    first, second = (each.user for each in above)
    assert [told(each) for each in (first, second, secretary)] == [
        ["采煤党支部的容错申请等核实"], ["采煤党支部的容错申请等核实"], [],
    ]  # fmt: skip
    operations.investigate(
        tolerance=asked, finding="属实", investigated_on=FRIDAY, by=first, at=moment(FRIDAY)
    )
    assert [told(each) for each in (first, second)] == [[], ["采煤党支部的容错申请等决定"]]
    operations.decide(
        tolerance=asked, is_granted=True, decision="没有谋私", decided_on=FRIDAY, by=second,
        at=moment(FRIDAY),
    )  # fmt: skip
    assert told(secretary) == ["采煤党支部的容错申请已有决定，等反馈本人"]
    [duty] = duties.tolerated(secretary, Grants.of(secretary, FRIDAY), FRIDAY)
    assert duty.due_on == D(2026, 11, 11)
