"""Computing a period: a new immutable run, and the pointer to it, in one transaction."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import Line, Run, SchemeVersion, Score
from scoring.queries import schemes, statement

LOCK_SPACE = 7_301
KEPT = dt.timedelta(days=7)  # superseded runs that nothing points at


class NoSchemeInForce(Exception):
    """The committee has adopted no scheme for the period."""


def recompute(
    *, committee: Organization, period: Period, by: User | None, at: dt.datetime
) -> list[Run]:
    """Compute a period afresh under every scheme in force, and make the results current.

    Rated are those on the roll on the period's last day, each under the branch they were then
    in. Two calls for one committee and period wait for each other; the later becomes current.

    :raises NoSchemeInForce: no version covers the period.
    """
    versions = schemes.in_force(committee, period)
    if not versions:
        raise NoSchemeInForce
    return [compute(version=version, period=period, by=by, at=at) for version in versions]


@transaction.atomic
def compute(*, version: SchemeVersion, period: Period, by: User | None, at: dt.datetime) -> Run:
    """Compute one period under one version: a fixed number of statements for any number of rows.

    :param at: aware moment recorded as the time up to which facts were seen.
    """
    committee = version.committee
    with connection.cursor() as cursor:
        # Long work is expected here; jit only delays these statements.
        cursor.execute(
            "SET LOCAL statement_timeout = '20min'; SET LOCAL lock_timeout = '10min';"
            " SET LOCAL jit = off; SET LOCAL work_mem = '256MB'"
        )
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [LOCK_SPACE, f"{committee.pk}/{period}"],
        )
    Run.objects.filter(
        committee=committee,
        scheme_code=version.code,
        period_start=period.first_day,
        period_kind=period.kind,
        is_current=True,
    ).update(is_current=False)
    run = Run.objects.create(
        version=version,
        committee=committee,
        scheme_code=version.code,
        period_start=period.first_day,
        period_kind=period.kind,
        computed_at=at,
    )
    written = statement.compose(schemes.scheme_of(version), version, period, run.pk)
    with connection.cursor() as cursor:
        cursor.execute(written)
    run.subjects = Score.objects.filter(run=run).count()
    run.save(update_fields=["subjects"])
    audit.record(
        "run.computed", by=by, at=at, on=run, organization=committee,
        after={"period": str(period), "scheme": version.code, "subjects": run.subjects},
    )  # fmt: skip
    return run


@transaction.atomic
def prune(*, at: dt.datetime) -> int:
    """Delete superseded runs older than a week; return how many."""
    old = list(
        Run.objects.filter(Q(is_current=False), computed_at__lt=at - KEPT).values_list(
            "pk", flat=True
        )
    )
    if old:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20min'")
        Line.objects.filter(run_id__in=old)._raw_delete(using="default")
        Score.objects.filter(run_id__in=old)._raw_delete(using="default")
        Run.objects.filter(pk__in=old)._raw_delete(using="default")
    return len(old)
