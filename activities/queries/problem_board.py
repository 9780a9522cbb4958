"""The board of problems: libraries by severity, and the four lists over the same rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from activities.models import Problem
from activities.models.problem import ProblemQuerySet
from activities.queries import problems
from activities.rules.problems import ProblemList, ProblemState
from activities.rules.supervision import Library, Severity
from branches.models import Organization
from branches.scope import Scope

NOBODY, SUPERVISED = "NOBODY", "SUPERVISED"  # as states: no first responsible; 督办 unanswered


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked to see; "" is everything."""

    listed: ProblemList = ProblemList.PROBLEMS
    state: str = ""
    library: str = ""
    severity: str = ""
    source: str = ""
    organization: Organization | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The open problems of one library and severity, and how many of them are overdue."""

    library: Library
    severity: Severity
    open: int
    overdue: int


def found(scope: Scope, asked: Asked, on: dt.date) -> QuerySet[Problem]:
    """Return the rows of a list: open ones with the most urgent first, of 责任清单 those that
    nobody answers for first; closed ones by their day, the last first.
    """
    rows = problems.with_people(_within(scope, asked.organization))
    filters = {"library": asked.library, "severity": asked.severity, "source": asked.source}
    rows = rows.filter(**{name: value for name, value in filters.items() if value})
    if asked.listed is ProblemList.CLOSED:
        return rows.filter(closed_on__isnull=False).order_by("-closed_on", "-pk")
    rows = rows.filter(closed_on__isnull=True)
    if asked.state == ProblemState.OVERDUE:
        rows = rows.filter(due_on__lt=on)
    elif asked.state == NOBODY:
        rows = rows.filter(Q(owner__isnull=True) | Q(due_on__isnull=True))
    elif asked.state == SUPERVISED:
        rows = rows.filter(problems.is_supervised())
    urgent = F("due_on").asc(nulls_last=True)
    if asked.listed is ProblemList.OWNERS:
        return rows.order_by(F("owner__name_pinyin").asc(nulls_first=True), "owner", urgent, "pk")
    return rows.order_by(urgent, "pk")


def counts(scope: Scope, organization: Organization | None, on: dt.date) -> dict[str, int]:
    """Return how many are open, overdue and closed, and how many have no owner (one query)."""
    is_open = Q(closed_on__isnull=True)
    return (
        _within(scope, organization)
        .order_by()
        .aggregate(
            open=Count("pk", filter=is_open),
            overdue=Count("pk", filter=is_open & Q(due_on__lt=on)),
            nobody=Count("pk", filter=is_open & (Q(owner__isnull=True) | Q(due_on__isnull=True))),
            closed=Count("pk", filter=~is_open),
        )
    )


def cells(
    scope: Scope, organization: Organization | None, on: dt.date
) -> list[tuple[Library, list[Cell]]]:
    """Return the open problems of every library by severity (one query)."""
    rows = (
        _within(scope, organization)
        .open()
        .order_by()
        .values_list("library", "severity")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=on)))
    )
    known = {(library, severity): (n, late) for library, severity, n, late in rows}
    return [
        (
            library,
            [Cell(library, each, *known.get((library, each), (0, 0))) for each in Severity],
        )
        for library in Library
    ]


def _within(scope: Scope, organization: Organization | None) -> ProblemQuerySet:
    rows = Problem.objects.seen_in(scope)
    if organization is not None:
        path = organization.path
        rows = rows.filter(
            Q(organization__path__startswith=path) | Q(origin__path__startswith=path)
        )
    return rows
