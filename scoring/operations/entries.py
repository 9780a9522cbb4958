"""Point entries: facts recorded by hand, with their evidence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind
from members.models import Member
from scoring.models import PointEntry, SchemeVersion
from scoring.operations import runs
from scoring.queries import entries


class CannotEnter(Exception):
    """The period's results are in a grading round and stand; the text says so, in Chinese."""


class CannotVoid(Exception):
    """The text says why an entry is not taken back, in Chinese."""


@transaction.atomic
def enter(
    *,
    version: SchemeVersion,
    item_code: str,
    member: Member | None,
    organization: Organization,
    quantity: Decimal,
    happened_on: dt.date,
    evidence: str,
    by: User,
    at: dt.datetime,
) -> PointEntry:
    """Record a fact for an item, about a member or (member None) about the organisation.

    :raises CannotEnter: the results of the period it falls into are in a round.
    """
    period = Period.containing(happened_on, PeriodKind(version.period))
    if not runs.stays_open(version, period):
        raise CannotEnter(
            f"{period.label}的结果已进入定评，不能再登记这一期的事实；"
            "有异议请在公示期间申诉，核实后按更正计分。"
        )
    entry = PointEntry.objects.create(
        scheme_code=version.code,
        item_code=item_code,
        member=member,
        organization=organization,
        quantity=quantity,
        happened_on=happened_on,
        evidence=evidence,
        entered_by=by,
        entered_at=at,
    )
    audit.record(
        "points.entered", by=by, at=at, on=entry, organization=organization,
        after={
            "item": item_code,
            "member": member.pk if member else None,
            "quantity": quantity,
            "happened_on": happened_on,
        },
    )  # fmt: skip
    return entry


@transaction.atomic
def void(*, entry: PointEntry, reason: str, by: User, at: dt.datetime) -> None:
    """Take an entry out of the count; it stays visible with the reason.

    :raises CannotVoid: it is void already, or the results it counts for are in a round.
    """
    version = entries.version_of(entry)
    if version is not None:
        period = Period.containing(entry.happened_on, PeriodKind(version.period))
        if not runs.stays_open(version, period):
            raise CannotVoid(
                f"{period.label}的结果已进入定评，不能再撤销这一期的登记；"
                "有异议请在公示期间申诉，核实后按更正计分。"
            )
    row = PointEntry.objects.select_for_update().get(pk=entry.pk)
    if row.voided_at is not None:
        raise CannotVoid("这条登记已经撤销过了。")
    row.voided_at, row.voided_by, row.void_reason = at, by, reason
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])
    audit.record(
        "points.voided", by=by, at=at, on=row, organization=row.organization,
        after={"reason": reason},
    )  # fmt: skip
