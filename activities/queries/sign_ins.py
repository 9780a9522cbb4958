"""Who signed in, beside what mark, and which meetings take sign-ins now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from activities.models import Activity, Attendance, SignIn, SignInWindow, Sitting, WrongCode
from activities.queries import roll_facts, rolls, sittings
from activities.rules import sign_in
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State
from branches.models import User
from members.models import Member

TAKING = (State.PLANNED, State.OPEN)


@dataclass(frozen=True, slots=True)
class Signed:
    """One sign-in beside the mark that stands on the roll ("" where one is not on it)."""

    name: str
    words: str
    status: str
    disagrees: bool


def of_activity(activity: Activity) -> list[Signed]:
    """Return who signed in, in that order, with the mark that stands (one query)."""
    mark = Attendance.objects.filter(activity=OuterRef("activity"), member=OuterRef("member"))
    rows = (
        SignIn.objects.filter(activity=activity)
        .select_related("member")
        .only("method", "signed_at", "is_late", "activity_id", "member__name")
        .annotate(status=Subquery(mark.values("status")[:1]))
        .order_by("signed_at", "id")
    )
    return [
        Signed(
            row.member.name,
            roll_facts.said(row),
            row.status or "",
            row.status is not None and sign_in.disagrees(row.status, is_late=row.is_late),
        )
        for row in rows
    ]


def count(activity: Activity) -> tuple[int, int]:
    """Return how many signed in, and how many are on the roll (one query)."""
    found = Activity.objects.filter(pk=activity.pk).aggregate(
        signed=Count("sign_ins", distinct=True), due=Count("attendances", distinct=True)
    )
    return found["signed"], found["due"]


def window(activity: Activity) -> SignInWindow | None:
    """Return the window of an activity; None where signing in was never begun (one query)."""
    return SignInWindow.objects.filter(activity=activity).select_related("opened_by").first()


def open_for(user: User, at: dt.datetime) -> QuerySet[SignInWindow]:
    """Return the open windows of meetings to whose roll somebody belongs, in their order."""
    return (
        SignInWindow.objects.filter(
            activity__attendances__member__user=user,
            activity__state__in=TAKING,
            opened_at__lte=at,
            closes_at__gt=at,
        )
        .select_related("activity__organization__parent")
        .order_by("activity__starts_at", "activity_id")
    )


def is_called(activity: Activity, member: Member) -> bool:
    """Return whether a member is due at an activity: on its roll, or come since (≤ 3 queries)."""
    if Attendance.objects.filter(activity=activity, member=member).exists():
        return True
    kind = ActivityKind(activity.kind)
    called = rolls.called(kind, activity.organization, activity.held_on, only=member.pk)
    return bool(called)


def member_of(user: User) -> Member | None:
    """Return the member an account belongs to (one query)."""
    return Member.objects.filter(user=user).only("pk", "name", "user_id").first()


def own(user: User, activities: Iterable[int]) -> dict[int, SignIn]:
    """Return somebody's own sign-ins by activity (one query)."""
    rows = SignIn.objects.filter(activity__in=list(activities), member__user=user)
    return {row.activity_id: row for row in rows}


def wrong_codes(activity: Activity, user: User, at: dt.datetime) -> int:
    """Return how many wrong codes somebody has given lately at a meeting (one query)."""
    return WrongCode.objects.filter(
        activity=activity, user=user, at__gt=at - sign_in.WRONG_WITHIN
    ).count()


def begins(activity: Activity) -> list[tuple[Sitting | None, dt.datetime, dt.datetime | None]]:
    """Return beginning and end of each sitting; of the activity itself where it has one only.

    One query. An end unknown is None.
    """
    zone = timezone.get_current_timezone()

    def moment(day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, zone)

    several: list[tuple[Sitting | None, dt.datetime, dt.datetime | None]] = [
        (
            each,
            moment(each.held_on, each.starts_at),
            moment(each.held_on, each.ends_at) if each.ends_at else None,
        )
        for each in sittings.of_activity(activity)
    ]
    if several:
        return several
    end = moment(activity.held_on, activity.ends_at) if activity.ends_at else None
    return [(None, moment(activity.held_on, activity.starts_at), end)]


def sitting_at(
    activity: Activity, at: dt.datetime
) -> tuple[Sitting | None, dt.datetime, dt.datetime | None]:
    """Return the sitting nearest to a moment with its beginning and end (one query)."""
    found = begins(activity)
    return found[sign_in.nearest(at, [begin for _, begin, _ in found])]
