"""Reading the audit."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from branches.models import AuditEntry
from branches.rules import tree
from branches.scope import Scope


def in_scope(scope: Scope) -> QuerySet[AuditEntry]:
    """Return the entries of ``scope``; entries of no organisation only for a whole tree."""
    reach = scope.q("organization_path")
    if any(tree.depth(root) == 1 for root in scope.roots):
        reach |= Q(organization_path="")
    return AuditEntry.objects.filter(reach)


def between(
    rows: QuerySet[AuditEntry], first: dt.date | None, last: dt.date | None
) -> QuerySet[AuditEntry]:
    """Keep entries of the local days from ``first`` to ``last``, both included."""
    if first:
        rows = rows.filter(at__gte=_midnight(first))
    if last:
        rows = rows.filter(at__lt=_midnight(last + dt.timedelta(days=1)))
    return rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
