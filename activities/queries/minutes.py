"""The kept versions of the minutes of an activity."""

from __future__ import annotations

from django.db.models import QuerySet

from activities.models import Activity, MinutesVersion
from activities.queries import documents
from activities.queries.documents import RecordDocument


def listed(activity: Activity) -> QuerySet[MinutesVersion]:
    """Return the versions without their texts, the last first (one query)."""
    return (
        MinutesVersion.objects.filter(activity=activity)
        .select_related("made_by")
        .defer("content")
        .order_by("-number")
    )


def document_of(activity: Activity) -> RecordDocument:
    """Return what is printed of a closed activity: its last version.

    A record closed before there were versions is printed as it stands.
    """
    last = MinutesVersion.objects.filter(activity=activity).order_by("-number").first()
    return documents.from_data(last.content) if last else documents.record_of(activity)
