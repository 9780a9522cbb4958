"""Asking for leave, answering, taking it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities import wording
from activities.models import Activity, Attendance, Leave, SignIn
from activities.operations import activities
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.queries import leaves
from activities.rules import leave as rules
from activities.rules.leave import LEAVE, LeaveState, LeaveStep
from activities.rules.progress import State
from activities.wording import sign_in as words
from branches import audit, notices
from branches.models import User
from branches.rules.workflow import StepNotAllowed
from members.models import Member


@transaction.atomic
def ask(*, activity: Activity, member: Member, reason: str, by: User, at: dt.datetime) -> Leave:
    """Ask to be excused from an activity one is called to; those who keep its record are told.

    After the deadline (rule L1, the beginning unless set otherwise) it is late, not refused.

    :raises Refused: no reason, not on the roll, signed in, asked already, or the record is closed.
    """
    row = locked(activity)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明请假事由。")
    if row.state not in leaves.OPEN:
        raise Refused(wording.refused_step(row.state))
    if not Attendance.objects.filter(activity=row, member=member).exists():
        raise Refused("您不在这次活动的应到名单上，不用请假。")
    if SignIn.objects.filter(activity=row, member=member).exists():
        raise Refused("您已经签到，不用请假。要提前离会，请告诉主持人。")
    if Leave.objects.filter(
        activity=row, member=member, state__in=[LeaveState.ASKED, LeaveState.APPROVED]
    ).exists():
        raise Refused("您已经请过假，不必重复申请。")
    late = rules.is_late(at, leaves.starts_at(row), leaves.hours_before(row))
    leave = Leave.objects.create(
        activity=row, member=member, reason=reason, asked_at=at, is_late=late
    )
    # The reason is often an illness: it stays with the leave and never enters the audit.
    audit.record(
        "leave.asked", by=by, at=at, on=row, organization=row.organization,
        after={"person": member.name, "is_late": late},
    )  # fmt: skip
    notices.tell(
        leaves.keepers(row, timezone.localdate(at), but=by) or [by],
        # Nor the notice: it is read on a screen that others see.
        f"{member.name}请假：{row.title}，请答复。",
        url=reverse("leave", kwargs={"pk": leave.pk}),
        at=at,
    )
    return leave


@transaction.atomic
def answer(*, leave: Leave, grant: bool, note: str, by: User, at: dt.datetime) -> Leave:
    """Grant or refuse; whoever asked is told. A leave granted stands on the roll as 请假.

    A mark that the chair has made already stays; only who is unmarked becomes on leave. What is
    closed stays as it is.

    :raises Refused: one's own while somebody else could answer, no reason for refusing, answered
        already, or the activity is cancelled.
    """
    activity = locked(leave.activity)
    row = Leave.objects.select_for_update(of=("self",)).select_related("member").get(pk=leave.pk)
    note = note.strip()
    if activity.is_cancelled:
        raise Refused("这次活动已经取消，不必答复请假。")
    others = leaves.keepers(activity, timezone.localdate(at), but=by)
    is_own = row.member.user_id == by.pk
    if not rules.may_answer(is_own=is_own, others=bool(others)):
        raise Refused(f"本人的请假由他人答复。可以请 {others[0].name} 答复。")
    if not grant and not note:
        raise Refused("请写明不准假的原因。")
    row.state = _after(row, LeaveStep.APPROVE if grant else LeaveStep.REFUSE)
    row.answered_by, row.answered_at, row.note = by, at, note
    row.save(update_fields=["state", "answered_by", "answered_at", "note"])
    audit.record(
        "leave.answered", by=by, at=at, on=activity, organization=activity.organization,
        after={"person": row.member.name, "leave": row.state, "own": is_own},
    )  # fmt: skip
    if row.member.user is not None:
        said = words.LEAVE_STATES[LeaveState(row.state)]
        called = Attendance.objects.filter(activity=activity, member=row.member).first()
        url = reverse("my-activity", kwargs={"pk": called.pk}) if called else ""
        notices.tell(
            [row.member.user], f"{activity.title}的请假{said}。",
            url=url or reverse("my-activities"), at=at,
        )  # fmt: skip
    if grant and activity.held_on <= timezone.localdate(at) and activity.state == State.OPEN:
        activities.take_roll(activity=activity, marks={}, by=by, at=at)
    return row


@transaction.atomic
def withdraw(*, leave: Leave, by: User, at: dt.datetime) -> Leave:
    """Take one's own request back before the activity begins; those who keep it are told.

    :raises Refused: it has begun, or the request was refused or withdrawn.
    """
    activity = locked(leave.activity)
    row = Leave.objects.select_for_update(of=("self",)).select_related("member").get(pk=leave.pk)
    before = row.state
    if at >= leaves.starts_at(activity):
        raise Refused("活动已经开始，不能撤回请假。您到会了，请签到或告诉主持人。")
    row.state = _after(row, LeaveStep.WITHDRAW)
    row.save(update_fields=["state"])
    audit.record(
        "leave.withdrawn", by=by, at=at, on=activity, organization=activity.organization,
        before={"leave": before}, after={"person": row.member.name, "leave": row.state},
    )  # fmt: skip
    notices.tell(
        leaves.keepers(activity, timezone.localdate(at), but=by),
        f"{row.member.name}撤回了请假：{activity.title}，将到会。",
        url=reverse("activity", kwargs={"pk": activity.pk}),
        at=at,
    )
    return row


def _after(row: Leave, step: LeaveStep) -> LeaveState:
    try:
        return LEAVE.after(LeaveState(row.state), step)
    except StepNotAllowed:
        raise Refused(
            f"这个请假现在是“{row.get_state_display()}”，不能再办理，请刷新页面查看。"
        ) from None
