"""The duty roster: drawn up for a month, swapped among members, told on 首页."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.duties import duty as duties
from activities.models import DutyShift, DutySwap
from activities.operations import duty as operations
from activities.operations.refusals import Refused
from activities.queries import duty as queries
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption
from tests.activities.conftest import moment

D = dt.date
NOVEMBER = Period.parse("2026-11")
ON = D(2026, 11, 2)  # a Monday
AT = moment(D(2026, 10, 26))


@pytest.fixture
def page(secretary):
    client = Client()
    client.force_login(secretary)
    return client


@pytest.fixture
def pair(branch_a, join, person):
    """Two members with accounts, and their clients."""
    clients = person(), person()
    members = [
        join(branch_a, name, user=client.user)
        for name, client in zip(("陈卓", "李敏"), clients, strict=True)
    ]
    return members, clients


@pytest.fixture
def put_on(branch_a, secretary):
    def make(member, on=ON, **more) -> DutyShift:
        return DutyShift.objects.create(
            organization=branch_a, on=on, member=member, entered_by=secretary, entered_at=AT, **more
        )

    return make


def write(branch, secretary, chosen):
    return operations.write_month(
        branch=branch, period=NOVEMBER, chosen=chosen, by=secretary, at=AT
    )


def on_duty(on=ON) -> list[str]:
    return [row.member.name for row in DutyShift.objects.filter(on=on).order_by("pk")]


def test_a_month_is_written_and_written_again(branch_a, secretary, three):
    a, b, c = (member.pk for member in three)
    assert write(branch_a, secretary, {ON: [a, b]}) == 2
    kept = DutyShift.objects.get(member=a)
    assert write(branch_a, secretary, {ON: [a, c]}) == 1
    assert write(branch_a, secretary, {ON: [a, c]}) == 0

    assert on_duty() == ["陈卓", "王强"]
    assert DutyShift.objects.get(member=a).pk == kept.pk
    assert AuditEntry.objects.filter(action="duty.rostered").count() == 2


def test_days_that_are_not_named_stay(branch_a, secretary, three, put_on):
    put_on(three[0], ON)
    write(branch_a, secretary, {D(2026, 11, 3): [three[1].pk]})

    assert on_duty(ON) == ["陈卓"]


def test_who_cannot_be_put_on(branch_a, branch_b, secretary, three, join):
    stranger = join(branch_b, "外人")
    ill = join(branch_a, "病休")
    Exemption.objects.create(member=ill, reason="ill", started_on=ON)
    gone = join(branch_a, "转出", until=ON)
    for keys, said in (
        ([three[0].pk, three[0].pk], "只能排一次"),
        ([stranger.pk], "不在本支部"),
        ([ill.pk], "病休当天不在本支部或者免于值班"),
        ([gone.pk], "转出当天不在本支部"),
    ):
        with pytest.raises(Refused, match=said):
            write(branch_a, secretary, {ON: keys})
    with pytest.raises(Refused, match="不在这个月"):
        write(branch_a, secretary, {D(2026, 12, 1): [three[0].pk]})
    assert not DutyShift.objects.exists()


def test_members_are_told_once_which_days_are_theirs(branch_a, secretary, pair):
    (one, two), _ = pair
    write(branch_a, secretary, {ON: [one.pk, two.pk], D(2026, 11, 5): [one.pk]})
    write(branch_a, secretary, {D(2026, 11, 5): [two.pk]})

    assert sorted(Notice.objects.values_list("recipient__member__name", "text")) == [
        ("李敏", "11月值班：新排 2日"),
        ("李敏", "11月值班：新排 5日"),
        ("陈卓", "11月值班：取消 5日"),
        ("陈卓", "11月值班：新排 2日、5日"),
    ]


def test_the_page_proposes_and_saves_a_month(page, branch_a, secretary, three, join):
    join(branch_a, "周岚", user=secretary)
    month = Period.containing(dt.date.today()).next
    url = reverse("duty-plan", kwargs={"pk": branch_a.pk, "period": str(month)})
    form = page.get(url).context["form"]
    sent = {field.html_name: field.initial for _, places in form.rows for field in places}

    assert page.post(url, sent).status_code == 302

    days = queries.month(branch_a, month)
    assert all(len(day.shifts) == (2 if day.is_working else 1) for day in days)
    assert {day.names for day in days if not day.is_working} == {"周岚"}
    shown = page.get(reverse("duty-roster"), {"branch": branch_a.pk, "month": str(month)})
    assert "调整排班" in shown.content.decode()
    sheet = reverse("duty-print", kwargs={"pk": branch_a.pk, "period": str(month)})
    assert "值班时间：8:30—12:00，14:00—17:00" in page.get(sheet).content.decode()


def test_the_same_person_twice_a_day_is_said_at_the_place(page, branch_a, three):
    month = Period.containing(dt.date.today()).next
    url = reverse("duty-plan", kwargs={"pk": branch_a.pk, "period": str(month)})
    form = page.get(url).context["form"]
    first, second = next(places for day, places in form.rows if len(places) == 2)

    answer = page.post(url, {first.html_name: three[0].pk, second.html_name: three[0].pk})

    assert "同一天同一个人只能排一次，请换一位。" in answer.content.decode()
    assert not DutyShift.objects.exists()


def ask(shift, asked_of, client, other=None, at=AT):
    return operations.ask_swap(
        shift=shift, asked_of=asked_of, other=other, reason="出差", by=client.user, at=at
    )


def answer(swap, client, agrees=True, at=AT):
    return operations.answer_swap(swap=swap, agrees=agrees, by=client.user, at=at)


def test_a_colleague_takes_a_shift(pair, put_on):
    (one, two), (mine, theirs) = pair
    swap = ask(put_on(one), two, mine)
    answer(swap, theirs)

    shift = DutyShift.objects.get()
    assert (shift.member, shift.stands_in_for) == (two, one)
    assert [(notice.recipient, notice.text) for notice in Notice.objects.order_by("id")] == [
        (theirs.user, "陈卓请您值11月2日（周一）的班：出差"),
        (mine.user, "李敏同意替您值11月2日（周一）的班"),
    ]


def test_two_shifts_change_hands(pair, put_on):
    (one, two), (mine, theirs) = pair
    first, second = put_on(one), put_on(two, D(2026, 11, 4))
    answer(ask(first, two, mine, second), theirs)

    assert list(DutyShift.objects.values_list("on", "member__name", "stands_in_for__name")) == [
        (ON, "李敏", "陈卓"), (D(2026, 11, 4), "陈卓", "李敏"),
    ]  # fmt: skip


def test_a_shift_that_comes_back_stands_in_for_nobody(pair, put_on):
    (one, two), (mine, theirs) = pair
    shift = put_on(one)
    answer(ask(shift, two, mine), theirs)
    answer(ask(shift, one, theirs), mine)
    shift.refresh_from_db()

    assert (shift.member, shift.stands_in_for) == (one, None)


def test_refused_nothing_moves(pair, put_on):
    (one, two), (mine, theirs) = pair
    swap = answer(ask(put_on(one), two, mine), theirs, agrees=False)

    assert swap.state == "REFUSED"
    assert on_duty() == ["陈卓"]
    ask(DutyShift.objects.get(), two, mine)  # may be asked again


def test_what_cannot_be_asked(pair, put_on, three, branch_b, join, person):
    (one, two), (mine, theirs) = pair
    shift = put_on(one)
    past = put_on(one, D(2026, 10, 25))
    stranger = join(branch_b, "外人", user=person().user)
    for asked in (
        lambda: ask(past, two, mine),  # past
        lambda: ask(shift, two, theirs),  # not one's own
        lambda: ask(shift, one, mine),  # himself: he is on already
        lambda: ask(shift, three[2], mine),  # has no account
        lambda: ask(shift, stranger, mine),
        lambda: ask(shift, two, mine, put_on(three[0], D(2026, 11, 4))),  # not the colleague's
    ):
        with pytest.raises(Refused):
            asked()
    ask(shift, two, mine)
    with pytest.raises(Refused, match="请先撤回"):
        ask(shift, two, mine)


def test_the_very_day_can_still_be_swapped(pair, put_on):
    (one, two), (mine, _) = pair
    today = put_on(one, D(2026, 10, 26))

    assert ask(today, two, mine).state == "ASKED"


def test_nobody_is_on_twice_a_day(pair, put_on, secretary, branch_a):
    (one, two), (mine, theirs) = pair
    shift = put_on(one)
    swap = ask(shift, two, mine)
    put_on(two)  # put on that very day since

    with pytest.raises(Refused, match="当天已经值班"):
        answer(swap, theirs)
    other = put_on(two, D(2026, 11, 4))
    put_on(one, D(2026, 11, 4))
    third = put_on(one, D(2026, 11, 9))
    with pytest.raises(Refused, match="已经有您的班"):
        ask(third, two, mine, other)


@pytest.mark.parametrize("late", [False, True])
def test_what_can_no_longer_be_answered(pair, put_on, late):
    (one, two), (mine, theirs) = pair
    swap = ask(put_on(one), two, mine)
    with pytest.raises(Refused, match="被请的人"):
        answer(swap, mine)
    if late:
        with pytest.raises(Refused, match="已经过去"):
            answer(swap, theirs, at=moment(ON + dt.timedelta(days=1)))
    else:
        operations.withdraw_swap(swap=swap, by=mine.user, at=AT)
        with pytest.raises(Refused, match="答复过或者撤回"):
            answer(swap, theirs)


def test_an_exchange_falls_when_the_other_shift_is_rostered_away(pair, put_on, branch_a, secretary):
    (one, two), (mine, _) = pair
    other = put_on(two, D(2026, 11, 4))
    ask(put_on(one), two, mine, other)
    write(branch_a, secretary, {D(2026, 11, 4): [one.pk]})

    assert not DutySwap.objects.exists()


def test_the_pages_of_ones_own_duty(pair, put_on):
    (one, two), (mine, theirs) = pair
    today = dt.date.today()
    shift = put_on(one, today + dt.timedelta(days=3))
    other = put_on(two, today + dt.timedelta(days=5))
    url = f"/my/duty/{shift.pk}/swap/"
    assert "替我值这个班" in mine.get(url).content.decode()
    assert theirs.get(url).status_code == 404
    assert "请写明" not in mine.get(url).content.decode()
    assert "请填写原因。" in mine.post(url, {"whom": f"s{other.pk}"}).content.decode()
    assert mine.post(url, {"whom": f"s{other.pk}", "reason": "出差"}).status_code == 302
    swap = DutySwap.objects.get()
    assert "换您" in theirs.get("/my/duty/").content.decode()
    assert mine.post(f"/my/duty/swaps/{swap.pk}/answer/").status_code == 404
    theirs.post(f"/my/duty/swaps/{swap.pk}/answer/", {"answer": "agree"})
    shift.refresh_from_db()
    assert shift.member == two
    assert "替陈卓" in theirs.get("/my/duty/").content.decode()


def duties_of(user, on):
    grants = Grants.of(user, on)
    sources = (duties.own_shifts, duties.swaps, duties.rosters)
    return [line.title for each in sources for line in each(user, grants, on)]


def test_the_duty_lines(pair, put_on, secretary):
    (one, two), (mine, theirs) = pair
    shift = put_on(one)
    ask(shift, two, mine)

    assert duties_of(mine.user, ON) == ["今天由您值班"]
    assert duties_of(mine.user, ON - dt.timedelta(days=1)) == []
    assert duties_of(theirs.user, ON) == ["陈卓请您值 11月2日 的班"]
    assert duties_of(secretary, D(2026, 11, 24)) == []
    assert duties_of(secretary, D(2026, 11, 25)) == ["12月值班表还没有排"]
    put_on(one, D(2026, 12, 1))
    assert duties_of(secretary, D(2026, 11, 25)) == []


def test_a_branch_that_kept_no_roster_is_not_asked_for_one(secretary):
    assert duties_of(secretary, D(2026, 11, 25)) == []


@pytest.mark.parametrize("name", ["roster", "plan", "mine"])
def test_the_number_of_statements_does_not_grow(
    name, page, branch_a, secretary, pair, put_on, join
):
    (one, _), (mine, _) = pair
    month = Period.containing(dt.date.today()).next
    urls = {
        "roster": f"/duty/?branch={branch_a.pk}&month={month}",
        "plan": f"/duty/{branch_a.pk}/{month}/",
        "mine": "/my/duty/",
    }
    client = mine if name == "mine" else page

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(urls[name]).status_code == 200
        return len(found)

    put_on(one, month.first_day)
    client.get(urls[name])
    few = count()
    for day in range(1, 28):
        put_on(one, month.first_day + dt.timedelta(days=day))
        put_on(join(branch_a, f"党员{day}"), month.first_day + dt.timedelta(days=day))
    assert count() == few


def test_nobody_below_plans_and_nobody_beside_reads(branch_a, branch_b, committee, person):
    url = f"/duty/{branch_a.pk}/2026-11/"
    assert person(Role.SECRETARY, committee).get(url).status_code == 200
    assert person(Role.REVIEWER, committee).get(url).status_code == 404
    assert person(Role.SECRETARY, branch_b).get(url).status_code == 404
    assert person().get("/duty/").status_code == 403
