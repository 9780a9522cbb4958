"""Projects (揭榜) that are due: one's own, to be decided about, past their day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.working_days import ONE_DAY
from people.models import Project
from people.queries import projects
from people.rules.projects import SOON, ProjectState

DECIDE_DAYS = 7


def own(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for projects one is to finish soon (one query)."""
    return [
        Duty(
            title=f"由您揭榜的项目{'已过期' if row.due_on < on else '快到期'}：{row.title}",
            due_on=row.due_on,
            why="对照目标和验收标准提交完成情况；做不完的和发榜单位商量延期",
            url=reverse("project", kwargs={"pk": row.pk}),
            action="去提交",
        )
        for row in projects.led_by(user, on + SOON)
    ]


def own_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Project]:
    """Return the rows that ``own`` tells of."""
    return projects.led_by(user, on + SOON)


def to_decide(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for projects that wait to be accepted (one query)."""
    rows = list(projects.to_decide(user, grants))
    if not rows:
        return []
    first = rows[0]
    one = len(rows) == 1
    return [
        Duty(
            title=f"揭榜项目等验收：{first.title}" if one else f"{len(rows)} 个揭榜项目等验收",
            due_on=(first.handed_in_on or on) + ONE_DAY * DECIDE_DAYS,
            why="揭榜人已经提交完成情况",
            url=_url(rows, ProjectState.HANDED_IN),
            action="去验收",
        )
    ]


def to_decide_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Project]:
    """Return the rows that ``to_decide`` tells of."""
    return projects.to_decide(user, grants)


def overdue(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for projects past their day that one has put up (one query)."""
    rows = list(projects.overdue(user, grants, on))
    if not rows:
        return []
    first = rows[0]
    one = len(rows) == 1
    return [
        Duty(
            title=f"揭榜项目已过期：{first.title}" if one else f"{len(rows)} 个揭榜项目已过期",
            due_on=first.due_on,
            why="延期、取消，或者按未完成办理",
            url=_url(rows, ""),
            action="去办理",
        )
    ]


def overdue_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Project]:
    """Return the rows that ``overdue`` tells of."""
    return projects.overdue(user, grants, on)


def _url(rows: Sequence[Project], state: str) -> str:
    if len(rows) == 1:
        return reverse("project", kwargs={"pk": rows[0].pk})
    return f"{reverse('project-list')}?{f'state={state}' if state else 'all=1'}"
