"""The clocks of problems, who handles them and who keeps the list there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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
    rule = regulations.for_organization(organization, day).get(RULE)
    return rules.terms_of(rule.parameters if rule else {})


def due_on(organization: Organization, severity: Severity, raised_on: dt.date) -> dt.date:
    """Return the last day for closing a problem raised there on a day (three queries)."""
    calendar = working_calendar.around(raised_on)
    return rules.due_day(severity, raised_on, calendar, terms(organization, raised_on))


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
