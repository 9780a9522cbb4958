"""Which subjects of a run have facts recorded since it was computed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from activities.queries import changes as activity_changes
from activities.rules import absences
from branches.rules.periods import Period
from members.queries import changes as member_changes
from scoring.models import Mark, PointEntry, Run
from scoring.models.entry import PointEntryQuerySet
from scoring.queries import schemes

# A fact recorded just before a run may be committed just after it; looking back too far only
# rates somebody again with the same result.
MARGIN = dt.timedelta(minutes=2)


def touched(run: Run) -> set[int]:
    """Return the subjects (member or branch ids) to be rated again (a fixed number of queries).

    Seen are records of activities, point entries, marks and events of the roll. Exemptions,
    posts, terms of office, dates in a member's file and changes of the tree carry no moment of
    entry: they need the whole period computed again.
    """
    since = run.facts_until - MARGIN
    committee, period = run.committee, run.period
    entries = _entries(run, period, since)
    if run.version.rates_members:
        return (
            activity_changes.members_touched(period, since, committee, _back_to(run, period))
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


def _entries(run: Run, period: Period, since: dt.datetime) -> PointEntryQuerySet:
    return (
        PointEntry.objects.in_period(period)
        .filter(Q(entered_at__gt=since) | Q(voided_at__gt=since), scheme_code=run.scheme_code)
        .filter(organization__path__startswith=run.committee.path)
        .order_by()
    )
