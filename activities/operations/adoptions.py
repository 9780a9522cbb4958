"""Handing a plan down (下发): its lines become planned activities."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction

from activities.models import Activity, Plan, PlanItem
from activities.operations import activities, details, series_days
from activities.operations.details import Details, Part
from activities.operations.plans import locked
from activities.operations.refusals import Refused
from activities.queries import activities as activity_queries
from activities.queries import series as series_queries
from activities.rules.kinds import KINDS, ActivityKind
from branches import audit
from branches.models import User

USUAL_HOUR = dt.time(15)
PLACE_OPEN = "待定"


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of the lines: new activities, such as stood already, and what did not go.

    ``past`` lines are of days gone by on which nothing was held.
    """

    made: int
    linked: int
    past: int
    refused: tuple[str, ...]


@transaction.atomic
def adopt(*, plan: Plan, on: dt.date, by: User, at: dt.datetime) -> Adopted:
    """Hand a plan down (下发): each line becomes a planned activity, or that which stands already.

    Safe to do again after lines were added; a line whose activity was cancelled stays as it is.

    :raises Refused: the plan is empty.
    """
    row = locked(plan)
    if not row.items.exists():
        raise Refused("计划里还没有事项，请先增加事项再下发。")
    made = linked = past = 0
    refused = []
    for item in row.items.filter(activity__isnull=True).order_by("planned_on", "ordinal"):
        activity = _standing(row, item)
        if activity is not None:
            linked += 1
        elif item.planned_on < on:
            past += 1
            continue
        else:
            try:
                activity = _of_series(row, item, by, at) or _new(row, item, on, by, at)
            except Refused as refusal:
                refused.append(f"{item.title}：{refusal}")
                continue
            made += 1
        PlanItem.objects.filter(pk=item.pk).update(activity=activity)
    if row.adopted_at is None:
        row.adopted_at = at
        row.save(update_fields=["adopted_at"])
    if made or linked:
        audit.record(
            "plan.adopted", by=by, at=at, on=row, organization=row.organization,
            after={"planned": made, "linked": linked},
        )  # fmt: skip
    return Adopted(made, linked, past, tuple(refused))


def _standing(plan: Plan, item: PlanItem) -> Activity | None:
    return (
        Activity.objects.standing()
        .filter(
            organization=plan.organization, kind=item.kind, held_on=item.planned_on,
            plan_item__isnull=True,
        )
        .order_by("starts_at", "pk")
        .first()
    )  # fmt: skip


def _of_series(plan: Plan, item: PlanItem, by: User, at: dt.datetime) -> Activity | None:
    """Plan the day of a series that this line stands for, with its hour and its tasks."""
    day = item.planned_on
    for series in series_queries.of_kind(plan.organization, [ActivityKind(item.kind)], day):
        if not series_days.plan(series=series, until=day, on=day, by=by, at=at):
            continue
        activity = Activity.objects.get(series=series, series_day=day)
        was = details.of_activity(activity)
        now = replace(was, title=item.title, place=item.place or was.place)
        if now != was:
            activities.change(activity=activity, details=now, by=by, at=at)
        return activity
    return None


def _new(plan: Plan, item: PlanItem, on: dt.date, by: User, at: dt.datetime) -> Activity:
    kind = ActivityKind(item.kind)
    last = activity_queries.last_of_kind(kind, plan.organization, on)
    titles = [part.title for part in last.parts.all()] if last else []
    return activities.log(
        organization=plan.organization,
        kind=kind,
        details=Details(
            title=item.title,
            held_on=item.planned_on,
            starts_at=last.starts_at if last else USUAL_HOUR,
            ends_at=last.ends_at if last else None,
            place=item.place or (last.place if last else "") or PLACE_OPEN,
            host=last.host if last else "",
            recorder=last.recorder if last else "",
            parts=tuple(Part(title) for title in titles or KINDS[kind].parts),
        ),
        by=by,
        at=at,
    )
