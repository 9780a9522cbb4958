"""Taking the right to vote from a member for a time, and giving it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches import audit
from branches.models import User
from members.models import Member, Restriction
from members.operations.steps import CannotChange, home_of
from members.rules.status import MemberStatus, RestrictionGround


@transaction.atomic
def restrict(
    *,
    member: Member,
    ground: RestrictionGround,
    reference: str,
    started_on: dt.date,
    ended_on: dt.date | None,
    by: User,
    at: dt.datetime,
) -> Restriction:
    """Suspend a full member's right to vote, to elect and to be elected (half-open dates).

    选举工作条例 第五条: during 留党察看; on 留置 or arrest.

    :raises CannotChange: no full member, suspended then already, no reference, or dates that do
        not fit.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.status != MemberStatus.FULL:
        raise CannotChange("只有正式党员有表决权。预备党员本来没有表决权，不用登记。")
    reference = reference.strip()
    if not reference:
        raise CannotChange("请填写决定文号。", field="reference")
    if ended_on is not None and ended_on <= started_on:
        raise CannotChange("恢复日期应晚于开始日期。", field="ended_on")
    clash = Restriction.objects.filter(member=row).exclude(ended_on__lte=started_on)
    if ended_on is not None:
        clash = clash.filter(started_on__lt=ended_on)
    if clash.exists():
        raise CannotChange("这段时间已经登记了暂停表决权，请先恢复原来的一条。", field="started_on")
    restriction = Restriction.objects.create(
        member=row, ground=ground, reference=reference, started_on=started_on, ended_on=ended_on
    )
    audit.record(
        "member.restricted", by=by, at=at, on=row, organization=home_of(row).branch,
        after={
            "ground": ground, "reference": reference, "started_on": started_on,
            "ended_on": ended_on,
        },
    )  # fmt: skip
    return restriction


@transaction.atomic
def end_restriction(*, restriction: Restriction, on: dt.date, by: User, at: dt.datetime) -> None:
    """Give the right to vote back: ``on`` is the first day with it.

    One that would not have lasted a day is taken away.

    :raises CannotChange: it ends before that day already.
    """
    row = (
        Restriction.objects.select_for_update(of=("self",))
        .select_related("member")
        .filter(pk=restriction.pk)
        .first()
    )
    if row is None:
        raise CannotChange("这条记录刚刚已被恢复。")
    if row.ended_on is not None and on > row.ended_on:
        raise CannotChange(f"到 {row.ended_on:%Y-%m-%d} 已经恢复，请另行登记。", field="on")
    before = {"started_on": row.started_on, "ended_on": row.ended_on}
    if on <= row.started_on:
        Restriction.objects.filter(pk=row.pk).delete()
    else:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
    audit.record(
        "member.restricted", by=by, at=at, on=row.member, organization=home_of(row.member).branch,
        before=before, after={"ended_on": on},
    )  # fmt: skip
