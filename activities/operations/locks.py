"""The locks every step on a record begins with."""

from __future__ import annotations

from django.db import connection

from activities.models import Activity


def locked(activity: Activity) -> Activity:
    """Return the row as it stands now, locked until the end of the transaction.

    Not for update of the key: rows that only refer to the record go on being written.
    """
    return (
        Activity.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=activity.pk)
    )


def shared(activity: Activity) -> Activity:
    """Return the row as it stands now; nobody takes a step on it until the transaction ends.

    Any number hold this lock beside each other, but not beside ``locked``. Whoever holds it must
    not change the row: two who both tried would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM activities_activity WHERE id = %s FOR SHARE", [activity.pk])
    # Read after the lock, so that what was waited for is seen.
    return Activity.objects.select_related("organization__parent").get(pk=activity.pk)
