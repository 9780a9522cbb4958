"""Facts recorded by hand for a scheme: point entries and marks, pivoted by item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from branches.rules.periods import Period
from scoring.models import Mark, PointEntry


def entries(
    scheme_code: str, period: Period, columns: Mapping[str, str], *, of_members: bool
) -> QuerySet[PointEntry, Any]:
    """Return summed entries of a period, one row a subject and one column an item.

    ``columns`` maps item codes to column names; NULL where an item has no entry.
    """
    return (
        PointEntry.objects.standing()
        .in_period(period)
        .filter(scheme_code=scheme_code, item_code__in=columns, member__isnull=not of_members)
        .order_by()
        .values("member_id" if of_members else "organization_id")
        .annotate(
            **{
                column: Sum("quantity", filter=Q(item_code=code))
                for code, column in columns.items()
            }
        )
    )


def marks(scheme_code: str, period: Period, columns: Mapping[str, str]) -> QuerySet[Mark, Any]:
    """Return the standing marks of a period, one row an organisation and one column an item."""
    return (
        Mark.objects.standing()
        .filter(scheme_code=scheme_code, period_start=period.first_day, item_code__in=columns)
        .order_by()
        .values("organization_id")
        .annotate(
            **{column: Max("value", filter=Q(item_code=code)) for code, column in columns.items()}
        )
    )


def recorded_codes(scheme_code: str, period: Period) -> set[str]:
    """Return the item and veto codes with a standing entry in the period (one query)."""
    return set(
        PointEntry.objects.standing()
        .in_period(period)
        .filter(scheme_code=scheme_code)
        .order_by()
        .values_list("item_code", flat=True)
        .distinct()
    )
