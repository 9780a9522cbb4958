"""What a check of one rule at one organisation comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse

from activities.queries.owing import Owing
from branches.models import Organization, Regulation


class State(StrEnum):
    OK = "OK"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    MUTED = "MUTED"  # a committee has switched the reminder off


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule at one organisation: the numbers, the arithmetic, until when.

    ``said`` is the finding in a line. ``numbers`` are (label, value) pairs as they were counted,
    ``sum`` the comparison that follows from them. ``due_on`` is None where nothing is due.
    ``people`` names the members it is about, ``owing`` the meeting that is missing.
    """

    organization: Organization
    regulation: Regulation
    state: State
    said: str
    sum: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    due_on: dt.date | None = None
    people: tuple[int, ...] = ()
    owing: Owing | None = None
    asks_for_a_case: bool = False  # people must decide something about a member

    @property
    def code(self) -> str:
        return self.regulation.code

    @property
    def is_open(self) -> bool:
        return self.state in (State.DUE, State.OVERDUE)


def explained(code: str, organizations: Sequence[Organization]) -> str:
    """Return the page that shows why: of the one organisation, or of all that are concerned."""
    if len(organizations) == 1:
        return reverse("check-rule", kwargs={"pk": organizations[0].pk, "code": code})
    return f"{reverse('check-list')}?rule={code}"


def timed(due_on: dt.date, on: dt.date) -> State:
    """Return whether something missing is due or overdue: the last day is still in time."""
    return State.OVERDUE if due_on < on else State.DUE
