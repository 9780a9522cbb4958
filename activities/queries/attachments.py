"""What is attached to the record of an activity."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from activities.models import Activity, Attachment
from activities.rules import attachments as rules
from branches.scope import Scope


def standing() -> QuerySet[Attachment]:
    """Return the attachments that were not removed."""
    return Attachment.objects.filter(removed_at__isnull=True)


def in_scope(scope: Scope) -> QuerySet[Attachment]:
    """Return the standing attachments of the activities in reach."""
    return standing().filter(scope.q("activity__organization__path"))


def of_activity(activity: Activity) -> list[Attachment]:
    """Return what is attached, photos after files, in the order of upload (one query)."""
    rows = standing().filter(activity=activity).select_related("document", "added_by")
    return list(rows.order_by("kind", "pk"))


def in_words(activity: Activity) -> str:
    """Return how the minutes name what is attached (one query)."""
    kinds = list(standing().filter(activity=activity).order_by().values_list("kind", flat=True))
    photos = kinds.count(Attachment.Kind.PHOTO)
    return rules.words(photos, len(kinds) - photos)


def may_be_added(activity: Activity, on: dt.date) -> bool:
    """Return whether a photo or paper may still be added: also just after closing, since photos
    reach the secretary later than the minutes, until the record's deadline.
    """
    return activity.may_be_edited or (activity.is_closed and on <= activity.record_due_on)
