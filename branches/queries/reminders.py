"""Who is to be reminded now, and what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from branches.models import Delivery, Organization, Post, ReminderPreference, User, Webhook
from branches.rules.roles import Role

DEFAULT_SEND_AT, DEFAULT_QUIET_FROM, DEFAULT_QUIET_TO = dt.time(8), dt.time(21), dt.time(7)
AT_ONCE = 100  # few, so that the hour is looked at again soon


def preference_of(user: User) -> ReminderPreference:
    """Return how somebody wants to be reminded, as it is or as it begins (not saved)."""
    return ReminderPreference.objects.filter(user=user).first() or ReminderPreference(
        user=user,
        send_at=DEFAULT_SEND_AT,
        quiet_from=DEFAULT_QUIET_FROM,
        quiet_to=DEFAULT_QUIET_TO,
    )


def people_to_ask(day: dt.date, time: dt.time) -> list[ReminderPreference]:
    """Return some of those whose digest of the day may go out now and is not in the outbox."""
    had = Delivery.objects.filter(day=day, user=OuterRef("user"))
    return list(
        ReminderPreference.objects.filter(
            ~Exists(had), by_mail=True, user__is_active=True, send_at__lte=time
        )
        .exclude(_quiet(time))
        .select_related("user")
        .order_by("send_at", "pk")[:AT_ONCE]
    )


def _quiet(time: dt.time, prefix: str = "") -> Q:
    """Say in SQL what ``rules.reminders.is_quiet`` says of a preference."""
    begun, lasts = Q(**{f"{prefix}quiet_from__lte": time}), Q(**{f"{prefix}quiet_to__gt": time})
    over_midnight = Q(**{f"{prefix}quiet_from__gt": F(f"{prefix}quiet_to")})
    return (over_midnight & (begun | lasts)) | (~over_midnight & begun & lasts)


def robots_to_ask(day: dt.date, time: dt.time) -> list[Webhook]:
    """Return the group robots whose digest of the day is due and not in the outbox."""
    had = Delivery.objects.filter(day=day, webhook=OuterRef("pk"))
    rows = Webhook.objects.filter(
        ~Exists(had), is_active=True, send_at__lte=time, organization__dissolved_on__isnull=True
    )
    return list(rows.select_related("organization")[:AT_ONCE])


def secretary_of(organization: Organization, on: dt.date) -> User | None:
    """Return whose duties a robot counts: those of the secretary, else of the deputy."""
    post = (
        Post.objects.filter(
            organization=organization, role__in=[Role.SECRETARY, Role.DEPUTY_SECRETARY]
        )
        .held_on(on)
        .select_related("user")
        .order_by("-role", "started_on", "pk")
        .first()
    )
    return post.user if post else None


def waiting(day: dt.date, at: dt.datetime, time: dt.time) -> list[Delivery]:
    """Return the digests of a day that may be sent now, those that wait longest first.

    Nobody is disturbed in the quiet hours; who turned reminders off meanwhile gets none.
    """
    awake = Q(user__reminder_preference__by_mail=True) & ~_quiet(
        time, "user__reminder_preference__"
    )
    return list(
        Delivery.objects.filter(
            Q(webhook__is_active=True) | awake,
            day=day,
            state=Delivery.State.WAITING,
            not_before__lte=at,
        )
        .select_related("user__reminder_preference", "webhook")
        .order_by("not_before", "pk")[:AT_ONCE]
    )


def lately(*, user: User | None = None, webhook: Webhook | None = None) -> QuerySet[Delivery]:
    """Return what was sent to one receiver in the last days, latest first."""
    receiver = Q(user=user) if user else Q(webhook=webhook)
    return Delivery.objects.filter(receiver).order_by("-day")[:7]


@dataclass(frozen=True, slots=True)
class Robot:
    """A group robot and its latest digest."""

    robot: Webhook
    last: Delivery | None


def with_last(robots: QuerySet[Webhook]) -> list[Robot]:
    """Return robots with their latest digest (two queries)."""
    found = list(robots)
    latest = {
        row.webhook_id: row
        for row in Delivery.objects.filter(webhook__in=found)
        .order_by("webhook_id", "-day")
        .distinct("webhook_id")
    }
    return [Robot(robot, latest.get(robot.pk)) for robot in found]
