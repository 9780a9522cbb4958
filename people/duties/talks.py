"""Talks that are due: for whoever is to hold them, and for whoever arranges those of a branch.

No name stands in a line: reminders carry it by mail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.periods import Period, PeriodKind
from people.models import Talk
from people.queries import talks

COVERAGE_FROM = 11  # the month from which the year's talks that lack are told
_WHY = "六必谈四必访"
_COVERAGE = "《支部工作条例》第十九条：每年谈心谈话一般不少于 1 次"


def own(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for the talks one is to hold oneself (one query)."""
    rows = list(talks.to_hold(user))
    if not rows:
        return []
    one = len(rows) == 1
    url = reverse("talk-hold-due", kwargs={"pk": rows[0].pk}) if one else reverse("my-talks")
    return [_line(rows, f"请您谈的谈心谈话 {len(rows)} 次", on, url, "登记" if one else "去办")]


def own_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Talk]:
    """Return the rows that ``own`` tells of."""
    return talks.to_hold(user)


def arranged(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for talks at the very branch that nobody is to hold yet, and for those
    that are overdue (one query).
    """
    rows = list(_arranged(user, grants, on))
    open_ones = [row for row in rows if row.talker_id is None]
    late = [row for row in rows if row.talker_id is not None]
    found = []
    for kept, title, action in (
        (open_ones, f"{len(open_ones)} 次谈心谈话还没有定谈话人", "去安排"),
        (late, f"{len(late)} 次谈心谈话已超期", "去督促"),
    ):
        if kept:
            found.append(_line(kept, title, on, reverse("talk-list"), action))
    return found


def arranged_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Talk] | None:
    """Return the rows that ``arranged`` tells of."""
    return _arranged(user, grants, on) if talks.arranging_paths(grants) else None


def uncovered(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return, from November, the line for members who had no talk this year (one query)."""
    if on.month < COVERAGE_FROM or not talks.arranging_paths(grants):
        return []
    count = talks.not_met(grants, on).count()
    if not count:
        return []
    return [
        Duty(
            title=f"{count} 名党员今年还没有谈过话",
            due_on=Period.containing(on, PeriodKind.YEAR).last_day,
            why=_COVERAGE,
            url=reverse("talk-coverage"),
            action="看名单",
            explain=reverse("regulation", kwargs={"code": "M14"}),
        )
    ]


def uncovered_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Any] | None:
    """Return the rows that ``uncovered`` counts."""
    if on.month < COVERAGE_FROM or not talks.arranging_paths(grants):
        return None
    return talks.not_met(grants, on)


def _arranged(user: User, grants: Grants, on: dt.date) -> QuerySet[Talk]:
    return talks.due_at(user, grants).filter(Q(talker__isnull=True) | Q(due_on__lt=on))


def _line(rows: Sequence[Talk], title: str, on: dt.date, url: str, action: str) -> Duty:
    """One line whatever the number."""
    first = min((row.due_on for row in rows if row.due_on), default=on)
    return Duty(
        title=title,
        due_on=first,
        why=f"{_WHY} · 最早的期限 {first.month}月{first.day}日",
        url=url,
        action=action,
    )
