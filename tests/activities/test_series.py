"""Series: the activities they bring, once each, and what follows a change."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities import tasks
from activities.models import Activity, ActivityTask, Series
from activities.operations import activities as activity_operations
from activities.operations import series as operations
from activities.operations import series_days
from activities.operations.refusals import CannotHold, Refused
from activities.operations.series import Setting, Template
from activities.queries import series as queries
from activities.rules.kinds import ActivityKind
from activities.rules.series import Rhythm
from branches.models import CalendarDay
from branches.rules.roles import Role
from tests.activities.conftest import details, moment

ON = dt.date(2026, 10, 20)
AT = moment(ON)
TASKS = (Template("内容审定", 30, "审"), Template("发通知", 7, "编"), Template("落实会议室", 1))


def setting(**changes) -> Setting:
    given = {
        "title": "主题党日",
        "rhythm": Rhythm.MONTHLY,
        "starts_at": dt.time(15),
        "place": "三楼会议室",
        "started_on": dt.date(2026, 1, 1),
        "day": 5,
        "until_day": 15,
    }
    return Setting(**(given | changes))


WEEKLY = {"rhythm": Rhythm.WEEKLY, "day": None, "until_day": None, "weekday": 3}
DAILY = {"rhythm": Rhythm.DAILY, "day": None, "until_day": None}


@pytest.fixture
def set_up(secretary, branch_a):
    def make(kind=ActivityKind.THEME_DAY, tasks=TASKS, organization=branch_a, **changes) -> Series:
        return operations.set_up(
            organization=organization, kind=kind, setting=setting(**changes), tasks=tasks,
            by=secretary, at=AT,
        )  # fmt: skip

    return make


def plan(series: Series, until: dt.date, on: dt.date = ON) -> int:
    return series_days.plan(series=series, until=until, on=on, at=AT)


def held(series: Series) -> list[dt.date]:
    return list(series.activities.order_by("held_on").values_list("held_on", flat=True))


def test_a_month_ahead_comes_with_its_tasks(set_up, three):
    row = set_up()

    assert plan(row, dt.date(2026, 12, 31)) == 2
    # 5 December is a Saturday: the first working day after it is Monday the 7th.
    assert held(row) == [dt.date(2026, 11, 5), dt.date(2026, 12, 7)]
    first = row.activities.get(held_on=dt.date(2026, 11, 5))
    assert (first.state, first.title, first.place, first.entered_by) == (
        "PLANNED", "11月主题党日", "三楼会议室", row.made_by,
    )  # fmt: skip
    assert first.attendances.count() == 3
    assert list(first.tasks.values_list("title", "role", "due_on")) == [
        ("内容审定", "审", ON),  # 30 September is past: due on the day it is planned
        ("发通知", "编", dt.date(2026, 10, 29)),
        ("落实会议室", "", dt.date(2026, 11, 4)),
    ]  # fmt: skip


def test_planning_twice_adds_nothing(set_up, three):
    row = set_up()
    until = dt.date(2026, 11, 30)

    assert [plan(row, until), plan(row, until)] == [1, 0]
    assert row.activities.count() == 1


@pytest.mark.parametrize("way", ["cancelled", "moved", "moved to another month"])
def test_a_turn_that_was_cancelled_or_moved_is_over(set_up, three, secretary, way):
    row = set_up()
    plan(row, dt.date(2026, 11, 30))
    activity = row.activities.get()
    if way == "cancelled":
        activity_operations.cancel(activity=activity, reason="停产检修", by=secretary, at=AT)
    else:
        day = dt.date(2026, 11, 12) if way == "moved" else dt.date(2026, 12, 1)
        activity_operations.change(activity=activity, details=details(day), by=secretary, at=AT)

    assert plan(row, dt.date(2026, 11, 30)) == 0
    assert Activity.objects.count() == 1


def test_postponing_moves_open_tasks_and_leaves_done_ones(set_up, three, secretary):
    row = set_up()
    plan(row, dt.date(2026, 11, 30))
    activity = row.activities.get()
    activity.tasks.filter(title="内容审定").update(done_on=ON, done_by=secretary)

    activity_operations.change(
        activity=activity, details=details(dt.date(2026, 11, 10)), by=secretary, at=AT
    )

    assert dict(activity.tasks.values_list("title", "due_on")) == {
        "内容审定": ON,
        "发通知": dt.date(2026, 11, 3),
        "落实会议室": dt.date(2026, 11, 9),
    }


def test_what_somebody_planned_by_hand_becomes_the_fixed_days(set_up, three, secretary, branch_a):
    own = activity_operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY, details=details(dt.date(2026, 11, 5)),
        by=secretary, at=AT,
    )  # fmt: skip
    row = set_up()

    assert plan(row, dt.date(2026, 11, 30)) == 0
    own.refresh_from_db()
    assert (own.series_id, own.series_day) == (row.pk, dt.date(2026, 11, 5))
    assert own.tasks.count() == 3


def test_two_series_of_a_kind_at_different_hours_both_come(set_up, three):
    early = set_up(ActivityKind.TALK, (), **WEEKLY, starts_at=dt.time(8))
    late = set_up(ActivityKind.TALK, (), **WEEKLY, starts_at=dt.time(16))

    assert [plan(each, dt.date(2026, 10, 31)) for each in (early, late)] == [2, 2]


def test_a_day_called_off_by_the_office_is_no_working_day(set_up, three):
    CalendarDay.objects.create(day=dt.date(2026, 11, 5), is_working=False, note="检修")
    row = set_up()
    plan(row, dt.date(2026, 11, 30))

    assert held(row) == [dt.date(2026, 11, 6)]


@pytest.mark.parametrize(
    ("changes", "kind", "organization", "error"),
    [
        ({}, ActivityKind.GROUP_MEETING, "branch_a", CannotHold),
        ({}, ActivityKind.THEME_DAY, "group_a", CannotHold),
        ({}, ActivityKind.THEME_DAY, "branch_a", Refused),
    ],
)
def test_what_cannot_be_set_up(request, set_up, changes, kind, organization, error):
    host = request.getfixturevalue(organization)
    if error is Refused:
        set_up(kind, organization=host)
    with pytest.raises(error):
        set_up(kind, organization=host, **changes)


def test_ending_cancels_what_is_planned_from_that_day_on(set_up, three, secretary):
    row = set_up()
    plan(row, dt.date(2026, 12, 31))

    cancelled = operations.end(
        series=row, on=dt.date(2026, 11, 30), cancel_planned=True, by=secretary, at=AT
    )

    assert cancelled == 1
    assert list(row.activities.order_by("held_on").values_list("state", flat=True)) == [
        "PLANNED", "CANCELLED",
    ]  # fmt: skip
    assert plan(row, dt.date(2027, 3, 31)) == 0
    with pytest.raises(Refused):
        operations.end(series=row, on=ON, cancel_planned=False, by=secretary, at=AT)


def test_the_end_is_the_first_day_on_which_nothing_is_planned(set_up, secretary):
    row = set_up(ActivityKind.TALK, (), **DAILY, starts_at=dt.time(8))
    row.ended_on = dt.date(2026, 10, 22)

    assert queries.days_of(row, ON, dt.date(2026, 10, 31)) == [ON, dt.date(2026, 10, 21)]


def test_a_change_takes_along_what_nobody_touched(set_up, three, secretary):
    row = set_up()
    plan(row, dt.date(2026, 12, 31))
    november, december = row.activities.order_by("held_on")
    activity_operations.change(
        activity=december, details=details(dt.date(2026, 12, 14), title="冬训动员", place="礼堂"),
        by=secretary, at=AT,
    )  # fmt: skip

    followed = operations.change(
        series=row, setting=setting(day=10, starts_at=dt.time(16), place="二楼会议室"),
        tasks=TASKS[:1], planned_too=True, on=ON, by=secretary, at=AT,
    )  # fmt: skip

    assert followed == 2
    assert list(
        row.activities.order_by("held_on").values_list("held_on", "title", "starts_at", "place")
    ) == [
        (dt.date(2026, 11, 10), "11月主题党日", dt.time(16), "二楼会议室"),
        (dt.date(2026, 12, 14), "冬训动员", dt.time(16), "礼堂"),
    ]
    assert plan(row, dt.date(2026, 12, 31)) == 0
    assert november.tasks.get(title="落实会议室").due_on == dt.date(2026, 11, 9)
    row.refresh_from_db()
    assert row.tasks.count() == 1


def test_a_change_for_later_leaves_what_is_planned(set_up, three, secretary):
    row = set_up()
    plan(row, dt.date(2026, 11, 30))

    operations.change(
        series=row, setting=setting(day=10), tasks=(), planned_too=False, on=ON, by=secretary, at=AT
    )

    assert held(row) == [dt.date(2026, 11, 5)]
    assert plan(row, dt.date(2026, 12, 31)) == 1
    assert held(row) == [dt.date(2026, 11, 5), dt.date(2026, 12, 10)]


def test_the_clock_keeps_every_series_planned_and_one_that_fails_holds_up_no_other(
    set_up, three, secretary, monkeypatch, branch_a
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    monthly = set_up()
    daily = set_up(ActivityKind.TALK, (), **DAILY, starts_at=dt.time(8))
    ended = set_up(ActivityKind.STUDY, (), day=20, until_day=None, starts_at=dt.time(9))
    operations.end(series=ended, on=ON, cancel_planned=False, by=secretary, at=AT)

    tasks.plan_series()
    tasks.plan_series()

    # To 20 December: a month, and thirty days more for the content that is due so early.
    assert held(monthly) == [dt.date(2026, 11, 5), dt.date(2026, 12, 7)]
    # 20 to 27 October 2026, Tuesday to Tuesday.
    assert [day.day for day in held(daily)] == [20, 21, 22, 23, 26, 27]
    assert held(ended) == []


@pytest.mark.django_db(transaction=True)
def test_planned_at_once_by_two_it_comes_but_once(set_up, three):
    row = set_up()
    made = []

    def work() -> None:
        try:
            made.append(plan(row, dt.date(2026, 12, 31)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [0, 0, 0, 2]
    assert row.activities.count() == 2


@pytest.fixture
def client(secretary):
    made = Client()
    made.force_login(secretary)
    return made


def typed(branch, **changes) -> dict[str, object]:
    given = {
        "start": "theme-day", "organization": branch.pk, "kind": "THEME_DAY", "title": "主题党日",
        "day": "5", "until_day": "15", "starts_at": "15:00", "place": "三楼会议室",
        "started_on": "2026-01-01", "task-TOTAL_FORMS": "2", "task-INITIAL_FORMS": "0",
        "task-0-title": "发通知", "task-0-days_before": "7", "task-0-role": "编",
        "task-1-title": "", "task-1-days_before": "", "task-1-role": "",
    }  # fmt: skip
    return given | changes


def test_set_up_on_the_page_and_planned_by_its_button(client, branch_a, three):
    assert client.get("/series/").status_code == 200
    assert client.get("/series/new/").status_code == 200
    assert client.get("/series/new/?start=morning-talk").status_code == 200

    answer = client.post("/series/new/", typed(branch_a))
    row = Series.objects.get()
    assert answer.url == f"/series/{row.pk}/"
    assert list(row.tasks.values_list("title", "days_before", "role")) == [("发通知", 7, "编")]

    page = client.get(answer.url)
    months = [value for value, _, _ in page.context["months"]]
    client.post(f"/series/{row.pk}/plan/", {"until": months[2]})
    assert row.activities.count() >= 2
    page = client.get(answer.url).content.decode()
    assert page.count("1 项未完成") == row.activities.filter(state="PLANNED").count()
    assert client.get(f"/series/{row.pk}/edit/").status_code == 200
    assert client.get(f"/series/{row.pk}/end/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"day": "32"}, "请填 1 至 31 的数字。"),
        ({"day": ""}, "请填写每月几日。"),
        ({"day": "16"}, "最迟顺延的日子不能早于 16 日。"),
        ({"ends_at": "14:00"}, "结束时间要晚于开始时间。"),
        ({"kind": "GROUP_MEETING"}, "请重新选择类别。"),
        ({"task-0-days_before": ""}, "请填提前几天；当天填 0。"),
        ({"task-1-role": "审"}, "请写明要准备什么；这一行不要的，请全部清空。"),
        ({"task-0-days_before": "91"}, "最多提前 90 天。"),
    ],
)
def test_what_is_wrong_is_said_and_kept(client, branch_a, changes, said):
    page = client.post("/series/new/", typed(branch_a, **changes)).content.decode()

    assert said in page
    assert "三楼会议室" in page
    assert Series.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "place", "reads", "writes"),
    [
        (Role.SECRETARY, "branch_a", 200, 200),
        (Role.SECRETARY, "branch_b", 404, 404),
        (Role.REVIEWER, "committee", 200, 404),
        (Role.GROUP_LEADER, "group_a", 404, 404),
        (Role.AUDITOR, "committee", 404, 404),
    ],
)
def test_who_reads_and_who_writes(
    request, person, set_up, branch_b, group_a, role, place, reads, writes
):
    row = set_up()
    client = person(role, request.getfixturevalue(place))

    assert client.get(f"/series/{row.pk}/").status_code == reads
    assert client.get(f"/series/{row.pk}/edit/").status_code == writes


def test_the_list_asks_the_same_number_of_questions(set_up, client, three):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/series/").status_code == 200
        return len(captured)

    set_up()
    one = statements()
    for minute in range(29):
        set_up(ActivityKind.TALK, (), **WEEKLY, starts_at=dt.time(7, minute))

    assert statements() == one


def test_tasks_go_with_an_activity(set_up, three):
    row = set_up()
    plan(row, dt.date(2026, 11, 30))

    row.activities.get().attendances.all().delete()
    row.activities.get().delete()
    assert ActivityTask.objects.count() == 0
