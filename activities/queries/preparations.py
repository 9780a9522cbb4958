"""What has to be done for activities to come: of one, of one person, of a scope."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from activities.models import Activity, ActivityTask
from activities.rules.progress import State
from branches.models import Organization, User
from branches.rules.periods import Period
from branches.scope import Scope
from members.models import Member, Membership
from members.rules.status import ON_ROLL

DONE_SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class DayTasks:
    """What is due on one day of the calendar; ``activity_id`` is that of the first."""

    count: int
    activities: int
    activity_id: int
    title: str


def of_activity(activity: Activity) -> list[ActivityTask]:
    """Return the tasks of an activity in order of their deadline (one query)."""
    return list(activity.tasks.select_related("assignee", "stand_in", "done_by"))


def in_scope(scope: Scope) -> QuerySet[ActivityTask]:
    """Return the tasks of the activities in reach."""
    return ActivityTask.objects.filter(scope.q("activity__organization__path"))


def open_in(scope: Scope, day: dt.date | None = None) -> QuerySet[ActivityTask]:
    """Return what is to be done in reach, the earliest deadline first."""
    rows = _waiting(in_scope(scope)).select_related(
        "activity__organization__parent", "assignee", "stand_in"
    )
    return (rows.filter(due_on=day) if day else rows).order_by("due_on", "activity_id", "ordinal")


def of_user(user: User) -> QuerySet[ActivityTask]:
    """Return the tasks that are somebody's own, as the one responsible or the stand-in."""
    return ActivityTask.objects.filter(Q(assignee__user=user) | Q(stand_in__user=user))


def own_list(user: User, on: dt.date) -> list[ActivityTask]:
    """Return what somebody has to do, and what was done lately (one query)."""
    lately = on - dt.timedelta(days=DONE_SHOWN_DAYS)
    rows = of_user(user).filter(
        Q(done_on__isnull=True, activity__state__in=[State.PLANNED, State.OPEN])
        | Q(done_on__gte=lately)
    )
    related = rows.select_related("activity__organization__parent", "assignee", "stand_in")
    return list(related.order_by("due_on", "activity_id", "ordinal"))


def due_of_user(user: User, until: dt.date) -> QuerySet[ActivityTask]:
    """Return one's own open tasks due by a day, the earliest deadline first."""
    rows = _waiting(of_user(user)).filter(due_on__lte=until).select_related("activity", "assignee")
    return rows.order_by("due_on", "activity_id", "ordinal")


def due_in_scope(scope: Scope, until: dt.date, but_of: User) -> QuerySet[ActivityTask]:
    """Return open tasks in reach due by a day that are not this person's own."""
    return open_in(scope).filter(due_on__lte=until).exclude(assignee__user=but_of)


def days_of(
    scope: Scope, month: Period, *, kind: str = "", organization: Organization | None = None
) -> dict[dt.date, DayTasks]:
    """Return what is due on each day of a month (one query)."""
    rows = _waiting(in_scope(scope)).filter(due_on__gte=month.first_day, due_on__lt=month.end)
    if kind:
        rows = rows.filter(activity__kind=kind)
    if organization is not None:
        rows = rows.filter(activity__organization__path__startswith=organization.path)
    counted = (
        rows.order_by("due_on")
        .values_list("due_on")
        .annotate(
            n=Count("pk"), of=Count("activity", distinct=True), first=Min("activity"),
            title=Min("title"),
        )
    )  # fmt: skip
    return {day: DayTasks(*found) for day, *found in counted}


def eligible(activity: Activity) -> QuerySet[Member]:
    """Return who may be given a task: the members of the branch, or of the group, on its day."""
    organization = activity.organization
    here = Q(group=organization) if organization.is_group else Q(branch=organization)
    there = Membership.objects.home().on(activity.held_on).filter(here)
    rows = Member.objects.filter(pk__in=there.values("member_id"), status__in=ON_ROLL)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def by_activity(tasks: Iterable[ActivityTask]) -> list[tuple[Activity, list[ActivityTask]]]:
    """Return tasks under their activity, in the order in which they came (no query)."""
    found: dict[int, list[ActivityTask]] = defaultdict(list)
    for task in tasks:
        found[task.activity_id].append(task)
    return [(rows[0].activity, rows) for rows in found.values()]


def _waiting(rows: QuerySet[ActivityTask]) -> QuerySet[ActivityTask]:
    return rows.filter(done_on__isnull=True, activity__state__in=[State.PLANNED, State.OPEN])
