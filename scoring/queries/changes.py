"""Which subjects of a run have facts recorded since it was computed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from activities.queries import changes as activity_changes
from activities.rules import absences
from branches.models import Organization
from branches.rules.periods import Period
from members.models import Membership
from members.queries import changes as member_changes
from people.queries import changes as people_changes
from scoring.models import Mark, PointEntry, Run
from scoring.models.entry import PointEntryQuerySet
from scoring.queries import schemes

# A fact recorded just before a run may be committed just after it; looking back too far only
# rates somebody again with the same result.
MARGIN = dt.timedelta(minutes=2)


def touched(run: Run, at: dt.datetime) -> set[int]:
    """Return the subjects (member or branch ids) to be rated again (a fixed number of queries).

    Seen are records of activities, of duty, service and problems, of promises, pairs and ideas,
    point entries, marks and events of the roll; duty also as its day comes. Exemptions, posts,
    terms of office, dates in a member's file, changes of the tree and problems taken off an open
    record carry no moment of entry: they need the whole period computed again.

    :param at: up to when facts are seen now.
    """
    since = run.facts_until - MARGIN
    committee, period = run.committee, run.period
    entries = _entries(run, period, since)
    # What a scheme does not look at cannot move it.
    feeds = frozenset(item.fact for item in schemes.scheme_of(run.version).items if item.fact)
    if run.version.rates_members:
        return (
            activity_changes.members_touched(period, since, committee, _back_to(run, period))
            | _here(_elsewhere(period, since, at, feeds), committee)
            | member_changes.members_touched(since, committee)
            | {pk for pk in entries.values_list("member_id", flat=True) if pk is not None}
        )
    marks = Mark.objects.filter(
        Q(marked_at__gt=since) | Q(superseded_at__gt=since),
        scheme_code=run.scheme_code,
        period_start=period.first_day,
    )
    return (
        activity_changes.branches_touched(period, since, committee)
        | (activity_changes.handled(since, committee) if "problems_closed" in feeds else set())
        | people_changes.branches_touched(period, since, committee, feeds)
        | member_changes.branches_touched(since, committee)
        | set(entries.filter(member=None).values_list("organization_id", flat=True))
        | set(marks.values_list("organization_id", flat=True))
    )


def _back_to(run: Run, period: Period) -> dt.date:
    """Return the first day that counts: a run of absences may have begun a year before."""
    items = schemes.scheme_of(run.version).items
    if any(item.fact == "absent_running" for item in items):
        return absences.looks_back_to(period.first_day)
    return period.first_day


def _elsewhere(
    period: Period, since: dt.datetime, until: dt.datetime, feeds: frozenset[str]
) -> set[int]:
    """Return whose service, duty, promises, contacts and ideas changed, wherever they are."""
    return (
        (activity_changes.served(period, since) if "service_hours" in feeds else set())
        | (activity_changes.on_duty(period, since, until) if "duties_served" in feeds else set())
        | people_changes.members_touched(period, since, feeds)
    )


def _here(members: set[int], committee: Organization) -> set[int]:
    """Keep those who are or were on a roll below a committee (one query)."""
    if not members:
        return set()
    on_roll = Membership.objects.filter(member__in=members, branch__path__startswith=committee.path)
    return set(on_roll.order_by().values_list("member_id", flat=True))


def _entries(run: Run, period: Period, since: dt.datetime) -> PointEntryQuerySet:
    return (
        PointEntry.objects.in_period(period)
        .filter(Q(entered_at__gt=since) | Q(voided_at__gt=since), scheme_code=run.scheme_code)
        .filter(organization__path__startswith=run.committee.path)
        .order_by()
    )
