"""Posts that are due: claims that wait to be confirmed."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.working_days import ONE_DAY
from people.models import StationClaim
from people.queries import stations

CONFIRM_DAYS = ONE_DAY * 7


def to_confirm(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for claims that wait to be confirmed (one query)."""
    rows = list(stations.to_confirm(user, grants))
    if not rows:
        return []
    first = rows[0]
    one = len(rows) == 1
    return [
        Duty(
            title=f"{first.member.name}认领“{first.station.title}”，待确认"
            if one
            else f"{len(rows)} 名党员认领岗位，待确认",
            due_on=first.claimed_on + CONFIRM_DAYS,
            why=f"设岗定责 · {first.station.branch.short_name}",
            url=reverse("station", kwargs={"pk": first.station_id})
            if one
            else f"{reverse('station-list')}?branch={first.station.branch_id}",
            action="去确认",
            explain=reverse("regulation", kwargs={"code": stations.RULE}),
        )
    ]


def to_confirm_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[StationClaim] | None:
    """Return the rows that ``to_confirm`` tells of."""
    return stations.to_confirm(user, grants) if grants.held else None
