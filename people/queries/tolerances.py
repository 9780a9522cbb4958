"""Questions about tolerance asked for: closely kept (``people.queries.care``)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from members.models import Member
from people.models import Tolerance
from people.queries import care
from people.rules import tolerances as rules
from people.rules.tolerances import DECIDED, Terms, ToleranceState

RULE = "P8"


def terms(branch: Organization, day: dt.date) -> Terms:
    """Return the clocks of a branch on a day (two queries)."""
    return rules.terms_of(regulations.parameters(branch, day, RULE))


def granted_of(member: Member) -> QuerySet[Tolerance]:
    """Return what was borne with: a consequence may be lifted on one of these, the last first."""
    rows = Tolerance.objects.filter(member=member, state=ToleranceState.GRANTED)
    return rows.order_by("-decided_on", "-pk")


def seen(user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return the applications somebody may know of: by a post, and one's own."""
    kept = care.at_home(care.of_either(grants))
    return _listed(Tolerance.objects.filter(kept | Q(member__user=user)))


def listed(user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return the applications somebody sees by a post, not his own."""
    kept = care.at_home(care.of_either(grants))
    return _listed(Tolerance.objects.filter(kept)).exclude(member__user=user)


def reviewed(user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return the applications that somebody investigates or decides on, from strictly above."""
    kept = care.at_home(care.of_reviewers(grants))
    return _listed(Tolerance.objects.filter(kept)).exclude(member__user=user)


def about(user: User) -> QuerySet[Tolerance]:
    """Return what somebody has asked for, the last first."""
    return _listed(Tolerance.objects.filter(member__user=user)).order_by("-asked_on", "-pk")


def to_investigate(user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return what waits to be investigated."""
    rows = reviewed(user, grants).filter(state=ToleranceState.ASKED)
    return rows.order_by("due_on", "pk")


def to_decide(user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return what was investigated by somebody else and waits for a decision."""
    rows = reviewed(user, grants).filter(state=ToleranceState.INVESTIGATED)
    return rows.exclude(investigated_by=user).order_by("due_on", "pk")


def to_feed_back(user: User, grants: Grants) -> QuerySet[Tolerance]:
    """Return what is decided and has not been told to the member by anybody."""
    rows = listed(user, grants).filter(state__in=DECIDED, fed_back_on__isnull=True)
    return rows.order_by("decided_on", "pk")


def is_overdue(row: Tolerance, on: dt.date) -> bool:
    """Return whether an application ought to have been decided before a day."""
    open_ones = (ToleranceState.ASKED, ToleranceState.INVESTIGATED)
    return row.state in open_ones and row.due_on < on


def _listed(rows: QuerySet[Tolerance]) -> QuerySet[Tolerance]:
    found = rows.select_related("branch", "member__user", "investigated_by", "decided_by")
    return found.defer("member__id_number", "member__phone")
