"""What is to be prepared: who, until when, done by whom, and whom it reminds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.duties import preparations as duties
from activities.models import ActivityTask
from activities.operations import activities as activity_operations
from activities.operations import preparations as operations
from activities.operations.preparations import Task
from activities.operations.refusals import Refused
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry
from branches.rules.roles import Role
from tests.activities.conftest import details, moment

ON = dt.date(2026, 10, 20)
AT = moment(ON)
DAY = dt.date(2026, 11, 5)


@pytest.fixture
def activity(branch_a, secretary, three):
    return activity_operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY, details=details(DAY),
        by=secretary, at=AT,
    )  # fmt: skip


@pytest.fixture
def add(activity, secretary):
    def make(title="发通知", due_on=dt.date(2026, 10, 22), **who) -> ActivityTask:
        task = Task(title=title, due_on=due_on, **who)
        return operations.add(activity=activity, task=task, by=secretary, at=AT)

    return make


@pytest.fixture
def client(secretary):
    made = Client()
    made.force_login(secretary)
    return made


def typed(**changes) -> dict[str, object]:
    given = {"title": "落实会议室", "due_on": "2026-11-04", "role": "播"}
    return given | changes


def test_a_task_is_added_on_its_page_with_its_a_and_its_b(client, activity, three):
    url = f"/activities/{activity.pk}/preparations/"
    assert client.get(url).status_code == 200

    client.post(url, typed(assignee=three[0].pk, stand_in=three[1].pk))

    task = activity.tasks.get()
    assert (task.title, task.days_before, task.assignee, task.stand_in) == (
        "落实会议室", 1, three[0], three[1],
    )  # fmt: skip
    page = client.get(f"/activities/{activity.pk}/").content.decode()
    assert "<small>播 · 陈卓 · 替补 李敏</small>" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "请写明要准备什么。"),
        ({"due_on": ""}, "请选择日期。"),
        ({"assignee": "0"}, "这位党员不在名单里，请重新选择。"),
        ({"assignee": 0, "stand_in": 0}, "替补和负责人不能是同一个人，请换一位。"),
    ],
)
def test_what_is_wrong_is_said(client, activity, three, changes, said):
    changes = {key: three[0].pk if value == 0 else value for key, value in changes.items()}
    page = client.post(f"/activities/{activity.pk}/preparations/", typed(**changes))

    assert said in page.content.decode()
    assert activity.tasks.count() == 0


def test_members_of_another_branch_are_no_choice(client, activity, branch_b, join):
    stranger = join(branch_b, "外人")
    page = client.post(
        f"/activities/{activity.pk}/preparations/", typed(assignee=stranger.pk)
    ).content.decode()

    assert "这位党员不在名单里" in page
    assert "外人" not in page


def test_done_by_the_secretary_or_by_whoever_is_named(
    client, add, person, branch_a, join, activity
):
    mine, stands_in, other = person(), person(), person()
    assignee = join(branch_a, "甲", user=mine.user)
    second = join(branch_a, "乙", user=stands_in.user)
    task = add(assignee=assignee, stand_in=second)

    def tick(who: Client, done: str = "1") -> tuple[int, bool]:
        answer = who.post(f"/my/preparations/{task.pk}/done/", {"done": done})
        task.refresh_from_db()
        return answer.status_code, task.done_on is not None

    assert tick(other) == (404, False)
    assert tick(mine) == (302, True)
    assert task.done_by == mine.user
    assert tick(stands_in, "0") == (302, False)
    assert tick(stands_in) == (302, True)
    assert "最近完成的" in stands_in.get("/my/preparations/").content.decode()
    client.post(f"/preparations/{task.pk}/done/", {"done": "0"})
    task.refresh_from_db()
    assert task.done_on is None
    actions = list(AuditEntry.objects.filter(action__startswith="task.").order_by("id"))
    assert [entry.action for entry in actions] == [
        "task.added", "task.done", "task.reopened", "task.done", "task.reopened",
    ]  # fmt: skip


def test_a_second_tap_changes_nothing(add, secretary, person):
    task = add()
    operations.set_done(task=task, is_done=True, on=ON, by=secretary, at=AT)
    operations.set_done(
        task=task, is_done=True, on=ON + dt.timedelta(days=1), by=person().user, at=AT
    )
    task.refresh_from_db()

    assert (task.done_on, task.done_by) == (ON, secretary)


def test_changed_and_removed_but_not_when_done(client, add, activity):
    task = add()
    assert client.get(f"/preparations/{task.pk}/").status_code == 200
    client.post(f"/preparations/{task.pk}/", typed(due_on="2026-11-06"))
    task.refresh_from_db()
    assert (task.title, task.days_before) == ("落实会议室", -1)
    client.post(f"/preparations/{task.pk}/done/", {"done": "1"})
    client.post(f"/preparations/{task.pk}/remove/")
    assert activity.tasks.count() == 1
    client.post(f"/preparations/{task.pk}/done/", {"done": "0"})
    client.post(f"/preparations/{task.pk}/remove/")
    assert activity.tasks.count() == 0


def test_a_cancelled_activity_has_nothing_to_prepare(add, activity, secretary):
    task = add()
    activity_operations.cancel(activity=activity, reason="停电", by=secretary, at=AT)

    for step in (
        lambda: operations.set_done(task=task, is_done=True, on=ON, by=secretary, at=AT),
        lambda: operations.remove(task=task, by=secretary, at=AT),
        lambda: add("再来一项"),
    ):
        with pytest.raises(Refused, match="已经取消"):
            step()
    assert duties.of_others(secretary, Grants.of(secretary, ON), ON) == []


def test_twenty_tasks_are_enough(add):
    for n in range(operations.MOST_TASKS):
        add(f"第 {n} 项")
    with pytest.raises(Refused, match="最多 20 项"):
        add()


@pytest.mark.parametrize(
    ("due_on", "named"),
    [("2026-10-19", 1), ("2026-10-20", 1), ("2026-10-23", 1), ("2026-10-24", 0)],
)
def test_named_as_due_from_three_days_before(add, secretary, due_on, named):
    add(due_on=dt.date.fromisoformat(due_on))

    assert len(duties.of_others(secretary, Grants.of(secretary, ON), ON)) == named


def test_one_line_an_activity_and_ones_own_apart(add, secretary, person, branch_a, join):
    client = person()
    member = join(branch_a, "甲", user=client.user)
    add("发通知", assignee=member)
    add("备材料", due_on=dt.date(2026, 10, 21))
    add("定会场")

    (line,) = duties.of_others(secretary, Grants.of(secretary, ON), ON)
    assert (line.title, line.due_on) == ("主题党日：3 项准备事项到期", dt.date(2026, 10, 21))
    assert line.why == "备材料、发通知、定会场 · 11 月 5 日 15:00 开始"
    (own,) = duties.own(client.user, Grants.of(client.user, ON), ON)
    address = f"/my/preparations/{ActivityTask.objects.get(title='发通知').pk}/done/?back=home"
    assert (own.title, own.url, own.is_step) == ("主题党日：发通知", address, True)
    page = client.get("/my/activities/").content.decode()
    assert f"/my/preparations/{ActivityTask.objects.get(title='发通知').pk}/done/?back=mine" in page
    assert client.post(own.url).url == "/"
    assert duties.own(client.user, Grants.of(client.user, ON), ON) == []


def test_many_activities_become_one_line_in_as_many_queries(
    branch_a, secretary, three, django_assert_num_queries
):
    grants = Grants.of(secretary, ON)

    def planned(day: int) -> None:
        row = activity_operations.log(
            organization=branch_a, kind=ActivityKind.STUDY,
            details=details(dt.date(2026, 11, day)), by=secretary, at=AT,
        )  # fmt: skip
        task = Task(title="发通知", due_on=dt.date(2026, 10, 21))
        operations.add(activity=row, task=task, by=secretary, at=AT)

    planned(1)
    with django_assert_num_queries(1):
        assert len(duties.of_others(secretary, grants, ON)) == 1
    for day in range(2, 7):
        planned(day)
    with django_assert_num_queries(1):
        (line,) = duties.of_others(secretary, grants, ON)
    assert line.title == "6 次活动的准备事项到期（6 项）"


@pytest.mark.parametrize("address", ["/preparations/", "/activities/{}/", "/my/preparations/"])
def test_pages_ask_the_same_number_of_questions(client, add, three, activity, secretary, address):
    three[0].user = secretary
    three[0].save()

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address.format(activity.pk)).status_code == 200
        return len(captured)

    add("一", assignee=three[0], stand_in=three[1])
    one = statements()
    for n in range(15):
        add(f"第 {n} 项", assignee=three[0], stand_in=three[2])

    assert statements() == one


@pytest.mark.parametrize(
    ("role", "place", "reads", "writes"),
    [
        (Role.REVIEWER, "committee", 200, 404),
        (Role.SECRETARY, "branch_b", 404, 404),
        (Role.COMMITTEE_MEMBER, "branch_a", 200, 200),
        (Role.GROUP_LEADER, "group_a", 404, 404),
    ],
)
def test_who_reads_and_who_writes(
    request, person, add, activity, branch_b, group_a, role, place, reads, writes
):
    task = add()
    client = person(role, request.getfixturevalue(place))

    assert client.get(f"/activities/{activity.pk}/").status_code == reads
    assert client.get(f"/preparations/{task.pk}/").status_code == writes
