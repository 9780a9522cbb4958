"""Leave: who asks, who may answer, what missed activities wait to be made up for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from activities.models import Activity, Attendance, Leave, MakeUp
from activities.rules.leave import MISSED, LeaveState
from activities.rules.progress import State
from branches.models import User
from branches.queries import posts, regulations
from branches.rules import tree
from branches.rules.roles import Capability
from branches.scope import Scope

DEADLINE_RULE = "L1"
OPEN = (State.PLANNED, State.OPEN)


def starts_at(activity: Activity) -> dt.datetime:
    """Return the beginning of an activity as a moment."""
    return timezone.make_aware(dt.datetime.combine(activity.held_on, activity.starts_at))


def hours_before(activity: Activity) -> int:
    """Return how many hours before the beginning leave has to be asked for (two queries)."""
    rules = regulations.for_organization(activity.organization, activity.held_on)
    rule = rules.get(DEADLINE_RULE)
    return int(rule.parameters.get("hours_before", 0)) if rule else 0


def deadline(activity: Activity) -> dt.datetime:
    """Return the moment after which asking for leave is late (two queries)."""
    return starts_at(activity) - dt.timedelta(hours=hours_before(activity))


def waiting(scope: Scope) -> QuerySet[Leave]:
    """Return the requests of ``scope`` without an answer, the nearest first."""
    asked = Leave.objects.filter(state=LeaveState.ASKED)
    return (
        _with_people(asked.exclude(activity__state=State.CANCELLED))
        .filter(scope.q("activity__organization__path"))
        .order_by("activity__held_on", "activity__starts_at", "asked_at", "id")
    )


def to_answer(scope: Scope, user: User, on: dt.date) -> QuerySet[Leave]:
    """Return the waiting requests that ``user`` may answer: one's own only if nobody else could."""
    others = (
        posts.granting(Capability.LOG_ACTIVITIES, on)
        .exclude(user=user)
        .annotate(
            place=ExpressionWrapper(
                OuterRef("activity__organization__path"), output_field=CharField()
            )
        )
        .filter(place__startswith=F("organization__path"))
    )
    return waiting(scope).exclude(Q(member__user=user) & Exists(others))


def answered(scope: Scope) -> QuerySet[Leave]:
    """Return the requests of ``scope`` that need no answer any more, the latest first."""
    rows = _with_people(Leave.objects.exclude(state=LeaveState.ASKED))
    return rows.filter(scope.q("activity__organization__path")).order_by("-asked_at", "-id")


def in_scope(scope: Scope) -> QuerySet[Leave]:
    """Return the requests that whoever keeps the records of ``scope`` may read."""
    return _with_people(Leave.objects.filter(scope.q("activity__organization__path")))


def standing(activity: Activity, member_id: int) -> Leave | None:
    """Return the latest request of somebody for an activity (one query)."""
    return (
        Leave.objects.filter(activity=activity, member_id=member_id)
        .select_related("answered_by")
        .order_by("-asked_at", "-id")
        .first()
    )


def latest_of(user: User, activities: Iterable[int]) -> dict[int, Leave]:
    """Return somebody's latest request by activity (one query)."""
    rows = Leave.objects.filter(member__user=user, activity__in=list(activities))
    return {row.activity_id: row for row in rows.order_by("asked_at", "id")}


def keepers(activity: Activity, on: dt.date, *, but: User | None) -> list[User]:
    """Return those who keep the record, nearest level first found, ``but`` one (one query).

    For a group its leader, without one the branch's posts, and so on upwards.
    """
    rows = (
        posts.granting(Capability.LOG_ACTIVITIES, on)
        .filter(organization__path__in=tree.lineage(activity.organization.path))
        .select_related("user", "organization")
    )
    if but is not None:
        rows = rows.exclude(user=but)
    found: dict[str, dict[int, User]] = {}
    for post in rows:
        found.setdefault(post.organization.path, {})[post.user_id] = post.user
    return list(found[max(found, key=len)].values()) if found else []


def missed(activity: Activity) -> QuerySet[Attendance]:
    """Return who was absent or on leave, by pinyin, with ``make_up`` where there is one."""
    return (
        Attendance.objects.filter(activity=activity, status__in=MISSED)
        .select_related("member", "make_up")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_pinyin", "member_id")
    )


def make_up_of(attendance: Attendance) -> MakeUp | None:
    """Return what somebody did instead (one query)."""
    return MakeUp.objects.filter(attendance=attendance).first()


def _with_people(leaves: QuerySet[Leave]) -> QuerySet[Leave]:
    return leaves.select_related("activity__organization__parent", "member", "answered_by").defer(
        "member__id_number", "member__phone"
    )
