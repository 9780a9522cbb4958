"""Reminders: how somebody wants them, and the outbox of digests."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import F

from branches import audit
from branches.channels import NotDelivered
from branches.models import Delivery, Organization, ReminderPreference, User, Webhook
from branches.rules import reminders

KEPT = dt.timedelta(days=30)

logger = logging.getLogger(__name__)


@transaction.atomic
def prefer(
    *,
    user: User,
    by_mail: bool,
    mail: str,
    send_at: dt.time,
    quiet_from: dt.time,
    quiet_to: dt.time,
    at: dt.datetime,
) -> ReminderPreference:
    """Keep how a person wants to be reminded; only that person says so."""
    row, _ = ReminderPreference.objects.update_or_create(
        user=user,
        defaults={
            "by_mail": by_mail,
            "mail": mail,
            "send_at": send_at,
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
        },
    )
    audit.record("reminder.preferred", by=user, at=at, on=row, after={"by_mail": by_mail})
    return row


@transaction.atomic
def add_webhook(
    *,
    organization: Organization,
    title: str,
    kind: str,
    url: str,
    secret: str,
    send_at: dt.time,
    by: User,
    at: dt.datetime,
) -> Webhook:
    """Add a group robot; its address is kept encrypted and never in the audit."""
    row = Webhook.objects.create(
        organization=organization,
        title=title,
        kind=kind,
        url=url,
        secret=secret,
        send_at=send_at,
        made_by=by,
        made_at=at,
    )
    audit.record(
        "webhook.added", by=by, at=at, on=row, organization=organization,
        after={"title": title, "kind": kind},
    )  # fmt: skip
    return row


@transaction.atomic
def stop_webhook(*, webhook: Webhook, by: User, at: dt.datetime) -> None:
    """Stop a group robot for good; a new one may be added at any time."""
    if Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False):
        audit.record("webhook.stopped", by=by, at=at, on=webhook, organization=webhook.organization)


def put(
    *, day: dt.date, at: dt.datetime, body: str, user: User | None = None,
    webhook: Webhook | None = None,
) -> None:  # fmt: skip
    """Put the digest of a day into the outbox; an empty one stands for a day without any.

    A second one for the same receiver and day changes nothing.
    """
    state = Delivery.State.WAITING if body else Delivery.State.NOTHING
    Delivery.objects.bulk_create(
        [Delivery(day=day, user=user, webhook=webhook, body=body, state=state, not_before=at)],
        ignore_conflicts=True,
    )


def send(*, delivery: Delivery, at: dt.datetime, way: Callable[[Delivery], None]) -> None:
    """Send one waiting digest by ``way``, unless somebody else is at it.

    The attempt is counted before it is made: a worker that dies on the way delays the digest,
    and never sends it again and again. Whatever goes wrong with one digest is kept with it and
    raises nothing, so that the others go out.
    """
    attempts = delivery.attempts + 1
    pause = reminders.pause_after(attempts)
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.State.WAITING, attempts=delivery.attempts, not_before__lte=at
    ).update(attempts=F("attempts") + 1, not_before=at + (pause or reminders.PAUSES[-1]))
    if not mine:
        return
    rows = Delivery.objects.filter(pk=delivery.pk)
    try:
        way(delivery)
    except Exception as failure:
        if isinstance(failure, NotDelivered):
            error = str(failure)[:300]
        else:
            error = "发送时出错，已记入日志"
            logger.exception("Digest %s could not be sent", delivery.pk)
        state = Delivery.State.WAITING if pause else Delivery.State.FAILED
        rows.update(state=state, error=error)
    else:
        # What it said is of no use any more, and may name people.
        rows.update(state=Delivery.State.SENT, sent_at=at, error="", body="")


def forget(*, at: dt.datetime) -> None:
    """Remove what was sent or given up more than thirty days ago."""
    Delivery.objects.filter(day__lt=(at - KEPT).date()).delete()
