"""Requests for leave that wait for an answer."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Leave
from activities.queries import leaves
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability

NAMES_SHOWN = 3


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Leave]:
    """Return the rows that ``due`` tells of."""
    return leaves.to_answer(grants.scope(Capability.LOG_ACTIVITIES), user, on)


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for all requests one has to answer (one query, or none)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    rows = list(leaves.to_answer(scope, user, on))
    if not rows:
        return []
    first = rows[0]
    names = "、".join(row.member.name for row in rows[:NAMES_SHOWN])
    more = f" 等 {len(rows)} 人" if len(rows) > NAMES_SHOWN else ""
    day = first.activity.held_on
    return [
        Duty(
            title="请假待答复",
            due_on=day,
            why=f"{names}{more} · {day.month} 月 {day.day} 日{first.activity.title}",
            url=reverse("leave", kwargs={"pk": first.pk})
            if len(rows) == 1
            else reverse("leave-list"),
            action="答复",
        )
    ]
