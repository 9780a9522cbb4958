"""Adopting a scheme: a new immutable version with its months of effect."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import Run, SchemeItem, SchemePart, SchemeVersion
from scoring.queries import schemes
from scoring.rules import reading


class CannotAdopt(Exception):
    """The version cannot take effect then; the text says why, in Chinese."""


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

    :raises reading.BadScheme: the text is not a sound scheme.
    :raises CannotAdopt: nothing differs from the version before; an item has no source of
        facts; an earlier version took effect in or after that month; or the month is already
        rated by the version it would replace.
    """
    scheme = reading.read(text)
    unfed = [item.title for item in scheme.items if not schemes.can_be_fed(scheme, item)]
    if unfed:
        raise CannotAdopt(f"这些项目还没有数据来源，不能核算：{'、'.join(unfed)}。")
    committee = Organization.objects.select_for_update(no_key=True).get(pk=committee.pk)
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
    version = SchemeVersion.objects.create(
        committee=committee,
        code=scheme.code,
        number=last.number + 1 if last else 1,
        title=scheme.title,
        target=scheme.target,
        period=scheme.period,
        groups=scheme.groups,
        text=text,
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        effective_from=start,
        adopted_by=by,
        adopted_at=at,
    )
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
    audit.record(
        "scheme.adopted", by=by, at=at, on=version, organization=committee,
        after={"code": scheme.code, "number": version.number, "from": str(effective_from)},
    )  # fmt: skip
    return version
