"""Posts: set up, claimed, confirmed, given up, closed; the map; what is due."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.queries.regulations import for_organization
from branches.rules.roles import Role
from people.duties import stations as duties
from people.models import Station, StationClaim
from people.operations import stations
from people.operations.stations import StationFacts
from people.queries import stations as queries
from people.rules.stations import Terms, terms_of
from tests.activities.conftest import moment

D = dt.date
ON = D(2026, 10, 20)
AT = moment(ON)


@pytest.fixture
def chen(join, branch_a, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def set_up(branch_a, secretary):
    """Return ``set_up(title)``: a post of branch A."""

    def make(title="安全监督岗", *, seats=1, at=AT) -> Station:
        facts = StationFacts(title, "每周巡查 1 次", seats)
        return stations.set_up(branch=branch_a, facts=facts, by=secretary, at=at)

    return make


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def held(station, member, secretary, at=AT) -> StationClaim:
    claim = stations.claim(station=station, member=member, by=member.user, at=at)
    return stations.confirm(claim=claim, by=secretary, at=at)


def told(user) -> list[str]:
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("text", flat=True))


def test_two_open_posts_of_a_name_are_refused(set_up, secretary, branch_a):
    first = set_up()
    assert set_up() == first  # sent twice

    with pytest.raises(Refused, match="已经有“安全监督岗”这个岗位"):
        set_up(seats=2)
    stations.close(station=first, by=secretary, at=AT)
    set_up(seats=2)
    assert Station.objects.filter(branch=branch_a).count() == 2


def test_a_claim_holds_once_it_is_confirmed(set_up, chen, secretary):
    station = set_up()
    claim = stations.claim(station=station, member=chen, by=chen.user, at=AT)
    assert stations.claim(station=station, member=chen, by=chen.user, at=AT) == claim
    assert told(secretary) == ["陈卓认领“安全监督岗”，请确认"]
    assert [row.name for row in queries.without(station.branch, ON)] == ["陈卓"]

    stations.confirm(claim=claim, by=secretary, at=AT)

    assert queries.post_of(station).names == "陈卓"
    assert queries.without(station.branch, ON) == []
    assert told(chen.user) == ["支部已确认您认领的岗位“安全监督岗”"]
    with pytest.raises(Refused, match="支部已经确认"):
        stations.take_back(claim=claim, by=chen.user, at=AT)


def test_a_seat_that_waits_is_taken(set_up, chen, join, branch_a, person):
    station = set_up(seats=1)
    stations.claim(station=station, member=chen, by=chen.user, at=AT)
    other = join(branch_a, "李敏", user=person().user)

    with pytest.raises(Refused, match="设 1 人，已经认满"):
        stations.claim(station=station, member=other, by=other.user, at=AT)


def test_a_fourth_post_is_refused_until_one_is_given_up(set_up, chen, secretary):
    claims = [held(set_up(f"岗位{n}"), chen, secretary) for n in range(3)]
    fourth = set_up("岗位3")

    with pytest.raises(Refused, match="每人最多认领 3 个岗位，已经有 3 个"):
        stations.claim(station=fourth, member=chen, by=chen.user, at=AT)
    stations.end(claim=claims[0], ended_on=ON, performance="没有缺岗", by=secretary, at=AT)
    stations.claim(station=fourth, member=chen, by=chen.user, at=AT)


def test_nobody_confirms_or_ends_the_own_claim(set_up, join, branch_a, secretary):
    chief = join(branch_a, "周岚", user=secretary)
    claim = stations.claim(station=set_up(), member=chief, by=secretary, at=AT)

    for step in (
        lambda: stations.confirm(claim=claim, by=secretary, at=AT),
        lambda: stations.decline(claim=claim, reason="不", by=secretary, at=AT),
        lambda: stations.end(claim=claim, ended_on=ON, performance="好", by=secretary, at=AT),
    ):
        with pytest.raises(Refused, match="您本人的岗位"):
            step()


def test_a_claim_is_sent_back_with_the_reason(set_up, chen, secretary):
    station = set_up()
    claim = stations.claim(station=station, member=chen, by=chen.user, at=AT)

    stations.decline(claim=claim, reason="岗位要持证", by=secretary, at=AT)

    assert told(chen.user) == ["您认领的岗位“安全监督岗”没有通过：岗位要持证"]
    assert queries.post_of(station).left == 1
    assert queries.former(station) == []
    with pytest.raises(Refused, match="已经撤回或者退回"):
        stations.confirm(claim=claim, by=secretary, at=AT)


@pytest.mark.parametrize(
    ("ended_on", "performance", "said"),
    [
        (D(2026, 10, 21), "好", "不能晚于今天"),
        (D(2026, 10, 19), "好", "不能早于认领日期"),
        (ON, " ", "请写明履岗情况"),
    ],
)
def test_an_end_that_does_not_fit_says_why(set_up, chen, secretary, ended_on, performance, said):
    claim = held(set_up(), chen, secretary)

    with pytest.raises(Refused, match=said):
        stations.end(claim=claim, ended_on=ended_on, performance=performance, by=secretary, at=AT)


def test_a_post_somebody_holds_is_not_closed_nor_made_smaller(
    set_up, chen, secretary, join, branch_a, person
):
    station = set_up(seats=2)
    held(station, chen, secretary)
    waits = join(branch_a, "李敏", user=person().user)
    stations.claim(station=station, member=waits, by=waits.user, at=AT)

    with pytest.raises(Refused, match="还有陈卓、李敏在这个岗位上或者等待确认"):
        stations.close(station=station, by=secretary, at=AT)
    with pytest.raises(Refused, match="已有 2 人认领，人数不能少于 2"):
        facts = StationFacts("安全监督岗", "每周巡查 1 次", 1)
        stations.change(station=station, facts=facts, by=secretary, at=AT)


def test_other_duties_are_told_to_whoever_holds_the_post(set_up, chen, secretary):
    station = set_up()
    held(station, chen, secretary)

    facts = StationFacts("安全监督岗", "每周巡查 2 次", 1)
    stations.change(station=station, facts=facts, by=secretary, at=AT)

    assert told(chen.user)[-1] == "您的岗位“安全监督岗”职责有调整，请看新的职责"
    entry = AuditEntry.objects.get(action="station.changed")
    assert (entry.before, entry.after) == (
        {"station_duties": "每周巡查 1 次"}, {"station_duties": "每周巡查 2 次"},
    )  # fmt: skip


@pytest.mark.parametrize("many", [1, 30])
def test_telling_of_other_duties_needs_a_fixed_number_of_queries(
    set_up, join, branch_a, secretary, person, django_assert_num_queries, many
):
    station = set_up(seats=30)
    for number in range(many):
        held(station, join(branch_a, f"党员{number:02}", user=person().user), secretary)
    facts = StationFacts("安全监督岗", "每周巡查 2 次", 30)

    with django_assert_num_queries(7):
        stations.change(station=station, facts=facts, by=secretary, at=AT)

    assert Notice.objects.filter(text__contains="职责有调整").count() == many


@pytest.mark.parametrize("missing", ["confirmed_on", "confirmed_by"])
def test_a_confirmation_has_its_day_and_its_author(set_up, chen, secretary, missing):
    claim = held(set_up(), chen, secretary)

    with pytest.raises(IntegrityError, match="claim_confirmed_by_somebody"):
        StationClaim.objects.filter(pk=claim.pk).update(**{missing: None})


def test_the_branch_enters_members_without_an_account_alone(
    set_up, chen, secretary, join, branch_a
):
    station = set_up(seats=2)
    old = join(branch_a, "老党员")

    stations.enter(station=station, member=old, by=secretary, at=AT)

    assert queries.post_of(station).names == "老党员"
    with pytest.raises(Refused, match="陈卓有账号，请本人认领"):
        stations.enter(station=station, member=chen, by=secretary, at=AT)


def test_a_post_of_another_branch_is_not_claimed(set_up, join, branch_b, person):
    stranger = join(branch_b, "王强", user=person().user)
    station = set_up()

    with pytest.raises(Refused, match="不在采煤党支部的名册上"):
        stations.claim(station=station, member=stranger, by=stranger.user, at=AT)
    answer = client_of(stranger.user).post(reverse("station-claim", kwargs={"pk": station.pk}))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.COMMITTEE_MEMBER, "branch_a", True),
        (Role.SECRETARY, "committee", True),
        (Role.GROUP_LEADER, "group_a", False),
        (Role.REVIEWER, "committee", False),
        (Role.SECRETARY, "branch_b", False),
        (None, "branch_a", False),
    ],
)
def test_who_keeps_the_branchs_records_confirms(
    request, person, set_up, chen, role, place, expected
):
    claim = stations.claim(station=set_up(), member=chen, by=chen.user, at=AT)
    user = person(role, request.getfixturevalue(place)).user

    client_of(user).post(reverse("claim-confirm", kwargs={"pk": claim.pk}))

    claim.refresh_from_db()
    assert (claim.confirmed_on is not None) is expected


def test_the_whole_way_through_the_pages(set_up, chen, secretary, set_clock):
    set_clock(ON)
    own, branch = client_of(chen.user), client_of(secretary)
    branch.post(
        reverse("station-new"),
        {
            "branch": set_up("岗位").branch_id,
            "title": "宣传岗",
            "duties": "每月 1 期",
            "seats": "1",
        },
    )
    station = Station.objects.get(title="宣传岗")
    own.post(reverse("station-claim", kwargs={"pk": station.pk}))
    claim = StationClaim.objects.get()
    assert "待支部确认" in own.get(reverse("my-stations")).content.decode()
    branch.post(reverse("claim-confirm", kwargs={"pk": claim.pk}))
    refused = branch.post(
        reverse("claim-end", kwargs={"pk": claim.pk}),
        {f"end{claim.pk}-performance": "", f"end{claim.pk}-ended_on": "2026-10-20"},
    )
    assert "请填写履岗情况。" in refused.content.decode()
    branch.post(
        reverse("claim-end", kwargs={"pk": claim.pk}),
        {f"end{claim.pk}-performance": "出刊 9 期", f"end{claim.pk}-ended_on": "2026-10-20"},
    )

    assert "履岗情况：出刊 9 期" in own.get(reverse("my-stations")).content.decode()


@pytest.mark.parametrize("many", [1, 30])
def test_the_map_needs_a_fixed_number_of_queries(
    set_up, join, branch_a, secretary, person, django_assert_max_num_queries, set_clock, many
):
    for number in range(many):
        member = join(branch_a, f"党员{number:02}", user=person().user)
        held(set_up(f"岗位{number:02}"), member, secretary)
        join(branch_a, f"闲{number:02}")
    set_clock(ON)
    client = client_of(secretary)
    client.get(reverse("station-list"))

    with django_assert_max_num_queries(14):
        answer = client.get(reverse("station-list"))

    page = answer.content.decode()
    assert (page.count("每周巡查 1 次"), page.count("闲")) == (many, many)


def test_the_committee_is_asked_to_confirm_but_not_the_own(set_up, chen, join, branch_a, secretary):
    chief = join(branch_a, "周岚", user=secretary)
    stations.claim(station=set_up("甲岗"), member=chief, by=secretary, at=AT)
    assert duties.to_confirm(secretary, Grants.of(secretary, ON), ON) == []

    stations.claim(station=set_up("乙岗"), member=chen, by=chen.user, at=AT)

    [duty] = duties.to_confirm(secretary, Grants.of(secretary, ON), ON)
    assert (duty.title, duty.due_on) == ("陈卓认领“乙岗”，待确认", D(2026, 10, 27))


def test_the_rule_in_force_is_what_the_arithmetic_takes(branch_a):
    assert terms_of(for_organization(branch_a, ON)["P2"].parameters) == Terms()
