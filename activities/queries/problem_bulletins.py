"""督办简报: a month of problem management at and below an organisation, from the records alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from activities.models import Problem, Supervision
from activities.rules.supervision import Library, Satisfaction, Severity, Source
from branches.models import Organization
from branches.rules.periods import Period

URGENT_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Count:
    """What one library, severity or source had in the month."""

    raised: int
    closed: int
    left: int  # open at its end
    overdue: int  # of those


@dataclass(frozen=True, slots=True)
class Urgent:
    """One 急难 problem that was open in the month."""

    text: str
    organization: str
    raised_on: dt.date
    due_on: dt.date | None
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """``average_days``: from raising to closing of those closed, None without any; ``until`` is
    the last day counted.
    """

    organization: Organization
    period: Period
    until: dt.date
    total: Count
    libraries: dict[Library, Count]
    severities: dict[Severity, Count]
    sources: dict[Source, Count]
    supervised: int
    answered: int
    answered_late: int
    unanswered: int
    average_days: Decimal | None
    satisfactions: dict[Satisfaction, int]
    urgent: tuple[Urgent, ...]

    @property
    def satisfied_percent(self) -> int | None:
        """Of those who answered, how many are satisfied or fairly so."""
        asked = sum(self.satisfactions.values())
        if not asked:
            return None
        good = asked - self.satisfactions[Satisfaction.DISSATISFIED]
        return round(good * 100 / asked)


def bulletin(organization: Organization, period: Period, on: dt.date) -> Bulletin:
    """Return the month as the records say, up to ``on`` if it is not over (two queries)."""
    day = dt.timedelta(days=1)
    until = min(period.end - day, on)
    end = until + day
    first = period.first_day
    rows = list(
        Problem.objects.filter(organization__path__startswith=organization.path)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gte=first), raised_on__lt=end)
        .select_related("organization")
        .order_by("raised_on", "pk")
    )
    issued = list(
        Supervision.objects.filter(
            Q(issuer__path__startswith=organization.path)
            | Q(problem__organization__path__startswith=organization.path),
            issued_on__lt=end,
        ).filter(Q(issued_on__gte=first) | Q(answered_on__isnull=True) | Q(answered_on__gte=first))
    )
    closed = [row for row in rows if row.closed_on is not None and row.closed_on < end]
    days = [(row.closed_on - row.raised_on).days for row in closed if row.closed_on is not None]
    said = Counter(row.satisfaction for row in closed if row.satisfaction)
    answered = [each for each in issued if each.answered_on and first <= each.answered_on < end]
    return Bulletin(
        organization=organization,
        period=period,
        until=until,
        total=_count(rows, first, until),
        libraries={
            each: _count([row for row in rows if row.library == each], first, until)
            for each in Library
        },
        severities={
            each: _count([row for row in rows if row.severity == each], first, until)
            for each in Severity
        },
        sources={
            each: found
            for each in Source
            if (found := _count([row for row in rows if row.source == each], first, until))
            != Count(0, 0, 0, 0)
        },
        supervised=sum(first <= each.issued_on for each in issued),
        answered=len(answered),
        answered_late=sum(
            each.answered_on is not None and each.answered_on > each.due_on for each in answered
        ),
        unanswered=sum(each.answered_on is None or each.answered_on >= end for each in issued),
        average_days=round(Decimal(sum(days)) / len(days), 1) if days else None,
        satisfactions={each: said[each] for each in Satisfaction},
        urgent=tuple(
            Urgent(row.text, row.organization.short_name, row.raised_on, row.due_on, row.closed_on)
            for row in rows
            if row.severity == Severity.URGENT
        )[:URGENT_SHOWN],
    )


def _count(rows: list[Problem], first: dt.date, until: dt.date) -> Count:
    """On its last day a problem is not overdue yet."""
    end = until + dt.timedelta(days=1)
    left = [row for row in rows if row.closed_on is None or row.closed_on >= end]
    return Count(
        raised=sum(row.raised_on >= first for row in rows),
        closed=len(rows) - len(left),
        left=len(left),
        overdue=sum(row.due_on is not None and row.due_on < until for row in left),
    )
