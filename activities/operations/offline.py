"""Merging a roll that was taken without a connection."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from activities.models import Activity, RollMerge
from activities.operations import activities
from activities.operations.details import Mark
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.queries import merges, rolls
from activities.rules import offline, progress
from activities.rules.attendance import AttendanceStatus
from activities.rules.progress import State, Step
from branches import audit
from branches.models import User

_STATUSES = {str(status) for status in AttendanceStatus}


@transaction.atomic
def merge(
    *,
    activity: Activity,
    key: uuid.UUID,
    base: Mapping[int, str],
    marks: Mapping[int, str],
    taken_at: dt.datetime,
    by: User,
    at: dt.datetime,
) -> RollMerge:
    """Take the marks of a device over; where both sides have changed, what stands here counts.

    The same ``key`` sent twice is merged once. Marks of people who never belonged here are
    dropped. A clock of the device that runs ahead is set back
    to ``at``.

    :raises Refused: a mark is none, or the key belongs to another activity.
    :raises TooEarly: the day has not come.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    sent = RollMerge.objects.filter(key=key).first()
    if sent is not None:
        if sent.activity_id != row.pk:
            raise Refused("这份离线名册属于另一次活动。")
        return sent
    if not {*base.values(), *marks.values()} <= _STATUSES:
        raise Refused("离线名册的内容读不懂，请刷新页面后重新登记。")
    progress.ACTIVITY.after(State(row.state), Step.TAKE_ROLL)
    entries = {
        each.member_id: each for each in rolls.of_activity(row, today=timezone.localdate(at))
    }
    found = offline.merge(
        base=base, marks=marks, server={pk: str(each.status) for pk, each in entries.items()}
    )
    conflicts = {str(member): asdict(each) for member, each in found.conflicts.items()}
    # Whoever is no longer on the roll is named too: nothing that was marked goes unsaid. Not so
    # any number somebody makes up: the page that settles would tell whose it is.
    gone = merges.once_here(row, found.strangers)
    conflicts |= {
        str(pk): {"device": marks[pk], "server": ""} for pk in found.strangers if pk in gone
    }
    merge = RollMerge.objects.create(
        activity=row,
        key=key,
        marks={str(member): mark for member, mark in marks.items()},
        conflicts=conflicts,
        taken_at=min(taken_at, at),
        sent_by=by,
        sent_at=at,
    )
    audit.record(
        "roll.merged", by=by, at=at, on=row, organization=row.organization,
        after={"taken": len(found.taken), "conflicts": len(conflicts)},
    )  # fmt: skip
    activities.take_roll(activity=row, marks=_marks(found.taken, entries), by=by, at=at)
    return merge


@transaction.atomic
def resolve(*, merge: RollMerge, from_device: set[int], by: User, at: dt.datetime) -> RollMerge:
    """Settle the differences: the device's mark for ``from_device``, what stands for the others.

    :raises Refused: settled already.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    activity = locked(merge.activity)
    row = RollMerge.objects.get(pk=merge.pk)
    if row.resolved_at is not None or not row.conflicts:
        raise Refused("这份离线名册已经核对过。")
    progress.ACTIVITY.after(State(activity.state), Step.TAKE_ROLL)
    row.resolved_by, row.resolved_at = by, at
    row.save(update_fields=["resolved_by", "resolved_at"])
    today = timezone.localdate(at)
    entries = {each.member_id: each for each in rolls.of_activity(activity, today=today)}
    taken = {
        int(member): each["device"]
        for member, each in row.conflicts.items()
        if int(member) in from_device and int(member) in entries
    }
    audit.record(
        "roll.settled", by=by, at=at, on=activity, organization=activity.organization,
        after={"conflicts": len(row.conflicts), "taken": len(taken)},
    )  # fmt: skip
    if taken:
        activities.take_roll(activity=activity, marks=_marks(taken, entries), by=by, at=at)
    return row


def _marks(taken: Mapping[int, str], entries: Mapping[int, rolls.Entry]) -> dict[int, Mark]:
    """Return the marks with reason and lecturer as they stand: a device knows neither."""
    return {
        member: Mark(status, entries[member].reason, entries[member].is_lecturer)
        for member, status in taken.items()
    }
