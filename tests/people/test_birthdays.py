"""Political birthdays: the month, the greeting, the talk, the oath."""

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
from people.duties import birthdays as duties
from people.models import PoliticalBirthday, Talk
from people.operations import birthdays as operations
from tests.activities.conftest import moment

D = dt.date
TODAY = D(2026, 10, 20)
ADMITTED = D(2020, 10, 22)
URL = "/birthdays/"


@pytest.fixture
def page(secretary, set_clock):
    set_clock(TODAY)
    client = Client()
    client.force_login(secretary)
    return client


@pytest.fixture
def born(join, branch_a):
    """Return ``born(name, admitted_on)``: a member admitted on a day."""

    def make(name="陈卓", admitted_on=ADMITTED, branch=branch_a, user=None):
        member = join(branch, name, user=user)
        member.admitted_on = admitted_on
        member.save(update_fields=["admitted_on"])
        return member

    return make


@pytest.fixture
def member(born, person):
    return born(user=person().user)


@pytest.fixture
def do(branch_a, member, secretary):
    """Return ``do(operation, day, …)``: one thing for the member's birthday of 2026."""

    def make(operation, on=TODAY, year=2026, **given):
        return operation(
            branch=branch_a, member=member, year=year, by=secretary, at=moment(on), **given
        )

    return make


def test_a_greeting_reaches_the_member_once(do, member):
    row = do(operations.greet, greeting="祝政治生日快乐")

    assert (row.greeting, row.greeted_on) == ("祝政治生日快乐", TODAY)
    assert [(row.recipient, row.text) for row in Notice.objects.all()] == [
        (member.user, "祝政治生日快乐")
    ]
    assert AuditEntry.objects.get(action="birthday.greeted").after == {
        "person": "陈卓", "year": 2026,
    }  # fmt: skip
    with pytest.raises(Refused, match="已经送出"):
        do(operations.greet, greeting="再祝一次")


@pytest.mark.parametrize(
    ("on", "year", "said"),
    [
        (D(2026, 9, 30), 2026, "到当月再办"),
        (D(2027, 1, 1), 2026, "不再补办"),
        (TODAY, 2020, "还没有政治生日"),
    ],
)
def test_when_nothing_is_done(do, on, year, said):
    with pytest.raises(Refused, match=said):
        do(operations.greet, on, year, greeting="祝贺")


@pytest.mark.parametrize("on", [D(2026, 10, 1), D(2026, 12, 31)])
def test_from_the_first_of_the_month_to_the_end_of_the_year(do, on):
    assert do(operations.greet, on, greeting="祝贺").greeted_on == on


def test_one_talk_a_year(do, join, branch_a):
    talker = join(branch_a, "李敏")
    rows = [do(operations.arrange_talk, talker=talker) for _ in range(2)]

    [talk] = Talk.objects.all()
    assert {row.talk_id for row in rows} == {talk.pk}
    assert (talk.reason, talk.talker) == ("BIRTHDAY", talker)


@pytest.mark.parametrize(
    ("oath_on", "said"),
    [(D(2026, 10, 21), "不能晚于今天"), (D(2025, 10, 22), "应在 2026 年"), (TODAY, "")],
)
def test_the_day_of_the_oath(do, oath_on, said):
    if said:
        with pytest.raises(Refused, match=said):
            do(operations.record_oath, oath_on=oath_on)
    else:
        assert do(operations.record_oath, oath_on=oath_on).oath_on == oath_on


def test_the_month_shows_who_is_born_in_it(page, born):
    born("陈卓", D(2020, 10, 22))
    born("李敏", D(2020, 11, 1))
    born("王强", D(2026, 10, 2))  # admitted this year: the first comes next year
    born("赵刚", None)
    answer = page.get(URL).content.decode()

    shown = {name: name in answer for name in ("陈卓", "李敏", "王强", "赵刚")}
    assert shown == {"陈卓": True, "李敏": False, "王强": False, "赵刚": False}
    assert "1 名党员的档案里没有入党日期" in answer


def test_29_february_stands_in_february(page, born):
    born("陈卓", D(2020, 2, 29))

    assert "2026年2月28日" in page.get(f"{URL}?month=2026-02").content.decode()


@pytest.mark.parametrize("url", [URL, "/birthdays/year/"])
def test_a_list_costs_the_same_however_long(page, born, url):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page.get(url)
        return len(asked)

    born("陈卓")
    few = cost()
    for number in range(29):
        born(f"党员{number}")

    assert cost() == few


def test_through_the_pages(page, member):
    url = f"{URL}{member.pk}/2026-10/"
    assert "10月22日是您入党6周年纪念日" in page.get(url).content.decode()
    page.post(f"{url}greet/", {"greeting": "祝贺"})
    page.post(f"{url}oath/", {"oath_on": "2026-10-20"})
    page.post(f"{url}talk/", {"talker": ""})

    row = PoliticalBirthday.objects.get()
    assert (row.greeting, row.oath_on, row.talk.reason) == ("祝贺", TODAY, "BIRTHDAY")


def test_what_was_typed_is_kept_when_refused(page, member):
    answer = page.post(f"{URL}{member.pk}/2026-10/oath/", {"oath_on": "2026-10-21"})

    assert "不能晚于今天" in answer.content.decode()
    assert 'value="2026-10-21"' in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.SECRETARY, "branch_b", (404, 404)),
        (Role.COMMITTEE_MEMBER, "branch_a", (200, 404)),
        (Role.REVIEWER, "committee", (200, 404)),
        (Role.SECRETARY, "committee", (200, 404)),
    ],
)
def test_who_sees_and_who_arranges_a_talk(person, request, member, set_clock, role, place, status):
    set_clock(TODAY)
    client = person(role, request.getfixturevalue(place))
    url = f"{URL}{member.pk}/2026-10/"

    assert (client.get(url).status_code, client.post(f"{url}talk/", {}).status_code) == status


@pytest.mark.parametrize(
    ("on", "titles"),
    [
        (D(2026, 10, 18), []),
        (D(2026, 10, 19), ["陈卓的政治生日"]),
        (D(2026, 10, 31), ["陈卓的政治生日"]),
        (D(2026, 11, 1), []),
    ],
)
def test_the_branch_is_told_from_three_days_before(member, secretary, on, titles):
    grants = Grants.of(secretary, on)
    told = [duty.title for duty in duties.due(secretary, grants, on)]

    assert told == titles
    assert duties.waiting(secretary, grants, on).exists() is bool(titles)


@pytest.mark.parametrize(
    ("on", "is_told"),
    [
        (D(2026, 2, 24), False),
        (D(2026, 2, 25), True),  # three days before the 28th
        (D(2026, 2, 28), True),
        (D(2028, 2, 25), False),
        (D(2028, 2, 26), True),  # three days before the 29th
    ],
)
def test_29_february_is_told_three_days_before(born, secretary, on, is_told):
    born(admitted_on=D(2020, 2, 29))
    told = duties.due(secretary, Grants.of(secretary, on), on)

    assert [duty.title for duty in told] == ["陈卓的政治生日"] * is_told


def test_those_above_are_not_told(member, person, committee):
    user = person(Role.SECRETARY, committee).user

    assert duties.due(user, Grants.of(user, TODAY), TODAY) == []


def test_once_greeted_nobody_is_told(do, secretary):
    do(operations.greet, greeting="祝贺")

    assert duties.due(secretary, Grants.of(secretary, TODAY), TODAY) == []
