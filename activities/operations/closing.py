"""Closing a record: what must be there, what counts from then on, the minutes that stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict

from django.utils import timezone

from activities import wording
from activities.models import Activity, Attendance
from activities.operations import lessons, minutes, votes
from activities.operations.details import Part
from activities.operations.refusals import NotBegun, RecordEmpty, RollIncomplete, TooEarly
from activities.operations.rolls import Written
from activities.queries import leaves, sittings
from activities.rules import attendance, progress
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State, Step
from branches import audit
from branches.models import User

NAMES_SHOWN = 8


def close(
    row: Activity,
    written: Written,
    parts: Iterable[Part],
    *,
    held_early: bool,
    by: User,
    at: dt.datetime,
) -> None:
    """Close the locked ``row`` inside the caller's transaction; its minutes become a version.

    :param held_early: it was held before the hour written down, and whoever closes says so.
    :raises TooEarly: the day, or that of the last sitting, has not come.
    :raises NotBegun: it begins later today, and nobody has said that it was held early.
    :raises RollIncomplete: somebody is not marked, or nobody is on the roll.
    :raises RecordEmpty: neither minutes nor any part of the agenda is filled in.
    :raises Refused: the roll has changed since a vote or an election was counted.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    today = timezone.localdate(at)
    if row.held_on > today:
        raise TooEarly("活动日期还没到，不能办结。")
    coming = [sitting for sitting in sittings.of_activity(row) if sitting.held_on > today]
    if coming:
        raise TooEarly(
            f"“{coming[0].label}”{coming[0].held_on} 才召开，各场都开完再办结。"
            "不开的场次请先在“分场”里删除。"
        )
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
    votes.check_current(row)
    # Asked last: nobody should say that it was held early and then be refused for something else.
    is_ahead = leaves.starts_at(row) > at
    if is_ahead and not held_early:
        raise NotBegun(
            f"开始时间 {row.starts_at:%H:%M} 还没到（现在 {timezone.localtime(at):%H:%M}），"
            "还没有办结。"
        )
    row.state = progress.ACTIVITY.after(State(row.state), Step.CLOSE)
    row.closed_at = at
    row.save(update_fields=["state", "closed_at"])
    Attendance.objects.filter(activity=row).update(is_counted=True)
    minutes.keep(row, by=by, at=at)
    lessons.held(row, by=by, at=at)
    count = attendance.count(mark.status for mark in written.rows)
    audit.record(
        "activity.closed", by=by, at=at, on=row, organization=row.organization,
        after=asdict(count)
        | {"record_due_on": row.record_due_on}
        | ({"held_early": True} if is_ahead else {}),
    )  # fmt: skip


def _listed(names: tuple[str, ...]) -> str:
    shown = "、".join(names[:NAMES_SHOWN])
    return f"{shown} 等 {len(names)} 人" if len(names) > NAMES_SHOWN else shown
