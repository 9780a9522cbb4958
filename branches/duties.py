"""What is due (本月应做): each app declares its sources, 首页 asks them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, QuerySet

from branches.access import Grants
from branches.models import User


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of 本月要办: what, until when, why, and the one button that does it."""

    title: str
    due_on: dt.date
    why: str  # the regulation and the numbers counted
    url: str
    action: str  # the button's word
    explain: str = ""  # the page that shows the article and the arithmetic
    is_step: bool = False  # the button takes the step at once: it posts to ``url``


Source = Callable[[User, Grants, dt.date], list[Duty]]
Waiting = Callable[[User, Grants, dt.date], "QuerySet[Any] | None"]

Declared = tuple[Source, "Waiting | None"]

_sources: list[Declared] = []


def register(source: Source, *, waiting: Waiting | None = None) -> None:
    """Add a source; it must need a fixed number of queries, whatever the number of rows.

    :param waiting: the rows without which the source has nothing to say: it is asked only if
        there is one. All sources' rows are looked for in one statement, so that a page with
        little to tell needs few.
    """
    _sources.append((source, waiting))


def of(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return everything due for one person, most urgent first."""
    return told_by(_sources, user, grants, on)


def told_by(sources: Sequence[Declared], user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what some sources have to tell one person, most urgent first."""
    asked = {
        number: waiting(user, grants, on)
        for number, (_, waiting) in enumerate(sources)
        if waiting is not None
    }
    speaking = _with_rows(user, {n: rows for n, rows in asked.items() if rows is not None})
    found = [
        duty
        for number, (source, _) in enumerate(sources)
        if number not in asked or number in speaking
        for duty in source(user, grants, on)
    ]
    return sorted(found, key=lambda duty: (duty.due_on, duty.title))


def _with_rows(user: User, asked: dict[int, QuerySet[Any]]) -> set[int]:
    """Return under which numbers there is a row at all (one statement, or none)."""
    if not asked:
        return set()
    looked_for = {f"rows_{number}": Exists(rows) for number, rows in asked.items()}
    there = dict[str, Any](User.objects.filter(pk=user.pk).values(**looked_for).get())
    return {number for number in asked if there[f"rows_{number}"]}
