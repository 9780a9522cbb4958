"""What becomes of an election above: reported for the record, or approved (E13)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from activities.models import Election
from activities.operations.refusals import Refused
from activities.rules import elections
from activities.rules.elections import Office
from branches import audit
from branches.models import User


@transaction.atomic
def report_result(*, election: Election, on: dt.date, by: User, at: dt.datetime) -> Election:
    """Note that the result went to the body above (E13); this comes after the meeting, so a
    closed record does not stand in its way.

    :raises Refused: nobody is elected, or the day is before the meeting or to come.
    """
    stored = _lock_result(election)
    if not stored.candidates.filter(is_elected=True).exists():
        raise Refused("还没有选出人来，没有可以上报的结果。")
    if not stored.activity.held_on <= on <= timezone.localdate(at):
        raise Refused("报上级日期应在选举当天到今天之间，请核对。")
    if stored.approved_on is not None and on > stored.approved_on:
        raise Refused("报上级日期不能晚于批准日期，请核对。")
    before = {"reported_on": stored.reported_on}
    stored.reported_on = on
    stored.save(update_fields=["reported_on"])
    audit.record(
        "election.reported", by=by, at=at, on=stored, organization=stored.activity.organization,
        before=before, after={"reported_on": on},
    )  # fmt: skip
    return stored


@transaction.atomic
def approve_result(
    *, election: Election, on: dt.date, reference: str, by: User, at: dt.datetime
) -> Election:
    """Note the approval of 书记 or 副书记 from above; 委员 are only put on record there (E13).

    :raises Refused: not reported yet, no reference, an office that is not approved, or a wrong day.
    """
    stored = _lock_result(election)
    if Office(stored.office) not in elections.APPROVED:
        raise Refused("委员和代表报上级备案即可，不需要批复。")
    if stored.reported_on is None:
        raise Refused("请先登记报上级日期，再登记批复。")
    if not stored.reported_on <= on <= timezone.localdate(at):
        raise Refused("批准日期应在报上级当天到今天之间，请核对。")
    if not reference.strip():
        raise Refused("请填写批复文号。")
    before = {"approved_on": stored.approved_on, "approval_reference": stored.approval_reference}
    stored.approved_on, stored.approval_reference = on, reference.strip()
    stored.save(update_fields=["approved_on", "approval_reference"])
    audit.record(
        "election.approved", by=by, at=at, on=stored, organization=stored.activity.organization,
        before=before, after={"approved_on": on, "approval_reference": reference.strip()},
    )  # fmt: skip
    return stored


def _lock_result(election: Election) -> Election:
    return (
        Election.objects.select_for_update(of=("self",))
        .select_related("activity__organization")
        .get(pk=election.pk)
    )
