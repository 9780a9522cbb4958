"""Who is left out of 应到, and which rule is set aside: exceptions of one meeting, with papers."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from activities.models import Activity, RuleOverride, VoterExemption
from activities.operations import meetings, objections
from activities.operations.refusals import Refused
from activities.queries import electorates
from activities.queries import votes as queries
from activities.rules.votes import ExemptionGround
from branches import audit
from branches.models import User
from branches.scope import Scope
from members.models import Member


@transaction.atomic
def exempt_voter(
    *,
    activity: Activity,
    member: Member,
    ground: ExemptionGround,
    approval_reference: str,
    vote_reference: str,
    by: User,
    at: dt.datetime,
) -> VoterExemption:
    """Leave a full member out of 应到 at one meeting (E4).

    It takes both the consent of the body above and the vote of the meeting.

    What was counted before keeps its 应到: the meeting's vote on the matter counts everybody.

    :raises Refused: a reference is missing, or the member is not due, left out already or here.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(activity)
    approval_reference, vote_reference = approval_reference.strip(), vote_reference.strip()
    if not approval_reference or not vote_reference:
        raise Refused("不计入应到，上级同意文号和党员大会通过情况两项都要有，缺一项仍计入应到。")
    electorate = electorates.of_activity(row, queries.rules_of(row))
    found = next((each for each in electorate.voters if each.member_id == member.pk), None)
    if found is None:
        raise Refused(f"{member.name}不在应到的正式党员里，请核对。")
    if found.is_left_out:
        raise Refused(f"{member.name}已经不计入应到。")
    if found.is_present:
        raise Refused(f"{member.name}已登记到会，到会的党员计入应到。")
    exemption = VoterExemption.objects.create(
        activity=row, member=member, ground=ground, approval_reference=approval_reference,
        vote_reference=vote_reference, recorded_by=by, recorded_at=at,
    )  # fmt: skip
    audit.record(
        "vote.voter_exempted", by=by, at=at, on=row, organization=row.organization,
        after={
            "person": member.name, "ground": ground, "approval_reference": approval_reference,
            "vote_reference": vote_reference,
        },
    )  # fmt: skip
    return exemption


@transaction.atomic
def include_voter(*, exemption: VoterExemption, by: User, at: dt.datetime) -> None:
    """Count a member in 应到 again.

    What was counted without the member must then be saved anew before the record is closed.

    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(exemption.activity)
    stored = (
        VoterExemption.objects.filter(pk=exemption.pk, activity=row)
        .select_related("member")
        .first()
    )
    if stored is None:
        return
    stored.delete()
    audit.record(
        "vote.voter_included", by=by, at=at, on=row, organization=row.organization,
        before={
            "person": stored.member.name, "ground": stored.ground,
            "approval_reference": stored.approval_reference,
            "vote_reference": stored.vote_reference,
        },
    )  # fmt: skip


@transaction.atomic
def set_aside(
    *, activity: Activity, code: str, reason: str, reach: Scope, by: User, at: dt.datetime
) -> RuleOverride:
    """Set a blocking rule aside for one meeting, with the written reason.

    :param reach: where ``by`` may set rules aside; it must lie above the meeting's branch.
    :raises Refused: not from above, one's own branch, no reason, or not a blocking rule.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(activity)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明不按规则办理的理由。")
    # The meeting's day can be typed; the day of the act cannot.
    days = {row.held_on, timezone.localdate(at)}
    if not reach.is_above(row.organization.path) or queries.is_own_branch(
        by, row.organization, days
    ):
        raise Refused("规则只能由上级党组织有权限的人突破，本支部不能自己突破。")
    rule = queries.rules_of(row).get(code)
    if rule is None or rule.severity != objections.BLOCK:
        raise Refused("这一条不是必须执行的规则，不需要突破。")
    if RuleOverride.objects.filter(activity=row, code=code).exists():
        raise Refused("这一条在这次会议上已经突破过。")
    override = RuleOverride.objects.create(
        activity=row, code=code, reason=reason, made_by=by, made_at=at
    )
    audit.record(
        "vote.rule_set_aside", by=by, at=at, on=row, organization=row.organization,
        after={"rule": code, "title": rule.title, "reason": reason},
    )  # fmt: skip
    return override


def restore_rules(row: Activity, *, by: User, at: dt.datetime) -> None:
    """Put rules set aside back in force: the record moves, and consent was to the former day."""
    gone = list(RuleOverride.objects.filter(activity=row).order_by("code"))
    if not gone:
        return
    RuleOverride.objects.filter(pk__in=[each.pk for each in gone]).delete()
    audit.record(
        "vote.rules_restored", by=by, at=at, on=row, organization=row.organization,
        before={
            "rule": "、".join(each.code for each in gone),
            "reason": "；".join(each.reason for each in gone),
        },
    )  # fmt: skip
