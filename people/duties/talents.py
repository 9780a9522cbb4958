"""Steps of the talent pool that wait for somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability
from people.models import Talent
from people.queries import talents

RULE = talents.RULE
STEP_DAYS = dt.timedelta(days=10)  # so long a step may take before it is overdue
_WHY = "人才库：推荐、考察、公示、入库"


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line each for who is to be examined, published, confirmed (three queries)."""
    return [
        *_line(list(talents.to_examine(user, grants)), "等考察", "recommended_on", "去考察"),
        *_line(list(talents.to_publish(user, grants)), "等公示", "examined_on", "去公示"),
        *_line(
            list(talents.to_confirm(user, grants, on)), "公示已结束，等入库", "published_until",
            "去确认",
        ),
    ]  # fmt: skip


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Talent] | None:
    """Return the rows that ``due`` tells of."""
    if not grants.allows(Capability.REVIEW_PEOPLE):
        return None
    return (
        talents.to_examine(user, grants)
        | talents.to_publish(user, grants)
        | talents.to_confirm(user, grants, on)
    )


def _line(rows: Sequence[Talent], word: str, since: str, action: str) -> list[Duty]:
    """One line whatever the number."""
    if not rows:
        return []
    first = rows[0]
    one = len(rows) == 1
    return [
        Duty(
            title=f"{first.member.name}的人才推荐{word}"
            if one
            else f"{len(rows)} 名人才人选{word}",
            due_on=getattr(first, since) + STEP_DAYS,
            why=_WHY,
            url=reverse("talent", kwargs={"pk": first.pk})
            if one
            else f"{reverse('talent-list')}?state={first.state}",
            action=action,
            explain=reverse("regulation", kwargs={"code": RULE}),
        )
    ]
