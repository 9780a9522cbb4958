"""What is kept about oneself, and what of it goes with a member's file."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from branches.rules.roles import Role
from people.models import (
    HelpPlan,
    Idea,
    Pair,
    Pledge,
    PoliticalBirthday,
    Recall,
    Station,
    StationClaim,
    Talent,
    Talk,
    Tolerance,
)
from tests.activities.conftest import moment

D = dt.date
TODAY = D(2026, 10, 20)
OPEN = ["结对对象", "公开承诺", "安全监督岗", "建议加装护栏", "三好人才"]
OWN = ["未公开的承诺", "谈心谈话", "祝您生日", "试错事项", "列入召回", "帮教中"]


@pytest.fixture
def member(join, branch_a, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def kept(member, branch_a, join, secretary):
    """One of everything about the member."""
    at, by, other = moment(TODAY), secretary, join(branch_a, "李敏")
    Pair.objects.create(
        branch=branch_a, kind="COLLEAGUE", helper=member, helped_name="结对对象",
        started_on=TODAY, formed_by=by, formed_at=at,
    )  # fmt: skip
    promise = {
        "branch": branch_a, "member": member, "year": 2026, "measure": "1 次",
        "due_on": D(2026, 12, 1), "entered_by": by, "entered_at": at, "changed_at": at,
    }  # fmt: skip
    Pledge.objects.create(**promise, text="未公开的承诺")
    Pledge.objects.create(
        **promise, text="公开承诺", state="APPROVED", approved_on=TODAY, approved_by=by
    )
    station = Station.objects.create(
        branch=branch_a, title="安全监督岗", duties="巡查", set_on=TODAY, set_by=by
    )
    StationClaim.objects.create(station=station, member=member, claimed_on=TODAY)
    Idea.objects.create(
        branch=branch_a, member=member, text="建议加装护栏", raised_on=TODAY, entered_by=by,
        entered_at=at, changed_at=at,
    )  # fmt: skip
    Talent.objects.create(
        branch=branch_a, member=member, tier="GOOD", recommended_on=TODAY,
        recommendation="好", recommended_by=by,
    )  # fmt: skip
    Talk.objects.create(
        branch=branch_a, member=member, talker=other, reason="ILL", due_on=TODAY,
        arranged_by=by, arranged_at=at,
    )  # fmt: skip
    PoliticalBirthday.objects.create(
        branch=branch_a, member=member, year=2026, greeting="祝您生日", greeted_on=TODAY
    )
    Tolerance.objects.create(
        branch=branch_a, member=member, matter="试错事项", asked_on=TODAY, due_on=TODAY,
        asked_by=member.user, asked_at=at,
    )  # fmt: skip
    Recall.objects.create(
        branch=branch_a, member=member, listed_on=TODAY, reason="原因", told_on=TODAY,
        listed_by=by, listed_at=at,
    )  # fmt: skip
    HelpPlan.objects.create(
        branch=branch_a, member=member, first_official="甲", second_official="乙",
        committee_member=other, reason="原因", plan="计划", told_on=TODAY, started_on=TODAY,
        ends_on=D(2027, 10, 20), made_by=by, made_at=at,
    )  # fmt: skip


@pytest.fixture
def own(member, set_clock):
    set_clock(TODAY)
    client = Client()
    client.force_login(member.user)
    return client


def test_the_member_sees_all_that_is_kept(kept, own):
    page = own.get("/my/people/").content.decode()

    assert [word for word in (*OPEN, *OWN) if word not in page] == []


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.SECRETARY, "branch_a"), (Role.REVIEWER, "committee"), (Role.ADMINISTRATOR, "committee")],
)
def test_with_the_file_goes_nothing_that_is_his_alone(
    kept, member, person, request, set_clock, role, place
):
    set_clock(TODAY)
    client = person(role, request.getfixturevalue(place))
    page = client.get(f"/members/{member.pk}/people/").content.decode()
    main = page.split("<main")[1].split("</main>")[0]

    assert [word for word in OPEN if word not in main] == []
    assert [word for word in OWN if word in main] == []


def test_the_file_leads_there(member, person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    assert f"/members/{member.pk}/people/" in client.get(f"/members/{member.pk}/").content.decode()


@pytest.mark.parametrize("role", [None, Role.SECRETARY])
def test_others_do_not_find_it(member, person, branch_b, role):
    client = person(role, branch_b if role else None)

    assert client.get(f"/members/{member.pk}/people/").status_code == 404


def test_with_nothing_kept_the_page_says_what_comes_there(own, person):
    assert "还没有与您有关的记录" in own.get("/my/people/").content.decode()
    assert "没有对应的党员档案" in person().get("/my/people/").content.decode()


def test_who_has_claimed_nothing_is_led_to_the_posts(own):
    assert 'href="/my/stations/"' in own.get("/my/people/").content.decode()


def test_it_costs_the_same_however_much_is_kept(kept, own, member, branch_a, secretary):
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            own.get("/my/people/")
        return len(asked)

    few = cost()
    at = moment(TODAY)
    for number in range(29):
        Tolerance.objects.create(
            branch=branch_a, member=member, matter=f"事{number}", asked_on=TODAY, due_on=TODAY,
            asked_by=member.user, asked_at=at,
        )  # fmt: skip
        Idea.objects.create(
            branch=branch_a, member=member, text=f"点{number}", raised_on=TODAY,
            entered_by=secretary, entered_at=at, changed_at=at,
        )  # fmt: skip

    assert cost() == few
