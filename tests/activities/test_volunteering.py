"""Volunteering: teams joined and left by oneself, hours reported and confirmed by another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.duties import volunteering as duties
from activities.models import Serving, Volunteer, VolunteerHours, VolunteerTeam
from activities.operations import volunteer_hours as hours
from activities.operations import volunteer_teams as teams
from activities.operations.refusals import Refused
from activities.operations.volunteer_hours import Recorded, Service
from activities.operations.volunteer_teams import TeamFacts
from activities.queries import volunteering
from activities.queries.hours import of_service
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Membership
from tests.activities.conftest import moment

D = dt.date
FRIDAY = D(2026, 11, 6)
ONE = dt.timedelta(days=1)
YEAR = Period.parse("2026")
NOVEMBER = Period.parse("2026-11")


@pytest.fixture
def member(branch_a, join, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def team(branch_a, secretary):
    return teams.found(
        branch=branch_a, facts=TeamFacts("抢险队", "汛期抢险"), founded_on=FRIDAY, by=secretary,
        at=moment(FRIDAY),
    )  # fmt: skip


@pytest.fixture
def report(member):
    def make(amount="2", on=FRIDAY, *, what="义务劳动", by=None, at=None, **more):
        service = Service(on, Decimal(amount), what, more.pop("team", None))
        return hours.enter(
            member=more.pop("member", member), service=service, by=by or member.user,
            at=at or moment(FRIDAY), **more,
        )  # fmt: skip

    return make


@pytest.fixture
def freeze(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment(FRIDAY))


def counted(member, period=NOVEMBER) -> Decimal | None:
    rows = {row["member_id"]: row["service"] for row in of_service(period).rows}
    return rows.get(member.pk)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.order_by("id").select_related("recipient")
    return [(row.recipient.name, row.text) for row in rows]


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


# Teams


def test_a_team_is_joined_and_left_by_oneself(team, member):
    first = teams.join(team=team, by=member.user, at=moment(FRIDAY))
    assert teams.join(team=team, by=member.user, at=moment(FRIDAY)) == first
    teams.leave(team=team, by=member.user, at=moment(FRIDAY + ONE))

    assert [(row.joined_on, row.left_on) for row in Volunteer.objects.all()] == [
        (FRIDAY, FRIDAY + ONE)
    ]
    with pytest.raises(Refused, match="您不在这支服务队里"):
        teams.leave(team=team, by=member.user, at=moment(FRIDAY + ONE))
    teams.join(team=team, by=member.user, at=moment(FRIDAY + ONE))
    assert Volunteer.objects.on(FRIDAY + ONE).count() == 1


@pytest.mark.parametrize("how", ["left the branch", "left the team"])
def test_who_is_gone_reads_no_later_volunteers_and_reports_no_hours(
    freeze, how, team, member, branch_b, report
):
    teams.join(team=team, by=member.user, at=moment(FRIDAY - ONE))
    if how == "left the team":
        Volunteer.objects.update(left_on=FRIDAY)
    else:
        Membership.objects.update(ended_on=FRIDAY)
        Membership.objects.create(member=member, branch=branch_b, started_on=FRIDAY)

    page = client_of(member.user).get(f"/volunteers/{team.pk}/")

    assert page.status_code == (200 if how == "left the team" else 404)
    assert volunteering.volunteers(team, FRIDAY) == []
    with pytest.raises(Refused, match="不在这支服务队里"):
        report(team=team)


def test_nobody_joins_a_team_of_another_branch(team, branch_b, join, person):
    other = join(branch_b, "乙", user=person().user)
    with pytest.raises(Refused, match="只能加入本支部的服务队"):
        teams.join(team=team, by=other.user, at=moment(FRIDAY))


def test_a_leader_is_in_the_team_and_leaving_it_leads_it_no_more(team, member, secretary):
    facts = TeamFacts("抢险队", "汛期抢险", member)
    led = teams.change(team=team, facts=facts, by=secretary, at=moment(FRIDAY))
    assert (led.leader, led.volunteers.get().member) == (member, member)

    left = teams.leave(team=team, by=member.user, at=moment(FRIDAY))
    assert left.leader is None
    assert told() == [
        (member.user.name, "您任抢险队队长"), ("周岚", "抢险队的队长陈卓退出，请另定队长"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "purpose", "founded_on", "said"),
    [
        ("抢险队", "别的", FRIDAY, "已经有“抢险队”"),
        (" ", "服务", FRIDAY, "请写明服务队的名称"),
        ("巡防队", " ", FRIDAY, "请写明服务队的名称"),
        ("巡防队", "服务", FRIDAY + ONE, "不能晚于今天"),
    ],
)
def test_what_is_no_team(team, branch_a, secretary, name, purpose, founded_on, said):
    with pytest.raises(Refused, match=said):
        teams.found(
            branch=branch_a, facts=TeamFacts(name, purpose), founded_on=founded_on, by=secretary,
            at=moment(FRIDAY),
        )  # fmt: skip


def test_what_is_sent_twice_is_one_team(team, branch_a, secretary):
    again = teams.found(
        branch=branch_a, facts=TeamFacts("抢险队", "汛期抢险"), founded_on=FRIDAY, by=secretary,
        at=moment(FRIDAY),
    )  # fmt: skip
    assert (again, VolunteerTeam.objects.count()) == (team, 1)


def test_dissolved_its_hours_stay(team, member, secretary, report):
    teams.join(team=team, by=member.user, at=moment(FRIDAY))
    entry = report(team=team)
    hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    teams.dissolve(team=team, by=secretary, at=moment(FRIDAY + ONE))

    assert counted(member) == 2
    assert Volunteer.objects.on(FRIDAY + ONE).count() == 0
    with pytest.raises(Refused, match="已经解散"):
        teams.join(team=team, by=member.user, at=moment(FRIDAY + ONE))


# Hours


def test_only_what_somebody_else_has_confirmed_counts(member, secretary, report):
    entry, refused, _waiting = report("2"), report("1", FRIDAY - ONE), report("4", FRIDAY - 2 * ONE)
    with pytest.raises(Refused, match="您本人的服务"):
        hours.confirm(entry=entry, by=member.user, at=moment(FRIDAY))
    hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    with pytest.raises(Refused, match="请写明不确认的原因"):
        hours.refuse(entry=refused, reason=" ", by=secretary, at=moment(FRIDAY))
    hours.refuse(entry=refused, reason="没有到", by=secretary, at=moment(FRIDAY))

    assert counted(member) == 2
    assert told()[-2:] == [
        (member.user.name, "您报的志愿服务 2 小时已确认"),
        (member.user.name, "您报的志愿服务 1 小时未确认：没有到"),
    ]
    for answered in (entry, refused):
        with pytest.raises(Refused, match="不能再改"):
            hours.confirm(entry=answered, by=secretary, at=moment(FRIDAY))


def test_what_was_confirmed_in_error_is_voided(member, secretary, report, person, branch_a):
    entry, waiting = report("2"), report("1", FRIDAY - ONE)
    hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    for row, reason, by, said in (
        (entry, " ", secretary, "请写明作废的原因"),
        (entry, "没有到", member.user, "您本人的服务"),
        (waiting, "没有到", secretary, "只有已经确认"),
    ):
        with pytest.raises(Refused, match=said):
            hours.void(entry=row, reason=reason, by=by, at=moment(FRIDAY))
    assert counted(member) == 2
    later = moment(FRIDAY + ONE)
    voided = hours.void(entry=entry, reason="没有到", by=secretary, at=later)

    assert (voided.is_confirmed, voided.refusal, voided.answered_at) == (False, "没有到", later)
    assert counted(member) is None
    assert told()[-1] == (member.user.name, "您的志愿服务 2 小时作废，不再计入：没有到")
    with pytest.raises(Refused, match="只有已经确认"):
        hours.void(entry=entry, reason="再作废", by=secretary, at=later)


def test_what_one_reports_for_another_is_confirmed_by_a_third(branch_a, join, secretary, person):
    other = join(branch_a, "无账号")
    entry = hours.enter(
        member=other, service=Service(FRIDAY, Decimal(2), "扫雪"), by=secretary,
        at=moment(FRIDAY),
    )  # fmt: skip
    with pytest.raises(Refused, match="代为填报"):
        hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    deputy = person(Role.DEPUTY_SECRETARY, branch_a).user

    assert hours.confirm(entry=entry, by=deputy, at=moment(FRIDAY)).is_confirmed is True


@pytest.mark.parametrize(("seconds", "rows"), [(0, 1), (59, 1), (60, 2)])
def test_what_is_sent_twice_is_reported_once(report, seconds, rows):
    report()
    report(at=moment(FRIDAY) + dt.timedelta(seconds=seconds))

    assert VolunteerHours.objects.count() == rows


def test_a_day_has_twenty_four_hours(report, secretary):
    first = report("20")
    with pytest.raises(Refused, match="已经报了 20 小时"):
        report("4.5", what="别的")
    hours.refuse(entry=first, reason="没有", by=secretary, at=moment(FRIDAY))
    report("4.5", what="别的")


def test_only_with_a_team_one_is_in(report, team):
    with pytest.raises(Refused, match="不在这支服务队里"):
        report(team=team)


def test_what_a_record_tells_is_not_reported_again(branch_a, member, secretary, report, hold):
    hold(branch_a, ActivityKind.SERVICE, FRIDAY, "P", ends_at=dt.time(12))
    with pytest.raises(Recorded, match="已经记了志愿服务“主题党日”"):
        report()
    report(on=FRIDAY - ONE)
    entry = report(is_another=True)

    entries = volunteering.with_clash(VolunteerHours.objects.order_by("pk"))
    assert [row.clashes for row in entries] == [False, True]
    with pytest.raises(Recorded, match="确实不是同一次的，请勾选后再确认"):
        hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    hours.confirm(entry=entry, is_another=True, by=secretary, at=moment(FRIDAY))
    assert {row.key[0] for row in Serving.objects.all()} == {"a", "v"}


def test_reported_before_the_record_was_closed_it_is_confirmed_only_as_another(
    branch_a, member, secretary, report, hold
):
    entry = report()
    hold(branch_a, ActivityKind.SERVICE, FRIDAY, "P", ends_at=dt.time(12))

    with pytest.raises(Recorded, match="已经记了志愿服务“主题党日”"):
        hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    assert {row.key[0] for row in Serving.objects.all()} == {"a"}


def test_closing_names_how_many_have_confirmed_hours_of_the_day(
    freeze, branch_a, member, secretary, report, hold, join
):
    join(branch_a, "李敏")
    for on in (FRIDAY, FRIDAY - ONE):
        hours.confirm(entry=report(on=on), by=secretary, at=moment(FRIDAY))
    record = hold(branch_a, ActivityKind.SERVICE, FRIDAY, "PP", ends_at=dt.time(12), close=False)
    assert volunteering.confirmed_beside(record) == 0

    page = client_of(secretary).post(
        f"/activities/{record.pk}/close/", {"held_early": "on"}, follow=True
    )

    assert "有 1 人当天另有已经确认的服务时长" in page.content.decode()


@pytest.mark.parametrize("marks", ["L", "A"])
def test_a_record_of_service_one_did_not_do_is_no_hindrance(branch_a, report, hold, marks):
    hold(branch_a, ActivityKind.SERVICE, FRIDAY, marks, ends_at=dt.time(12))

    assert report().pk


def test_one_takes_back_what_nobody_has_answered(report, member, secretary, person):
    entry, answered = report(), report("1", FRIDAY - ONE)
    with pytest.raises(Refused, match="谁填报的由谁撤回"):
        hours.withdraw(entry=entry, by=person().user, at=moment(FRIDAY))
    hours.withdraw(entry=entry, by=member.user, at=moment(FRIDAY))
    hours.confirm(entry=answered, by=secretary, at=moment(FRIDAY))
    with pytest.raises(Refused, match="已经确认"):
        hours.withdraw(entry=answered, by=member.user, at=moment(FRIDAY))
    with pytest.raises(Refused, match="已经撤回"):
        hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))

    assert list(VolunteerHours.objects.all()) == [answered]


def test_the_numbers_of_a_team(team, member, secretary, report):
    teams.join(team=team, by=member.user, at=moment(FRIDAY))
    hours.confirm(entry=report("1.5", team=team), by=secretary, at=moment(FRIDAY))
    report("8", FRIDAY - ONE, team=team)  # nobody has confirmed it

    [line] = volunteering.lines_of([team], YEAR, FRIDAY)
    assert (line.volunteers, line.hours) == (1, Decimal("1.5"))


def test_the_branch_owes_its_word_within_five_working_days(report, member, secretary):
    report()
    [line] = duties.due(secretary, Grants.of(secretary, FRIDAY), FRIDAY)

    assert (line.title, line.due_on) == ("陈卓的志愿服务时长等确认", D(2026, 11, 13))
    assert duties.due(member.user, Grants.of(member.user, FRIDAY), FRIDAY) == []


def test_a_team_is_not_dissolved_before_it_was_founded(team):
    with pytest.raises(IntegrityError, match="team_dissolved_after_founding"):
        VolunteerTeam.objects.update(dissolved_on=FRIDAY - ONE)


# Pages


def test_voided_through_the_page(freeze, member, secretary, report):
    entry = report()
    hours.confirm(entry=entry, by=secretary, at=moment(FRIDAY))
    keeper, url = client_of(secretary), f"/service/{entry.pk}/answer/?state=CONFIRMED"
    assert "确认错了，写明原因" in keeper.get("/service/?state=CONFIRMED").content.decode()
    wrong = keeper.post(url, {"answer": "void"}).content.decode()
    assert "请填写作废的原因。" in wrong
    keeper.post(url, {"answer": "void", f"{entry.pk}-reason": "没有到"})

    entry.refresh_from_db()
    assert (entry.is_confirmed, entry.refusal) == (False, "没有到")
    assert "原因：没有到" in client_of(member.user).get("/my/service/").content.decode()


def test_reported_confirmed_and_shown_with_its_source(freeze, branch_a, member, secretary, hold):
    hold(branch_a, ActivityKind.SERVICE, FRIDAY, "P", ends_at=dt.time(10))
    own, keeper = client_of(member.user), client_of(secretary)
    sent = {"served_on": "2026-11-06", "hours": "2", "what": "帮扶孤老"}
    first = own.post("/service/enter/", sent).content.decode()
    assert "不是同一次服务的，请勾选下面的确认后再提交" in first
    assert 'name="is_another"' in first
    assert "帮扶孤老" in first
    assert own.post("/service/enter/", sent | {"is_another": "on"}).url == "/my/service/"

    listed = keeper.get("/service/").content.decode()
    assert "请核对是不是同一次" in listed
    pk = VolunteerHours.objects.get().pk
    wrong = keeper.post(f"/service/{pk}/answer/", {"answer": "refuse"}).content.decode()
    assert "请填写不确认的原因。" in wrong
    same = keeper.post(f"/service/{pk}/answer/", {"answer": "confirm"}, follow=True)
    assert "请勾选后再确认" in same.content.decode()
    keeper.post(f"/service/{pk}/answer/", {"answer": "confirm", "is_another": "on"})
    page = own.get("/my/service/")
    assert page.context["total"] == "4"
    text = page.content.decode()
    assert [word in text for word in ("采煤党支部的活动记录", "本人填报，周岚确认", "请核对")] == (
        [True] * 3
    )


def test_a_team_through_its_pages(freeze, member, secretary):
    own, keeper = client_of(member.user), client_of(secretary)
    sent = {"name": "抢险队", "purpose": "汛期抢险", "leader": "", "founded_on": "2026-11-06"}
    url = keeper.post("/volunteers/new/", sent).url
    own.post(f"{url}join/")
    assert own.get(url).context["is_in"] is True
    assert own.post(f"{url}dissolve/").status_code == 404
    keeper.post(f"{url}edit/", sent | {"leader": member.pk})
    assert "陈卓" in keeper.get("/volunteers/").content.decode()
    own.post(f"{url}leave/")
    keeper.post(f"{url}dissolve/")
    assert "还没有服务队" in own.get("/volunteers/").content.decode()


def test_the_branch_reports_for_who_has_no_account(freeze, branch_a, branch_b, join, secretary):
    other, page = join(branch_a, "无账号"), client_of(secretary)
    sent = {"member": other.pk, "served_on": "2026-11-06", "hours": "1.5", "what": "扫雪"}
    assert page.post(f"/service/enter/?branch={branch_b.pk}", sent).status_code == 404
    assert page.post("/service/enter/", sent | {"branch": branch_a.pk}).url == "/service/"
    assert "由其他同志确认" in page.get("/service/").content.decode()


def test_lists_cost_the_same_for_one_and_thirty(freeze, branch_a, member, secretary, report):
    keeper, own = client_of(secretary), client_of(member.user)
    pages = [(keeper, "/service/"), (keeper, "/volunteers/"), (own, "/my/service/")]
    cost: list[list[int]] = []
    for n in range(30):
        row = VolunteerTeam.objects.create(
            branch=branch_a, name=f"队{n}", purpose="服务", founded_on=FRIDAY, leader=member,
            made_by=secretary, made_at=moment(FRIDAY),
        )  # fmt: skip
        Volunteer.objects.create(team=row, member=member, joined_on=FRIDAY)
        VolunteerHours.objects.create(
            branch=branch_a, member=member, team=row, served_on=FRIDAY, hours=1, what="服务",
            entered_by=member.user, entered_at=moment(FRIDAY),
            **({"is_confirmed": True, "answered_at": moment(FRIDAY), "answered_by": secretary}
               if n % 2 else {}),
        )  # fmt: skip
        if n in (1, 29):
            cost.append([])
            for client, url in pages:
                client.get(url)
                with CaptureQueriesContext(connection) as queries:
                    client.get(url)
                cost[-1].append(len(queries))
    assert cost[0] == cost[1]
