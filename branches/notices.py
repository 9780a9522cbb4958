"""Telling people: rows that wait on their page until read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from branches.models import Notice, User


def tell(recipients: Iterable[User], text: str, *, url: str, at: dt.datetime) -> None:
    """Leave one notice for each recipient (one statement)."""
    Notice.objects.bulk_create(
        Notice(recipient=user, text=text[:200], url=url, created_at=at) for user in recipients
    )


def tell_many(recipients: QuerySet[User], text: str, *, url: str, at: dt.datetime) -> int:
    """Leave one notice for each account of a query, in the database; return how many."""
    chosen, values = recipients.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO branches_notice (recipient_id, text, url, created_at)"  # noqa: S608
            f" SELECT DISTINCT id, %s, %s, %s::timestamptz FROM ({chosen}) AS chosen (id)",
            [text[:200], url, at, *values],
        )
        return cursor.rowcount
