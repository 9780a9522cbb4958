"""Keeping the minutes as they stood at each closing."""

from __future__ import annotations

import datetime as dt

from activities.models import Activity, MinutesVersion
from activities.queries import documents
from activities.rules import minutes as rules
from branches.models import User

FORMER = "更正前按原样留存"


def keep(row: Activity, *, by: User, at: dt.datetime) -> MinutesVersion:
    """Write the document of a closed record as its next version, inside the caller's transaction.

    The reason is that of the correction after which it was closed again.
    """
    last = MinutesVersion.objects.filter(activity=row).order_by("-number").first()
    correction = row.corrections.order_by("-made_at", "-pk").first() if last else None
    return _write(row, last, correction.reason if correction else "", by=by, at=at)


def keep_former(row: Activity, *, by: User, at: dt.datetime) -> None:
    """Keep what a record closed before there were versions says, before it is opened again."""
    if not MinutesVersion.objects.filter(activity=row).exists():
        _write(row, None, FORMER, by=by, at=at)


def _write(
    row: Activity, last: MinutesVersion | None, reason: str, *, by: User, at: dt.datetime
) -> MinutesVersion:
    content = documents.as_data(documents.record_of(row))
    return MinutesVersion.objects.create(
        activity=row,
        number=last.number + 1 if last else 1,
        content=content,
        checksum=rules.checksum(content),
        reason=reason,
        made_by=by,
        made_at=at,
    )
