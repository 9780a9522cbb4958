"""Guided procedures that call for their next step, a line for each branch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Procedure
from activities.queries import procedures
from activities.queries.procedures import Run
from activities.rules.procedure_progress import Standing
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.queries import regulations
from branches.rules.roles import Capability
from branches.rules.terms import months_later
from branches.rules.tree import OrganizationKind

AHEAD_MONTHS = 1  # what has a deadline is told a month ahead
IDLE_MONTHS = 1  # what has none is told once nothing has happened for so long
LINES = 5  # beyond, one line names how many
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Call:
    run: Run
    standing: Standing
    due_on: dt.date
    is_idle: bool


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line for each branch whose procedures call for a step, the most urgent first.

    Only of the branches one holds a post at; whoever looks after more finds all on the list.
    Six queries at most besides the rules, whatever the number of runs.
    """
    if not grants.scope(Capability.LOG_ACTIVITIES):
        return []
    rows = procedures.with_steps(_open(grants)).order_by("-started_at", "-pk")
    found = procedures.runs(rows, on, book=regulations.book_of(grants))
    calls = sorted(
        (call for run in found if (call := _call(run, on)) is not None),
        key=lambda call: (call.due_on, call.run.row.pk),
    )
    by_branch: dict[int, list[_Call]] = {}
    for call in calls:
        by_branch.setdefault(call.run.row.organization_id, []).append(call)
    if len(by_branch) > LINES:
        return [_together(calls, len(by_branch))]
    return [_of_branch(each) for each in by_branch.values()]


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Procedure]:
    """Return the rows that ``due`` looks at."""
    return _open(grants)


def _open(grants: Grants) -> QuerySet[Procedure]:
    return Procedure.objects.filter(
        finished_at__isnull=True,
        organization__path__in=grants.scope(Capability.LOG_ACTIVITIES).roots,
        organization__kind=OrganizationKind.BRANCH,
    )


def _call(run: Run, on: dt.date) -> _Call | None:
    urgent = run.urgent
    soon = months_later(on, AHEAD_MONTHS)
    if urgent is not None and urgent.due_on is not None and urgent.due_on <= soon:
        return _Call(run, urgent, urgent.due_on, False)
    following = run.next
    if following is None or following.due_on is not None:
        return None
    last = max([each.done_on for each in run.taken], default=run.known.days["started"])
    idle_from = months_later(last, IDLE_MONTHS)
    return _Call(run, following, idle_from, True) if idle_from <= on else None


def _of_branch(calls: list[_Call]) -> Duty:
    first = calls[0]
    row = first.run.row
    if len(calls) == 1:
        title = f"{row.title}：{first.standing.step.title}"
        url = reverse("procedure", kwargs={"pk": row.pk})
        url += f"?step={first.standing.step.code}"
    else:
        title = f"{row.organization.short_name}有 {len(calls)} 件事要办下一步"
        url = f"{reverse('procedure-list')}?organization={row.organization_id}"
    return Duty(title=title, due_on=first.due_on, why=_why(first), url=url, action="去办理")


def _why(call: _Call) -> str:
    sources = procedures.sources(call.standing.step, call.run.rules)
    source = sources[0] if sources else call.run.description.source
    if call.is_idle:
        return f"一个月没有进展 · 下一步由{call.standing.step.actor}办"
    return f"{source} · 最早的期限 {call.due_on.month} 月 {call.due_on.day} 日"


def _together(calls: list[_Call], branches: int) -> Duty:
    names = dict.fromkeys(call.run.row.organization.short_name for call in calls)
    return Duty(
        title=f"{branches} 个支部有 {len(calls)} 件事要办下一步",
        due_on=calls[0].due_on,
        why="、".join(list(names)[:NAMES_SHOWN]) + " 等",
        url=reverse("procedure-list"),
        action="查看",
    )
