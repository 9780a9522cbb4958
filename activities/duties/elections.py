"""Elections whose result has not been reported to the body above yet (E13)."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Election
from activities.queries import elections
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability

RULE = "E13"
_WHY = "党章第三十一条：书记、副书记报上级批准，委员报上级备案"


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Election]:
    """Return the rows that ``due`` tells of."""
    return elections.unreported(grants.scope(Capability.LOG_ACTIVITIES))


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for all results that wait to be reported (one query, or none).

    No article gives a number of days: they are due together with the record of the meeting.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    rows = list(elections.unreported(scope)) if scope else []
    if not rows:
        return []
    first = rows[0]
    if len(rows) == 1:
        title = f"选举结果报上级：{first.title}"
    else:
        title = f"{len(rows)} 次选举的结果还没有报上级"
    held_on = first.activity.held_on
    return [
        Duty(
            title=title,
            due_on=first.activity.record_due_on,
            why=f"{_WHY} · {held_on.month} 月 {held_on.day} 日选举",
            url=reverse("election", kwargs={"pk": first.pk}),
            action="去登记",
            explain=reverse("regulation", kwargs={"code": RULE}),
        )
    ]
