"""How one score stands among its like and against its own past."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Aggregate, F, FloatField, Sum
from django.db.models.functions import Coalesce

from scoring.models import Place, Score
from scoring.rules.rounding import half_up
from scoring.rules.scheme import Part, Scheme

PERIODS = 12


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class PartStanding:
    """One part beside the median of its type; shares are of the full mark, out of 100."""

    part: Part
    points: Decimal | None
    median: Decimal | None

    @property
    def share(self) -> Decimal | None:
        return _share(self.points, self.part)

    @property
    def median_share(self) -> Decimal | None:
        return _share(self.median, self.part)


def _share(points: Decimal | None, part: Part) -> Decimal | None:
    return None if points is None else half_up(points * 100 / part.full)


def rivals(score: Score) -> int:
    """Return how many have a place in a score's comparison group (one query)."""
    found = Place.objects.filter(run=score.run_id, comparison_group=score.comparison_group)
    return int(found.aggregate(n=Coalesce(Sum("subjects"), 0))["n"])


def against_median(score: Score, scheme: Scheme) -> list[PartStanding]:
    """Return a score's parts with the medians of its comparison group (one query)."""
    if not score.is_rated:
        return []
    like = Score.objects.filter(run=score.run_id, comparison_group=score.comparison_group).rated()
    # Arrays count from 0 here.
    medians = like.order_by().aggregate(
        **{f"m{n}": Median(F(f"parts__{n}")) for n in range(len(scheme.parts))}
    )
    return [
        PartStanding(part, score.part(n), _exact(medians[f"m{n}"]))
        for n, part in enumerate(scheme.parts)
        if any(item.applies_to(score.comparison_group) for item in part.items)
    ]


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else half_up(Decimal(str(value)))


def of_organization(score: Score, *, count: int = PERIODS) -> list[Score]:
    """Return a branch's current scores of one scheme up to this one, oldest first (one query)."""
    run = score.run
    found = (
        Score.objects.current()
        .filter(
            organization=score.organization_id,
            member__isnull=True,
            run__scheme_code=run.scheme_code,
            run__period_kind=run.period_kind,
            run__period_start__lte=run.period_start,
        )
        .select_related("run__version")
        .order_by("-run__period_start")[:count]
    )
    return list(found)[::-1]
