"""The fixed days of branches and groups: when they fall, and what is planned of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from activities.models import Activity, Series
from activities.rules import series as rules
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State
from activities.rules.series import Rhythm
from activities.wording import plans as wording
from branches.models import Organization
from branches.queries import working_calendar
from branches.rules.periods import Period
from branches.rules.working_days import ONE_DAY, WorkingCalendar
from branches.scope import Scope

# A month ahead for the next day, and a holiday more.
_LOOK_AHEAD = dt.timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Line:
    """One series of the list; ``next_on`` is the next day that is or will be planned."""

    series: Series
    words: str
    next_on: dt.date | None
    has_ended: bool


def live(on: dt.date) -> QuerySet[Series]:
    """Return the series that go on after a day, of organisations that stand."""
    return Series.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=on),
        organization__dissolved_on__isnull=True,
    )


def lines(scope: Scope, on: dt.date) -> list[Line]:
    """Return the series in reach, those that go on first (two queries)."""
    found = Series.objects.in_scope(scope).select_related("organization__parent")
    rows = list(found.order_by("organization__path", "kind", "pk"))
    calendar = _calendar(on, on + _LOOK_AHEAD)
    shown = [
        Line(
            row,
            words(row),
            next(iter(days_of(row, on, on + _LOOK_AHEAD, calendar)), None),
            row.ended_on is not None and row.ended_on <= on,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda line: line.has_ended)


def words(series: Series) -> str:
    """Return when a series falls, with its hour."""
    when = wording.rhythm_words(
        series.rhythm, day=series.day, until_day=series.until_day, weekday=series.weekday
    )
    end = f" 至 {series.ends_at:%H:%M}" if series.ends_at else ""
    return f"{when} {series.starts_at:%H:%M}{end}"


def days_of(
    series: Series, first: dt.date, last: dt.date, calendar: WorkingCalendar | None = None
) -> list[dt.date]:
    """Return the days of a series from ``first`` to ``last`` while it and its host exist.

    ``ended_on`` is the first day on which it is no more (one query without ``calendar``).
    """
    first = max(first, series.started_on, series.organization.founded_on)
    ends = [end for end in (series.ended_on, series.organization.dissolved_on) if end]
    last = min(last, *(end - ONE_DAY for end in ends)) if ends else last
    if first > last:
        return []
    return rules.days(
        Rhythm(series.rhythm),
        first=first,
        last=last,
        calendar=calendar or _calendar(first, last),
        day=series.day,
        until_day=series.until_day,
        weekday=series.weekday,
    )


def given_days(series: Iterable[Series], first: dt.date, last: dt.date) -> dict[int, set[dt.date]]:
    """Return by series the days it gave to activities in the turns from ``first`` to ``last``.

    Also to those that were moved or cancelled since (one query).
    """
    start = min(Period.containing(first).first_day, rules.turn(Rhythm.WEEKLY, first))
    rows = Activity.objects.filter(
        series__in=[row.pk for row in series],
        series_day__gte=start,
        series_day__lt=Period.containing(last).end,
    )
    found: dict[int, set[dt.date]] = defaultdict(set)
    for pk, day in rows.order_by().values_list("series_id", "series_day"):
        if day is not None:
            found[pk].add(day)
    return found


def unplanned_of(series: Series, fall_on: list[dt.date], given: set[dt.date]) -> list[dt.date]:
    """Return the days of a series that nothing was planned for (no query)."""
    return rules.still_to_plan(Rhythm(series.rhythm), fall_on, given)


def upcoming(series: Series, on: dt.date) -> list[Activity]:
    """Return what is planned of a series from a day on (one query)."""
    return list(
        series.activities.filter(held_on__gte=on, state=State.PLANNED)
        .order_by("held_on", "starts_at", "pk")
        .prefetch_related("tasks")
    )


def unplanned(
    scope: Scope,
    month: Period,
    on: dt.date,
    *,
    kind: str = "",
    organization: Organization | None = None,
    day: dt.date | None = None,
) -> dict[dt.date, dict[str, list[Series]]]:
    """Return by day and kind the series that fall in a month and are not planned yet.

    Days before ``on`` are left out: what was not planned then is no plan any more (three
    queries).
    """
    first, last = max(month.first_day, on), month.last_day
    found: dict[dt.date, dict[str, list[Series]]] = defaultdict(lambda: defaultdict(list))
    if first > last:
        return found
    rows = live(first).in_scope(scope).select_related("organization")  # type: ignore[attr-defined]
    if kind:
        rows = rows.filter(kind=kind)
    if organization is not None:
        rows = rows.filter(organization__path__startswith=organization.path)
    series = list(rows)
    if not series:
        return found
    given = given_days(series, month.first_day, last)
    calendar = _calendar(month.first_day, last)
    for row in series:
        fall_on = days_of(row, first, last, calendar)
        for each in unplanned_of(row, fall_on, given[row.pk]):
            if day is None or each == day:
                found[each][row.kind].append(row)
    return found


def of_kind(organization: Organization, kinds: Iterable[ActivityKind], on: dt.date) -> list[Series]:
    """Return an organisation's live series of some kinds (one query)."""
    rows = live(on).filter(organization=organization, kind__in=list(kinds))
    return list(rows.select_related("organization"))


def _calendar(first: dt.date, last: dt.date) -> WorkingCalendar:
    """Return the calendar of the whole months from ``first`` to ``last``."""
    months = Period.containing(first).first_day, Period.containing(last).last_day
    return working_calendar.working_calendar(*months)
