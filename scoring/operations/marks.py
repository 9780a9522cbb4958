"""An inspector's marks for one organisation and one period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import Inspection, Mark, SchemeVersion
from scoring.operations import runs
from scoring.queries import inspections
from scoring.rules.rounds import REVIEWS, MarkKind


class OwnBranch(Exception):
    """Nobody marks a branch where he holds a post or is on the roll; the text says so."""


class PeriodSealed(Exception):
    """The period's results are in a grading round and stand; the text says so, in Chinese."""


@transaction.atomic
def enter_sheet(
    *,
    version: SchemeVersion,
    organization: Organization,
    period: Period,
    marks: Mapping[str, tuple[Decimal, str]],
    cleared: Collection[str] = (),
    kind: MarkKind = MarkKind.INSPECTION,
    inspection: Inspection | None = None,
    by: User,
    at: dt.datetime,
) -> int:
    """Record marks (item code → value, note); return how many were new, changed or taken back.

    An inspector's mark supersedes only his own earlier one; a review supersedes the earlier
    review, whoever gave it. Superseded marks stay on record. Unchanged marks are left alone, so
    saving a sheet twice records nothing twice.

    :param cleared: items whose own mark is taken back without another.
    :raises OwnBranch: it is the inspector's own branch.
    :raises PeriodSealed: the period's results are in a round.
    """
    places = inspections.own_places([by.pk], timezone.localdate(at)).get(by.pk, ())
    if inspections.is_own(organization, places):
        raise OwnBranch("这是您任职或所在的支部，不能由本人打分，请由其他检查人打分。")
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    refuse_if_sealed(version, period)
    standing = _superseded_by(version, organization, period, kind, by)
    changed = {
        code: entered
        for code, entered in marks.items()
        if code not in standing or _what(standing[code]) != (*entered, kind, by.pk)
    }
    taken_back = [
        code
        for code in cleared
        if code in standing and code not in marks and standing[code].marked_by_id == by.pk
    ]
    if not changed and not taken_back:
        return 0
    before = {code: standing[code] for code in (*changed, *taken_back) if code in standing}
    Mark.objects.filter(pk__in=[mark.pk for mark in before.values()]).update(superseded_at=at)
    Mark.objects.bulk_create(
        Mark(
            scheme_code=version.code,
            item_code=code,
            organization=organization,
            period_start=period.first_day,
            kind=kind,
            inspection=inspection,
            value=value,
            note=note,
            marked_by=by,
            marked_at=at,
        )
        for code, (value, note) in changed.items()
    )
    after = {code: value for code, (value, _) in changed.items()} | dict.fromkeys(taken_back)
    audit.record(
        "mark.entered", by=by, at=at, on=organization, organization=organization,
        before={code: mark.value for code, mark in before.items()},
        after={"period": str(period)} | after,
    )  # fmt: skip
    return len(changed) + len(taken_back)


def refuse_if_sealed(version: SchemeVersion, period: Period) -> None:
    """Let nothing of a period change whose results stand, nor let it be sealed meanwhile.

    :raises PeriodSealed: the period's results are in a round.
    """
    if not runs.stays_open(version, period):
        raise PeriodSealed(
            f"{period.label}的结果已进入定评，不能再打分或改分；有异议请在公示期间申诉。"
        )


def _superseded_by(
    version: SchemeVersion, organization: Organization, period: Period, kind: MarkKind, by: User
) -> dict[str, Mark]:
    """Return what a new mark of that kind stands in for, by item code."""
    rows = Mark.objects.standing().filter(
        organization=organization, period_start=period.first_day, scheme_code=version.code
    )
    if kind in REVIEWS:
        rows = rows.filter(kind__in=REVIEWS)
    else:
        rows = rows.filter(kind=kind, marked_by=by)
    return {mark.item_code: mark for mark in rows}


def _what(mark: Mark) -> tuple[Decimal, str, str, int]:
    return mark.value, mark.note, mark.kind, mark.marked_by_id
