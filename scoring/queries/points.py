"""One member's points: the months, the present standing, the trend."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from branches.rules.periods import Period
from members.models import Member
from scoring.models import Score


def history(member: Member, *, months: int = 12) -> list[Score]:
    """Return a member's current monthly scores, newest first (one query)."""
    return list(
        Score.objects.current()
        .filter(member=member)
        .select_related("run__version", "organization", "member")
        .order_by("-run__period_start")[:months]
    )


def of_period(scores: list[Score], period: Period | None) -> Score | None:
    """Return the score of a month, the newest without a month; None if there is none."""
    if period is None:
        return scores[0] if scores else None
    return next((score for score in scores if score.run.period == period), None)


def half_year_mean(scores: list[Score], period: Period) -> Decimal | None:
    """Return the mean of the last six rated months up to ``period``, half up to 0.01."""
    totals = [
        score.total
        for score in scores
        if score.total is not None
        and period.minus(5).first_day <= score.run.period_start <= period.first_day
    ]
    if not totals:
        return None
    return (sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01"), ROUND_HALF_UP)
