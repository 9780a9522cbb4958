"""What was held of what a rhythm asks for, organisation by organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from activities.models import Activity
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.queries import rolls


@dataclass(frozen=True, slots=True)
class Held:
    """One activity that stands, held or still to be held."""

    pk: int
    organization_id: int
    kind: str
    held_on: dt.date


def hosts(scope: Scope, on: dt.date) -> list[Organization]:
    """Return the branches and groups of ``scope`` on a day, in tree order (one query)."""
    return list(
        Organization.objects.in_scope(scope)
        .of_kind(OrganizationKind.BRANCH, OrganizationKind.GROUP)
        .standing_on(on)
        .select_related("parent")
        .order_by("path")
    )


def held_since(scope: Scope, starts: Mapping[ActivityKind, dt.date]) -> list[Held]:
    """Return what stands of each kind from its start on (one query)."""
    asked = Q(pk__in=[])
    for kind, start in starts.items():
        asked |= Q(kind=kind, held_on__gte=start)
    rows = Activity.objects.standing().in_scope(scope).filter(asked).order_by("held_on", "pk")
    return [Held(*row) for row in rows.values_list("pk", "organization_id", "kind", "held_on")]


def planned_in(kind: ActivityKind, organization: Organization, month: Period) -> list[Activity]:
    """Return what is planned of a kind in a month and not recorded yet (one query)."""
    rows = Activity.objects.of_kind(kind).in_period(month)
    return list(
        rows.filter(organization=organization, state=State.PLANNED).order_by("held_on", "starts_at")
    )


def unclosed(scope: Scope, on: dt.date, limit: int) -> list[Activity]:
    """Return what was held by a day and is not closed, the oldest deadline first (one query)."""
    return list(
        Activity.objects.in_scope(scope)
        .filter(state__in=[State.PLANNED, State.OPEN], held_on__lte=on)
        .select_related("organization__parent")
        .order_by("record_due_on", "pk")[:limit]
    )


def full_members(scope: Scope, on: dt.date) -> dict[int, int]:
    """Return the number of full members of each branch of ``scope`` (one query)."""
    counted = (
        rolls.full_members(on)
        .filter(scope.q("branch__path"))
        .values_list("branch_id")
        .annotate(n=Count("pk"))
    )
    return dict(counted)
