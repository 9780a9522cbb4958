"""Questions about the visit log (值班记录簿). Who came is known to the branch and to whoever
received the visit; above, names are masked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from activities.models import Problem, Visit
from activities.rules.duty import VisitState
from activities.wording import duty as wording
from branches.access import Grants
from branches.models import Organization, User
from branches.rules.roles import Capability, roles_with
from branches.scope import Scope
from members.models import Member
from members.queries import rolls

OVERDUE = "OVERDUE"  # as a filter: the branch owes an answer and the day is past
DUE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the log; ``visitor`` and ``contact`` as this reader may see them."""

    pk: int
    visitor: str
    contact: str
    matter: str
    received_on: dt.date
    received_by: str
    organization: str
    state: str
    tone: str
    answer: str
    answer_due_on: dt.date | None
    answered_on: dt.date | None


def sees_visitor(visit: Visit, user: User, grants: Grants) -> bool:
    """Return whether somebody may see who came: whoever received the visit, and those who keep
    the records of that very branch; not those above it.
    """
    if visit.received_by.user_id == user.pk:
        return True
    roles = roles_with(Capability.LOG_ACTIVITIES)
    return any(
        grant.role in roles and grant.path == visit.organization.path for grant in grants.held
    )


def found(scope: Scope, state: str, branch: Organization | None, on: dt.date) -> QuerySet[Visit]:
    """Return the visits of ``scope``, the last first; what the branch owes, most urgent first."""
    rows = _with_people(Visit.objects.in_scope(scope))
    if branch is not None:
        rows = rows.filter(organization=branch)
    if state == VisitState.BRANCH:
        return rows.filter(state=VisitState.BRANCH).order_by("answer_due_on", "pk")
    if state == OVERDUE:
        return rows.filter(state=VisitState.BRANCH, answer_due_on__lt=on).order_by(
            "answer_due_on", "pk"
        )
    if state == VisitState.UPWARD:
        return rows.filter(state=VisitState.UPWARD).order_by("received_on", "pk")
    return rows.order_by("-received_on", "-pk")


def counts(scope: Scope, branch: Organization | None, on: dt.date) -> dict[str, int]:
    """Return how many there are: all, owed, overdue, sent up (one query)."""
    rows = Visit.objects.in_scope(scope).order_by()
    if branch is not None:
        rows = rows.filter(organization=branch)
    owed = Q(state=VisitState.BRANCH)
    return rows.aggregate(
        all=Count("pk"),
        owed=Count("pk", filter=owed),
        overdue=Count("pk", filter=owed & Q(answer_due_on__lt=on)),
        upward=Count("pk", filter=Q(state=VisitState.UPWARD)),
    )


def of_receiver(user: User, limit: int) -> list[Visit]:
    """Return the visits that somebody received, the last first (one query)."""
    rows = Visit.objects.filter(received_by__user=user)
    return list(_with_people(rows).order_by("-received_on", "-pk")[:limit])


def seen_by(user: User, grants: Grants) -> QuerySet[Visit]:
    """Return the visits whose page somebody may open."""
    scope = grants.scope(Capability.SEE_ACTIVITIES)
    return _with_people(
        Visit.objects.filter(scope.q("organization__path") | Q(received_by__user=user))
    )


def rows_of(visits: Iterable[Visit], user: User, grants: Grants, on: dt.date) -> list[Row]:
    """Return the lines of a list as one reader may see them."""
    return [row_of(visit, user, grants, on) for visit in visits]


def row_of(visit: Visit, user: User, grants: Grants, on: dt.date) -> Row:
    """Return one visit as a reader may see it."""
    sees = sees_visitor(visit, user, grants)
    state = VisitState(visit.state)
    is_overdue = (
        state is VisitState.BRANCH and visit.answer_due_on is not None and visit.answer_due_on < on
    )
    return Row(
        pk=visit.pk,
        visitor=visit.visitor if sees else wording.masked(visit.visitor),
        contact=visit.contact if sees else "",
        matter=visit.matter,
        received_on=visit.received_on,
        received_by=visit.received_by.name,
        organization=visit.organization.short_name,
        state="已超期" if is_overdue else wording.VISITS[state],
        tone="bad" if is_overdue else wording.VISIT_TONES[state],
        answer=visit.answer,
        answer_due_on=visit.answer_due_on,
        answered_on=visit.answered_on,
    )


def due(scope: Scope, until: dt.date) -> QuerySet[Visit]:
    """Return the visits that wait for an answer of the branch by a day."""
    rows = Visit.objects.in_scope(scope).filter(state=VisitState.BRANCH, answer_due_on__lte=until)
    return rows.select_related("organization").order_by("answer_due_on", "pk")[:DUE_SHOWN]


def settled_above(scope: Scope) -> QuerySet[Visit]:
    """Return the visits sent upward whose problem is closed: the visitor is to be told."""
    closed = Problem.objects.filter(closed_on__isnull=False)
    rows = Visit.objects.in_scope(scope).filter(state=VisitState.UPWARD, problem__in=closed)
    rows = rows.select_related("organization", "problem").order_by(F("problem__closed_on"), "pk")
    return rows[:DUE_SHOWN]


def receivers(branch: Organization, on: dt.date) -> QuerySet[Member]:
    """Return who may have received a visit: the members of the branch, by pinyin."""
    rows = rolls.members_of(branch, on).defer("id_number", "phone")
    return rows.order_by("name_pinyin", "pk")


def _with_people(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    return rows.select_related(
        "organization__parent", "received_by", "problem__organization"
    ).defer("received_by__id_number", "received_by__phone")
