"""“2+1”帮教: the plan, the notes, the talk, the review after a year."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.roles import Role
from members.models import Member
from people.duties import care as duties
from people.models import HelpNote, HelpPlan, Recall, Talk, Tolerance
from people.operations import help_plans as operations
from people.operations.help_plans import Helpers
from people.rules.help_plans import HelpOutcome
from tests.activities.conftest import moment

D = dt.date
START = D(2026, 8, 31)
END = D(2027, 8, 31)
ONE = dt.timedelta(days=1)
SECRET = "评定为不合格"


@pytest.fixture
def member(join, branch_a, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def helper(join, branch_a, person):
    client = person(Role.COMMITTEE_MEMBER, branch_a)
    found = join(branch_a, "李敏", user=client.user)
    found.client = client
    return found


@pytest.fixture
def make(branch_a, member, helper, secretary):
    def made(**changes) -> HelpPlan:
        given = {
            "branch": branch_a, "member": member, "helpers": Helpers("王强", "赵刚", helper),
            "reason": SECRET, "plan": "每月学习一次", "told_on": START, "started_on": START,
            "by": secretary, "at": moment(START),
        }  # fmt: skip
        return operations.make(**(given | changes))

    return made


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "列入原因"),
        ({"plan": ""}, "帮教计划"),
        ({"told_on": START + ONE}, "不能晚于今天"),
        ({"started_on": START - ONE}, "不能早于告知"),
        ({"started_on": START + ONE}, "不能晚于今天"),
    ],
)
def test_what_is_no_plan(make, changes, said):
    with pytest.raises(Refused, match=said):
        make(**changes)


@pytest.mark.parametrize(("first", "second"), [("王强", "王强"), ("", "赵刚")])
def test_two_officials_are_two(make, helper, first, second):
    with pytest.raises(Refused, match="帮教干部"):
        make(helpers=Helpers(first, second, helper))


def test_nobody_helps_himself_or_is_helped_twice(make, member):
    with pytest.raises(Refused, match="不能是本人"):
        make(helpers=Helpers("王强", "赵刚", member))
    with pytest.raises(Refused, match="您本人"):
        make(by=member.user)
    make()
    with pytest.raises(Refused, match="正在帮教"):
        make()


@pytest.mark.parametrize(
    ("started_on", "ends_on"),
    [(START, END), (D(2028, 2, 29), D(2029, 2, 28)), (D(2027, 2, 28), D(2028, 2, 28))],
)
def test_it_lasts_a_year(make, started_on, ends_on):
    row = make(told_on=started_on, started_on=started_on, at=moment(started_on))

    assert row.ends_on == ends_on


@pytest.mark.parametrize(("day", "is_taken"), [(END - ONE, False), (END, True)])
def test_reviewed_when_it_has_run_its_time(make, secretary, day, is_taken):
    row = make()
    facts = {
        "help_plan": row, "review": "有明显进步", "outcome": HelpOutcome.URGED,
        "ended_on": day, "by": secretary, "at": moment(day),
    }  # fmt: skip
    if not is_taken:
        with pytest.raises(Refused, match="2027年8月31日期满"):
            operations.end(**facts)
        return
    status = Member.objects.get(pk=row.member_id).status
    assert (operations.end(**facts).outcome, operations.HelpPlan.objects.running().count()) == (
        "URGED", 0,
    )  # fmt: skip
    # A proposal changes nobody's standing.
    assert Member.objects.get(pk=row.member_id).status == status
    with pytest.raises(Refused, match="已经结束"):
        operations.note(help_plan=row, on=day, text="补记", by=secretary, at=moment(day))


def test_notes_are_kept_once_and_read_by_the_person(make, helper, member, set_clock):
    row = make()
    for _ in range(2):
        operations.note(
            help_plan=row, on=START, text="谈了学习打算", by=helper.user, at=moment(START)
        )
    assert HelpNote.objects.count() == 1
    set_clock(START)
    client = Client()
    client.force_login(member.user)
    assert "谈了学习打算" in client.get(f"/help-plans/{row.pk}/").content.decode()
    with pytest.raises(Refused, match="不能早于帮教开始"):
        operations.note(
            help_plan=row, on=START - ONE, text="以前", by=helper.user, at=moment(START)
        )


def test_one_talk_a_month(make, helper, secretary):
    row = make()
    for day in (START, START, D(2026, 9, 1)):
        operations.arrange_talk(help_plan=row, by=secretary, at=moment(day))

    assert [(talk.reason, talk.talker) for talk in Talk.objects.all()] == [("HELP", helper)] * 2


def test_neither_audit_nor_notice_tells_who_or_why(make, secretary):
    row = make()
    operations.note(help_plan=row, on=START, text="学习有进步", by=secretary, at=moment(START))
    said = [*AuditEntry.objects.values_list("object_text", "before", "after")]
    said += [*Notice.objects.values_list("text")]

    words = (SECRET, "学习有进步", "每月学习", "陈卓")
    assert [word for word in words if word in str(said)] == []


@pytest.mark.parametrize(
    ("role", "place", "sees"),
    [
        (Role.SECRETARY, "branch_a", True),
        (Role.DEPUTY_SECRETARY, "branch_a", True),
        (Role.REVIEWER, "committee", True),
        (Role.COMMITTEE_MEMBER, "branch_a", False),
        (Role.GROUP_LEADER, "group_a", False),
        (Role.ADMINISTRATOR, "committee", False),
        (Role.AUDITOR, "committee", False),
        (Role.SECRETARY, "branch_b", False),
    ],
)
def test_who_knows_of_it(make, person, request, set_clock, role, place, sees):
    row = make()
    set_clock(START)
    client = person(role, request.getfixturevalue(place))
    sent = {"on": "2026-08-31", "text": "谈了学习打算"}
    found = (
        SECRET in client.get(f"/help-plans/{row.pk}/").content.decode(),
        client.post(f"/help-plans/{row.pk}/note/", sent).status_code,
    )

    assert found == ((True, 302) if sees else (False, 404))


def test_who_helps_reads_and_notes_but_does_not_end(make, helper, set_clock):
    row = make()
    set_clock(END)
    helper.client.force_login(helper.user)
    url = f"/help-plans/{row.pk}/"
    assert SECRET in helper.client.get(url).content.decode()
    sent = {"on": "2027-08-31", "text": "谈了学习打算"}
    ended = {"review": "好", "outcome": "BACK", "ended_on": "2027-08-31"}
    assert [
        helper.client.post(f"{url}note/", sent).status_code,
        helper.client.post(f"{url}end/", ended).status_code,
    ] == [302, 404]


def test_through_the_pages(secretary, member, helper, set_clock):
    client = Client()
    client.force_login(secretary)
    set_clock(START)
    sent = {
        "member": member.pk, "reason": SECRET, "first_official": "王强",
        "second_official": "王强", "committee_member": helper.pk, "plan": "每月学习一次",
        "told_on": "2026-08-31", "started_on": "2026-08-31",
    }  # fmt: skip
    refused = client.post("/help-plans/new/", sent).content.decode()
    assert "不能是同一个人" in refused and SECRET in refused
    client.post("/help-plans/new/", sent | {"second_official": "赵刚"})
    url = f"/help-plans/{HelpPlan.objects.get().pk}/"
    client.post(f"{url}talk/")
    set_clock(END)
    client.force_login(secretary)  # the session of a year ago is over
    client.post(f"{url}end/", {"review": "好", "outcome": "BACK", "ended_on": "2027-08-31"})
    assert (HelpPlan.objects.get().outcome, Talk.objects.count()) == ("BACK", 1)


@pytest.mark.parametrize(
    ("day", "titles"),
    [
        (D(2026, 9, 22), []),
        (D(2026, 9, 23), ["“2+1”帮教情况该登记了"]),
        (D(2027, 8, 1), ["“2+1”帮教情况该登记了", "“2+1”帮教期满，等评议"]),
        (END, ["“2+1”帮教期满，等评议"]),
    ],
)
def test_what_is_due_when(make, secretary, helper, day, titles):
    make()
    for user in (secretary, helper.user):
        grants = Grants.of(user, day)
        assert [duty.title for duty in duties.helped(user, grants, day)] == titles


@pytest.mark.parametrize("url", ["/help-plans/", "/recalls/", "/tolerances/"])
def test_a_list_costs_the_same_however_long(
    make, url, secretary, helper, join, branch_a, set_clock
):
    set_clock(START)
    client = Client()
    client.force_login(secretary)

    def add(count):
        for number in range(count):
            member = join(branch_a, f"党员{number}")
            make(member=member)
            Recall.objects.create(
                branch=branch_a, member=member, listed_on=START, reason="原因", told_on=START,
                listed_by=secretary, listed_at=moment(START),
            )  # fmt: skip
            Tolerance.objects.create(
                branch=branch_a, member=member, matter="事项", asked_on=START, due_on=END,
                asked_by=secretary, asked_at=moment(START),
            )  # fmt: skip

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    add(1)
    few = cost()
    add(29)

    assert cost() == few
