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
from people.queries import facts as people_facts

# Beside those of people, the feeds whose records are no activities.
_ELSEWHERE = frozenset(
    {
        "duties_served", "service_hours", "problems_closed", "hours_met",
        "secretary_terms", "secretary_age",
    }
)  # fmt: skip


def of_member(
    member: Member, feed: str, period: Period, *, on: dt.date, own: bool
) -> Sequence[Evidence | Record]:
    """Return the records behind a member's feed, in order of time; an unknown feed has none.

    :param on: up to which day facts were counted.
    :param own: the member looks.
    """
    if people_facts.counts("member", feed):
        return of_people.evidence(member=member, feed=feed, period=period, own=own)
    return of_activities.evidence(member=member, feed=feed, period=period, on=on, own=own)


def of_organization(
    organization: Organization, feed: str, period: Period
) -> Sequence[Evidence | Record]:
    """Return the records behind a branch's feed; an unknown feed has none."""
    if people_facts.counts("organization", feed):
        return of_people.organization_evidence(organization, feed, period)
    return of_activities.organization_evidence(organization, feed, period)


def heading(target: str, feed: str | None) -> str:
    """Return what the records of a feed of ``member`` or ``organization`` are called."""
    is_elsewhere = feed in _ELSEWHERE or people_facts.counts(target, feed or "")
    return "有关记录" if is_elsewhere else "活动记录"
