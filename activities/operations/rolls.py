"""Writing the roll of an activity: who is called, and the mark of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from django.utils import timezone

from activities.models import Activity, Attendance
from activities.operations.details import Mark, Marks
from activities.operations.refusals import Refused, TooEarly
from activities.queries import roll_facts, rolls, sittings
from activities.queries.roll_facts import Known
from activities.rules import progress
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State, Step


@dataclass(slots=True)
class Written:
    """What a step did to the roll: the rows as they stand now, and the marks that changed."""

    rows: list[Attendance]
    names: dict[int, str]
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


def write(row: Activity, marks: Marks, at: dt.datetime) -> Written:
    """Bring the roll up to date and write the marks (one statement for all rows).

    Whoever is no longer called goes from the roll. Who has no mark and signed in has come, and
    who was granted leave is on leave: a form that was opened before loses no sign-in.

    :raises TooEarly: somebody is marked before the day.
    :raises Refused: somebody is marked at a sitting that this activity does not have.
    """
    called = rolls.called(ActivityKind(row.kind), row.organization, row.held_on)
    stored = {old.member_id: old for old in Attendance.objects.filter(activity=row)}
    known = roll_facts.known(row, day=row.held_on, today=timezone.localdate(at))
    wanted = []
    written = Written([], {who.member_id: who.name for who in called})
    for who in called:
        old = stored.get(who.member_id)
        mark = marks.get(who.member_id) or Mark(
            *((old.status, old.reason, old.is_lecturer) if old else (AttendanceStatus.UNMARKED,))
        )
        if mark.status == AttendanceStatus.UNMARKED:
            mark = _filled(mark, known.get(who.member_id))
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
                sitting_id=_sitting(mark, old),
                is_lecturer=mark.is_lecturer,
            )
        )
    _check_sittings(row, wanted, at)
    if stored.keys() - written.names.keys():
        Attendance.objects.filter(activity=row).exclude(member_id__in=written.names).delete()
    if wanted:
        Attendance.objects.bulk_create(
            wanted,
            update_conflicts=True,
            unique_fields=["activity", "member"],
            update_fields=["branch", "held_on", "status", "reason", "sitting", "is_lecturer"],
        )
    written.rows = wanted
    if any(mark.status != AttendanceStatus.UNMARKED for mark in wanted):
        if row.held_on > timezone.localdate(at):
            raise TooEarly("活动日期还没到，不能登记到会。请先保存安排，活动当天再登记。")
        row.state = progress.ACTIVITY.after(State(row.state), Step.TAKE_ROLL)
    return written


def call(row: Activity) -> None:
    """Put those on the roll who are called and not on it yet, unmarked (one statement)."""
    Attendance.objects.bulk_create(
        (
            Attendance(
                activity=row, member_id=who.member_id, branch_id=who.branch_id,
                kind=row.kind, held_on=row.held_on,
            )
            for who in rolls.called(ActivityKind(row.kind), row.organization, row.held_on)
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _filled(mark: Mark, known: Known | None) -> Mark:
    if known is None or not known.status:
        return mark
    return replace(
        mark,
        status=known.status,
        reason=mark.reason or known.reason,
        sitting=mark.sitting or known.sitting_id,
    )


def _sitting(mark: Mark, old: Attendance | None) -> int | None:
    """Return the sitting somebody came to; a mark that names none keeps the one there is."""
    if mark.status not in ATTENDED:
        return None
    return mark.sitting or (old.sitting_id if old else None)


def _check_sittings(row: Activity, wanted: list[Attendance], at: dt.datetime) -> None:
    named = {mark.sitting_id for mark in wanted} - {None}
    if not named:
        return
    known = {sitting.pk: sitting for sitting in sittings.of_activity(row)}
    if named - known.keys():
        raise Refused("有人选的场次已经删除。请重新选择场次。")
    early = [known[pk] for pk in named if pk and known[pk].held_on > timezone.localdate(at)]
    if early:
        raise TooEarly(f"“{early[0].label}”{early[0].held_on} 才召开，还不能登记到会。")
