"""Study that no record knows, entered with its proof; voided with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from activities.models import StudyCredit
from activities.operations.refusals import Refused
from activities.queries import study_rules
from activities.rules import hours
from activities.rules.study import Unit
from branches import audit
from branches.models import Organization, User
from members.models import Member


@dataclass(frozen=True, slots=True)
class CreditFacts:
    title: str
    topic: str
    happened_on: dt.date
    unit: Unit
    amount: Decimal
    evidence: str


@transaction.atomic
def enter(
    *, member: Member, branch: Organization, facts: CreditFacts, by: User, at: dt.datetime
) -> StudyCredit:
    """Enter study of a member of ``branch``; hours by the conversion table of that day (H5).

    :raises Refused: it is one's own, the day has not come, or the same is entered already.
    """
    if member.user_id == by.pk:
        raise Refused("不能给自己登记学时，请由其他支部委员登记。")
    if facts.happened_on > timezone.localdate(at):
        raise Refused("学习日期不能晚于今天。")
    # One entry at a time for a member: the check for doubles must hold.
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    same = StudyCredit.objects.filter(
        member=member, title=facts.title, happened_on=facts.happened_on, voided_at__isnull=True
    )
    if same.exists():
        raise Refused(f"{member.name}这一天的“{facts.title}”已经登记过，不必重复登记。")
    parameters = study_rules.conversion(branch, facts.happened_on)
    credit = StudyCredit.objects.create(
        member=member, title=facts.title, topic=facts.topic, happened_on=facts.happened_on,
        unit=facts.unit, amount=facts.amount, evidence=facts.evidence,
        hours=hours.credited(facts.unit, facts.amount, parameters), entered_by=by, entered_at=at,
    )  # fmt: skip
    audit.record(
        "credit.entered", by=by, at=at, on=credit, organization=branch,
        after={
            "person": member.name, "title": facts.title, "happened_on": facts.happened_on,
            "hours": credit.hours,
        },
    )  # fmt: skip
    return credit


@transaction.atomic
def void(
    *, credit: StudyCredit, branch: Organization, reason: str, by: User, at: dt.datetime
) -> StudyCredit:
    """Void a wrong entry; it stays to be read and gives no hours.

    :raises Refused: it is one's own, no reason was given, or it is voided already.
    """
    row = StudyCredit.objects.select_for_update(of=("self",)).select_related("member").get(
        pk=credit.pk
    )  # fmt: skip
    reason = reason.strip()
    if row.member.user_id == by.pk:
        raise Refused("不能作废自己的登记，请由其他支部委员办理。")
    if not reason:
        raise Refused("请写明作废原因。")
    if row.voided_at is not None:
        raise Refused("这条登记已经作废过了。")
    row.voided_at, row.voided_by, row.void_reason = at, by, reason
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])
    audit.record(
        "credit.voided", by=by, at=at, on=row, organization=branch,
        after={"person": row.member.name, "title": row.title, "reason": reason},
    )  # fmt: skip
    return row
