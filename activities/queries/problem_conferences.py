"""Questions about 三方会议: which problems wait for one, and who may answer for them."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q, QuerySet

from activities.models import Problem, ProblemConference
from activities.queries import problems
from branches.models import Organization
from branches.scope import Scope

MOST = 30  # problems on one page


def waiting(organization: Organization, on: dt.date) -> QuerySet[Problem]:
    """Return up to 30 open problems that nobody answers for, that have no deadline or are past
    it, the most urgent first: of a branch with those of its groups, elsewhere of it alone.
    """
    place = Q(organization=organization)
    if organization.is_branch:
        place = Q(organization__path__startswith=organization.path)
    lacking = Q(owner__isnull=True) | Q(due_on__isnull=True) | Q(due_on__lt=on)
    rows = Problem.objects.open().filter(place, lacking)
    return problems.with_people(rows).order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST]


def held(scope: Scope) -> QuerySet[ProblemConference]:
    """Return the conferences of ``scope``, the last first."""
    rows = ProblemConference.objects.in_scope(scope).select_related("organization__parent")
    return rows.order_by("-held_on", "-pk")


def discussed(conference: ProblemConference) -> list[Problem]:
    """Return the problems of a conference as they stand (one query)."""
    return list(problems.with_people(conference.problems.all()).order_by("pk"))
