"""When a member has no vote. Sensitive: shown only to whoever may see sensitive data there."""

from __future__ import annotations

import datetime as dt

from members.models import Member, Restriction


def of_member(member: Member) -> list[Restriction]:
    """Return all times without a vote, the latest first (one query)."""
    return list(Restriction.objects.filter(member=member).order_by("-started_on"))


def running(rows: list[Restriction], on: dt.date) -> Restriction | None:
    """Return the one that has not ended by a day, one still to come included."""
    return next((row for row in rows if row.ended_on is None or row.ended_on > on), None)
