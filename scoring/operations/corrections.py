"""A correcting entry, and the visible re-computation of its round that a job makes from it.

The correction without a run is the queue: it is written in the answer's own transaction, so
that a lost message or a killed worker loses nothing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection, transaction

from branches import jobs
from branches.models import Job, User
from scoring.models import Appeal, Correction, Line, Round, Run
from scoring.operations import runs, sealing
from scoring.queries import corrections as queries
from scoring.queries import derived, rounds, schemes
from scoring.rules.rounds import CORRECTABLE, RoundState


class RoundPast(Exception):
    """The round has been withdrawn meanwhile: nothing of it is rated again."""


@transaction.atomic
def correct(
    *,
    appeal: Appeal,
    quantity: Decimal | None,
    base: Decimal | None,
    lifts_veto: bool,
    by: User,
    at: dt.datetime,
) -> Correction:
    """Put right the fact an appeal is about, and leave the job that rates the round from it.

    The caller holds the round's lock and has checked that it may still be corrected, and that
    no other correction of the same subject waits.

    :param quantity: the fact as it is; None takes it out. Without meaning for a veto.
    :param lifts_veto: the appeal is about a veto, which does not hold.
    """
    subject = appeal.member_id or appeal.organization_id
    line = Line.objects.filter(
        run=appeal.round.run_id, subject_id=subject, item__code=appeal.item_code
    ).first()
    made = Correction.objects.create(
        round=appeal.round,
        appeal=appeal,
        organization=appeal.organization,
        member=appeal.member,
        item_code=appeal.item_code,
        lifts_veto=lifts_veto,
        quantity=quantity,
        base=base,
        before_quantity=line.quantity if line else None,
        before_base=line.base if line else None,
        by=by,
        at=at,
    )
    ask(correction=made, at=at)
    return made


def ask(*, correction: Correction, at: dt.datetime) -> Job:
    """Return the unfinished job of a correction that waits, made now if there is none."""
    round_ = correction.round
    job, _ = jobs.request(
        queries.TASK,
        arguments={"correction": correction.pk, "round": round_.pk},
        label=f"{rounds.name_of(round_)}按更正重新核算",
        by=correction.by,
        at=at,
        organization=round_.committee,
    )
    return job


@transaction.atomic
def rate_again(*, correction: Correction, at: dt.datetime) -> Run:
    """Rate a correction's round again; done already, nothing changes. Return its run.

    The round's run is followed by a correcting run, made from the facts the first one counted
    and the correction, sealed at once and made current. The round itself is locked only for
    the exchange at the end, so that appeals go on being answered meanwhile.

    :raises RoundPast: the round was withdrawn meanwhile.
    """
    runs.prepare_session()
    round_ = Round.objects.select_related("run__version__committee").get(pk=correction.round_id)
    # One correction of a period at a time: each follows the run that the one before left.
    runs.lock(round_.committee_id, round_.run.period)
    row = Correction.objects.select_related("run").get(pk=correction.pk)
    if row.run is not None:
        return row.run
    before = Run.objects.select_related("version__committee").get(round=row.round_id)
    after = Run.objects.create(
        version=before.version,
        committee=before.version.committee,
        scheme_code=before.scheme_code,
        period_start=before.period_start,
        period_kind=before.period_kind,
        computed_at=at,
        corrects=before,
        is_current=False,
    )
    with connection.cursor() as cursor:
        cursor.execute(_written(before, after, row))
    runs.count_subjects(after)
    after = sealing.seal(run=after, at=at)
    round_ = Round.objects.select_for_update().get(pk=row.round_id)
    if RoundState(round_.state) not in CORRECTABLE:
        raise RoundPast
    runs.make_room(before)
    after.is_current = True
    after.save(update_fields=["is_current"])
    round_.run = row.run = after
    round_.save(update_fields=["run"])
    row.save(update_fields=["run"])
    return after


def _written(before: Run, after: Run, correction: Correction) -> str:
    return derived.corrected(
        schemes.scheme_of(before.version),
        before.version,
        before.pk,
        after.pk,
        derived.Correction(
            correction.member_id or correction.organization_id,
            None if correction.lifts_veto else correction.item_code,
            correction.quantity,
            correction.base,
            lifts_veto=correction.lifts_veto,
        ),
    )
