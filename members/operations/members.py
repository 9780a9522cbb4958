"""The steps of a member's life on the roll, each in one transaction with its audit."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches import audit, keys
from branches.models import Organization, Post, User
from branches.operations import accounts
from branches.rules import usernames
from members import name_keys, wording
from members.models import Exemption, Member, MemberEvent, Membership
from members.models.member import ID_PURPOSE
from members.rules.probation import probation_ends_on
from members.rules.status import EventKind, MemberStatus

STANDING_AFTER = {
    EventKind.MOVED_OUT: MemberStatus.LEFT,
    EventKind.EXPELLED: MemberStatus.LEFT,
    EventKind.DIED: MemberStatus.LEFT,
    EventKind.SUSPENDED: MemberStatus.SUSPENDED,
}
_SENSITIVE = ("id_number", "phone")


class CannotChange(Exception):
    """The step does not fit; the text says why and how to mend it, in Chinese.

    ``field`` names the detail it is about, "" the step as a whole.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Details:
    """What is kept about a person, already in standard form (``members.rules.roster_cells``)."""

    name: str
    sex: str = ""
    birth_date: dt.date | None = None
    id_number: str = ""
    phone: str = ""
    employee_number: str = ""
    education: str = ""
    work_post: str = ""
    status: str = MemberStatus.FULL
    admitted_on: dt.date | None = None
    regularised_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Sensitive:
    id_number: str
    phone: str


def derived(name: str, id_number: str) -> dict[str, str]:
    """Return the columns that follow from others: sort keys and the digest."""
    return {
        "name_pinyin": name_keys.pinyin_key(name),
        "name_strokes": name_keys.stroke_key(name),
        "id_number_digest": keys.digest(id_number, purpose=ID_PURPOSE),
    }


@transaction.atomic
def register(
    *,
    details: Details,
    branch: Organization,
    group: Organization | None,
    started_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Member:
    """Put a person on the roll of a branch from a day on.

    :raises CannotChange: already on some roll, or dates that do not fit.
    """
    _check_dates(details, at)
    _check_group(branch, group)
    _check_day(started_on, at, "started_on")
    _check_once(details, but=None)
    member = Member.objects.create(
        **asdict(details), **derived(details.name, details.id_number)
    )
    Membership.objects.create(member=member, branch=branch, group=group, started_on=started_on)
    _note(member, EventKind.MOVED_IN, started_on, branch.name, at)
    audit.record(
        "member.created", by=by, at=at, on=member, organization=branch,
        after=_shown(asdict(details)) | _place(branch, group) | {"started_on": started_on},
    )  # fmt: skip
    return member


@transaction.atomic
def change(*, member: Member, details: Details, by: User, at: dt.datetime) -> Member:
    """Correct a member's data; what stays as it was is not mentioned in the audit.

    :raises CannotChange: the numbers belong to somebody else, or dates that do not fit.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    _check_dates(details, at)
    _check_once(details, but=row)
    new = asdict(details)
    if not row.is_on_roll:
        new["status"] = row.status
    before = {field: getattr(row, field) for field in new}
    changed = [field for field in new if before[field] != new[field]]
    if not changed:
        return row
    values = new | derived(details.name, details.id_number)
    for field, value in values.items():
        setattr(row, field, value)
    row.save(update_fields=list(values))
    audit.record(
        "member.changed", by=by, at=at, on=row, organization=_home(row).branch,
        before=_shown({field: before[field] for field in changed}),
        after=_shown({field: new[field] for field in changed}),
    )  # fmt: skip
    return row


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
    old = _home(row)
    _check_group(branch, group)
    _check_day(on, at, "on")
    if old.ended_on is not None:
        return _take_back(row, old, branch, group, on, by, at)
    if (old.branch_id, old.group_id) == (branch.pk, group.pk if group else None):
        raise CannotChange("已经在这个支部和小组，没有要调整的内容。")
    if on <= old.started_on:
        raise CannotChange(
            f"调整日期应晚于现有组织关系的起始日期 {old.started_on}。", field="on"
        )
    old.ended_on = on
    old.save(update_fields=["ended_on"])
    new = Membership.objects.create(member=row, branch=branch, group=group, started_on=on)
    _note(row, EventKind.MOVED, on, _journey(old, new), at)
    audit.record(
        "member.moved", by=by, at=at, on=row, organization=branch,
        before=_place(old.branch, old.group), after=_place(branch, group) | {"on": on},
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
    home = _home(row)
    if home.ended_on is not None:
        raise CannotChange("此人已不在名册上。")
    if row.user_id == by.pk:
        raise CannotChange("不能办理本人的转出或离开，请由其他书记或管理员办理。")
    _check_day(on, at, "on")
    if on <= home.started_on:
        raise CannotChange(f"日期应晚于现有组织关系的起始日期 {home.started_on}。", field="on")
    home.ended_on = on
    home.save(update_fields=["ended_on"])
    before = row.status
    row.status = STANDING_AFTER[way]
    row.save(update_fields=["status"])
    Exemption.objects.filter(member=row, ended_on__isnull=True, started_on__lt=on).update(
        ended_on=on
    )
    _note(row, way, on, note, at)
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


@transaction.atomic
def regularise(*, member: Member, on: dt.date, by: User, at: dt.datetime) -> Member:
    """Make a probationary member a full member from the day of the branch's vote.

    :raises CannotChange: not probationary, or a day that does not fit.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    if not row.is_probationary:
        raise CannotChange("不是预备党员，不能办理转正。")
    _check_day(on, at, "on")
    if row.admitted_on is not None and on <= row.admitted_on:
        raise CannotChange(f"转正日期应晚于入党日期 {row.admitted_on}。", field="on")
    row.status = MemberStatus.FULL
    row.regularised_on = on
    row.save(update_fields=["status", "regularised_on"])
    audit.record(
        "member.changed", by=by, at=at, on=row, organization=_home(row).branch,
        before={"status": MemberStatus.PROBATIONARY},
        after={"status": MemberStatus.FULL, "regularised_on": on},
    )  # fmt: skip
    return row


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
        "member.exempted", by=by, at=at, on=row, organization=_home(row).branch,
        after={"reason": reason, "note": note, "started_on": started_on, "ended_on": ended_on},
    )  # fmt: skip
    return exemption


@transaction.atomic
def end_exemption(*, exemption: Exemption, on: dt.date, by: User, at: dt.datetime) -> None:
    """End an exemption: ``on`` is the first day the member counts again.

    One that would not have lasted a day is taken away.
    """
    row = Exemption.objects.select_for_update(of=("self",)).select_related("member").get(
        pk=exemption.pk
    )
    before = {"started_on": row.started_on, "ended_on": row.ended_on}
    if on <= row.started_on:
        Exemption.objects.filter(pk=row.pk).delete()
    else:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
    audit.record(
        "member.exempted", by=by, at=at, on=row.member, organization=_home(row.member).branch,
        before=before, after={"ended_on": on},
    )  # fmt: skip


@transaction.atomic
def open_account(*, member: Member, by: User, at: dt.datetime) -> tuple[User, str]:
    """Open a member's account and return it with its initial password, shown once.

    The account is named by the employee number where that is possible and free, else by the
    name in pinyin with a number.

    :raises CannotChange: there is an account already, or the person has left.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.user_id is not None:
        raise CannotChange("此人已有账号。")
    if not row.is_on_roll:
        raise CannotChange("此人已不在名册上，不能开通账号。")
    home = _home(row)
    try:
        user, password = accounts.open_account(
            username=_free_username(row),
            name=row.name,
            organization=home.branch,
            by=by,
            at=at,
        )
    except accounts.UsernameTaken:
        raise CannotChange("账号名刚被占用，请再点一次。") from None
    row.user = user
    row.save(update_fields=["user"])
    audit.record(
        "member.account_linked", by=by, at=at, on=row, organization=home.branch,
        after={"username": user.username},
    )  # fmt: skip
    return user, password


@transaction.atomic
def unmask(*, member: Member, reason: str, by: User, at: dt.datetime) -> Sensitive:
    """Return the masked values in full, leaving in the audit who looked and why."""
    audit.record(
        "member.unmasked", by=by, at=at, on=member, organization=_home(member).branch,
        after={"reason": wording.UNMASKING_REASONS[reason]},
    )  # fmt: skip
    return Sensitive(id_number=member.id_number, phone=member.phone)


@transaction.atomic
def note_export(
    *, organization: Organization, rows: int, sensitive: bool, by: User, at: dt.datetime
) -> None:
    """Leave in the audit that a roster with so many rows was taken out."""
    audit.record(
        "member.unmasked" if sensitive else "document.downloaded",
        by=by, at=at, on=organization, organization=organization,
        after={"what": "导出花名册", "rows": rows, "sensitive": sensitive},
    )  # fmt: skip


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
    _note(row, EventKind.MOVED_IN, on, branch.name, at)
    audit.record(
        "member.moved", by=by, at=at, on=row, organization=branch,
        before={"status": before},
        after=_place(branch, group) | {"status": row.status, "on": on},
    )  # fmt: skip
    return new


def _home(member: Member) -> Membership:
    return (
        Membership.objects.home()
        .filter(member=member)
        .select_related("branch", "group")
        .latest("started_on")
    )


def _check_once(details: Details, *, but: Member | None) -> None:
    others = Member.objects.exclude(pk=but.pk if but else None)
    digest = keys.digest(details.id_number, purpose=ID_PURPOSE)
    if digest and others.filter(id_number_digest=digest).exists():
        # Whose roll it is on stays untold: it may be outside the person's reach.
        raise CannotChange(
            "这个公民身份号码已经登记过，一人只能有一份党籍。如此人从别处转入，"
            "请由原支部的上级党组织调整所在支部。",
            field="id_number",
        )
    number = details.employee_number
    if number and others.filter(employee_number=number).exists():
        raise CannotChange("这个工号已登记在另一名党员名下，请核对。", field="employee_number")


def _check_dates(details: Details, at: dt.datetime) -> None:
    _check_day(details.birth_date, at, "birth_date")
    _check_day(details.admitted_on, at, "admitted_on")
    _check_day(details.regularised_on, at, "regularised_on")
    born, admitted, regularised = (
        details.birth_date,
        details.admitted_on,
        details.regularised_on,
    )
    if born and admitted and admitted <= born:
        raise CannotChange("入党日期应晚于出生日期。", field="admitted_on")
    if regularised and admitted and regularised < admitted:
        raise CannotChange("转正日期不能早于入党日期。", field="regularised_on")
    if regularised and details.status == MemberStatus.PROBATIONARY:
        raise CannotChange(
            "预备党员不应有转正日期：请改党员类别，或删去转正日期。", field="regularised_on"
        )


def _check_group(branch: Organization, group: Organization | None) -> None:
    if group is not None and group.parent_id != branch.pk:
        raise CannotChange(f"{group.short_name}不属于{branch.short_name}，请重选。", field="group")


def _check_day(day: dt.date | None, at: dt.datetime, field: str) -> None:
    if day is not None and day > timezone.localdate(at):
        raise CannotChange("日期不能晚于今天。", field=field)


def _note(
    member: Member, kind: EventKind, on: dt.date, note: str, at: dt.datetime
) -> MemberEvent:
    return MemberEvent.objects.create(
        member=member, kind=kind, happened_on=on, note=note[:200], recorded_at=at
    )


def _journey(old: Membership, new: Membership) -> str:
    return f"{place_name(old.branch, old.group)} → {place_name(new.branch, new.group)}"


def place_name(branch: Organization, group: Organization | None) -> str:
    return f"{branch.short_name}{group.short_name}" if group else branch.short_name


def _place(branch: Organization, group: Organization | None) -> dict[str, Any]:
    return {"branch": branch.code, "group": group.code if group else ""}


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Return values fit for the audit: numbers and phones by their last characters only."""
    return {
        field: (f"****{value[-4:]}" if value else "") if field in _SENSITIVE else value
        for field, value in values.items()
    }


def _free_username(member: Member) -> str:
    wanted = usernames.normalise(member.employee_number)
    if usernames.problem(wanted) is None and not User.objects.filter(username=wanted).exists():
        return wanted
    syllables = (word.partition(".")[0] for word in member.name_pinyin.split(" "))
    stem = re.sub("[^a-z]", "", "".join(syllables))[:30] or "dangyuan"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    return next(
        name for number in range(1, len(taken) + 2) if (name := f"{stem}{number:02d}") not in taken
    )
