"""Where members belong: moving, leaving, coming back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches import audit
from branches.models import Organization, Post, User
from branches.operations import accounts
from members.models import Exemption, Member, Membership
from members.operations.steps import (
    CannotChange,
    check_day,
    check_group,
    home_of,
    note_event,
    place_codes,
    place_name,
)
from members.rules.probation import probation_ends_on
from members.rules.status import EventKind, MemberStatus

STANDING_AFTER = {
    EventKind.MOVED_OUT: MemberStatus.LEFT,
    EventKind.EXPELLED: MemberStatus.LEFT,
    EventKind.DIED: MemberStatus.LEFT,
    EventKind.SUSPENDED: MemberStatus.SUSPENDED,
}


@transaction.atomic
def move(
    *,
    member: Member,
    branch: Organization,
    group: Organization | None,
    on: dt.date,
    by: User,
    at: dt.datetime,
) -> Membership:
    """Move a member to another branch or group from a day on.

    The old membership ends the day the new one begins. Somebody who left is taken back.

    :raises CannotChange: same place, or a day that does not fit.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    old = home_of(row)
    check_group(branch, group)
    check_day(on, at, "on")
    if old.ended_on is not None:
        return _take_back(row, old, branch, group, on, by, at)
    if (old.branch_id, old.group_id) == (branch.pk, group.pk if group else None):
        raise CannotChange("已经在这个支部和小组，没有要调整的内容。")
    if on <= old.started_on:
        raise CannotChange(f"调整日期应晚于现有组织关系的起始日期 {old.started_on}。", field="on")
    old.ended_on = on
    old.save(update_fields=["ended_on"])
    new = Membership.objects.create(member=row, branch=branch, group=group, started_on=on)
    note_event(row, EventKind.MOVED, on, _journey(old, new), at)
    audit.record(
        "member.moved", by=by, at=at, on=row, organization=branch,
        before=place_codes(old.branch, old.group), after=place_codes(branch, group) | {"on": on},
    )  # fmt: skip
    return new


@transaction.atomic
def leave(
    *, member: Member, way: EventKind, on: dt.date, note: str, by: User, at: dt.datetime
) -> Member:
    """End a membership: 转出, 出党, 去世 or 停止党籍. Posts end and the account closes.

    :raises CannotChange: not on the roll, or a day that does not fit.
    """
    row = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    home = home_of(row)
    if home.ended_on is not None:
        raise CannotChange("此人已不在名册上。")
    if row.user_id == by.pk:
        raise CannotChange("不能办理本人的转出或离开，请由其他书记或管理员办理。")
    check_day(on, at, "on")
    if on <= home.started_on:
        raise CannotChange(f"日期应晚于现有组织关系的起始日期 {home.started_on}。", field="on")
    elsewhere = Post.objects.filter(user=row.user_id or 0, ended_on__isnull=True).exclude(
        organization__path__startswith=home.branch.path
    )
    if elsewhere.exists():
        raise CannotChange("此人还在本支部以外任职，请先由管理员办理免职。")
    home.ended_on = on
    home.save(update_fields=["ended_on"])
    before = row.status
    row.status = STANDING_AFTER[way]
    row.save(update_fields=["status"])
    Exemption.objects.filter(member=row, ended_on__isnull=True, started_on__lt=on).update(
        ended_on=on
    )
    note_event(row, way, on, note, at)
    if row.user is not None:
        for post in Post.objects.filter(user=row.user, ended_on__isnull=True):
            accounts.end_post(post=post, on=on, by=by, at=at)
        if row.user.is_active:
            accounts.set_active(user=row.user, active=False, by=by, at=at)
    audit.record(
        "member.left", by=by, at=at, on=row, organization=home.branch,
        before={"status": before}, after={"status": row.status, "way": way, "on": on, "note": note},
    )  # fmt: skip
    return row


def _take_back(
    row: Member,
    old: Membership,
    branch: Organization,
    group: Organization | None,
    on: dt.date,
    by: User,
    at: dt.datetime,
) -> Membership:
    if old.ended_on is not None and on < old.ended_on:
        raise CannotChange(f"转入日期不能早于离开日期 {old.ended_on}。", field="on")
    new = Membership.objects.create(member=row, branch=branch, group=group, started_on=on)
    before = row.status
    is_on_probation = (
        row.regularised_on is None
        and row.admitted_on is not None
        and probation_ends_on(row.admitted_on) > on
    )
    row.status = MemberStatus.PROBATIONARY if is_on_probation else MemberStatus.FULL
    row.save(update_fields=["status"])
    note_event(row, EventKind.MOVED_IN, on, branch.name, at)
    audit.record(
        "member.moved", by=by, at=at, on=row, organization=branch,
        before={"status": before},
        after=place_codes(branch, group) | {"status": row.status, "on": on},
    )  # fmt: skip
    return new


def _journey(old: Membership, new: Membership) -> str:
    return f"{place_name(old.branch, old.group)} → {place_name(new.branch, new.group)}"
