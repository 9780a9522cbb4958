"""The same thing sent twice: a form whose button was pressed again before the answer came."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from django.db.models import Model, QuerySet

from branches.models import AuditEntry, User

WITHIN = dt.timedelta(minutes=1)

_Row = TypeVar("_Row", bound=Model)


def repeated(same: QuerySet[_Row], *, action: str, by: User, at: dt.datetime) -> _Row | None:
    """Return the row that somebody has entered less than a minute ago, or None.

    The person's row stays locked until the end of the transaction: of two requests at once the
    second waits for the first and finds its row.

    :param same: the rows that say the very same of the same place.
    :param action: with which the audit tells that such a row was entered.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    rows = {str(row.pk): row for row in same}
    if not rows:
        return None
    key = (
        AuditEntry.objects.filter(
            object_type=same.model._meta.label_lower, object_id__in=list(rows), action=action,
            actor_id=by.pk, at__gt=at - WITHIN, at__lt=at + WITHIN,
        )
        .order_by("id")
        .values_list("object_id", flat=True)
        .first()
    )  # fmt: skip
    return None if key is None else rows[key]
