"""Double membership: one branch tells the other, the other acknowledges, the member reads it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from activities.models import Activity, Appraisal, Appraised, Attendance
from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Membership
from people.duties import care as duties
from people.models import MutualReport
from people.operations import mutual_reports as operations
from people.queries import mutual_reports
from tests.activities.conftest import moment

D = dt.date
TODAY = D(2026, 12, 30)
HALF = Period.parse("2026H2")


@pytest.fixture
def member(join, branch_a, branch_b, person):
    """At home in branch A, taking part in branch B."""
    found = join(branch_a, "陈卓", user=person().user)
    Membership.objects.create(
        member=found, branch=branch_b, kind="SECOND", started_on=D(2026, 1, 1)
    )
    return found


@pytest.fixture
def other(person, branch_b):
    """The secretary of branch B."""
    return person(Role.SECRETARY, branch_b)


@pytest.fixture
def came(secretary):
    def make(branch, member, day, status="PRESENT", *, counted=True):
        activity = Activity.objects.create(
            organization=branch, kind="THEME_DAY", title="党日", held_on=day,
            starts_at=dt.time(9), place="会议室", record_due_on=day, entered_by=secretary,
            entered_at=moment(day),
        )  # fmt: skip
        Attendance.objects.create(
            activity=activity, member=member, branch=branch, kind="THEME_DAY", held_on=day,
            status=status, is_counted=counted,
        )  # fmt: skip

    return make


@pytest.fixture
def send(member, branch_a, branch_b, other):
    def make(**changes) -> MutualReport:
        given = {
            "member": member, "sender": branch_b, "receiver": branch_a, "period": HALF,
            "is_excellent_possible": True, "remark": "积极参加社区活动", "by": other.user,
            "at": moment(TODAY),
        }  # fmt: skip
        return operations.send(**(given | changes))

    return make


def test_what_the_records_of_the_sender_say(send, came, member, branch_a, branch_b, secretary):
    came(branch_b, member, D(2026, 7, 1))
    came(branch_b, member, D(2026, 12, 31), "ABSENT")
    came(branch_b, member, D(2026, 6, 30))  # the half before
    came(branch_b, member, D(2026, 8, 1), counted=False)
    came(branch_b, member, D(2026, 8, 3), "LEAVE")  # excused
    came(branch_a, member, D(2026, 8, 2))  # the other branch
    appraisal = Appraisal.objects.create(
        organization=branch_b, year=2026, started_by=secretary, started_at=moment(TODAY)
    )
    Appraised.objects.create(appraisal=appraisal, member=member, is_graded=True, grade="EXCELLENT")
    content = send().content

    assert content == {"due": 2, "present": 1, "hours": "0.0", "grade": "优秀"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"period": Period.parse("2027H1")}, "还没有开始"),
        ({"is_excellent_possible": False, "remark": " "}, "请写明原因"),
    ],
)
def test_what_is_not_sent(send, changes, said):
    with pytest.raises(Refused, match=said):
        send(**changes)


def test_only_between_the_two_branches_of_the_member(send, join, branch_a, member):
    with pytest.raises(Refused, match="不同时在"):
        send(member=join(branch_a, "李敏"))
    with pytest.raises(Refused, match="您本人"):
        send(by=member.user)


def test_once_a_period_and_in_both_directions(send, branch_a, branch_b, secretary):
    send()
    with pytest.raises(Refused, match="已经反馈过"):
        send()
    send(sender=branch_a, receiver=branch_b, by=secretary)
    assert MutualReport.objects.count() == 2


def test_the_other_branch_and_the_member_are_told(send, secretary, member, other):
    report = send()
    assert {row.recipient for row in Notice.objects.all()} == {secretary, member.user}
    with pytest.raises(Refused, match="您本人"):
        operations.receive(report=report, by=member.user, at=moment(TODAY))
    row = operations.receive(report=report, by=secretary, at=moment(TODAY))
    assert row.received_by == secretary
    assert Notice.objects.filter(recipient=other.user).count() == 1
    with pytest.raises(Refused, match="已经签收"):
        operations.receive(report=report, by=secretary, at=moment(TODAY))


def grade(member, branch, by, *, year=2026, state="OPINION", grade="EXCELLENT"):
    appraisal = Appraisal.objects.create(
        organization=branch, year=year, state=state, started_by=by, started_at=moment(TODAY)
    )
    return Appraised.objects.create(appraisal=appraisal, member=member, is_graded=True, grade=grade)


def warned(user):
    return list(mutual_reports.against_excellence(user, Grants.of(user, TODAY)))


def test_not_excellent_there_is_told_here(send, member, branch_a, secretary, other, set_clock):
    report = send(is_excellent_possible=False)
    assert warned(secretary) == []  # nobody proposes it
    grade(member, branch_a, secretary)

    assert (warned(secretary), warned(other.user), warned(member.user)) == ([report], [], [])
    [duty] = duties.warned(secretary, Grants.of(secretary, TODAY), TODAY)
    assert (duty.url, member.name in duty.title) == (f"/mutual-reports/{report.pk}/", False)
    set_clock(TODAY)
    page = Client()
    page.force_login(secretary)
    assert "陈卓在采煤党支部的民主评议中拟评优秀" in page.get("/mutual-reports/").content.decode()


@pytest.mark.parametrize(
    "how", [{"year": 2025}, {"state": "DONE"}, {"grade": "QUALIFIED"}, {"grade": ""}]
)
def test_nothing_is_told_where_no_excellence_is_near(send, member, branch_a, secretary, how):
    send(is_excellent_possible=False)
    grade(member, branch_a, secretary, **how)
    assert warned(secretary) == []


def test_a_later_report_has_the_last_word(send, member, branch_a, secretary):
    send(is_excellent_possible=False, period=Period.parse("2026H1"))
    send(at=moment(TODAY, 18))
    grade(member, branch_a, secretary)

    assert warned(secretary) == []


@pytest.mark.parametrize(
    ("role", "place", "sees"),
    [
        (Role.SECRETARY, "branch_a", True),
        (Role.SECRETARY, "branch_b", True),
        (Role.REVIEWER, "committee", True),
        (Role.COMMITTEE_MEMBER, "branch_a", False),
        (Role.ADMINISTRATOR, "committee", False),
        (None, None, False),
    ],
)
def test_who_reads_it(send, person, request, set_clock, role, place, sees):
    report = send()
    set_clock(TODAY)
    client = person(role, request.getfixturevalue(place) if place else None)

    assert (client.get(f"/mutual-reports/{report.pk}/").status_code == 200) is sees


def test_through_the_pages(member, other, secretary, set_clock):
    set_clock(TODAY)
    other.force_login(other.user)
    assert "陈卓" in other.get("/mutual-reports/").content.decode()
    page = other.get("/mutual-reports/new/?period=2026").content.decode()
    assert "2026 年" in page and "没有应到的活动" in page
    second = Membership.objects.get(kind="SECOND")
    sent = {"link": f"{second.pk}-second", "period": "2026", "excellent": "no", "remark": ""}
    assert "请写明原因" in other.post("/mutual-reports/new/", sent).content.decode()
    other.post("/mutual-reports/new/", sent | {"remark": "参加活动少"})
    row = MutualReport.objects.get()
    assert (row.period_kind, row.is_excellent_possible) == ("year", False)
    url = f"/mutual-reports/{row.pk}/"
    home = Client()
    home.force_login(secretary)
    assert [other.post(f"{url}receive/").status_code, home.post(f"{url}receive/").status_code] == [
        404, 302,
    ]  # fmt: skip
    own = Client()
    own.force_login(member.user)
    assert "参加活动少" in own.get(url).content.decode()


def test_what_waits_to_be_acknowledged(send, secretary, other):
    report = send()
    titles = [
        [duty.title for duty in duties.reported(user, Grants.of(user, TODAY), TODAY)]
        for user in (secretary, other.user)
    ]
    assert titles == [["机电党支部的情况反馈等签收"], []]
    operations.receive(report=report, by=secretary, at=moment(TODAY))
    assert duties.reported(secretary, Grants.of(secretary, TODAY), TODAY) == []


def test_the_days_to_acknowledge_run_from_the_day_here(send, secretary):
    send(at=moment(TODAY).replace(hour=1))  # still the day before in UTC
    [duty] = duties.reported(secretary, Grants.of(secretary, TODAY), TODAY)

    assert duty.due_on == TODAY + dt.timedelta(days=7)


def test_neither_audit_nor_notice_to_a_branch_tells_who(send, secretary):
    operations.receive(report=send(), by=secretary, at=moment(TODAY))
    said = [*AuditEntry.objects.values_list("action", "object_text", "before", "after")]
    said += [*Notice.objects.values_list("text")]

    acts = {row[0] for row in said}
    assert {"mutual_report.received", "mutual_report.sent"} <= acts
    assert "陈卓" not in str(said)
