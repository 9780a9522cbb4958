"""Rolling a longer period up from the runs of its shorter ones."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from branches.models import User
from branches.rules.periods import Period, PeriodKind
from scoring.models import Run, RunSource, SchemeVersion
from scoring.operations import runs
from scoring.queries import derived, schemes
from scoring.rules.scheme import Rollup


class CannotRollUp(Exception):
    """A shorter period has not been computed; the text says which, in Chinese."""


@transaction.atomic
def roll_up(*, version: SchemeVersion, period: Period, by: User | None, at: dt.datetime) -> Run:
    """Compute a longer period of a version from the current runs of its shorter periods.

    :raises CannotRollUp: the version has no roll-up to such a period, or one is not computed.
    :raises runs.PeriodInRound: the period's results are in a round.
    """
    scheme = schemes.scheme_of(version)
    rollup = next((one for one in scheme.rollups if one.to == period.kind), None)
    if rollup is None:
        raise CannotRollUp(f"方案“{version.title}”不汇总{period.label}。")
    shorter = shorter_periods(rollup, period)
    found = {
        run.period_start: run
        for run in Run.objects.current()
        .filter(
            committee=version.committee,
            scheme_code=version.code,
            period_kind=rollup.of,
            period_start__gte=period.first_day,
            period_start__lt=period.end,
        )
        .select_related("version")
    }
    missing = [one.label for one in shorter if one.first_day not in found]
    if missing:
        raise CannotRollUp(f"{'、'.join(missing)}还没有核算，不能汇总{period.label}。")
    sources = [found[one.first_day] for one in shorter]
    unsure = [source.period.label for source in sources if source.is_provisional]
    if unsure and period.end <= timezone.localdate(at):
        raise CannotRollUp(f"{'、'.join(unsure)}还是暂算，重新核算后才能汇总{period.label}。")
    run = runs.begin(version, period, at)
    weights: list[Decimal | None] = list(rollup.weights) or [None] * len(sources)
    RunSource.objects.bulk_create(
        RunSource(run=run, source=source, weight=weight or Decimal(1) / len(sources))
        for source, weight in zip(sources, weights, strict=True)
    )
    written = derived.rolled_up(
        scheme,
        run.pk,
        [(source.pk, weight) for source, weight in zip(sources, weights, strict=True)],
        same_parts=all(source.version_id == version.pk for source in sources),
    )
    with connection.cursor() as cursor:
        cursor.execute(written)
    return runs.finish(run, by, at)


def above(version: SchemeVersion, period: Period) -> list[Period]:
    """Return the longer periods of a version that a period is part of, shortest first."""
    found = [period]
    for part in found:  # grows while it is walked: a year is made of what the months made
        found += [
            Period.containing(part.first_day, PeriodKind(rollup.to))
            for rollup in schemes.scheme_of(version).rollups
            if rollup.of == part.kind
        ]
    return found[1:]


def refresh(
    *, version: SchemeVersion, period: Period, by: User | None, at: dt.datetime
) -> list[Run]:
    """Roll up again whatever a period is part of and can be; return the new runs.

    What lacks a part waits for it; what is in a round stands.
    """
    found = []
    for longer in above(version, period):
        try:
            found.append(roll_up(version=version, period=longer, by=by, at=at))
        except (CannotRollUp, runs.PeriodInRound):
            continue
    return found


def outdated(run: Run) -> list[Run]:
    """Return the sources of a rolled-up run that were computed or amended after it (one query)."""
    return [
        one.source
        for one in run.sources.select_related("source__version")
        if not one.source.is_current or one.source.facts_until > run.computed_at
    ]


def shorter_periods(rollup: Rollup, period: Period) -> list[Period]:
    """Return the periods that a longer one is rolled up from, oldest first."""
    kind = PeriodKind(rollup.of)
    found = [Period.containing(period.first_day, kind)]
    while found[-1].end < period.end:
        found.append(found[-1].next)
    return found
