"""Making up for what was missed (补课、送学上门): beside the mark, which stays as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from activities.models import Activity, MakeUp
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.queries import leaves
from branches import audit
from branches.models import User


@transaction.atomic
def record(
    *,
    activity: Activity,
    attendances: Collection[int],
    method: str,
    done_on: dt.date,
    content: str,
    by: User,
    at: dt.datetime,
) -> list[MakeUp]:
    """Write down what some of those who missed a closed activity did instead.

    Whoever has made up already keeps what was written first.

    :raises Refused: not closed yet, nobody chosen, one's own, no content, or the day is before the
        activity or in the future.
    """
    row = locked(activity)
    if not row.is_closed:
        raise Refused("活动办结以后才能登记补课。")
    if not row.held_on <= done_on <= timezone.localdate(at):
        raise Refused("补课日期应在活动日期以后、今天以前。")
    if not content.strip():
        raise Refused("请填写补课内容。")
    chosen = [each for each in leaves.missed(row) if each.pk in set(attendances)]
    wanted = [each for each in chosen if not hasattr(each, "make_up")]
    if not wanted:
        raise Refused("请选择补课的人。")
    if any(each.member.user_id == by.pk for each in wanted):
        raise Refused("不能给自己登记补课，请由其他支部委员或上级党委登记。")
    made = MakeUp.objects.bulk_create(
        MakeUp(
            attendance=each, method=method, done_on=done_on, content=content.strip(),
            recorded_by=by, recorded_at=at,
        )
        for each in wanted
    )  # fmt: skip
    audit.record(
        "make_up.recorded", by=by, at=at, on=row, organization=row.organization,
        after={
            "people": [each.member.name for each in wanted],
            "make_up": method,
            "on": done_on,
            "content": content.strip(),
        },
    )  # fmt: skip
    return made


@transaction.atomic
def remove(*, activity: Activity, attendance: int, by: User, at: dt.datetime) -> None:
    """Take back what was written by mistake.

    :raises Refused: there is nothing to take back, or it is one's own.
    """
    row = locked(activity)
    made = (
        MakeUp.objects.filter(attendance__activity=row, attendance=attendance)
        .select_related("attendance__member")
        .first()
    )
    if made is None:
        raise Refused("这条补课记录已经删除。")
    if made.attendance.member.user_id == by.pk:
        raise Refused("不能删除自己的补课记录，请由其他支部委员或上级党委办理。")
    before = {
        "people": [made.attendance.member.name],
        "make_up": made.method,
        "on": made.done_on,
        "content": made.content,
    }
    made.delete()
    audit.record(
        "make_up.removed", by=by, at=at, on=row, organization=row.organization, before=before
    )
