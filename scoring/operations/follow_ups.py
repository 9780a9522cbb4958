"""Carrying a consequence out elsewhere: a talk made due, or lifted for a tolerance granted."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import audit, notices
from branches.models import User
from people.models import Talk, Tolerance
from people.operations import talks
from people.rules.talks import TalkReason
from people.rules.tolerances import ToleranceState
from scoring.models import Consequence
from scoring.operations.consequences import CannotDecide
from scoring.queries import consequences as queries
from scoring.queries import follow_ups
from scoring.rules.rounds import CONSEQUENCE, ConsequenceState, ConsequenceStep

_REASONS = {"talk": TalkReason.RESULT}


@transaction.atomic
def arrange_talk(*, consequence: Consequence, by: User, at: dt.datetime) -> Talk:
    """Make the talk due that a consequence asks for; asked for again, it is the same talk.

    Its deadline is the consequence's where that is still ahead. Who may arrange is asked by the
    page.

    :raises CannotDecide: it is not being carried out, asks for no talk, is about oneself, or the
        member is on no roll or belongs to another branch now; the text says what.
    """
    row = _locked(consequence)
    if row.state != ConsequenceState.ACCEPTED or row.member is None:
        raise CannotDecide("这一项现在不在办理中，不用安排谈话。")
    if row.kind not in follow_ups.TALKED:
        raise CannotDecide("这一项不是谈话，不用安排。")
    if row.member.user_id == by.pk:
        raise CannotDecide("和您本人的谈话，请由支部其他同志安排。")
    today = timezone.localdate(at)
    try:
        return talks.arrange(
            member=row.member,
            reason=_REASONS.get(row.kind, TalkReason.REMINDER),
            due_on=row.due_on if row.due_on and row.due_on >= today else None,
            source=follow_ups.talk_source(row),
            branch=row.organization,
            by=by,
            at=at,
        )
    except Refused as refusal:
        raise CannotDecide(str(refusal)) from refusal


@transaction.atomic
def lift(
    *, consequence: Consequence, tolerance: Tolerance, reason: str, by: User, at: dt.datetime
) -> Consequence:
    """Lift an accepted consequence because of a tolerance granted to the member (practice C17).

    Pay, honours and lists then do without it; what was decided before stays on record. The
    branch's secretaries and the member are told.

    :raises StepNotAllowed: it is not being carried out.
    :raises CannotDecide: the tolerance is not granted or another's, it is about oneself, or no
        reason is given.
    """
    row = _locked(consequence)
    state = CONSEQUENCE.after(ConsequenceState(row.state), ConsequenceStep.LIFT)
    granted = Tolerance.objects.select_for_update().get(pk=tolerance.pk)
    if row.member_id != granted.member_id or granted.state != ToleranceState.GRANTED:
        raise CannotDecide("只有本人已经批准的容错申请，才能用来免除。")
    if row.member is not None and row.member.user_id == by.pk:
        raise CannotDecide("涉及本人的结果运用不能由本人免除，请由另一位负责人决定。")
    reason = reason.strip()
    if not reason:
        raise CannotDecide("请写明免除的理由，它会留在记录里。")
    before = row.state
    row.state, row.tolerance, row.outcome = state, granted, reason
    row.done_by, row.done_at = by, at
    row.save(update_fields=["state", "tolerance", "outcome", "done_by", "done_at"])
    audit.record(
        "consequence.lifted", by=by, at=at, on=row, organization=row.organization,
        before={"decision": before},
        after={"decision": state, "about": [queries.subject_of(row)], "title": row.title},
    )  # fmt: skip
    _tell(row, timezone.localdate(at), at)
    return row


def _locked(consequence: Consequence) -> Consequence:
    return (
        queries.with_all(Consequence.objects.filter(pk=consequence.pk))
        .select_for_update(of=("self",))
        .get()
    )


def _tell(row: Consequence, on: dt.date, at: dt.datetime) -> None:
    text = f"结果运用“{row.title}”（{queries.subject_of(row)}）决定免除，不再办理。"
    url = reverse("consequence", kwargs={"pk": row.pk})
    about = User.objects.filter(member=row.member_id, is_active=True)
    told = queries.secretaries([row], on).exclude(pk__in=about.values("pk"))
    notices.tell([*told, *about], text, url=url, at=at)
