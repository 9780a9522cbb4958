"""Marks: what stands, and how far a month's marking is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from branches.models import Organization
from branches.rules.periods import Period
from scoring.models import Mark, SchemeVersion
from scoring.queries import schemes


@dataclass(frozen=True, slots=True)
class SheetProgress:
    organization: Organization
    marked: int
    due: int

    @property
    def is_complete(self) -> bool:
        return self.marked >= self.due > 0


def standing(version: SchemeVersion, organization: Organization, period: Period) -> dict[str, Mark]:
    """Return the standing marks by item code (one query)."""
    rows = Mark.objects.standing().filter(
        scheme_code=version.code, organization=organization, period_start=period.first_day
    )
    return {mark.item_code: mark for mark in rows}


def progress(branches: Sequence[Organization], period: Period) -> list[SheetProgress]:
    """Return how many of the due items of each branch are marked (two queries)."""
    versions = SchemeVersion.objects.filter(target="organization", period=period.kind).in_force_on(
        period.first_day
    )
    due: dict[str, tuple[str, int]] = {}
    for version in versions.select_related("committee"):
        items = [item for item in schemes.scheme_of(version).items if item.rule == "mark"]
        if items:
            due[version.committee.path] = (version.code, len(items))
    counted = {
        (organization, code): n
        for organization, code, n in Mark.objects.standing()
        .filter(organization__in=branches, period_start=period.first_day)
        .order_by()
        .values_list("organization_id", "scheme_code")
        .annotate(n=Count("pk"))
    }
    found = []
    for branch in branches:
        nearest = max((path for path in due if branch.path.startswith(path)), default=None)
        code, items_due = due[nearest] if nearest is not None else ("", 0)
        found.append(SheetProgress(branch, counted.get((branch.pk, code), 0), items_due))
    return found


def history(
    version: SchemeVersion, organization: Organization, period: Period, item_code: str
) -> list[Mark]:
    """Return every mark of one item, the standing one first (one query)."""
    return list(
        Mark.objects.filter(
            scheme_code=version.code,
            organization=organization,
            period_start=period.first_day,
            item_code=item_code,
        )
        .select_related("marked_by")
        .order_by("-marked_at", "-id")
    )
