"""Which problems wait for somebody: to begin, to find an owner, to ask, to look back, to answer."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from activities.models import Problem, ProblemStep, Supervision
from activities.rules.supervision import BEGINNINGS, CLOCK_STARTS, Satisfaction, Severity, Source
from branches.models import User
from branches.scope import Scope

SHOWN = 200


def to_begin(scope: Scope) -> QuerySet[Problem]:
    """Return the open urgent problems that nobody has begun with since their clock started, the
    most urgent first.
    """
    steps = ProblemStep.objects.filter(problem=OuterRef("pk"))
    clock = steps.filter(step__in=CLOCK_STARTS).order_by("-pk").values("pk")[:1]
    begun = steps.filter(step__in=BEGINNINGS, pk__gt=OuterRef("clock"))
    rows = Problem.objects.in_scope(scope).open().filter(severity=Severity.URGENT)
    rows = rows.annotate(clock=Coalesce(Subquery(clock), 0)).filter(~Exists(begun))
    return rows.select_related("organization").order_by("start_on", "pk")[:SHOWN]


def to_assign(scope: Scope) -> QuerySet[Problem]:
    """Return the open problems without an owner that were handed on, or raised from a record
    other than a meeting; those of meetings have their own line.
    """
    handed_on = Q(origin__isnull=False) & ~Q(origin=F("organization"))
    raised = ~Q(source__in=[Source.DIRECT, Source.MEETING])
    rows = Problem.objects.in_scope(scope).open().filter(handed_on | raised, owner__isnull=True)
    return rows.select_related("organization").order_by("due_on", "pk")[:SHOWN]


def to_look_back(scope: Scope, on: dt.date) -> QuerySet[Problem]:
    """Return the closed problems whose look back is due, the most urgent first."""
    rows = Problem.objects.in_scope(scope).filter(
        closed_on__isnull=False, looked_back_on__isnull=True, look_back_due_on__lte=on
    )
    return rows.select_related("organization").order_by("look_back_due_on", "pk")[:SHOWN]


def to_reopen(scope: Scope) -> QuerySet[Problem]:
    """Return the closed problems whose asker is not satisfied."""
    rows = Problem.objects.in_scope(scope).filter(
        closed_on__isnull=False, satisfaction=Satisfaction.DISSATISFIED, looked_back_on__isnull=True
    )
    return rows.select_related("organization").order_by("satisfaction_on", "pk")[:SHOWN]


def to_ask(scope: Scope) -> QuerySet[Problem]:
    """Return the closed problems whose asker is named, has no account and was not asked yet."""
    has_account = Q(asker__user__isnull=False, asker__user__is_active=True)
    rows = Problem.objects.in_scope(scope).filter(closed_on__isnull=False, satisfaction="")
    rows = rows.exclude(has_account).exclude(asker_name="")
    return rows.select_related("organization").order_by("closed_on", "pk")[:SHOWN]


def to_rate(user: User) -> QuerySet[Problem]:
    """Return the closed problems that somebody raised and has not said a word about."""
    rows = Problem.objects.filter(asker__user=user, closed_on__isnull=False, satisfaction="")
    return rows.select_related("organization").order_by("closed_on", "pk")[:SHOWN]


def to_answer(scope: Scope, user: User) -> QuerySet[Supervision]:
    """Return the supervisions that an organisation in ``scope`` has to answer, not those that
    ``user`` issued, the most urgent first.
    """
    rows = Supervision.objects.to_answer_in(scope).exclude(issued_by=user)
    return rows.select_related("issuer", "problem").order_by("due_on", "pk")[:SHOWN]


def unanswered(user: User, on: dt.date) -> QuerySet[Supervision]:
    """Return the supervisions that somebody issued and whose answer is overdue."""
    rows = Supervision.objects.filter(issued_by=user, answered_on__isnull=True, due_on__lt=on)
    return rows.select_related("problem__organization").order_by("due_on", "pk")[:SHOWN]
