"""The calendar of a month, and going on from what is planned."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import ActivityTask, Series
from activities.operations import activities as activity_operations
from activities.operations import preparations, series, series_days
from activities.operations.preparations import Task
from activities.operations.series import Setting
from activities.rules.kinds import ActivityKind
from activities.rules.series import Rhythm
from tests.activities.conftest import details, moment

TODAY = timezone.localdate()
# Next month, so that the days are to come whenever the tests run.
MONTH = (TODAY.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
AT = moment(TODAY)


@pytest.fixture
def client(secretary):
    made = Client()
    made.force_login(secretary)
    return made


@pytest.fixture
def fixed(secretary):
    def make(organization, day=12, **changes) -> Series:
        given = {
            "title": "主题党日", "rhythm": Rhythm.MONTHLY, "starts_at": dt.time(15),
            "place": "礼堂",
            "started_on": dt.date(2020, 1, 1), "day": day,
        }  # fmt: skip
        return series.set_up(
            organization=organization, kind=ActivityKind.THEME_DAY,
            setting=Setting(**(given | changes)), by=secretary, at=AT,
        )  # fmt: skip

    return make


def items(client: Client, day: dt.date, **query: str) -> list[tuple[str, str, str]]:
    asked = {"view": "calendar", "month": f"{day:%Y-%m}"} | query
    page = client.get("/activities/", asked)
    days = {each[0]: each[3] for week in page.context["weeks"] for each in week}
    return days[day]


def test_a_fixed_day_stands_there_until_it_is_planned(client, branch_a, fixed, three):
    row = fixed(branch_a)
    day = MONTH.replace(day=12)

    assert items(client, day) == [("主题党日（固定日）", f"/series/{row.pk}/", "")]
    assert items(client, day, state="CLOSED") == []
    assert items(client, day, kind="LECTURE") == []
    series_days.plan(series=row, until=day, on=TODAY, at=AT)
    activity = row.activities.get(series_day=day)
    assert items(client, day) == [("主题党日", f"/activities/{activity.pk}/", "")]


def test_deadlines_stand_on_their_day(client, branch_a, secretary, three):
    day = MONTH.replace(day=12)
    activity = activity_operations.log(
        organization=branch_a, kind=ActivityKind.STUDY, details=details(day), by=secretary, at=AT
    )
    due_on = MONTH.replace(day=9)
    for title in ("发通知", "备材料"):
        preparations.add(
            activity=activity, task=Task(title=title, due_on=due_on), by=secretary, at=AT
        )

    address = f"/activities/{activity.pk}/#preparations"
    assert items(client, due_on) == [("准备事项 2 项", address, "red")]
    ActivityTask.objects.filter(title="备材料").update(done_on=TODAY, done_by=secretary)
    assert items(client, due_on) == [("准备：发通知", address, "red")]


@pytest.mark.parametrize(
    ("day", "mark"),
    [
        ("2024-10-01", "休 国庆节"),
        ("2024-09-29", "班 调休上班"),
        ("2024-10-08", ""),
        ("2024-10-19", ""),  # an ordinary Saturday
    ],
)
def test_days_off_and_days_worked_in_exchange_are_marked(client, branch_a, day, mark):
    page = client.get("/activities/", {"view": "calendar", "month": day[:7]})
    marks = {str(each[0]): each[4] for week in page.context["weeks"] for each in week}

    assert marks[day] == mark


def test_the_calendar_asks_the_same_number_of_questions(client, branch_a, fixed, secretary, three):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/activities/", {"view": "calendar", "month": f"{MONTH:%Y-%m}"})
            assert page.status_code == 200
        return len(captured)

    def with_task(day: int) -> None:
        activity = activity_operations.log(
            organization=branch_a, kind=ActivityKind.STUDY,
            details=details(MONTH.replace(day=day)), by=secretary, at=AT,
        )  # fmt: skip
        task = Task(title="发通知", due_on=MONTH.replace(day=day))
        preparations.add(activity=activity, task=task, by=secretary, at=AT)

    fixed(branch_a, day=1)
    with_task(1)
    one = statements()
    for day in range(2, 16):
        fixed(branch_a, day=day)
        with_task(day)

    assert statements() == one


def test_going_on_from_what_is_planned_this_month(client, branch_a, secretary, three):
    planned = activity_operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY, details=details(MONTH), by=secretary,
        at=AT,
    )  # fmt: skip
    way = f'href="/activities/{planned.pk}/edit/"'

    def page(**query: str) -> str:
        return client.get("/activities/new/", {"kind": "THEME_DAY"} | query).content.decode()

    assert way in page(on=f"{MONTH}")
    assert way not in page(on=f"{TODAY}")
    assert way not in page(on=f"{MONTH}", kind="LECTURE")
    activity_operations.cancel(activity=planned, reason="停电", by=secretary, at=AT)
    assert way not in page(on=f"{MONTH}")
