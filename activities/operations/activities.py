"""Keeping the record of an activity: log, change, take the roll, close, cancel, reopen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from activities import wording
from activities.models import Activity, ActivityCorrection, AgendaPart, Attendance
from activities.operations import (
    closing,
    lessons,
    minutes,
    preparations,
    rolls,
    sittings,
    voters,
)
from activities.operations.details import Details, Marks, Part
from activities.operations.locks import locked
from activities.operations.refusals import (
    AlreadyLogged,
    CannotHold,
    Refused,
)
from activities.queries import activities as queries
from activities.rules import progress
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State, Step
from branches import audit
from branches.models import Organization, User
from branches.queries import regulations, working_calendar

FILING_RULE = "M23"
MOST_REASON = 90  # for cancelling; the column leaves room for 没有召开

_FACTS = (
    "title", "held_on", "starts_at", "ends_at", "place", "host", "host_note", "recorder", "summary",
)  # fmt: skip


@transaction.atomic
def log(
    *,
    organization: Organization,
    kind: ActivityKind,
    details: Details,
    marks: Marks | None = None,
    close: bool = False,
    held_early: bool = False,
    by: User,
    at: dt.datetime,
) -> Activity:
    """Record an activity with its agenda and its roll; with ``close``, close it at once.

    One of a day to come is PLANNED. A late entry is welcome: ``entered_at`` is ``at``,
    whatever the day of the fact.

    :param held_early: with ``close``, it was held before the hour written down.
    :raises Refused: see the subclasses; nothing is written then.
    """
    # One entry at a time for an organisation: the check for doubles must hold.
    organization = (
        Organization.objects.select_for_update(no_key=True)
        .select_related(None)
        .get(pk=organization.pk)
    )
    _check_host(organization, kind, details.held_on)
    _check_double(organization, kind, details)
    row = Activity.objects.create(
        organization=organization,
        kind=kind,
        record_due_on=record_due_on(organization, details.held_on),
        entered_by=by,
        entered_at=at,
        **{name: getattr(details, name) for name in _FACTS},
    )
    _write_parts(row, details.parts)
    written = rolls.write(row, marks or {}, at)
    row.save(update_fields=["state"])
    audit.record(
        "activity.logged", by=by, at=at, on=row, organization=organization,
        after=_facts(row, details.parts) | {"roll": len(written.rows), "marks": written.after},
    )  # fmt: skip
    if close:
        closing.close(row, written, details.parts, held_early=held_early, by=by, at=at)
    return row


@transaction.atomic
def change(
    *,
    activity: Activity,
    details: Details,
    marks: Marks | None = None,
    close: bool = False,
    held_early: bool = False,
    by: User,
    at: dt.datetime,
) -> Activity:
    """Rewrite an open record; a new day brings a new roll, and marks of those on both stay.

    Rules set aside for the former day are in force again.

    :raises Refused: see the subclasses; nothing is written then.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    row.state = progress.ACTIVITY.after(State(row.state), Step.EDIT)
    before = _facts(row, [Part(part.title, part.content) for part in row.parts.all()])
    if details.held_on != row.held_on:
        _check_host(row.organization, ActivityKind(row.kind), details.held_on)
        row.record_due_on = record_due_on(row.organization, details.held_on)
        preparations.follow(row, details.held_on, timezone.localdate(at))
        voters.restore_rules(row, by=by, at=at)
    moved = details.held_on - row.held_on
    for name in _FACTS:
        setattr(row, name, getattr(details, name))
    sittings.follow(row, moved)
    _write_parts(row, details.parts)
    written = rolls.write(row, marks or {}, at)
    row.save(update_fields=[*_FACTS, "record_due_on", "state"])
    after = _facts(row, details.parts)
    changed = {name: after[name] for name in after if after[name] != before[name]}
    audit.record(
        "activity.changed", by=by, at=at, on=row, organization=row.organization,
        before={name: before[name] for name in changed} | {"marks": written.before},
        after=changed | {"marks": written.after},
    )  # fmt: skip
    if close:
        closing.close(row, written, details.parts, held_early=held_early, by=by, at=at)
    return row


@transaction.atomic
def take_roll(*, activity: Activity, marks: Marks, by: User, at: dt.datetime) -> Activity:
    """Write down who came; the roll itself follows the members' register of that day.

    :raises TooEarly: the day has not come.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    progress.ACTIVITY.after(State(row.state), Step.TAKE_ROLL)
    written = rolls.write(row, marks, at)
    row.save(update_fields=["state"])
    audit.record(
        "activity.attendance", by=by, at=at, on=row, organization=row.organization,
        before=written.before, after=written.after,
    )  # fmt: skip
    return row


@transaction.atomic
def close(*, activity: Activity, held_early: bool = False, by: User, at: dt.datetime) -> Activity:
    """Close a record: from now on it stands, and its facts count.

    :param held_early: it was held before the hour written down.
    :raises TooEarly: the day has not come.
    :raises NotBegun: the hour has not come, and it was not said to have been held early.
    :raises RollIncomplete: somebody is not marked, or nobody is on the roll.
    :raises RecordEmpty: neither minutes nor any part of the agenda is filled in.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    progress.ACTIVITY.after(State(row.state), Step.CLOSE)
    written = rolls.write(row, {}, at)
    parts = [Part(part.title, part.content) for part in row.parts.all()]
    closing.close(row, written, parts, held_early=held_early, by=by, at=at)
    return row


@transaction.atomic
def cancel(*, activity: Activity, reason: str, by: User, at: dt.datetime) -> Activity:
    """Cancel a record with its reason; it stays to be read and counts for nothing.

    What was planned and not recorded although its day is over was not held: the reason says so.

    :param reason: at most ``MOST_REASON`` characters.
    :raises Refused: no reason was given, or too long a one.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明原因。")
    if len(reason) > MOST_REASON:
        raise Refused(f"原因最多 {MOST_REASON} 个字，请删减。")
    if queries.is_missed(row, timezone.localdate(at)):
        reason = f"没有{wording.VERBS[ActivityKind(row.kind)]}：{reason}"
    before = row.state
    row.state = progress.ACTIVITY.after(State(row.state), Step.CANCEL)
    row.cancel_reason = reason
    row.save(update_fields=["state", "cancel_reason"])
    audit.record(
        "activity.cancelled", by=by, at=at, on=row, organization=row.organization,
        before={"state": before}, after={"state": row.state, "reason": reason},
    )  # fmt: skip
    lessons.called_off(row, reason=reason, by=by, at=at)
    return row


@transaction.atomic
def reopen(*, activity: Activity, reason: str, by: User, at: dt.datetime) -> Activity:
    """Open a closed record again to put it right; its facts do not count until it is closed.

    The reason stays with the record for good.

    :raises Refused: no reason was given.
    :raises StepNotAllowed: the record is not closed.
    """
    row = locked(activity)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明更正原因。")
    before = {"state": row.state, "closed_at": row.closed_at}
    opened = progress.ACTIVITY.after(State(row.state), Step.REOPEN)
    minutes.keep_former(row, by=by, at=at)
    row.state = opened
    row.first_closed_at, row.closed_at = row.filed_at, None
    row.save(update_fields=["state", "closed_at", "first_closed_at"])
    Attendance.objects.filter(activity=row).update(is_counted=False)
    ActivityCorrection.objects.create(activity=row, reason=reason, made_by=by, made_at=at)
    audit.record(
        "activity.reopened", by=by, at=at, on=row, organization=row.organization,
        before=before, after={"reason": reason},
    )  # fmt: skip
    return row


def record_due_on(organization: Organization, held_on: dt.date) -> dt.date:
    """Return the last day for the record: some working days after the meeting (M23)."""
    rule = regulations.for_organization(organization, held_on).get(FILING_RULE)
    days = rule.parameters["working_days"] if rule else progress.RECORD_WORKING_DAYS
    return working_calendar.around(held_on).after(held_on, days)


def _check_host(organization: Organization, kind: ActivityKind, held_on: dt.date) -> None:
    if organization.kind != KINDS[kind].held_by:
        raise CannotHold(f"{organization.short_name}不能登记{wording.KINDS[kind]}。")
    if held_on < organization.founded_on:
        raise CannotHold(
            f"{organization.short_name}成立于 {organization.founded_on}，活动日期不能早于这一天。"
        )
    if organization.dissolved_on is not None and held_on >= organization.dissolved_on:
        raise CannotHold(
            f"{organization.short_name}已于 {organization.dissolved_on} 撤销，请核对活动日期。"
        )


def _check_double(organization: Organization, kind: ActivityKind, details: Details) -> None:
    same = Activity.objects.standing().filter(
        organization=organization, kind=kind, held_on=details.held_on, starts_at=details.starts_at
    )
    if same.exists():
        raise AlreadyLogged(
            f"{organization.short_name} {details.held_on} {details.starts_at:%H:%M} 的"
            f"{wording.KINDS[kind]}已经登记过。请到活动列表里打开它继续填写，不必重复登记。"
        )


def _write_parts(row: Activity, parts: Iterable[Part]) -> None:
    row.parts.all().delete()
    AgendaPart.objects.bulk_create(
        AgendaPart(activity=row, ordinal=ordinal, title=part.title, content=part.content)
        for ordinal, part in enumerate(parts, start=1)
    )


def _facts(row: Activity, parts: Iterable[Part]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in _FACTS}
    return facts | {"parts": [asdict(part) for part in parts]}
