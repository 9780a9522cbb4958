"""The office's own changes of the working calendar."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches import audit
from branches.models import CalendarDay, User


@transaction.atomic
def set_day(*, day: dt.date, is_working: bool, note: str, by: User, at: dt.datetime) -> CalendarDay:
    """Declare a day worked or not, whatever the published arrangement says."""
    row, _ = CalendarDay.objects.update_or_create(
        day=day, defaults={"is_working": is_working, "note": note}
    )
    audit.record(
        "calendar.changed", by=by, at=at, on=row, after={"is_working": is_working, "note": note}
    )
    return row


@transaction.atomic
def clear_day(*, row: CalendarDay, by: User, at: dt.datetime) -> None:
    """Return a day to the published arrangement."""
    audit_text = {"is_working": row.is_working, "note": row.note}
    CalendarDay.objects.filter(pk=row.pk).delete()
    audit.record("calendar.changed", by=by, at=at, on=row, before=audit_text)
