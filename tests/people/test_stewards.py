"""小政委: who it is, and how one is chosen in three steps."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from activities.operations.refusals import Refused
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry, Notice, Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.rules.workflow import StepNotAllowed
from branches.scope import EVERYWHERE
from people.duties import stewards as duties
from people.models import Steward
from people.operations import stewards as operations
from people.operations.stewards import Criteria
from people.queries import steward_work, stewards
from tests.activities.conftest import moment
from tests.conftest import FOUNDED, set_up

D = dt.date
DAY = D(2026, 10, 20)
NEXT = D(2026, 10, 21)
LAST = D(2026, 10, 28)
CRITERIA = Criteria("党龄 8 年", "高级技师", "班组推荐得票第一")


@pytest.fixture
def leader(person, group_a):
    return person(Role.GROUP_LEADER, group_a)


@pytest.fixture
def led_by(leader, join, branch_a, group_a):
    """The leader's own member."""
    return join(branch_a, "陈卓", group=group_a, user=leader.user)


@pytest.fixture
def candidate(join, branch_a, group_a, person):
    return join(branch_a, "李敏", group=group_a, user=person().user)


@pytest.fixture
def deputy(person, branch_a):
    return person(Role.DEPUTY_SECRETARY, branch_a)


@pytest.fixture
def recommend(group_a, candidate, leader):
    def make(**changes) -> Steward:
        given = {
            "organization": group_a, "member": candidate, "criteria": CRITERIA,
            "recommendation": "同意推荐", "recommended_on": DAY, "by": leader.user,
            "at": moment(DAY),
        }  # fmt: skip
        return operations.recommend(**(given | changes))

    return make


@pytest.fixture
def decide(secretary):
    def make(row, **changes) -> Steward:
        given = {"decided_on": NEXT, "decision": "同意", "by": secretary, "at": moment(NEXT)}
        return operations.decide(steward=row, **(given | changes))

    return make


@pytest.fixture
def appoint(secretary):
    def make(row, **changes) -> Steward:
        given = {"appointed_on": NEXT, "by": secretary, "at": moment(NEXT)}
        return operations.appoint(steward=row, **(given | changes))

    return make


def seat(place, day):
    found = stewards.of(place, day)
    return found.member, found.since, bool(found.member and not found.chosen)


def test_the_leader_is_the_steward_where_nobody_was_chosen(group_a, led_by):
    assert seat(group_a, DAY) == (led_by, FOUNDED, True)
    assert list(stewards.places_of(led_by.user, DAY)) == [group_a]


def test_a_group_without_a_leader_on_the_roll_has_none(group_a, leader):
    assert seat(group_a, DAY) == (None, None, False)


def test_who_is_appointed_takes_the_place_of_the_leader(
    group_a, led_by, candidate, recommend, decide, appoint
):
    row = appoint(decide(recommend()))

    assert (row.state, row.appointed_on) == ("APPOINTED", NEXT)
    assert seat(group_a, DAY) == (led_by, FOUNDED, True)  # the day before
    assert seat(group_a, NEXT) == (candidate, NEXT, False)
    assert list(stewards.places_of(led_by.user, NEXT)) == []
    assert list(stewards.places_of(candidate.user, NEXT)) == [group_a]
    assert row.decided_by is not None


def test_who_recommended_does_not_enter_the_decision(recommend, decide, deputy, secretary):
    row = recommend(by=deputy.user)
    waiting = {
        user: list(stewards.to_decide(user, Grants.of(user, NEXT)))
        for user in (deputy.user, secretary)
    }
    assert waiting == {deputy.user: [], secretary: [row]}
    with pytest.raises(Refused, match="推荐是您登记的"):
        decide(row, by=deputy.user)
    with pytest.raises(IntegrityError, match="steward_has_four_eyes"), transaction.atomic():
        Steward.objects.filter(pk=row.pk).update(decided_by=deputy.user)

    assert decide(row).decided_by == secretary


def test_nobody_ends_before_being_appointed(recommend, decide, appoint):
    row = appoint(decide(recommend()))
    with pytest.raises(IntegrityError, match="steward_ended_after_appointed"), transaction.atomic():
        Steward.objects.filter(pk=row.pk).update(state="ENDED", ended_on=DAY)


def test_a_new_one_ends_the_old_for_a_reason(
    group_a, branch_a, join, candidate, recommend, decide, appoint
):
    first = appoint(decide(recommend()))
    other = join(branch_a, "王强", group=group_a)
    second = decide(recommend(member=other, recommended_on=NEXT, at=moment(NEXT)))

    with pytest.raises(Refused, match="请写明李敏卸任的原因"):
        appoint(second, appointed_on=LAST, at=moment(LAST))
    appoint(second, appointed_on=LAST, at=moment(LAST), end_reason="岗位调整")

    first.refresh_from_db()
    assert (first.state, first.ended_on, first.end_reason) == ("ENDED", LAST, "岗位调整")
    assert seat(group_a, NEXT) == (candidate, NEXT, False)
    assert seat(group_a, LAST) == (other, LAST, False)


def test_after_the_end_the_leader_is_it_again(
    group_a, led_by, recommend, decide, appoint, secretary
):
    row = appoint(decide(recommend()))
    operations.end(steward=row, ended_on=LAST, reason="本人申请", by=secretary, at=moment(LAST))

    assert seat(group_a, LAST) == (led_by, FOUNDED, True)


def test_a_branch_without_groups_has_one_of_its_own(branch_b, join, person, recommend):
    member = join(branch_b, "赵刚")
    keeper = person(Role.SECRETARY, branch_b).user

    row = recommend(organization=branch_b, member=member, by=keeper)

    assert row.organization == branch_b
    assert stewards.places(branch_b, EVERYWHERE, DAY) == [branch_b]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"criteria": Criteria("党龄 8 年", " ", "得票第一")}, "三高"),
        ({"recommendation": " "}, "三高"),
        ({"recommended_on": NEXT}, "不能晚于今天"),
    ],
)
def test_how_nobody_is_recommended(recommend, changes, said):
    with pytest.raises(Refused, match=said):
        recommend(**changes)


def test_who_is_not_recommended(recommend, candidate, join, branch_a, committee):
    with pytest.raises(Refused, match="不能推荐自己"):
        recommend(by=candidate.user)
    with pytest.raises(Refused, match="不在采煤一组的名册上"):
        recommend(member=join(branch_a, "外组"))
    with pytest.raises(Refused, match="请选择党小组"):
        recommend(organization=branch_a)
    with pytest.raises(Refused, match="请选择党小组"):
        recommend(organization=committee)


@pytest.mark.parametrize(("later", "is_one"), [(59, True), (60, False)])
def test_what_is_sent_twice_is_one(recommend, later, is_one):
    first = recommend()
    again = moment(DAY) + dt.timedelta(seconds=later)
    if is_one:
        assert recommend(at=again) == first
    else:
        with pytest.raises(Refused, match="已有人选正在办理"):
            recommend(at=again)
    assert Steward.objects.count() == 1


def test_the_committee_and_the_candidate_are_told(recommend, candidate, secretary, deputy):
    recommend()

    assert {row.recipient: row.text for row in Notice.objects.all()} == {
        secretary: "采煤一组推荐李敏任小政委，请支委会研究",
        deputy.user: "采煤一组推荐李敏任小政委，请支委会研究",
        candidate.user: "采煤一组推荐您任小政委",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decision": " "}, "请写明支委会意见"),
        ({"decided_on": D(2026, 10, 19)}, "不能早于班组推荐"),
        ({"decided_on": D(2026, 10, 22)}, "不能晚于今天"),
    ],
)
def test_how_the_committee_does_not_decide(recommend, decide, changes, said):
    with pytest.raises(Refused, match=said):
        decide(recommend(), **changes)


def test_the_record_of_the_committee_says_the_day(
    recommend, decide, hold, join, branch_a, secretary
):
    join(branch_a, "周岚", user=secretary)
    row = recommend(recommended_on=D(2026, 10, 13))
    held = hold(branch_a, ActivityKind.COMMITTEE, D(2026, 10, 16))
    other = hold(branch_a, ActivityKind.THEME_DAY, D(2026, 10, 16))

    with pytest.raises(Refused, match="已经办结的支委会记录"):
        decide(row, meeting=other)
    decided = decide(row, meeting=held)

    assert (decided.decided_on, decided.decided_at_meeting) == (D(2026, 10, 16), held)


def test_nobody_decides_about_himself(recommend, decide, appoint, branch_a, candidate, deputy):
    Post.objects.create(
        user=candidate.user, organization=branch_a, role=Role.COMMITTEE_MEMBER, started_on=FOUNDED
    )
    row = recommend()

    with pytest.raises(Refused, match="这是您本人"):
        decide(row, by=candidate.user)
    with pytest.raises(Refused, match="这是您本人"):
        operations.decline(steward=row, reason="不愿意", by=candidate.user, at=moment(NEXT))
    decide(row, by=deputy.user)
    with pytest.raises(Refused, match="由支部书记任命和免去，请周岚办理"):
        appoint(row, by=candidate.user)


def test_the_secretary_appoints_and_a_deputy_only_in_his_stead(
    recommend, decide, appoint, secretary, deputy
):
    row = decide(recommend())
    with pytest.raises(Refused, match="请周岚办理"):
        appoint(row, by=deputy.user)

    Post.objects.filter(user=secretary).update(ended_on=NEXT)
    assert appoint(row, by=deputy.user).appointed_by == deputy.user


def test_without_secretary_and_deputy_it_says_what_to_do(recommend, decide, appoint, secretary):
    row = decide(recommend())
    Post.objects.filter(user=secretary).update(ended_on=NEXT)

    with pytest.raises(Refused, match="请先在“账号与任职”里登记任职"):
        appoint(row)


def test_no_step_is_skipped(recommend, decide, appoint):
    row = recommend()
    with pytest.raises(StepNotAllowed):
        appoint(row)
    decide(row)
    with pytest.raises(StepNotAllowed):
        decide(row)


def test_the_audit_names_person_and_day_and_nothing_of_what_was_said(
    recommend, decide, appoint, group_a
):
    appoint(decide(recommend()))

    assert [(row.action, row.after) for row in AuditEntry.objects.filter(
        action__startswith="steward."
    ).order_by("id")] == [
        ("steward.recommended", {"person": "李敏", "on": "2026-10-20"}),
        ("steward.decided", {"person": "李敏", "on": "2026-10-21"}),
        ("steward.appointed", {"person": "李敏", "on": "2026-10-21"}),
    ]  # fmt: skip


def titles(source, client, on=NEXT):
    return [duty.title for duty in source(client.user, Grants.of(client.user, on), on)]


def test_each_step_waits_for_whom_it_is(recommend, decide, deputy, person, secretary, leader):
    row = recommend()
    author = type("Client", (), {"user": secretary})
    stranger = person(
        Role.SECRETARY, set_up("X", "外单位党委", OrganizationKind.COMMITTEE, None, moment(DAY))
    )
    waits = ["李敏任采煤一组小政委，等支委会研究"]

    assert titles(duties.steps, deputy) == waits
    assert titles(duties.steps, author) == waits
    assert titles(duties.steps, leader) == []
    assert titles(duties.steps, stranger) == []

    decide(row)
    assert titles(duties.steps, author) == ["李敏任采煤一组小政委，等您任命"]
    assert titles(duties.steps, deputy) == []


def test_the_list_needs_no_more_queries_for_more_groups(
    branch_a, group_a, candidate, leader, led_by, recommend, decide, appoint, join, person, at
):
    appoint(decide(recommend()))

    def queries(places):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found = steward_work.figures(places, Period(D(2026, 10, 1)), NEXT)
        return len(found), len(captured)

    one, few = queries([group_a])
    groups = [
        set_up(f"QF01{n:02d}", f"采煤{n}组", OrganizationKind.GROUP, branch_a, at)
        for n in range(2, 31)
    ]
    for place in groups:
        client = person(Role.GROUP_LEADER, place)
        join(branch_a, client.user.name, group=place, user=client.user)
    many, as_many = queries([group_a, *groups])

    assert (one, many) == (1, 30)
    assert few == as_many


# Pages


def test_chosen_through_the_pages(leader, candidate, secretary, group_a, set_clock, client):
    set_clock(DAY)
    form = {
        "group": group_a.pk, "member": candidate.pk, "standing": "党龄 8 年", "skill": "技师",
        "trust": "得票第一", "recommendation": "同意推荐", "recommended_on": DAY,
    }  # fmt: skip
    empty = leader.post("/stewards/recommend/", form | {"skill": ""})
    assert "请用一句话写明业务技能高的情况。" in empty.content.decode()
    assert "党龄 8 年" in empty.content.decode()  # what was typed is kept

    made = leader.post("/stewards/recommend/", form)
    row = Steward.objects.get()
    page = f"/stewards/{row.pk}/"
    assert made.url == page
    assert "登记支委会同意" not in leader.get(page).content.decode()
    assert leader.post(f"{page}decide/", {}).status_code == 404

    client.force_login(secretary)
    assert "登记支委会同意" in client.get(page).content.decode()
    refused = client.post(f"{page}decide/", {"decide-decided_on": DAY, "decide-decision": ""})
    assert "请填写支委会意见。" in refused.content.decode()
    client.post(f"{page}decide/", {"decide-decided_on": DAY, "decide-decision": "同意"})
    client.post(f"{page}appoint/", {"appoint-appointed_on": DAY})
    row.refresh_from_db()
    assert row.state == "APPOINTED"

    again = client.post(f"{page}appoint/", {"appoint-appointed_on": DAY}, follow=True)
    assert "现在是“在任”，不能任命。" in again.content.decode()
    listed = client.get("/stewards/").content.decode()
    assert "李敏" in listed and "2026年10月20日任命" in listed


def test_a_candidate_sees_what_was_written_about_him(recommend, candidate, client, set_clock):
    set_clock(DAY)
    recommend()
    client.force_login(candidate.user)

    page = client.get("/my/steward/").content.decode()

    assert all(text in page for text in ("党龄 8 年", "高级技师", "班组推荐得票第一", "同意推荐"))


@pytest.mark.parametrize("path", ["/stewards/", "/stewards/recommend/"])
def test_the_pages_need_no_more_queries_for_more_branches(
    person, committee, branch_a, group_a, at, path
):
    client = person(Role.SECRETARY, committee)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    few = queries()
    for n in range(2, 31):
        branch = set_up(f"QF{n:02d}", f"第{n}支部", OrganizationKind.BRANCH, committee, at)
        set_up(f"QF{n:02d}01", f"第{n}支部一组", OrganizationKind.GROUP, branch, at)
    assert queries() == few


def test_a_group_is_recommended_for_by_its_name(person, committee, branch_b, group_a):
    client = person(Role.SECRETARY, committee)
    page = client.get(f"/stewards/recommend/?group={group_a.pk}").content.decode()
    other = client.get(f"/stewards/recommend/?branch={branch_b.pk}").content.decode()
    assert ("采煤一组 · 班组推荐" in page, "机电党支部 · 班组推荐" in other) == (True, True)


def test_without_groups_in_reach_the_page_says_what_to_do(person, branch_a, committee):
    empty = person(Role.SECRETARY, branch_a).get("/stewards/").content.decode()
    assert "还没有" in empty
    nothing = person(Role.REVIEWER, committee).get("/stewards/").content.decode()
    assert "小政委" in nothing
