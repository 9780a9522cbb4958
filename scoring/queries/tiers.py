"""How members stand by tier: numbers for each branch, and one branch by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from branches.models import Organization
from branches.scope import Scope
from scoring.models import Run, Score
from scoring.queries import schemes
from scoring.queries.boards import EVERYTHING, Filter


@dataclass(frozen=True, slots=True)
class TierRow:
    """How many members of one branch stand in each tier, in the order of the columns."""

    organization: Organization
    counts: tuple[int, ...]
    exempt: int
    rated: int


@dataclass(frozen=True, slots=True)
class TierTable:
    run: Run
    labels: tuple[str, ...]
    rows: tuple[TierRow, ...]

    @property
    def totals(self) -> list[tuple[str, int]]:
        """Members in each tier, all branches together."""
        return [
            (label, sum(row.counts[n] for row in self.rows)) for n, label in enumerate(self.labels)
        ]


def tier_table(run: Run, scope: Scope, *, chosen: Filter = EVERYTHING) -> TierTable:
    """Return members by tier for each branch in ``scope``: numbers, no names (two queries).

    A scheme with grades by total instead of tiers is counted by those.
    """
    scheme = schemes.scheme_of(run.version)
    by_band = not scheme.outcome.tier_labels
    labels = scheme.outcome.band_labels if by_band else scheme.outcome.tier_labels
    counted: dict[int, Counter[str]] = {}
    for organization, unrated, label, count in (
        chosen.scores(run, scope)
        .order_by()
        .annotate(is_unrated=Q(total__isnull=True))
        .values_list("organization_id", "is_unrated", "place__band" if by_band else "place__tier")
        .annotate(n=Count("pk"))
    ):
        counted.setdefault(organization, Counter())["—" if unrated else label] += count
    organizations = Organization.objects.filter(pk__in=counted).order_by("path")
    rows = tuple(
        TierRow(
            organization=organization,
            counts=tuple(counted[organization.pk][label] for label in labels),
            exempt=counted[organization.pk]["—"],
            rated=counted[organization.pk].total() - counted[organization.pk]["—"],
        )
        for organization in organizations
    )
    return TierTable(run, labels, rows)


def scores_of_branch(run: Run, organization: Organization) -> QuerySet[Score]:
    """Return a branch's members with their scores, by name: not a ranking."""
    return (
        Score.objects.filter(run=run, organization=organization, member__isnull=False)
        .select_related("member")
        .order_by("member__name_pinyin", "member_id")
    )
