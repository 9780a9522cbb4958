"""Keeping the record of an activity: log, change, take the roll, close, cancel, reopen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from activities import wording
from activities.models import Activity, ActivityCorrection, AgendaPart, Attendance
from activities.operations.details import Details, Mark, Marks, Part
from activities.operations.refusals import (
    AlreadyLogged,
    CannotHold,
    RecordEmpty,
    Refused,
    RollIncomplete,
    TooEarly,
)
from activities.queries import rolls
from activities.rules import attendance, progress
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State, Step
from branches import audit
from branches.models import Organization, User
from branches.queries import regulations, working_calendar

FILING_RULE = "M23"
NAMES_SHOWN = 8


_FACTS = ("title", "held_on", "starts_at", "ends_at", "place", "host", "recorder", "summary")


@dataclass(slots=True)
class _Written:
    """What a step did to the roll: the rows as they stand now, and the marks that changed."""

    rows: list[Attendance]
    names: dict[int, str]
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def log(
    *,
    organization: Organization,
    kind: ActivityKind,
    details: Details,
    marks: Marks | None = None,
    close: bool = False,
    by: User,
    at: dt.datetime,
) -> Activity:
    """Record an activity with its agenda and its roll; with ``close``, close it at once.

    One of a day to come is PLANNED. A late entry is welcome: ``entered_at`` is ``at``,
    whatever the day of the fact.

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
        record_due_on=record_due_on(details.held_on),
        entered_by=by,
        entered_at=at,
        **{name: getattr(details, name) for name in _FACTS},
    )
    _write_parts(row, details.parts)
    written = _write_roll(row, marks or {}, at)
    row.save(update_fields=["state"])
    if close:
        _close(row, written, details.parts, at)
    audit.record(
        "activity.logged", by=by, at=at, on=row, organization=organization,
        after=_facts(row, details.parts) | {"roll": len(written.rows), "marks": written.after},
    )  # fmt: skip
    if close:
        _audit_closing(row, written, by, at)
    return row


@transaction.atomic
def change(
    *,
    activity: Activity,
    details: Details,
    marks: Marks | None = None,
    close: bool = False,
    by: User,
    at: dt.datetime,
) -> Activity:
    """Rewrite an open record; a new day brings a new roll, and marks of those on both stay.

    :raises Refused: see the subclasses; nothing is written then.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = _locked(activity)
    row.state = progress.ACTIVITY.after(State(row.state), Step.EDIT)
    before = _facts(row, [Part(part.title, part.content) for part in row.parts.all()])
    if details.held_on != row.held_on:
        _check_host(row.organization, ActivityKind(row.kind), details.held_on)
        row.record_due_on = record_due_on(details.held_on)
    for name in _FACTS:
        setattr(row, name, getattr(details, name))
    _write_parts(row, details.parts)
    written = _write_roll(row, marks or {}, at)
    row.save(update_fields=[*_FACTS, "record_due_on", "state"])
    if close:
        _close(row, written, details.parts, at)
    after = _facts(row, details.parts)
    changed = {name: after[name] for name in after if after[name] != before[name]}
    audit.record(
        "activity.changed", by=by, at=at, on=row, organization=row.organization,
        before={name: before[name] for name in changed} | {"marks": written.before},
        after=changed | {"marks": written.after},
    )  # fmt: skip
    if close:
        _audit_closing(row, written, by, at)
    return row


@transaction.atomic
def take_roll(*, activity: Activity, marks: Marks, by: User, at: dt.datetime) -> Activity:
    """Write down who came; the roll itself follows the members' register of that day.

    :raises TooEarly: the day has not come.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = _locked(activity)
    progress.ACTIVITY.after(State(row.state), Step.TAKE_ROLL)
    written = _write_roll(row, marks, at)
    row.save(update_fields=["state"])
    audit.record(
        "activity.attendance", by=by, at=at, on=row, organization=row.organization,
        before=written.before, after=written.after,
    )  # fmt: skip
    return row


@transaction.atomic
def close(*, activity: Activity, by: User, at: dt.datetime) -> Activity:
    """Close a record: from now on it stands, and its facts count.

    :raises TooEarly: the day has not come.
    :raises RollIncomplete: somebody is not marked, or nobody is on the roll.
    :raises RecordEmpty: neither minutes nor any part of the agenda is filled in.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = _locked(activity)
    progress.ACTIVITY.after(State(row.state), Step.CLOSE)
    written = _write_roll(row, {}, at)
    parts = [Part(part.title, part.content) for part in row.parts.all()]
    _close(row, written, parts, at)
    _audit_closing(row, written, by, at)
    return row


@transaction.atomic
def cancel(*, activity: Activity, reason: str, by: User, at: dt.datetime) -> Activity:
    """Cancel a record with its reason; it stays to be read and counts for nothing.

    :raises Refused: no reason was given.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = _locked(activity)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明取消原因。")
    before = row.state
    row.state = progress.ACTIVITY.after(State(row.state), Step.CANCEL)
    row.cancel_reason = reason
    row.save(update_fields=["state", "cancel_reason"])
    audit.record(
        "activity.cancelled", by=by, at=at, on=row, organization=row.organization,
        before={"state": before}, after={"state": row.state, "reason": reason},
    )  # fmt: skip
    return row


@transaction.atomic
def reopen(*, activity: Activity, reason: str, by: User, at: dt.datetime) -> Activity:
    """Open a closed record again to put it right; its facts do not count until it is closed.

    The reason stays with the record for good.

    :raises Refused: no reason was given.
    :raises StepNotAllowed: the record is not closed.
    """
    row = _locked(activity)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明更正原因。")
    before = {"state": row.state, "closed_at": row.closed_at}
    row.state = progress.ACTIVITY.after(State(row.state), Step.REOPEN)
    row.first_closed_at, row.closed_at = row.filed_at, None
    row.save(update_fields=["state", "closed_at", "first_closed_at"])
    Attendance.objects.filter(activity=row).update(is_counted=False)
    ActivityCorrection.objects.create(activity=row, reason=reason, made_by=by, made_at=at)
    audit.record(
        "activity.reopened", by=by, at=at, on=row, organization=row.organization,
        before=before, after={"reason": reason},
    )  # fmt: skip
    return row


def record_due_on(held_on: dt.date) -> dt.date:
    """Return the last day for the record: some working days after the meeting (M23)."""
    rule = regulations.in_force(held_on).get(FILING_RULE)
    days = rule.parameters["working_days"] if rule else progress.RECORD_WORKING_DAYS
    return working_calendar.around(held_on).after(held_on, days)


def _locked(activity: Activity) -> Activity:
    return (
        Activity.objects.select_for_update(of=("self",))
        .select_related("organization")
        .get(pk=activity.pk)
    )


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


def _write_roll(row: Activity, marks: Marks, at: dt.datetime) -> _Written:
    """Bring the roll up to date and write the marks (one statement for all rows).

    Whoever is no longer called goes from the roll.
    """
    called = rolls.called(ActivityKind(row.kind), row.organization, row.held_on)
    stored = {old.member_id: old for old in Attendance.objects.filter(activity=row)}
    wanted = []
    written = _Written([], {who.member_id: who.name for who in called})
    for who in called:
        old = stored.get(who.member_id)
        mark = marks.get(who.member_id) or Mark(
            *((old.status, old.reason, old.is_lecturer) if old else (AttendanceStatus.UNMARKED,))
        )
        before = old.status if old else str(AttendanceStatus.UNMARKED)
        if before != mark.status:
            written.before[str(who.member_id)] = before
            written.after[str(who.member_id)] = str(mark.status)
        wanted.append(
            Attendance(
                activity=row,
                member_id=who.member_id,
                branch_id=who.branch_id,
                kind=row.kind,
                held_on=row.held_on,
                status=mark.status,
                reason=mark.reason.strip(),
                is_lecturer=mark.is_lecturer,
            )
        )
    if stored.keys() - written.names.keys():
        Attendance.objects.filter(activity=row).exclude(member_id__in=written.names).delete()
    if wanted:
        Attendance.objects.bulk_create(
            wanted,
            update_conflicts=True,
            unique_fields=["activity", "member"],
            update_fields=["branch", "held_on", "status", "reason", "is_lecturer"],
        )
    written.rows = wanted
    if any(mark.status != AttendanceStatus.UNMARKED for mark in wanted):
        if row.held_on > timezone.localdate(at):
            raise TooEarly("活动日期还没到，不能登记到会。请先保存安排，活动当天再登记。")
        row.state = progress.ACTIVITY.after(State(row.state), Step.TAKE_ROLL)
    return written


def _close(row: Activity, written: _Written, parts: Iterable[Part], at: dt.datetime) -> None:
    if row.held_on > timezone.localdate(at):
        raise TooEarly("活动日期还没到，不能办结。")
    if not written.rows:
        raise RollIncomplete(
            f"应到名单是空的，不能办结。请先核对{wording.ROLLS[KINDS[ActivityKind(row.kind)].roll]}"
            "名单：党员是否已登记在本组织，委员的账号是否已关联党员。"
        )
    unmarked = tuple(
        written.names[mark.member_id]
        for mark in written.rows
        if mark.status == AttendanceStatus.UNMARKED
    )
    if unmarked:
        raise RollIncomplete(
            f"还有 {len(unmarked)} 人没有登记到会：{_listed(unmarked)}。", unmarked
        )
    if not row.summary.strip() and not any(part.content.strip() for part in parts):
        raise RecordEmpty("还没有会议记录。请填写会议记录，或至少填写一项议程的内容。")
    row.state = progress.ACTIVITY.after(State(row.state), Step.CLOSE)
    row.closed_at = at
    row.save(update_fields=["state", "closed_at"])
    Attendance.objects.filter(activity=row).update(is_counted=True)


def _audit_closing(row: Activity, written: _Written, by: User, at: dt.datetime) -> None:
    count = attendance.count(mark.status for mark in written.rows)
    audit.record(
        "activity.closed", by=by, at=at, on=row, organization=row.organization,
        after=asdict(count) | {"record_due_on": row.record_due_on},
    )  # fmt: skip


def _listed(names: tuple[str, ...]) -> str:
    shown = "、".join(names[:NAMES_SHOWN])
    return f"{shown} 等 {len(names)} 人" if len(names) > NAMES_SHOWN else shown


def _facts(row: Activity, parts: Iterable[Part]) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in _FACTS}
    return facts | {"parts": [asdict(part) for part in parts]}
