"""What a result of a longer period was made from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from branches.rules.periods import Period
from scoring.models import Run, RunSource, Score
from scoring.rules import explaining
from scoring.rules.scheme import Rollup, Scheme


@dataclass(frozen=True, slots=True)
class ExplainedSource:
    """A shorter period that a rolled-up score is made from; ``score`` None: it has none there."""

    period: Period
    weight: Decimal | None  # None: every period weighs the same
    score: Score | None

    @property
    def weight_text(self) -> str:
        return "各期相同" if self.weight is None else explaining.plain(self.weight)


def of_score(score: Score, scheme: Scheme) -> tuple[ExplainedSource, ...]:
    """Return the shorter periods behind a rolled-up score, oldest first (two queries)."""
    made_from = list(
        RunSource.objects.filter(run=score.run_id)
        .select_related("source__version")
        .order_by("source__period_start")
    )
    found = {
        one.run_id: one
        for one in Score.objects.filter(
            run__in=[row.source_id for row in made_from],
            member=score.member_id,
            **({} if score.member_id else {"organization": score.organization_id}),
        )
    }
    rule = rule_of(scheme, score.run)
    weighted = rule is not None and bool(rule.weights)
    return tuple(
        ExplainedSource(
            row.source.period, row.weight if weighted else None, found.get(row.source_id)
        )
        for row in made_from
    )


def rule_of(scheme: Scheme, run: Run) -> Rollup | None:
    """Return the rule by which a run of a longer period was made."""
    return next((one for one in scheme.rollups if one.to == run.period_kind), None)


def mean_words(sources: tuple[ExplainedSource, ...]) -> str:
    def total(one: ExplainedSource) -> str:
        known = one.score is not None and one.score.total is not None
        return f"{one.score.total}" if known and one.score else "未评定"

    if any(one.weight is not None for one in sources):
        return " ＋ ".join(f"{total(one)} × {one.weight_text}" for one in sources)
    return f"（{' ＋ '.join(map(total, sources))}）÷ {len(sources)}"
