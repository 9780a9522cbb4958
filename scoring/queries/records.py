"""The records behind a line of a result, wherever they are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from activities.queries import evidence as of_activities
from activities.queries.evidence import Evidence
from branches.models import Organization
from branches.rules.periods import Period
from members.models import Member
from members.queries.evidence import Record
from people.queries import evidence as of_people

# What comes from elsewhere than activities.
_ELSEWHERE = frozenset(
    {
        "duties_served", "service_hours", "problems_closed",
        "pledges_kept", "pair_contacts", "ideas_adopted", "pairs_in_touch",
        "hours_met", "secretary_terms", "secretary_age",
    }
)  # fmt: skip


def of_member(
    member: Member, feed: str, period: Period, *, on: dt.date, own: bool
) -> Sequence[Evidence | Record]:
    """Return the records behind a member's feed, in order of time; an unknown feed has none.

    :param on: up to which day facts were counted.
    :param own: the member looks.
    """
    found = of_activities.evidence(member=member, feed=feed, period=period, on=on, own=own)
    return found or of_people.evidence(member=member, feed=feed, period=period, own=own)


def of_organization(
    organization: Organization, feed: str, period: Period
) -> Sequence[Evidence | Record]:
    """Return the records behind a branch's feed; an unknown feed has none."""
    found = of_activities.organization_evidence(organization, feed, period)
    return found or of_people.organization_evidence(organization, feed, period)


def heading(feed: str | None) -> str:
    """Return what such records are called over their list."""
    return "有关记录" if feed in _ELSEWHERE else "活动记录"
