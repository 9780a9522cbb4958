"""Keeping the duty roster: a month at a time, and swaps that the members agree on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import DutyShift, DutySwap, TakenOffDuty
from activities.operations.refusals import Refused
from activities.queries import duty
from activities.rules.duty import SwapState
from branches import audit, notices
from branches.models import Organization, User
from branches.rules.periods import Period
from branches.templatetags import formats
from members.models import Member

_MOVED = "这个班已经调整过，请刷新页面后再看。"


@transaction.atomic
def write_month(
    *,
    branch: Organization,
    period: Period,
    chosen: Mapping[dt.date, Sequence[int]],
    by: User,
    at: dt.datetime,
) -> int:
    """Put members on duty on the days of a month that ``chosen`` names, in place of whoever was;
    return how many shifts are new. Those who stay keep for whom they stand in.

    :raises Refused: a day is not of the month, or somebody is on twice a day or not of the branch.
    """
    _lock(branch)
    crew = duty.crew(branch, period)
    known = {person.key: person for person in crew.people}
    before: dict[dt.date, dict[int, DutyShift]] = {}
    for shift in duty.shifts_of(branch, period.first_day, period.last_day):
        before.setdefault(shift.on, {})[shift.member_id] = shift
    for day, keys in chosen.items():
        _check_day(day, keys, period)
        for key in keys:
            stays = key in before.get(day, {})
            if not stays and (key not in known or not known[key].is_free(day)):
                name = crew.names.get(key, "这名党员")
                raise Refused(f"{_day(day)}：{name}当天不在本支部或者免于值班，请换一位。")
    gone = [
        shift
        for day, keys in chosen.items()
        for key, shift in before.get(day, {}).items()
        if key not in keys
    ]
    added = [
        DutyShift(organization=branch, on=day, member_id=key, entered_by=by, entered_at=at)
        for day, keys in sorted(chosen.items())
        for key in keys
        if key not in before.get(day, {})
    ]
    if not gone and not added:
        return 0
    # Without the shift to take back, what was asked would be another thing.
    DutySwap.objects.filter(state=SwapState.ASKED, other__in=gone).delete()
    DutyShift.objects.filter(pk__in=[shift.pk for shift in gone]).delete()
    DutyShift.objects.bulk_create(added)
    TakenOffDuty.objects.bulk_create(
        TakenOffDuty(member_id=shift.member_id, on=shift.on, taken_off_at=at)
        for shift in gone
        if shift.on <= timezone.localdate(at)
    )
    audit.record(
        "duty.rostered", by=by, at=at, on=branch, organization=branch,
        after={"period": str(period), "planned": len(added), "cancelled": len(gone)},
    )  # fmt: skip
    _tell_month(branch, period, added, gone, by, at)
    return len(added)


@transaction.atomic
def ask_swap(
    *,
    shift: DutyShift,
    asked_of: Member,
    other: DutyShift | None = None,
    reason: str,
    by: User,
    at: dt.datetime,
) -> DutySwap:
    """Ask a colleague to take one's shift, or to exchange it for ``other`` of his.

    :raises Refused: the shift is not one's own, is past or asked already; the colleague cannot
        take it, or ``other`` cannot be taken in exchange.
    """
    _lock(shift.organization)
    row = DutyShift.objects.select_related("member", "organization").get(pk=shift.pk)
    if row.member.user_id != by.pk:
        raise Refused("只能换自己的班。")
    if not reason.strip():
        raise Refused("请写明换班的原因。")
    if DutySwap.objects.filter(shift=row, state=SwapState.ASKED).exists():
        raise Refused("这个班已经请人换了，正在等对方答复；要换别人，请先撤回。")
    _check_swap(row, asked_of, other, timezone.localdate(at))
    swap = DutySwap.objects.create(
        shift=row, asked_by=row.member, asked_of=asked_of, other=other,
        reason=reason.strip(), asked_at=at,
    )  # fmt: skip
    audit.record(
        "duty.swap_asked", by=by, at=at, on=swap, organization=row.organization,
        after=_facts(swap),
    )  # fmt: skip
    if asked_of.user is not None:
        way = f"，换{_day(other.on)}的班" if other else ""
        text = f"{row.member.name}请您值{_day(row.on)}的班{way}：{swap.reason}"
        notices.tell([asked_of.user], text, url=reverse("my-duty"), at=at)
    return swap


@transaction.atomic
def answer_swap(*, swap: DutySwap, agrees: bool, by: User, at: dt.datetime) -> DutySwap:
    """Agree to a swap, and the shifts change hands; or refuse it.

    Whoever was on the roster first stays written down as the one stood in for.

    :raises Refused: it was answered already, is not for this person to answer, or (agreeing) the
        shifts have been changed since, are past, or somebody would be on twice a day.
    """
    _lock(swap.shift.organization)
    row = (
        DutySwap.objects.select_for_update(of=("self",))
        .select_related("shift__organization", "asked_by__user", "asked_of", "other")
        .filter(pk=swap.pk)
        .first()
    )
    if row is None or row.state != SwapState.ASKED:
        raise Refused("这次换班已经答复过或者撤回了。")
    if row.asked_of.user_id != by.pk:
        raise Refused("只有被请的人可以答复。")
    shift, other = row.shift, row.other
    if agrees:
        if shift.member_id != row.asked_by_id:
            raise Refused(_MOVED)
        _check_swap(shift, row.asked_of, other, timezone.localdate(at))
        _hand_over(shift, row.asked_of)
        if other is not None:
            _hand_over(other, row.asked_by)
        _drop_stale([shift, *([other] if other else [])], row, at)
    row.state = SwapState.AGREED if agrees else SwapState.REFUSED
    row.answered_at = at
    row.save(update_fields=["state", "answered_at"])
    audit.record(
        "duty.swap_agreed" if agrees else "duty.swap_refused",
        by=by, at=at, on=row, organization=shift.organization, after=_facts(row),
    )  # fmt: skip
    if row.asked_by.user is not None:
        word = "同意替您值" if agrees else "不能替您值"
        text = f"{row.asked_of.name}{word}{_day(shift.on)}的班"
        notices.tell([row.asked_by.user], text, url=reverse("my-duty"), at=at)
    return row


@transaction.atomic
def withdraw_swap(*, swap: DutySwap, by: User, at: dt.datetime) -> None:
    """Take back what one has asked, as long as it is not answered.

    :raises Refused: it is answered, or somebody else asked it.
    """
    _lock(swap.shift.organization)
    row = (
        DutySwap.objects.select_for_update(of=("self",))
        .select_related("shift__organization", "asked_by", "asked_of__user", "other")
        .filter(pk=swap.pk)
        .first()
    )
    if row is None or row.state != SwapState.ASKED:
        raise Refused("对方已经答复，不能撤回。")
    if row.asked_by.user_id != by.pk:
        raise Refused("只能撤回自己的换班。")
    audit.record(
        "duty.swap_withdrawn", by=by, at=at, on=row, organization=row.shift.organization,
        before=_facts(row),
    )  # fmt: skip
    if row.asked_of.user is not None:
        text = f"{row.asked_by.name}撤回了{_day(row.shift.on)}的换班，不用答复了"
        notices.tell([row.asked_of.user], text, url=reverse("my-duty"), at=at)
    row.delete()


def _lock(branch: Organization) -> None:
    """Rosters of a branch change one after another, or two could put somebody on twice."""
    Organization.objects.select_for_update(no_key=True).get(pk=branch.pk)


def _check_day(day: dt.date, keys: Sequence[int], period: Period) -> None:
    if not period.first_day <= day <= period.last_day:
        raise Refused(f"{_day(day)}不在这个月。")
    if len(set(keys)) < len(keys):
        raise Refused(f"{_day(day)}：同一个人只能排一次，请换一位。")


def _check_swap(shift: DutyShift, asked_of: Member, other: DutyShift | None, on: dt.date) -> None:
    if shift.on < on:
        raise Refused("已经过去的班不能换。")
    people = duty.colleagues(shift)
    if asked_of.pk not in {person.pk for person in people}:
        raise Refused(f"{asked_of.name}当天已经值班、免于值班，或者没有账号，请换一位。")
    if other is None:
        return
    if other.member_id != asked_of.pk:
        raise Refused(_MOVED)
    if other.on < on:
        raise Refused("已经过去的班不能换。")
    if other.pk not in {each.pk for each in duty.exchangeable(shift, [asked_of], on)}:
        raise Refused(f"{_day(other.on)}已经有您的班，或者您当天不能值班，请换一天。")


def _hand_over(shift: DutyShift, to: Member) -> None:
    first = shift.stands_in_for_id or shift.member_id
    shift.stands_in_for_id = None if first == to.pk else first
    shift.member = to
    shift.save(update_fields=["member", "stands_in_for"])


def _drop_stale(shifts: list[DutyShift], but: DutySwap, at: dt.datetime) -> None:
    """What others were asked of these shifts can no longer be: the shifts have changed hands."""
    open_ones = DutySwap.objects.filter(state=SwapState.ASKED).exclude(pk=but.pk)
    for field in ("shift", "other"):
        stale = open_ones.filter(**{f"{field}__in": shifts})
        stale.update(state=SwapState.REFUSED, answered_at=at)


def _facts(swap: DutySwap) -> dict[str, object]:
    return {
        "on": swap.shift.on,
        "person": swap.asked_by.name,
        "stand_in": swap.asked_of.name,
        "in_exchange": swap.other.on if swap.other else None,
        "reason": swap.reason,
    }


def _tell_month(
    branch: Organization,
    period: Period,
    added: Sequence[DutyShift],
    gone: Sequence[DutyShift],
    by: User,
    at: dt.datetime,
) -> None:
    """Tell each member with an account once which days are new and which fell away."""
    today = timezone.localdate(at)
    days: dict[int, tuple[list[dt.date], list[dt.date]]] = {}
    for place, shifts in enumerate((added, gone)):
        for shift in shifts:
            if shift.on >= today:
                days.setdefault(shift.member_id, ([], []))[place].append(shift.on)
    users = User.objects.filter(member__in=days, is_active=True).exclude(pk=by.pk)
    for user in users.select_related("member"):
        new, fallen = days[user.member.pk]
        words = [f"新排 {_listed(new)}"] if new else []
        words += [f"取消 {_listed(fallen)}"] if fallen else []
        text = f"{period.number}月值班：{'；'.join(words)}"
        notices.tell([user], text, url=reverse("my-duty"), at=at)


def _listed(days: Sequence[dt.date]) -> str:
    return "、".join(f"{day.day}日" for day in sorted(days))


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日（{formats.weekday(day)}）"
