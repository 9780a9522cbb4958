"""What is due (本月应做): each app declares its sources, 首页 asks them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

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


Source = Callable[[User, Grants, dt.date], list[Duty]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source; it must need a fixed number of queries, whatever the number of rows."""
    _sources.append(source)


def of(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return everything due for one person, most urgent first."""
    found = [duty for source in _sources for duty in source(user, grants, on)]
    return sorted(found, key=lambda duty: (duty.due_on, duty.title))
