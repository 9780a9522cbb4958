"""Orders of courses: those of a branch, and those that wait for an answer."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from activities.models import CourseOrder, Lecturer
from activities.rules.study import OrderState
from branches.models import Organization, User
from branches.rules.tree import OrganizationKind
from branches.scope import Scope


def listed(scope: Scope, state: str = "") -> QuerySet[CourseOrder]:
    """Return the orders of the branches in ``scope`` and for the courses kept there."""
    found = CourseOrder.objects.filter(
        scope.q("branch__path") | scope.q("course__organization__path")
    )
    if state:
        found = found.filter(state=state)
    return _shown(found)


def for_lecturer(user: User) -> QuerySet[CourseOrder]:
    """Return the orders one may answer or has taken as a lecturer, what waits first."""
    mine = Lecturer.objects.filter(user=user)
    found = CourseOrder.objects.filter(
        Q(lecturer__in=mine) | Q(state=OrderState.ASKED, course__lecturers__in=mine)
    ).distinct()
    return _shown(found)


def is_lecturer(user: User) -> bool:
    return Lecturer.objects.filter(user=user).exists()


def branches(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return the branches somebody may order for: a group orders through its branch."""
    standing = Organization.objects.in_scope(scope).of_kind(OrganizationKind.BRANCH)
    return standing.standing_on(on).order_by("path")


def of_lecturer_or(user: User, *, own: Scope, offered: Scope) -> QuerySet[CourseOrder]:
    """Return the orders somebody may see: of the branches in ``own``, for the courses kept in

    ``offered``, or given to him as a lecturer.
    """
    mine = Lecturer.objects.filter(user=user)
    found = CourseOrder.objects.filter(
        Q(own.q("branch__path"))
        | Q(offered.q("course__organization__path"))
        | Q(lecturer__in=mine)
        | Q(course__lecturers__in=mine)
    ).distinct()
    return _shown(found)


def to_answer(user: User, offered: Scope) -> QuerySet[CourseOrder]:
    """Return what waits for this person: as a lecturer, or for those who keep the menu."""
    mine = Lecturer.objects.filter(user=user, is_active=True)
    asked = CourseOrder.objects.filter(state=OrderState.ASKED)
    found = asked.filter(
        Q(course__lecturers__in=mine) | Q(offered.q("course__organization__path"))
    ).distinct()
    return found.select_related("course", "branch").order_by("wanted_on", "pk")


def to_rate(scope: Scope) -> QuerySet[CourseOrder]:
    """Return what was held and waits for the ratings of the branches in ``scope``."""
    found = CourseOrder.objects.in_scope(scope).filter(state=OrderState.HELD)
    return found.select_related("course", "branch", "activity").order_by("wanted_on", "pk")


def _shown(orders: QuerySet[CourseOrder]) -> QuerySet[CourseOrder]:
    return orders.select_related(
        "course__organization", "branch", "lecturer", "activity", "asked_by", "answered_by"
    ).order_by("-wanted_on", "-pk")
