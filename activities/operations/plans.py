"""A plan of a branch or group: make it, fill it, throw it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from activities import wording
from activities.models import Plan, PlanItem
from activities.operations.refusals import CannotHold, Refused
from activities.queries import plans as queries
from activities.rules.kinds import KINDS, ActivityKind
from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind

MOST_ITEMS = 120


@dataclass(frozen=True, slots=True)
class Item:
    """What somebody writes down about one line of a plan."""

    kind: ActivityKind
    title: str
    planned_on: dt.date
    place: str = ""
    responsible: str = ""


@transaction.atomic
def make(
    *, organization: Organization, period: Period, goals: str = "", by: User, at: dt.datetime
) -> Plan:
    """Make an empty plan.

    :raises CannotHold: the organisation is neither branch nor group.
    :raises Refused: it has a plan of this period.
    """
    if organization.kind not in {rule.held_by for rule in KINDS.values()}:
        raise CannotHold("计划由党支部或党小组制定，请选择一个支部或小组。")
    plan, is_new = Plan.objects.get_or_create(
        organization=organization,
        period_start=period.first_day,
        period_kind=period.kind,
        defaults={"goals": goals, "made_by": by, "made_at": at},
    )
    if not is_new:
        raise Refused(f"{organization.short_name}已经有{period.label}的计划，请直接打开它修改。")
    audit.record(
        "plan.made", by=by, at=at, on=plan, organization=organization,
        after={"period": str(period), "goals": goals},
    )  # fmt: skip
    return plan


@transaction.atomic
def change_goals(*, plan: Plan, goals: str, by: User, at: dt.datetime) -> None:
    """Rewrite the main points of a plan."""
    row = locked(plan)
    before = row.goals
    if before == goals:
        return
    row.goals = goals
    row.save(update_fields=["goals"])
    audit.record(
        "plan.changed", by=by, at=at, on=row, organization=row.organization,
        before={"goals": before}, after={"goals": goals},
    )  # fmt: skip


@transaction.atomic
def add_items(*, plan: Plan, items: Sequence[Item], by: User, at: dt.datetime) -> int:
    """Add lines; return how many are new. The same kind, title and day is added but once.

    :raises Refused: a day outside the plan's period, a kind not held there, too many lines.
    """
    row = locked(plan)
    for item in items:
        _check(row, item)
    there = set(row.items.values_list("kind", "title", "planned_on"))
    new = [
        item
        for item in dict.fromkeys(items)
        if (str(item.kind), item.title, item.planned_on) not in there
    ]
    if row.items.count() + len(new) > MOST_ITEMS:
        raise Refused(f"一份计划最多 {MOST_ITEMS} 项，请少选一些，或分成季度计划、月度计划。")
    last = row.items.aggregate(last=Max("ordinal"))["last"] or 0
    PlanItem.objects.bulk_create(
        PlanItem(plan=row, ordinal=ordinal, **_columns(item))
        for ordinal, item in enumerate(new, start=last + 1)
    )
    if new:
        audit.record(
            "plan.item_added", by=by, at=at, on=row, organization=row.organization,
            after={"items": len(new), "title": "；".join(item.title for item in new[:8])},
        )  # fmt: skip
    return len(new)


@transaction.atomic
def change_item(*, item: PlanItem, to: Item, by: User, at: dt.datetime) -> None:
    """Rewrite a line that no activity has come of yet.

    :raises Refused: an activity has, or the day or kind does not fit.
    """
    row, stored = _open_item(item)
    _check(row, to)
    before = _facts(stored)
    for name, value in _columns(to).items():
        setattr(stored, name, value)
    stored.save()
    after = _facts(stored)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        audit.record(
            "plan.item_changed", by=by, at=at, on=row, organization=row.organization,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )  # fmt: skip


@transaction.atomic
def remove_item(*, item: PlanItem, by: User, at: dt.datetime) -> None:
    """Remove a line that no activity has come of.

    :raises Refused: an activity has; that is cancelled on its own page.
    """
    row, stored = _open_item(item)
    audit.record(
        "plan.item_removed", by=by, at=at, on=row, organization=row.organization,
        before=_facts(stored),
    )  # fmt: skip
    stored.delete()


@transaction.atomic
def discard(*, plan: Plan, by: User, at: dt.datetime) -> None:
    """Delete a plan that was never handed down.

    :raises Refused: it was.
    """
    row = locked(plan)
    if row.adopted_at is not None:
        raise Refused("计划已经下发，不能删除。不再开展的，请到活动里取消。")
    audit.record(
        "plan.discarded", by=by, at=at, on=row, organization=row.organization,
        before={"period": str(queries.period_of(row)), "items": row.items.count()},
    )  # fmt: skip
    row.delete()


def locked(plan: Plan) -> Plan:
    """Return a plan as it stands now, held until the end of the transaction."""
    return (
        Plan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=plan.pk)
    )


def _open_item(item: PlanItem) -> tuple[Plan, PlanItem]:
    row = locked(item.plan)
    stored = row.items.select_for_update().filter(pk=item.pk).first()
    if stored is None:
        raise Refused("这一项已经被删除，请刷新页面。")
    if stored.activity_id is not None:
        raise Refused("这一项已经安排成活动，请到活动里改期或取消。")
    return row, stored


def _check(plan: Plan, item: Item) -> None:
    period = Period(plan.period_start, PeriodKind(plan.period_kind))
    if not period.contains(item.planned_on):
        raise Refused(f"计划日期应在{period.label}以内。")
    if KINDS[item.kind].held_by != plan.organization.kind:
        raise Refused(f"{plan.organization.short_name}不召开{wording.KINDS[item.kind]}。")


def _columns(item: Item) -> dict[str, object]:
    names = ("kind", "title", "planned_on", "place", "responsible")
    return {name: getattr(item, name) for name in names}


def _facts(item: PlanItem) -> dict[str, object]:
    return {
        "activity_kind": wording.KINDS[ActivityKind(item.kind)],
        "title": item.title,
        "planned_on": item.planned_on,
        "place": item.place,
        "responsible": item.responsible,
    }
