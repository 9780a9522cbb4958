"""Tasks before an activity that are due: for whoever does them, and for the secretary."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Activity, ActivityTask
from activities.queries import preparations
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability

AHEAD = dt.timedelta(days=3)
LINES = 5  # of the secretary; beyond, one line names how many
NAMES_SHOWN = 3


def own(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what one has to prepare oneself: a line for each task with the button that ticks
    it, of many a line for each activity (one query).
    """
    tasks = list(preparations.due_of_user(user, on + AHEAD))
    if len(tasks) <= LINES:
        return [_to_tick(task, user) for task in tasks]
    return [_own(activity, rows, user) for activity, rows in preparations.by_activity(tasks)]


def own_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[ActivityTask]:
    """Return the rows that ``own`` tells of."""
    return preparations.due_of_user(user, on + AHEAD)


def of_others(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what others have to prepare, for whoever keeps the records (one query, or none)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    found = preparations.by_activity(preparations.due_in_scope(scope, on + AHEAD, user))
    if len(found) > LINES:
        return [_together(found)]
    return [_of_activity(activity, tasks) for activity, tasks in found]


def of_others_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[ActivityTask]:
    """Return the rows that ``of_others`` tells of."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    return preparations.due_in_scope(scope, on + AHEAD, user)


def _to_tick(task: ActivityTask, user: User) -> Duty:
    return Duty(
        title=f"{task.activity.title}：{task.title}",
        due_on=task.due_on,
        why=f"{_part([task], user)} · {_held(task.activity)}",
        url=reverse("my-preparation-done", kwargs={"pk": task.pk}) + "?back=home",
        action="完成",
        is_step=True,
    )


def _part(tasks: list[ActivityTask], user: User) -> str:
    own = any(task.assignee is not None and task.assignee.user_id == user.pk for task in tasks)
    return "由您负责" if own else "您是替补"


def _own(activity: Activity, tasks: list[ActivityTask], user: User) -> Duty:
    return Duty(
        title=f"{activity.title}：{_listed(tasks)}",
        due_on=tasks[0].due_on,
        why=f"{_part(tasks, user)} · {_held(activity)}",
        url=reverse("my-preparations"),
        action="去完成",
    )


def _of_activity(activity: Activity, tasks: list[ActivityTask]) -> Duty:
    if len(tasks) == 1:
        return Duty(
            title=f"{activity.title}：{tasks[0].title}",
            due_on=tasks[0].due_on,
            why=f"准备事项 · {_held(activity)}",
            url=reverse("preparation-done", kwargs={"pk": tasks[0].pk}) + "?back=home",
            action="完成",
            is_step=True,
        )
    return Duty(
        title=f"{activity.title}：{len(tasks)} 项准备事项到期",
        due_on=tasks[0].due_on,
        why=f"{_listed(tasks)} · {_held(activity)}",
        url=f"{reverse('activity', kwargs={'pk': activity.pk})}#preparations",
        action="查看",
    )


def _together(found: list[tuple[Activity, list[ActivityTask]]]) -> Duty:
    counted = sum(len(tasks) for _, tasks in found)
    names = "、".join(activity.organization.short_name for activity, _ in found[:NAMES_SHOWN])
    return Duty(
        title=f"{len(found)} 次活动的准备事项到期（{counted} 项）",
        due_on=found[0][1][0].due_on,
        why=f"{names} 等",
        url=reverse("preparation-list"),
        action="查看",
    )


def _listed(tasks: list[ActivityTask]) -> str:
    shown = "、".join(task.title for task in tasks[:NAMES_SHOWN])
    return f"{shown} 等 {len(tasks)} 项" if len(tasks) > NAMES_SHOWN else shown


def _held(activity: Activity) -> str:
    return f"{activity.held_on.month} 月 {activity.held_on.day} 日 {activity.starts_at:%H:%M} 开始"
