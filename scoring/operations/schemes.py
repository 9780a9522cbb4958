"""Adopting a scheme: a new immutable version with its months of effect; taking that back."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind
from scoring.models import Run, SchemeItem, SchemePart, SchemeVersion
from scoring.queries import schemes
from scoring.rules import reading
from scoring.rules.scheme import Scheme


class CannotAdopt(Exception):
    """The version cannot take effect then; the text says why, in Chinese."""


class CannotWithdraw(Exception):
    """The adoption stands; the text says why, in Chinese."""


@transaction.atomic
def adopt(
    *,
    committee: Organization,
    text: str,
    effective_from: Period,
    by: User | None,
    at: dt.datetime,
) -> SchemeVersion:
    """Adopt a scheme from a month on; the version before it ends there.

    :raises reading.BadScheme: the text is not a scheme.
    :raises CannotAdopt: the scheme is unsound or an item has no source of facts; the month is
        not the first of a period of the scheme's kind; it and others in force use each other's
        totals in a circle; nothing differs from the version before; an earlier version took
        effect in or after that month; or the month is already rated by the version it would
        replace.
    """
    scheme = reading.read(text)
    faults = schemes.faults(scheme)
    if faults:
        raise CannotAdopt("".join(faults))
    first = Period.containing(effective_from.first_day, PeriodKind(scheme.period))
    if effective_from.first_day != first.first_day:
        raise CannotAdopt(
            f"方案按{schemes.period_word(scheme.period)}评，"
            f"应从一期的第一个月起施行，如 {first.months[0].label}或 {first.next.months[0].label}。"
        )
    committee = Organization.objects.select_for_update(no_key=True).get(pk=committee.pk)
    circle = schemes.circle(committee, scheme, effective_from.first_day)
    if circle:
        names = "”→“".join([*circle, circle[0]])
        raise CannotAdopt(f"方案互相引用得分，形成循环：“{names}”。请去掉其中一处引用。")
    last = (
        SchemeVersion.objects.filter(committee=committee, code=scheme.code)
        .order_by("-number")
        .first()
    )
    start = effective_from.first_day
    if last is not None:
        if last.text == text:
            raise CannotAdopt(f"与正在施行的第 {last.number} 版完全相同，不需要重新采用。")
        if start <= last.effective_from:
            raise CannotAdopt("新版本的起始月份应晚于上一版本。")
        if Run.objects.filter(version=last, period_start__gte=start).exists():
            raise CannotAdopt("所选月份已按上一版本核算，请从尚未核算的月份开始采用。")
        last.effective_to = start
        last.save(update_fields=["effective_to"])
    version = unfold(
        SchemeVersion(
            committee=committee,
            number=last.number + 1 if last else 1,
            text=text,
            effective_from=start,
            adopted_by=by,
            adopted_at=at,
        ),
        scheme,
    )
    audit.record(
        "scheme.adopted", by=by, at=at, on=version, organization=committee,
        after={"code": scheme.code, "number": version.number, "from": str(effective_from)},
    )  # fmt: skip
    return version


def unfold(version: SchemeVersion, scheme: Scheme) -> SchemeVersion:
    """Save a version with what its text says: its columns, and rows for its parts and items."""
    version.code, version.title, version.target = scheme.code, scheme.title, scheme.target
    version.period, version.groups = scheme.period, scheme.groups
    version.checksum = hashlib.sha256(version.text.encode()).hexdigest()
    version.save(force_insert=True)
    parts = SchemePart.objects.bulk_create(
        SchemePart(
            version=version,
            ordinal=n,
            code=part.code,
            title=part.title,
            full=part.full,
            weight=part.weight,
        )
        for n, part in enumerate(scheme.parts)
    )
    homes = {item.code: parts[n] for n, part in enumerate(scheme.parts) for item in part.items}
    SchemeItem.objects.bulk_create(
        SchemeItem(
            version=version,
            part=homes[item.code],
            ordinal=n,
            code=item.code,
            title=item.title,
            rule=item.rule,
            fact=item.fact or "",
        )
        for n, item in enumerate(scheme.items)
    )
    return version


@transaction.atomic
def withdraw(*, version: SchemeVersion, by: User, at: dt.datetime) -> None:
    """Take back a version that has not taken effect; the one before goes on without an end.

    :raises CannotWithdraw: it has taken effect, something was computed or assigned under it, or
        a later version follows it.
    """
    committee = Organization.objects.select_for_update(no_key=True).get(pk=version.committee_id)
    refusal = schemes.why_it_stands(version, timezone.localdate(at))
    if refusal:
        raise CannotWithdraw(refusal)
    audit.record(
        "scheme.withdrawn", by=by, at=at, on=version, organization=committee,
        before={
            "code": version.code,
            "number": version.number,
            "from": str(Period(version.effective_from)),
        },
    )  # fmt: skip
    start, code = version.effective_from, version.code
    try:
        with transaction.atomic():
            version.delete()
    except ProtectedError:
        raise CannotWithdraw("已有检查任务按这一版安排，请先取消检查任务。") from None
    SchemeVersion.objects.filter(committee=committee, code=code, effective_to=start).update(
        effective_to=None
    )
