"""Dividing an activity into sittings for several shifts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from activities.models import Activity, Attendance, Sitting
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.rules import progress, sittings
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State, Step
from branches import audit
from branches.models import User


@dataclass(frozen=True, slots=True)
class SittingDetails:
    label: str
    held_on: dt.date
    starts_at: dt.time
    ends_at: dt.time | None = None
    place: str = ""


@transaction.atomic
def add(
    *,
    activity: Activity,
    details: SittingDetails,
    first_label: str = "",
    by: User,
    at: dt.datetime,
) -> Sitting:
    """Add a sitting; with the first one added, the activity's own time becomes the first sitting.

    ``first_label`` names that one; without it, it is called 第一场.

    :raises Refused: the meeting votes, or the sitting does not go with the others.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = _locked(activity)
    there = list(row.sittings.all())
    first = there[0] if there else _own(row, first_label or "第一场")
    refusal = sittings.refusal(
        decides=KINDS[ActivityKind(row.kind)].decides,
        first=_time(first),
        others=[_time(each) for each in there[1:]],
        new=sittings.Time(details.label, details.held_on, details.starts_at),
    )
    if refusal:
        raise Refused(refusal)
    if not there:
        first.save()
    added = Sitting.objects.create(
        activity=row,
        ordinal=max((each.ordinal for each in there), default=first.ordinal) + 1,
        label=details.label,
        held_on=details.held_on,
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        place=details.place,
    )
    audit.record(
        "sitting.added", by=by, at=at, on=row, organization=row.organization,
        after={"label": added.label, "held_on": added.held_on, "starts_at": added.starts_at,
               "place": added.place},
    )  # fmt: skip
    return added


@transaction.atomic
def remove(*, sitting: Sitting, by: User, at: dt.datetime) -> None:
    """Take a sitting away again; when one alone is left, the activity is undivided as before.

    :raises Refused: it is the activity's own, or somebody is marked as having come to it.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = _locked(sitting.activity)
    there = list(row.sittings.all())
    gone = next((each for each in there if each.pk == sitting.pk), None)
    if gone is None:
        return
    if gone.pk == there[0].pk:
        raise Refused("第一场就是活动本身，不能删除。要改它的时间和地点，请修改活动。")
    marked = Attendance.objects.filter(activity=row, sitting=gone).count()
    if marked:
        raise Refused(
            f"已有 {marked} 人登记在“{gone.label}”。请先在到会登记里改到别的场次，再删除。"
        )
    gone.delete()
    if len(there) == 2:
        there[0].delete()
    audit.record(
        "sitting.removed", by=by, at=at, on=row, organization=row.organization,
        before={"label": gone.label, "held_on": gone.held_on, "starts_at": gone.starts_at},
    )  # fmt: skip


def follow(row: Activity, days: dt.timedelta) -> None:
    """Bring the sittings after the activity, whose facts are set: the first is the activity's
    own, the others move by as many days as it did.
    """
    there = list(row.sittings.all())
    if not there:
        return
    own = there[0]
    own.held_on, own.starts_at, own.ends_at = row.held_on, row.starts_at, row.ends_at
    own.place = row.place
    for other in there[1:]:
        other.held_on += days
    Sitting.objects.bulk_update(there, ["held_on", "starts_at", "ends_at", "place"])
    early = [other for other in there[1:] if _moment(other) < _moment(own)]
    if early:
        raise Refused(f"“{early[0].label}”会比第一场还早。请先在“分场”里调整这一场。")


def _locked(activity: Activity) -> Activity:
    row = locked(activity)
    progress.ACTIVITY.after(State(row.state), Step.EDIT)
    return row


def _own(row: Activity, label: str) -> Sitting:
    return Sitting(
        activity=row,
        ordinal=1,
        label=label,
        held_on=row.held_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
    )


def _time(sitting: Sitting) -> sittings.Time:
    return sittings.Time(sitting.label, sitting.held_on, sitting.starts_at)


def _moment(sitting: Sitting) -> tuple[dt.date, dt.time]:
    return sitting.held_on, sitting.starts_at
