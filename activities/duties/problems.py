"""Problems that are due: for whoever keeps the list, and for whoever answers for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Problem
from activities.queries import problems
from activities.rules.problems import SOON, ProblemState
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability

RULE = "M8"
TEXT_SHOWN = 20
_WHY = "《支部工作条例》第十七条：对查摆的问题逐条整改"


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for overdue and soon due problems, those one keeps and those one answers
    for oneself (one query).
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    found = list(problems.due(scope, user, on + SOON))
    kept = [row for row in found if scope.reaches(row.organization.path)]
    overdue = [row for row in kept if row.due_on and row.due_on < on]
    soon = [row for row in kept if row.due_on and row.due_on >= on]
    own = [row for row in found if not scope.reaches(row.organization.path)]
    return [
        *_kept(overdue, "已逾期", ProblemState.OVERDUE),
        *_kept(soon, "快到期", ""),
        *_own(own),
    ]


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    """Return the rows that ``due`` tells of."""
    return problems.due(grants.scope(Capability.LOG_ACTIVITIES), user, on + SOON)


def unassigned(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for problems that nobody answers for yet (one query, or none)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    count = problems.unassigned(scope).count() if scope else 0
    return _unassigned(count, on)


def unassigned_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    """Return the rows that ``unassigned`` counts."""
    return problems.unassigned(grants.scope(Capability.LOG_ACTIVITIES))


def _kept(rows: Sequence[Problem], word: str, state: str) -> list[Duty]:
    """One line whatever the number: a list of thirty would hide the rest of the month."""
    if not rows:
        return []
    first = rows[0]
    assert first.due_on is not None
    if len(rows) == 1:
        title = f"问题整改{word}：{_short(first.text)}"
        url = reverse("problem", kwargs={"pk": first.pk})
    else:
        title = f"{len(rows)} 个问题整改{word}"
        url = reverse("problem-list") + (f"?state={state}" if state else "")
    why = f"{_WHY} · 最早的期限 {first.due_on.month} 月 {first.due_on.day} 日"
    return [
        Duty(
            title=title,
            due_on=first.due_on,
            why=why,
            url=url,
            action="去办理",
            explain=reverse("regulation", kwargs={"code": RULE}),
        )
    ]


def _unassigned(count: int, on: dt.date) -> list[Duty]:
    if not count:
        return []
    return [
        Duty(
            title=f"{count} 个问题还没有定责任人或期限",
            due_on=on + SOON,
            why=f"{_WHY} · 组织生活会已办结",
            url=reverse("problem-list"),
            action="去确定",
            explain=reverse("regulation", kwargs={"code": RULE}),
        )
    ]


def _own(rows: Sequence[Problem]) -> list[Duty]:
    return [
        Duty(
            title=f"由您负责整改：{_short(row.text)}",
            due_on=row.due_on,
            why=f"{row.organization.short_name}问题清单 · {row.whose}",
            url=reverse("my-problems"),
            action="查看",
        )
        for row in rows
        if row.due_on is not None
    ]


def _short(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}…"
