"""Reading notices."""

from __future__ import annotations

import datetime as dt

from branches.models import Notice, User


def mark_read(*, notice: Notice, at: dt.datetime) -> None:
    """Mark one notice read; the first time counts."""
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=at)


def mark_all_read(*, recipient: User, at: dt.datetime) -> int:
    """Mark everything unread of one person read and return how many."""
    return Notice.objects.filter(recipient=recipient, read_at__isnull=True).update(read_at=at)
