"""Whose standing on the roll changed lately."""

from __future__ import annotations

import datetime as dt

from branches.models import Organization
from members.models import MemberEvent, Membership


def members_touched(since: dt.datetime, within: Organization) -> set[int]:
    """Return the members of a subtree with an event recorded since then (one query)."""
    events = MemberEvent.objects.filter(
        recorded_at__gt=since,
        member__in=Membership.objects.filter(branch__path__startswith=within.path).values("member"),
    )
    return set(events.order_by().values_list("member_id", flat=True).distinct())


def branches_touched(since: dt.datetime, within: Organization) -> set[int]:
    """Return the branches of a subtree whose members, past or present, they are (one query)."""
    memberships = Membership.objects.filter(
        branch__path__startswith=within.path, member__events__recorded_at__gt=since
    )
    return set(memberships.order_by().values_list("branch_id", flat=True).distinct())
