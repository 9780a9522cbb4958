"""One member's points: the periods, the present standing, the trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from branches.rules.periods import Period, PeriodKind
from members.models import Member
from scoring.models import Run, Score
from scoring.queries import main_scheme


@dataclass(frozen=True, slots=True)
class Series:
    """One scheme's results for one kind of period, as a member has them."""

    scheme_code: str
    title: str
    newest: Period

    @property
    def kind(self) -> PeriodKind:
        return self.newest.kind


def series(member: Member) -> list[Series]:
    """Return what a member has results of: short periods first, of these the main scheme's.

    One query, two where several schemes rate the member.
    """
    rows = (
        Run.objects.current()
        .filter(scores__member=member)
        .order_by("period_start")
        .values_list("pk", "scheme_code", "version__title", "period_kind", "period_start")
    )
    found: dict[tuple[str, str], Series] = {}
    newest: dict[str, int] = {}
    for pk, code, title, kind, start in rows:
        found[code, kind] = Series(code, title, Period(start, PeriodKind(kind)))
        newest[code] = pk
    places = {code: place for place, code in enumerate(_main_first(newest))}
    order = list(PeriodKind)
    return sorted(found.values(), key=lambda one: (order.index(one.kind), places[one.scheme_code]))


def _main_first(newest: dict[str, int]) -> list[str]:
    """Return scheme codes in the order of their newest runs' schemes."""
    if len(newest) < 2:
        return list(newest)
    runs = Run.objects.filter(pk__in=newest.values()).select_related("version")
    annotated = runs.annotate(first_adopted=main_scheme.first_adopted())
    return [run.scheme_code for run in main_scheme.of_runs(annotated)]


def chosen(found: Sequence[Series], *, scheme: str, kind: PeriodKind | None) -> Series | None:
    """Return the series asked for, as near as there is one; None where there are none at all."""
    fitting = [one for one in found if kind is None or one.kind is kind]
    return next(
        (one for one in fitting if one.scheme_code == scheme), fitting[0] if fitting else None
    )


def history(member: Member, one: Series, *, count: int = 13) -> list[Score]:
    """Return a member's current scores of a series, newest first (one query)."""
    return list(
        Score.objects.current()
        .filter(member=member, run__scheme_code=one.scheme_code, run__period_kind=one.kind)
        .select_related("run__version", "organization", "member")
        .order_by("-run__period_start")[:count]
    )


def of_member(member: Member, period: Period) -> list[Score]:
    """Return a member's current scores of a period, one a scheme (one query)."""
    return list(
        Score.objects.current()
        .of_period(period)
        .filter(member=member)
        .select_related("run__version", "organization", "member")
        .order_by("run__scheme_code")
    )


def newest(member: Member, *, count: int) -> list[Score]:
    """Return the newest scores of a member's first series (two queries)."""
    first = chosen(series(member), scheme="", kind=None)
    return history(member, first, count=count) if first else []


def of_period(scores: list[Score], period: Period | None) -> Score | None:
    """Return the score of a period, the newest without a period; None if there is none."""
    if period is None:
        return scores[0] if scores else None
    return next((score for score in scores if score.run.period == period), None)


def half_year_mean(scores: list[Score], period: Period) -> Decimal | None:
    """Return the mean of the last six rated months up to ``period``, half up to 0.01.

    None for what is not rated by the month.
    """
    if period.kind is not PeriodKind.MONTH:
        return None
    totals = [
        score.total
        for score in scores
        if score.total is not None
        and period.minus(5).first_day <= score.run.period_start <= period.first_day
    ]
    if not totals:
        return None
    return (sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01"), ROUND_HALF_UP)
