"""Computing a period: a new run, and the pointer to it, in one transaction."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import Line, Place, Round, Run, RunSource, SchemeVersion, Score
from scoring.queries import schemes, statement
from scoring.rules.rounds import RoundState

LOCK_SPACE = 7_301
GATE_SPACE = 7_302  # apart from the first: nobody waits for a computation to enter a fact
KEPT = dt.timedelta(days=7)  # superseded runs that nothing points at


class NoSchemeInForce(Exception):
    """The committee has adopted no scheme for the period."""


class PeriodInRound(Exception):
    """The period's results are in a grading round and stand; the text says so, in Chinese."""


def recompute(
    *, committee: Organization, period: Period, by: User | None, at: dt.datetime
) -> list[Run]:
    """Compute a period afresh under every scheme in force, and make the results current.

    Rated are those on the roll on the period's last day, each under the branch they were then
    in. Two calls for one committee and period wait for each other; the later becomes current.
    Schemes whose period is in a grading round are left as they are.

    :raises NoSchemeInForce: no version covers the period.
    :raises PeriodInRound: every scheme's period is in a round.
    """
    versions = schemes.in_force(committee, period)
    if not versions:
        raise NoSchemeInForce
    free = [version for version in versions if not in_round(version, period)]
    if not free:
        raise PeriodInRound(_in_round_text(period))
    return [compute(version=version, period=period, by=by, at=at) for version in free]


@transaction.atomic
def compute(*, version: SchemeVersion, period: Period, by: User | None, at: dt.datetime) -> Run:
    """Compute one period under one version: a fixed number of statements for any number of rows.

    :param at: aware moment recorded as the time up to which facts were seen.
    :raises PeriodInRound: the period's results are in a round.
    """
    run = begin(version, period, at)
    written = statement.compose(
        schemes.scheme_of(version), version, period, run.pk, on=timezone.localdate(at)
    )
    with connection.cursor() as cursor:
        cursor.execute(written)
    return finish(run, by, at)


def in_round(version: SchemeVersion, period: Period) -> bool:
    """Return whether the period's results are in a round that has not been withdrawn."""
    return (
        Round.objects.filter(
            committee=version.committee_id,
            scheme_code=version.code,
            period_start=period.first_day,
            period_kind=period.kind,
        )
        .exclude(state=RoundState.WITHDRAWN)
        .exists()
    )


def prepare_session() -> None:
    """Set the limits of this transaction: long work is expected, and jit only delays it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = '20min'; SET LOCAL lock_timeout = '10min';"
            " SET LOCAL jit = off; SET LOCAL work_mem = '256MB'"
        )


def lock(committee_id: int, period: Period) -> None:
    """Let one transaction at a time compute a committee's period."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [LOCK_SPACE, f"{committee_id}/{period}"],
        )


def try_lock(committee_id: int, period: Period) -> bool:
    """Take the same lock without waiting; return whether it was free."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))",
            [LOCK_SPACE, f"{committee_id}/{period}"],
        )
        found = cursor.fetchone()
    return bool(found and found[0])


def stays_open(version: SchemeVersion, period: Period) -> bool:
    """Return whether a period is in no round, and let none be opened before this transaction ends.

    Whatever is entered after this counts: opening a round waits, and looks for late facts then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))",
            [GATE_SPACE, f"{version.committee_id}/{period}"],
        )
    return not in_round(version, period)


def shut(committee_id: int, period: Period) -> None:
    """Wait for those who are entering facts of a period, and let nobody begin meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [GATE_SPACE, f"{committee_id}/{period}"],
        )


def make_room(run: Run) -> None:
    """Take the pointer from the current run of the same committee, scheme and period."""
    Run.objects.current().filter(
        committee=run.committee_id,
        scheme_code=run.scheme_code,
        period_start=run.period_start,
        period_kind=run.period_kind,
    ).update(is_current=False)


def count_subjects(run: Run) -> None:
    run.subjects = Score.objects.filter(run=run).count()
    run.save(update_fields=["subjects"])


def begin(version: SchemeVersion, period: Period, at: dt.datetime) -> Run:
    """Return a new, empty current run of a period, which nobody else computes meanwhile.

    :raises PeriodInRound: the period's results are in a round.
    """
    prepare_session()
    lock(version.committee_id, period)
    if in_round(version, period):
        raise PeriodInRound(_in_round_text(period))
    run = Run(
        version=version,
        committee=version.committee,
        scheme_code=version.code,
        period_start=period.first_day,
        period_kind=period.kind,
        computed_at=at,
    )
    make_room(run)
    run.save(force_insert=True)
    return run


def _in_round_text(period: Period) -> str:
    return f"{period.label}的结果已进入定评，不能重新核算；确需重算，请先撤回定评。"


def finish(run: Run, by: User | None, at: dt.datetime) -> Run:
    """Note how many were rated, and who computed it."""
    count_subjects(run)
    audit.record(
        "run.computed", by=by, at=at, on=run, organization=run.committee,
        after={"period": str(run.period), "scheme": run.scheme_code, "subjects": run.subjects},
    )  # fmt: skip
    return run


@transaction.atomic
def prune(*, at: dt.datetime) -> int:
    """Delete superseded runs older than a week that nothing points at; return how many."""
    old = list(
        Run.objects.filter(
            Q(is_current=False), Q(sealed_at__isnull=True), computed_at__lt=at - KEPT
        )
        .exclude(pk__in=RunSource.objects.values("source_id"))
        .values_list("pk", flat=True)
    )
    if old:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20min'")
        for model in (RunSource, Line, Score, Place):
            model.objects.filter(run_id__in=old)._raw_delete(using="default")
        Run.objects.filter(pk__in=old)._raw_delete(using="default")
    return len(old)
