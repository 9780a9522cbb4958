"""Tasks before an activity that are due: for whoever does them, and for the secretary."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from activities.models import Activity, ActivityTask
from activities.queries import preparations
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability

DAYS_AHEAD = 3
LINES = 5  # of the secretary; beyond, one line names how many
NAMES_SHOWN = 3


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what is to be prepared within three days, a line for each activity (two queries)."""
    until = on + dt.timedelta(days=DAYS_AHEAD)
    own = preparations.by_activity(preparations.due_of_user(user, until))
    found = [_own(activity, tasks, user) for activity, tasks in own]
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return found
    others = preparations.by_activity(preparations.due_in_scope(scope, until, user))
    if len(others) > LINES:
        return [*found, _together(others)]
    return found + [_of_activity(activity, tasks) for activity, tasks in others]


def _own(activity: Activity, tasks: list[ActivityTask], user: User) -> Duty:
    stands_in = all(task.assignee is None or task.assignee.user_id != user.pk for task in tasks)
    return Duty(
        title=f"{activity.title}：{_listed(tasks)}",
        due_on=tasks[0].due_on,
        why=f"{'您是替补' if stands_in else '由您负责'} · {_held(activity)}",
        url=reverse("my-preparations"),
        action="去完成",
    )


def _of_activity(activity: Activity, tasks: list[ActivityTask]) -> Duty:
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
