"""What comes next, apart from what was: the two halves of a list of activities."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from activities.models.activity import ActivityQuerySet
from activities.queries import activities
from activities.queries.activities import Filters, Row
from activities.rules.progress import State
from branches.scope import Scope

NEAR = dt.timedelta(days=31)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Ahead:
    """The nearest of what is to come, and how many come after them."""

    rows: list[Row]
    further: int

    @property
    def total(self) -> int:
        return len(self.rows) + self.further


def coming(scope: Scope, filters: Filters, on: dt.date) -> ActivityQuerySet:
    """Return what is still to be held, the soonest first; of today what has no roll yet."""
    found: ActivityQuerySet = activities.found(scope, filters, on)  # type: ignore[assignment]
    return found.filter(_is_coming(on)).order_by("held_on", "starts_at", "pk")


def past(scope: Scope, filters: Filters, on: dt.date) -> ActivityQuerySet:
    """Return all the others, the latest first: held, or their day is over."""
    found: ActivityQuerySet = activities.found(scope, filters, on)  # type: ignore[assignment]
    return found.exclude(_is_coming(on))


def ahead(scope: Scope, filters: Filters, on: dt.date) -> Ahead:
    """Return at most twenty of the next 31 days (two queries).

    A month or a day that was asked for is shown whatever its distance.
    """
    found = coming(scope, filters, on)
    near = found
    if filters.month is None and filters.day is None:
        near = near.filter(held_on__lte=on + NEAR)
    rows = activities.rows(activities.with_counts(near)[:SHOWN], on)
    return Ahead(rows, found.count() - len(rows))


def _is_coming(on: dt.date) -> Q:
    return Q(held_on__gt=on) | Q(held_on=on, state=State.PLANNED)
