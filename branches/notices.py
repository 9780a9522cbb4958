"""Telling people: rows that wait on their page until read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from branches.models import Notice, User


def tell(recipients: Iterable[User], text: str, *, url: str, at: dt.datetime) -> None:
    """Leave one notice for each recipient (one statement)."""
    Notice.objects.bulk_create(
        Notice(recipient=user, text=text[:200], url=url, created_at=at) for user in recipients
    )
