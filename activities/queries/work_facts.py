"""Work done by the day it was due: records filed, problems settled, turns of duty."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Coalesce

from activities.models import Activity, DutyShift, Problem
from activities.rules.progress import State
from branches.facts import FactSource
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind

_OF_GROUP = Q(organization__kind=OrganizationKind.GROUP)


def records(period: Period, within: Organization) -> FactSource:
    """Return records closed by their deadline ÷ meetings held, those of groups with the branch."""
    rows = (
        Activity.objects.standing()
        .in_period(period)
        .filter(organization__path__startswith=within.path)
        .annotate(filed=Coalesce("first_closed_at", "closed_at"))
        .order_by()
        .values(recorded_for=_branch())
        .annotate(
            held=Count("pk"),
            on_time=Count("pk", filter=Q(state=State.CLOSED, filed__date__lte=F("record_due_on"))),
        )
    )
    return FactSource(rows, "recorded_for", {"records_on_time": ("on_time", "held")})


def problems(period: Period, within: Organization) -> FactSource:
    """Return problems closed by the day set for them ÷ those with such a day in the period.

    They count for whoever handles them now, those of groups with the branch. A deadline let pass
    stays the one that counts, however it was put off afterwards.
    """
    rows = (
        Problem.objects.filter(due_in(period), organization__path__startswith=within.path)
        .order_by()
        .values(handled_by=_branch())
        .annotate(
            due=Count("pk"),
            in_time=Count("pk", filter=Q(missed_on__isnull=True, closed_on__lte=F("due_on"))),
        )
    )
    return FactSource(rows, "handled_by", {"problems_closed": ("in_time", "due")})


def due_in(period: Period) -> Q:
    """Return the condition of problems whose deadline that counts lies in a period."""
    first, end = period.first_day, period.end
    missed = Q(missed_on__isnull=False, missed_on__gte=first, missed_on__lt=end)
    due = Q(due_on__isnull=False, due_on__gte=first, due_on__lt=end)
    return missed | (Q(missed_on__isnull=True) & due)


def shifts(period: Period, on: dt.date | None) -> FactSource:
    """Return the days on which members were on duty (``duties_served``), whoever was asked first.

    :param on: the day of counting: what is later is planned, not served; None for the whole period.
    """
    last = period.last_day if on is None else min(on, period.last_day)
    rows = (
        DutyShift.objects.filter(on__gte=period.first_day, on__lte=last)
        .order_by()
        .values("member_id")
        .annotate(n=Count("on", distinct=True))
    )
    return FactSource(rows, "member_id", {"duties_served": ("n", None)})


def _branch() -> Case:
    return Case(When(_OF_GROUP, then=F("organization__parent_id")), default=F("organization_id"))
