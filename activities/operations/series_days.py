"""Keeping a series planned: its days become activities with their tasks, once each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from activities.models import Activity, Series
from activities.operations import activities, preparations
from activities.operations.details import Details, Part
from activities.operations.refusals import Refused
from activities.operations.series import locked
from activities.queries import activities as activity_queries
from activities.queries import series as queries
from activities.rules.kinds import KINDS, ActivityKind
from activities.wording import plans as words
from branches import audit
from branches.models import User
from branches.queries import working_calendar
from branches.rules.periods import Period

# Room for the earliest task, and for a holiday before it.
_MARGIN = dt.timedelta(days=15)


@transaction.atomic
def plan(
    *, series: Series, until: dt.date, on: dt.date, by: User | None = None, at: dt.datetime
) -> int:
    """Plan a series from ``on`` to ``until``; return how many activities are new.

    Safe to do twice and at once. A turn (month, week, day) that had its activity is left alone,
    also when that was moved or cancelled. An activity of the same kind and hour that somebody
    planned by hand, or from a plan, for a fixed day becomes that day's. Without ``by`` whoever
    set up the series stands for the entry.
    """
    row = locked(series)
    first = max(on, row.started_on)
    if first > until:
        return 0
    earliest = max((task.days_before for task in row.tasks.all()), default=0)
    calendar = working_calendar.working_calendar(
        Period.containing(first).first_day - dt.timedelta(days=earliest) - _MARGIN,
        Period.containing(until).last_day + _MARGIN,
    )
    fall_on = queries.days_of(row, first, until, calendar)
    given = queries.given_days([row], first, until)[row.pk]
    missing = queries.unplanned_of(row, fall_on, given)
    if not missing:
        return 0
    kind = ActivityKind(row.kind)
    own = _planned_by_hand(row, missing)
    last = activity_queries.last_of_kind(kind, row.organization, on)
    templates = list(row.tasks.all())
    made = 0
    for day in missing:
        activity = own.get(day)
        if activity is None:
            try:
                activity = activities.log(
                    organization=row.organization, kind=kind, details=_details(row, day, last),
                    by=by or row.made_by, at=at,
                )  # fmt: skip
            except Refused:
                continue  # another series is held at this very hour
            made += 1
        Activity.objects.filter(pk=activity.pk).update(series=row, series_day=day)
        if activity.is_planned and not activity.tasks.exists():
            preparations.from_series(activity, templates, timezone.localdate(at), calendar)
    if made:
        audit.record(
            "series.planned", by=by, at=at, on=row, organization=row.organization,
            after={"planned": made, "until": until},
        )  # fmt: skip
    return made


def _planned_by_hand(row: Series, days: Sequence[dt.date]) -> dict[dt.date, Activity]:
    found = Activity.objects.standing().filter(
        Q(starts_at=row.starts_at) | Q(plan_item__isnull=False),
        organization_id=row.organization_id,
        kind=row.kind,
        held_on__in=days,
        series__isnull=True,
    )
    return {activity.held_on: activity for activity in found.order_by("-starts_at", "-pk")}


def _details(row: Series, day: dt.date, last: Activity | None) -> Details:
    titles = [part.title for part in last.parts.all()] if last else []
    return Details(
        title=words.title_of(row.title, row.rhythm, day),
        held_on=day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        host=last.host if last else "",
        recorder=last.recorder if last else "",
        parts=tuple(Part(title) for title in titles or KINDS[ActivityKind(row.kind)].parts),
    )
