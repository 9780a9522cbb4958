"""Excusing members from attendance and rating, for a time."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches import audit
from branches.models import User
from members.models import Exemption, Member
from members.operations.steps import CannotChange, home_of


@transaction.atomic
def exempt(
    *,
    member: Member,
    reason: str,
    note: str,
    started_on: dt.date,
    ended_on: dt.date | None,
    by: User,
    at: dt.datetime,
) -> Exemption:
    """Excuse a member from attendance and rating for a time (half-open dates).

    :raises CannotChange: not on the roll, excused already, or dates that do not fit.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    if not row.is_on_roll:
        raise CannotChange("此人已不在名册上。")
    if ended_on is not None and ended_on <= started_on:
        raise CannotChange("结束日期应晚于开始日期。", field="ended_on")
    clash = Exemption.objects.filter(member=row).exclude(ended_on__lte=started_on)
    if ended_on is not None:
        clash = clash.filter(started_on__lt=ended_on)
    if clash.exists():
        raise CannotChange("这段时间已经登记了免考评，请先结束原来的一条。", field="started_on")
    exemption = Exemption.objects.create(
        member=row, reason=reason, note=note, started_on=started_on, ended_on=ended_on
    )
    audit.record(
        "member.exempted", by=by, at=at, on=row, organization=home_of(row).branch,
        after={"reason": reason, "note": note, "started_on": started_on, "ended_on": ended_on},
    )  # fmt: skip
    return exemption


@transaction.atomic
def end_exemption(*, exemption: Exemption, on: dt.date, by: User, at: dt.datetime) -> None:
    """End an exemption: ``on`` is the first day the member counts again.

    One that would not have lasted a day is taken away.

    :raises CannotChange: it ends before that day already.
    """
    row = (
        Exemption.objects.select_for_update(of=("self",))
        .select_related("member")
        .filter(pk=exemption.pk)
        .first()
    )
    if row is None:
        raise CannotChange("这条免考评刚刚已被结束。")
    if row.ended_on is not None and on > row.ended_on:
        raise CannotChange(
            f"这条免考评到 {row.ended_on:%Y-%m-%d} 已经结束，请另行登记。", field="ended_on"
        )
    before = {"started_on": row.started_on, "ended_on": row.ended_on}
    if on <= row.started_on:
        Exemption.objects.filter(pk=row.pk).delete()
    else:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
    audit.record(
        "member.exempted", by=by, at=at, on=row.member, organization=home_of(row.member).branch,
        before=before, after={"ended_on": on},
    )  # fmt: skip
