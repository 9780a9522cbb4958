"""Orders of courses, from asking to rating."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from activities.models import (
    Activity,
    CourseOrder,
    Lesson,
)
from activities.operations import activities as records
from activities.operations import orders
from activities.operations.details import Mark, of_activity
from activities.operations.refusals import Refused
from activities.rules.study import OrderState
from branches.models import AuditEntry, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from tests.activities.conftest import moment

D = dt.date
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


def test_an_order_from_asking_to_rating(
    offer, lecturer, ask, accept, branch_a, three, secretary, at
):
    course = offer(lecturers=[lecturer])
    order = ask(course, place="三楼会议室")
    assert [notice.recipient for notice in Notice.objects.all()] == [lecturer.user]

    accept(order, starts=dt.time(9))

    activity = Activity.objects.get()
    assert (activity.organization, activity.kind, activity.state) == (
        branch_a,
        "LECTURE",
        "PLANNED",
    )
    assert (activity.title, activity.held_on) == ("党章导读", DAY)
    assert (activity.starts_at, activity.ends_at) == (dt.time(9), dt.time(10, 30))
    lesson = Lesson.objects.get()
    assert (lesson.activity, lesson.course, lesson.topic, lesson.study_list, lesson.hours) == (
        activity, course, "CONSTITUTION", "REQUIRED", Decimal("1.5"),
    )  # fmt: skip
    order.refresh_from_db()
    assert (order.state, order.activity, order.lecturer) == ("ACCEPTED", activity, lecturer)

    later = moment(DAY)
    roll = activity.attendances.values_list("member_id", flat=True)
    records.change(
        activity=activity, details=_details(activity), by=secretary, at=later,
        marks={pk: Mark("PRESENT") for pk in roll}, close=True,
    )  # fmt: skip
    order.refresh_from_db()
    assert order.state == "HELD"
    assert Notice.objects.filter(recipient=secretary).count() == 2

    orders.rate(
        order=order, course_rating=5, lecturer_rating=4, comment=" 好 ", by=secretary, at=later
    )
    order.refresh_from_db()
    assert (order.state, order.course_rating, order.lecturer_rating, order.comment) == (
        "RATED", 5, 4, "好",
    )  # fmt: skip
    with pytest.raises(StepNotAllowed):
        orders.rate(
            order=order, course_rating=1, lecturer_rating=1, comment="", by=secretary, at=later
        )
    assert list(
        AuditEntry.objects.filter(action__startswith="order.")
        .order_by("pk")
        .values_list("action", flat=True)
    ) == ["order.asked", "order.accepted", "order.held", "order.rated"]


def _details(activity):
    found = of_activity(activity)
    return replace(found, summary="学习党章。")


def test_an_order_without_a_lecturers_account_is_told_to_those_who_keep_the_menu(
    offer, ask, keeper
):
    ask(offer())

    assert [notice.recipient for notice in Notice.objects.all()] == [keeper.user]


def test_cancelling_the_activity_cancels_the_order_and_the_other_way_round(
    offer, ask, accept, secretary, three, lecturer, at
):
    first, second = ask(offer("甲")), ask(offer("乙"))
    accept(first, starts=dt.time(9))
    accept(second, starts=dt.time(14))
    for order in (first, second):
        order.refresh_from_db()

    records.cancel(activity=first.activity, reason="停电", by=secretary, at=at)
    orders.cancel(order=second, reason="临时任务", by=secretary, at=at)

    assert set(CourseOrder.objects.values_list("state", flat=True)) == {"CANCELLED"}
    assert set(Activity.objects.values_list("state", flat=True)) == {"CANCELLED"}
    told = Notice.objects.filter(recipient=lecturer.user, text__contains="取消")
    assert told.count() == 2


def test_whoever_calls_off_what_was_just_accepted_looks_again(
    offer, ask, accept, secretary, three, at
):
    order = ask(offer())
    stale = CourseOrder.objects.get(pk=order.pk)
    accept(order)

    with pytest.raises(Refused, match="刚刚已接单，请刷新页面后再试"):
        orders.cancel(order=stale, reason="临时任务", by=secretary, at=at)

    assert (CourseOrder.objects.get().state, Activity.objects.get().state) == (
        "ACCEPTED", "PLANNED",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda o, a, by, at: a(o, on=D(2026, 10, 19)), "授课日期已经过去"),
        (lambda o, a, by, at: orders.decline(order=o, answer=" ", by=by, at=at), "不能接单的原因"),
        (lambda o, a, by, at: orders.cancel(order=o, reason="", by=by, at=at), "取消原因"),
    ],
)
def test_a_refused_step_changes_nothing(offer, ask, accept, secretary, at, do, words):
    order = ask(offer())

    with pytest.raises(Refused, match=words):
        do(order, accept, secretary, at)

    order.refresh_from_db()
    assert order.state == OrderState.ASKED
    assert Activity.objects.count() == 0


def test_what_cannot_be_ordered(offer, ask):
    with pytest.raises(Refused, match="下架"):
        ask(offer("下架", is_offered=False))
    with pytest.raises(Refused, match="已经过去"):
        ask(offer("过去"), on=D(2026, 10, 19))
    course = offer("今天")
    ask(course, on=D(2026, 10, 20))
    with pytest.raises(Refused, match="不必重复选单"):
        ask(course, on=D(2026, 10, 20))
    ask(course, on=D(2026, 10, 21))


def test_who_may_answer_and_who_may_rate(
    offer, lecturer, ask, accept, person, keeper, branch_a, branch_b, signed_in
):
    order = ask(offer(lecturers=[lecturer]))
    url = reverse("order", kwargs={"pk": order.pk})
    teacher, stranger = Client(), person()
    teacher.force_login(lecturer.user)
    posted = {
        "step": "ACCEPT", "lecturer": lecturer.pk, "held_on": "2099-01-05", "starts_at": "09:00",
        "place": "会议室", "answer": "",
    }  # fmt: skip

    assert stranger.get(url).status_code == 404
    assert person(Role.SECRETARY, branch_b).get(url).status_code == 404
    assert signed_in.post(url, posted).status_code == 404  # nobody accepts his own branch's order
    assert signed_in.get(url).context["accept_form"] is None
    assert keeper.get(url).context["accept_form"] is not None
    wrong = teacher.post(url, posted | {"place": ""})
    assert "请填写地点。" in wrong.content.decode()
    assert 'value="2099-01-05"' in wrong.content.decode()

    assert teacher.post(url, posted).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.activity.held_on) == ("ACCEPTED", D(2099, 1, 5))
    again = teacher.post(url, posted, follow=True)
    assert "不能再这样操作" in again.content.decode()
    assert "我的授课" in teacher.get(reverse("my-teaching")).content.decode()


def test_the_form_of_an_order_says_what_is_missing(offer, signed_in, three):
    course = offer()
    url = reverse("course-order", kwargs={"pk": course.pk})

    answer = signed_in.post(url, {"kind": "STUDY", "wanted_on": "2020-01-01", "note": "三十人"})

    page = answer.content.decode()
    assert "希望日期已经过去，请另选日期。" in page
    assert "三十人" in page
    assert signed_in.post(url, {"kind": "STUDY", "wanted_on": "2099-01-05"}).status_code == 302


@pytest.mark.parametrize("name", ["course-list", "order-list", "my-teaching"])
def test_each_page_says_who_does_which_step(keeper, name):
    page = keeper.get(reverse(name)).content.decode()

    for words in ("下单：党委把课程登记到菜单上。", "选单：支部在菜单里选一门课", "接单：讲师"):
        assert words in page


def test_the_notice_of_an_order_says_what_to_do(offer, lecturer, ask):
    ask(offer(lecturers=[lecturer]))

    assert [notice.text for notice in Notice.objects.all()] == [
        "采煤党支部选了《党章导读》，请接单；不能接单的，请写明原因。"
    ]
