"""Registering members, correcting and regularising them, and looking at what is masked."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction

from branches import audit, keys
from branches.models import Organization, User
from members import name_keys, wording
from members.models import Member, Membership
from members.models.member import ID_PURPOSE
from members.operations.steps import (
    CannotChange,
    check_day,
    check_group,
    home_of,
    note_event,
    place_codes,
)
from members.rules.status import EventKind, MemberStatus

_SENSITIVE = ("id_number", "phone")


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
    check_group(branch, group)
    check_day(started_on, at, "started_on")
    _check_once(details, but=None)
    member = Member(**asdict(details), **_derived(details.name, details.id_number))
    _save_once(member)
    Membership.objects.create(member=member, branch=branch, group=group, started_on=started_on)
    note_event(member, EventKind.MOVED_IN, started_on, branch.name, at)
    audit.record(
        "member.created", by=by, at=at, on=member, organization=branch,
        after=_shown(asdict(details)) | place_codes(branch, group) | {"started_on": started_on},
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
    values = new | _derived(details.name, details.id_number)
    for field, value in values.items():
        setattr(row, field, value)
    _save_once(row, list(values))
    audit.record(
        "member.changed", by=by, at=at, on=row, organization=home_of(row).branch,
        before=_shown({field: before[field] for field in changed}),
        after=_shown({field: new[field] for field in changed}),
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
    check_day(on, at, "on")
    if row.admitted_on is not None and on <= row.admitted_on:
        raise CannotChange(f"转正日期应晚于入党日期 {row.admitted_on}。", field="on")
    row.status = MemberStatus.FULL
    row.regularised_on = on
    row.save(update_fields=["status", "regularised_on"])
    audit.record(
        "member.changed", by=by, at=at, on=row, organization=home_of(row).branch,
        before={"status": MemberStatus.PROBATIONARY},
        after={"status": MemberStatus.FULL, "regularised_on": on},
    )  # fmt: skip
    return row


@transaction.atomic
def unmask(*, member: Member, reason: str, by: User, at: dt.datetime) -> Sensitive:
    """Return the masked values in full, leaving in the audit who looked and why."""
    audit.record(
        "member.unmasked", by=by, at=at, on=member, organization=home_of(member).branch,
        after={"reason": wording.UNMASKING_REASONS[reason]},
    )  # fmt: skip
    return Sensitive(id_number=member.id_number, phone=member.phone)


@transaction.atomic
def note_export(
    *, organization: Organization | None, rows: int, sensitive: bool, by: User, at: dt.datetime
) -> None:
    """Leave in the audit that a roster with so many rows was taken out."""
    audit.record(
        "member.exported",
        by=by, at=at, on=organization or by, organization=organization,
        after={"rows": rows, "sensitive": sensitive},
    )  # fmt: skip


def _derived(name: str, id_number: str) -> dict[str, str]:
    """Return the columns that follow from others: sort keys and the digest."""
    return {
        "name_pinyin": name_keys.pinyin_key(name),
        "name_strokes": name_keys.stroke_key(name),
        "id_number_digest": keys.digest(id_number, purpose=ID_PURPOSE),
    }


def _check_once(details: Details, *, but: Member | None) -> None:
    """Refuse what another member has already; both refusals are told together, so that no
    answer singles out whether an ID number is on file.
    """
    others = Member.objects.all() if but is None else Member.objects.exclude(pk=but.pk)
    digest = keys.digest(details.id_number, purpose=ID_PURPOSE)
    taken_id = bool(digest) and others.filter(id_number_digest=digest).exists()
    number = details.employee_number
    taken_number = bool(number) and others.filter(employee_number=number).exists()
    if taken_id and not taken_number:
        # Whose roll it is on stays untold: it may be outside the person's reach.
        raise CannotChange(
            "这个公民身份号码已经登记过，一人只能有一份党籍。如此人从别处转入，"
            "请由原支部的上级党组织调整所在支部。",
            field="id_number",
        )
    if taken_number:
        raise CannotChange(
            "这个工号已登记在另一名党员名下，请核对工号和公民身份号码。", field="employee_number"
        )


def _save_once(member: Member, fields: list[str] | None = None) -> None:
    """Save; the database has the last word where two people register one person at once."""
    try:
        with transaction.atomic():
            member.save(update_fields=fields, force_insert=fields is None)
    except IntegrityError:
        raise CannotChange("同一个人或工号刚刚被别人登记，请查询后再办理。") from None


def _check_dates(details: Details, at: dt.datetime) -> None:
    check_day(details.birth_date, at, "birth_date")
    check_day(details.admitted_on, at, "admitted_on")
    check_day(details.regularised_on, at, "regularised_on")
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


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Return values fit for the audit: numbers and phones by their last characters only."""
    return {
        field: (f"****{value[-4:]}" if value else "") if field in _SENSITIVE else value
        for field, value in values.items()
    }
