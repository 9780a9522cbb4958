"""The lock every step on a record begins with."""

from __future__ import annotations

from activities.models import Activity


def locked(activity: Activity) -> Activity:
    """Return the row as it stands now, locked until the end of the transaction.

    Not for update of the key: people go on signing in while the roll is being saved.
    """
    return (
        Activity.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=activity.pk)
    )
