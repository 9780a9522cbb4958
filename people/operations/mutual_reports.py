"""Reports between the two branches of a member (双重管理, practice C22).

Who may do so is the caller's to check; nobody reports on himself, or acknowledges it. Audit and
notices do not say who it is about.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts
from branches.rules.periods import Period
from branches.rules.roles import Capability
from members.models import Member, Membership
from people.models import MutualReport
from people.queries import mutual_reports


@transaction.atomic
def send(
    *,
    member: Member,
    sender: Organization,
    receiver: Organization,
    period: Period,
    is_excellent_possible: bool,
    remark: str,
    by: User,
    at: dt.datetime,
) -> MutualReport:
    """Tell the other branch what the records of this one say of a period, as they stand now.

    :raises Refused: oneself, the two are not his branches, the period has not begun, or it was
        sent already.
    """
    today = timezone.localdate(at)
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.user_id == by.pk:
        raise Refused("这是您本人，请由其他人办理。")
    if period.first_day > today:
        raise Refused("这个时段还没有开始，不能反馈。")
    kinds = set(
        Membership.objects.on(today)
        .filter(member=member, branch__in=[sender, receiver])
        .values_list("branch_id", "kind")
    )
    ends = {
        (sender.pk, Membership.Kind.HOME), (receiver.pk, Membership.Kind.SECOND),
    }, {(receiver.pk, Membership.Kind.HOME), (sender.pk, Membership.Kind.SECOND)}  # fmt: skip
    if not any(end <= kinds for end in ends):
        raise Refused(f"{member.name}现在不同时在这两个支部，不用反馈。")
    if not is_excellent_possible and not remark.strip():
        raise Refused("建议不评优的，请写明原因。")
    known = MutualReport.objects.filter(
        member=member, sender=sender, period_start=period.first_day, period_kind=period.kind
    )
    if known.exists():
        raise Refused(f"{member.name}{period.label}的情况已经反馈过，不用再反馈。")
    row = MutualReport.objects.create(
        member=member, sender=sender, receiver=receiver, period_start=period.first_day,
        period_kind=period.kind, content=mutual_reports.content(member, sender, period),
        is_excellent_possible=is_excellent_possible, remark=remark.strip(), sent_by=by, sent_at=at,
    )  # fmt: skip
    audit.record(
        "mutual_report.sent", by=by, at=at, on=row, organization=sender,
        after={"period": str(period), "organization": receiver.short_name},
    )  # fmt: skip
    url = reverse("mutual-report", kwargs={"pk": row.pk})
    keepers = posts.holders(Capability.ARRANGE_TALKS, receiver, today)
    others = keepers.exclude(pk__in=[by.pk, member.user_id or by.pk])
    text = f"{sender.short_name}反馈了一名党员{period.label}的情况，请签收"
    notices.tell_many(others, text, url=url, at=at)
    if member.user is not None:
        words = f"{sender.short_name}向{receiver.short_name}反馈了您{period.label}的情况，可以查看"
        notices.tell([member.user], words, url=url, at=at)
    return row


@transaction.atomic
def receive(*, report: MutualReport, by: User, at: dt.datetime) -> MutualReport:
    """Acknowledge a report.

    :raises Refused: about oneself, or acknowledged already.
    """
    row = (
        MutualReport.objects.select_for_update(of=("self",))
        .select_related("member", "receiver", "sent_by")
        .get(pk=report.pk)
    )
    if row.member.user_id == by.pk:
        raise Refused("这是您本人，请由其他人签收。")
    if row.received_at is not None:
        raise Refused("已经签收过了。")
    row.received_by, row.received_at = by, at
    row.save(update_fields=["received_by", "received_at"])
    audit.record("mutual_report.received", by=by, at=at, on=row, organization=row.receiver)
    url = reverse("mutual-report", kwargs={"pk": row.pk})
    text = f"{row.receiver.short_name}已签收您的情况反馈"
    notices.tell([row.sent_by], text, url=url, at=at)
    return row
