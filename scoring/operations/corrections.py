"""A correcting entry and the visible re-computation of its round."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection, transaction

from branches.models import User
from scoring.models import Appeal, Correction, Line, Run
from scoring.operations import runs, sealing
from scoring.queries import derived, schemes


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
    """Put right the fact an appeal is about, and rate its round again from that fact.

    The round's run is followed by a correcting run, made from the facts the first one counted
    and the correction, sealed at once and made current. The caller holds the round's lock and
    has checked that it may still be corrected.

    :param quantity: the fact as it is; None takes it out. Without meaning for a veto.
    :param lifts_veto: the appeal is about a veto, which does not hold.
    """
    round_ = appeal.round
    before = Run.objects.select_related("version__committee").get(pk=round_.run_id)
    scheme = schemes.scheme_of(before.version)
    subject = appeal.member_id or appeal.organization_id
    line = Line.objects.filter(run=before, subject_id=subject, item__code=appeal.item_code).first()
    runs.make_room(before)
    after = Run.objects.create(
        version=before.version,
        committee=before.committee,
        scheme_code=before.scheme_code,
        period_start=before.period_start,
        period_kind=before.period_kind,
        computed_at=at,
        corrects=before,
    )
    correction = Correction.objects.create(
        round=round_,
        appeal=appeal,
        organization=appeal.organization,
        member=appeal.member,
        item_code=appeal.item_code,
        lifts_veto=lifts_veto,
        quantity=quantity,
        base=base,
        before_quantity=line.quantity if line else None,
        before_base=line.base if line else None,
        run=after,
        by=by,
        at=at,
    )
    written = derived.corrected(
        scheme,
        before.version,
        before.pk,
        after.pk,
        derived.Correction(
            subject,
            None if lifts_veto else appeal.item_code,
            quantity,
            base,
            lifts_veto=lifts_veto,
        ),
    )
    runs.prepare_session()
    with connection.cursor() as cursor:
        cursor.execute(written)
    runs.count_subjects(after)
    round_.run = correction.run = sealing.seal(run=after, at=at)
    round_.save(update_fields=["run"])
    return correction
