"""An inspector's marks for one organisation and one month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import Mark, SchemeVersion


@transaction.atomic
def enter_sheet(
    *,
    version: SchemeVersion,
    organization: Organization,
    period: Period,
    marks: Mapping[str, tuple[Decimal, str]],
    by: User,
    at: dt.datetime,
) -> int:
    """Record marks (item code → value, note); return how many were new or changed.

    A changed mark supersedes the earlier one, which stays on record. Unchanged marks are
    left alone, so saving a sheet twice records nothing twice.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    standing = {
        mark.item_code: mark
        for mark in Mark.objects.standing().filter(
            organization=organization, period_start=period.first_day, scheme_code=version.code
        )
    }
    changed = {
        code: (value, note)
        for code, (value, note) in marks.items()
        if code not in standing or (standing[code].value, standing[code].note) != (value, note)
    }
    if not changed:
        return 0
    replaced = [standing[code].pk for code in changed if code in standing]
    Mark.objects.filter(pk__in=replaced).update(superseded_at=at)
    Mark.objects.bulk_create(
        Mark(
            scheme_code=version.code,
            item_code=code,
            organization=organization,
            period_start=period.first_day,
            value=value,
            note=note,
            marked_by=by,
            marked_at=at,
        )
        for code, (value, note) in changed.items()
    )
    audit.record(
        "mark.entered", by=by, at=at, on=organization, organization=organization,
        before={code: standing[code].value for code in changed if code in standing},
        after={"period": str(period)} | {code: value for code, (value, _) in changed.items()},
    )  # fmt: skip
    return len(changed)
