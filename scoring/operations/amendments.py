"""A late fact rates again those it touches, and nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.utils import timezone

from branches import audit
from scoring.models import Line, Place, Run, Score
from scoring.operations import runs
from scoring.queries import changes, places, schemes, statement

# Beyond this share of its subjects, computing the whole period anew is the quicker way.
MOST_SHARE = 10  # one tenth


class CannotAmend(Exception):
    """The run is sealed, superseded or rolled up."""


def catch_up(*, run: Run, at: dt.datetime) -> int:
    """Bring a current run up to the facts recorded since; return how many subjects were rated.

    With many touched subjects the period is computed anew instead, and a new run is current.

    :raises CannotAmend: the run is sealed, superseded or rolled up.
    """
    _check(run)
    found = changes.touched(run, at)
    if not found:
        return 0
    if len(found) * MOST_SHARE > max(run.subjects, 100):
        return runs.compute(version=run.version, period=run.period, by=None, at=at).subjects
    return amend(run=run, subjects=found, at=at)


@transaction.atomic
def amend(*, run: Run, subjects: Collection[int], at: dt.datetime) -> int:
    """Rate some subjects of a run again from the facts as they are now, and move the places.

    What results is what computing the whole period anew would give, ids apart. The number of
    statements does not depend on how many are rated or ranked.

    :param subjects: member or branch ids; who is no longer on the roll leaves the run.
    :raises CannotAmend: the run is sealed, superseded or rolled up.
    """
    runs.prepare_session()
    runs.lock(run.committee_id, run.period)
    row = (
        Run.objects.select_for_update(of=("self",))
        .select_related("version__committee", "committee")
        .get(pk=run.pk)
    )
    _check(row)
    scheme = schemes.scheme_of(row.version)
    subject = "member_id" if row.version.rates_members else "organization_id"
    mine = Score.objects.filter(run=row, **{f"{subject}__in": subjects})
    groups = set(mine.order_by().values_list("comparison_group", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scoring_place AS place SET subjects = place.subjects - gone.n FROM"
            " (SELECT place_id, COUNT(*) AS n FROM scoring_score"
            f" WHERE run_id = %s AND {subject} = ANY(%s) GROUP BY place_id) AS gone"
            " WHERE place.id = gone.place_id",
            [row.pk, list(subjects)],
        )
        Line.objects.filter(run=row, subject_id__in=subjects)._raw_delete(using="default")
        before = mine.order_by()._raw_delete(using="default")
        cursor.execute(
            statement.compose(
                scheme, row.version, row.period, row.pk, list(subjects), on=timezone.localdate(at)
            )
        )
        Place.objects.filter(run=row, subjects=0)._raw_delete(using="default")
        after = list(mine.order_by().values_list("comparison_group", flat=True))
        groups |= set(after)
        if groups:
            cursor.execute(places.rerank(scheme, row.pk, sorted(groups)))
    row.subjects += len(after) - before
    row.amended += len(subjects)
    row.amended_at = at
    row.save(update_fields=["subjects", "amended", "amended_at"])
    audit.record(
        "run.amended", by=None, at=at, on=row, organization=row.committee,
        after={"period": str(row.period), "scheme": row.scheme_code, "subjects": len(subjects)},
    )  # fmt: skip
    return len(subjects)


def _check(run: Run) -> None:
    if run.is_sealed or not run.is_current or run.is_rolled_up:
        raise CannotAmend
