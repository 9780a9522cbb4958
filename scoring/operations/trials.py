"""Trying a scheme on past periods: rated by the real engine, and nothing of it stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import Run, SchemeDraft, SchemeTrial, SchemeVersion
from scoring.operations import runs
from scoring.operations.schemes import unfold
from scoring.queries import schemes, statement, trials
from scoring.rules.scheme import Scheme

# Months before any that a scheme may take effect in, and a number no version ever gets: the
# trial's version stands in nobody's way, and nobody in its.
_NEVER = (dt.date(1, 1, 1), dt.date(1, 2, 1))
_NO_NUMBER = 32_767


@transaction.atomic
def ask(
    *,
    committee: Organization,
    text: str,
    first: Period,
    last: Period,
    draft: SchemeDraft | None,
    by: User,
    at: dt.datetime,
) -> SchemeTrial:
    """Note that a scheme is to be tried on the periods from ``first`` to ``last``.

    :param text: a sound scheme whose own period is of the kind of these.
    """
    trial = SchemeTrial.objects.create(
        committee=committee,
        draft=draft,
        title=schemes.read(text).title[:80],
        text=text,
        first_period=str(first),
        last_period=str(last),
        asked_by=by,
        asked_at=at,
    )
    audit.record(
        "scheme.tried", by=by, at=at, on=trial, organization=committee,
        after={"title": trial.title, "first_period": str(first), "last_period": str(last)},
    )  # fmt: skip
    return trial


@transaction.atomic
def try_period(*, trial: SchemeTrial, period: Period, at: dt.datetime) -> dict[str, Any]:
    """Return the findings of one period (``queries.trials``).

    A version and a run are made, rated and compared inside this transaction, which is then
    rolled back. Entries, marks and nested committees count as if the scheme were in force.
    """
    runs.prepare_session()
    scheme = schemes.read(trial.text)
    version = _version(trial, scheme, at)
    run = Run.objects.create(
        version=version,
        committee=trial.committee,
        scheme_code=version.code,
        period_start=period.first_day,
        period_kind=period.kind,
        computed_at=at,
        is_current=False,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement.compose(scheme, version, period, run.pk, on=timezone.localdate(at))
        )
        # The planner has not counted the new rows; taking them for few, it would loop over them.
        cursor.execute("SET LOCAL enable_nestloop = off")
    found = trials.compare(run, scheme, trials.counterpart(trial.committee, scheme, period))
    transaction.set_rollback(True)
    return found


def keep(*, trial: SchemeTrial, periods: list[dict[str, Any]]) -> None:
    """Keep what a trial found, in the caller's transaction."""
    findings = {"summary": trials.summary(periods), "periods": periods}
    SchemeTrial.objects.filter(pk=trial.pk).update(findings=findings)


def _version(trial: SchemeTrial, scheme: Scheme, at: dt.datetime) -> SchemeVersion:
    since, until = _NEVER
    return unfold(
        SchemeVersion(
            committee=trial.committee,
            number=_NO_NUMBER,
            text=trial.text,
            effective_from=since,
            effective_to=until,
            adopted_at=at,
        ),
        scheme,
    )
