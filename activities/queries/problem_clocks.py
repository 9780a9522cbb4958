"""The clocks of problems, who handles them and who keeps the list there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from activities.rules import supervision as rules
from activities.rules.supervision import LIBRARIES_OF, Library, Severity, Terms
from branches.models import Organization, User
from branches.queries import organizations, posts, regulations, working_calendar
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind

RULE = "L3"


def terms(organization: Organization, day: dt.date) -> Terms:
    """Return the clocks that hold for an organisation on a day (two queries)."""
    return rules.terms_of(regulations.parameters(organization, day, RULE))


@dataclass(frozen=True, slots=True)
class Clock:
    """The last days for closing a problem, and for beginning with an urgent one."""

    due_on: dt.date
    start_on: dt.date | None


def clock(organization: Organization, severity: Severity, day: dt.date) -> Clock:
    """Return the clock of a problem that is there since a day (three queries)."""
    calendar, set_there = working_calendar.around(day), terms(organization, day)
    return Clock(
        rules.due_day(severity, day, calendar, set_there),
        rules.start_day(severity, day, calendar, set_there),
    )


def library(organization: Organization) -> Library:
    """Return the library in which an organisation's problems stand."""
    return LIBRARIES_OF[OrganizationKind(organization.kind)]


def top(organization: Organization) -> Organization:
    """Return who handles an urgent problem of an organisation: the nearest committee (one query).

    The organisation itself if it is one, or where there is nothing above.
    """
    line = [*organizations.ancestors(organization), organization]
    path = rules.top_of([(each.path, OrganizationKind(each.kind)) for each in line])
    return next(each for each in line if each.path == path)


def keepers(places: Iterable[Organization], on: dt.date) -> QuerySet[User]:
    """Return the accounts that keep the list of problems of one of some organisations or
    supervise from there, by a post held there itself.
    """
    asked = Q(organization__in=[each.pk for each in places])
    kept = posts.granting(Capability.LOG_ACTIVITIES, on).filter(asked)
    supervised = posts.granting(Capability.SUPERVISE_PROBLEMS, on).filter(asked)
    return User.objects.filter(
        Q(pk__in=kept.values("user_id")) | Q(pk__in=supervised.values("user_id"))
    )
