"""The steps of a promise once it is submitted: approve, return, tell, review, reopen, withdraw."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Problem
from activities.operations import problems
from activities.operations.refusals import Refused
from activities.rules.supervision import Source
from branches import audit, notices
from branches.models import User
from branches.queries import posts
from people.models import Pledge
from people.operations.pledge_drafts import locked
from people.queries import pledges
from people.rules import pledges as rules
from people.rules.pledges import PLEDGE, PledgeState, PledgeStep, Verdict
from people.wording import pledges as wording


@transaction.atomic
def approve(*, pledge: Pledge, by: User, at: dt.datetime) -> Pledge:
    """Approve a promise: it is published from then on.

    :raises Refused: it is one's own, or one has entered it for the branch or for a member.
    :raises StepNotAllowed: it does not wait for that.
    """
    row = _stepping(pledge, PledgeStep.APPROVE, by, at)
    row.approved_on, row.approved_by = timezone.localdate(at), by
    row.save(update_fields=["state", "approved_on", "approved_by", "changed_at"])
    _record("pledge.approved", row, by, at)
    _tell(row, "已审核公开", by, at)
    return row


@transaction.atomic
def send_back(*, pledge: Pledge, reason: str, by: User, at: dt.datetime) -> Pledge:
    """Send a promise back to be changed and submitted again.

    :raises Refused: as in ``approve``, or no reason is given.
    :raises StepNotAllowed: it does not wait for that.
    """
    row = _stepping(pledge, PledgeStep.RETURN, by, at)
    row.returned_because = _given(reason, "请写明退回原因，怎样改才能通过。")
    row.save(update_fields=["state", "returned_because", "changed_at"])
    _record("pledge.returned", row, by, at, reason=row.returned_because)
    _tell(row, f"被退回：{row.returned_because}", by, at)
    return row


@transaction.atomic
def withdraw(*, pledge: Pledge, reason: str, by: User, at: dt.datetime) -> Pledge:
    """Take a published promise back, because it cannot be kept by nobody's fault: it counts no
    more.

    :raises Refused: as in ``send_back``; or its last day is past, so that it is to be reviewed.
    :raises StepNotAllowed: it is not published, or reviewed already.
    """
    if locked(pledge).state == PledgeState.DRAFT:
        raise Refused("草稿由本人自己删去。")
    row = _stepping(pledge, PledgeStep.WITHDRAW, by, at)
    if row.due_on < timezone.localdate(at):
        raise Refused("兑现期限已经过了，不能再撤回，请评诺。")
    row.returned_because = _given(reason, "请写明撤回原因。")
    row.save(update_fields=["state", "returned_because", "changed_at"])
    _record("pledge.withdrawn", row, by, at, reason=row.returned_because)
    _tell(row, f"被撤回：{row.returned_because}", by, at)
    return row


@transaction.atomic
def tell(*, pledge: Pledge, told: str, by: User, at: dt.datetime) -> Pledge:
    """Write down what the promiser says of it (述诺); it may be changed until it is reviewed.

    :raises Refused: it is not published, reviewed already, or nothing is said.
    """
    row = locked(pledge)
    if row.state != PledgeState.APPROVED:
        raise Refused("公开以后、评诺以前才能述诺。")
    row.told, row.changed_at = _given(told, "请写明兑现情况。"), at
    row.save(update_fields=["told", "changed_at"])
    _record("pledge.told", row, by, at)
    return row


@transaction.atomic
def review(
    *,
    pledge: Pledge,
    verdict: Verdict,
    asked: int | None = None,
    satisfied: int | None = None,
    by: User,
    at: dt.datetime,
) -> Pledge:
    """Review a promise (评诺). ``asked`` and ``satisfied``: how many said what of it, or both None.

    :raises Refused: as in ``approve``; neither told of nor past its last day; or the numbers do
        not fit.
    :raises StepNotAllowed: it is not published, or reviewed already.
    """
    row = _stepping(pledge, PledgeStep.REVIEW, by, at)
    today = timezone.localdate(at)
    if not rules.may_be_reviewed(is_told=bool(row.told), due_on=row.due_on, on=today):
        raise Refused("本人还没有述诺，兑现期限也没有到，现在不能评诺。请先请本人述诺。")
    if (asked is None) != (satisfied is None):
        raise Refused("参评人数和满意人数要一起填，没有测评的都不填。")
    if asked is not None and satisfied is not None and not 0 <= satisfied <= asked:
        raise Refused("满意人数不能多于参评人数。")
    if asked == 0:
        raise Refused("没有人参评的，参评人数和满意人数都不填。")
    row.verdict, row.asked, row.satisfied = verdict, asked, satisfied
    row.reviewed_on, row.reviewed_by = today, by
    row.save(
        update_fields=[
            "state", "verdict", "asked", "satisfied", "reviewed_on", "reviewed_by", "changed_at",
        ]
    )  # fmt: skip
    word = wording.VERDICTS[verdict]
    _record(
        "pledge.reviewed", row, by, at, pledge_verdict=word, pledge_asked=asked,
        pledge_satisfied=satisfied,
    )  # fmt: skip
    found = rules.satisfaction(asked, satisfied, pledges.terms(row.branch, today))
    _tell(row, f"评诺结果：{word}{f'。{found.words}' if found else ''}", by, at)
    return row


@transaction.atomic
def reopen(*, pledge: Pledge, reason: str, by: User, at: dt.datetime) -> Pledge:
    """Take a review back, so that it is done again; the audit keeps what it said.

    :raises Refused: as in ``send_back``.
    :raises StepNotAllowed: it is not reviewed.
    """
    row = _stepping(pledge, PledgeStep.REOPEN, by, at)
    before = {
        "pledge_verdict": row.get_verdict_display(), "pledge_asked": row.asked,
        "pledge_satisfied": row.satisfied,
    }  # fmt: skip
    why = _given(reason, "请写明重新评诺的原因。")
    row.verdict, row.asked, row.satisfied = "", None, None
    row.reviewed_on, row.reviewed_by = None, None
    row.save(
        update_fields=[
            "state", "verdict", "asked", "satisfied", "reviewed_on", "reviewed_by", "changed_at",
        ]
    )  # fmt: skip
    audit.record(
        "pledge.reopened", by=by, at=at, on=row, organization=row.branch, before=before,
        after={"reason": why},
    )  # fmt: skip
    _tell(row, f"要重新评诺：{why}", by, at)
    return row


@transaction.atomic
def raise_problem(
    *, pledge: Pledge, measures: str, due_on: dt.date, by: User, at: dt.datetime
) -> Problem:
    """Put a promise with too little satisfaction on the branch's problem list, with a deadline.
    Whoever promised answers for it. Asked again, the first is returned.

    :raises Refused: as in ``approve``; the satisfaction does not call for it; or the deadline lies
        before today.
    """
    row = locked(pledge)
    _check_decides(row, by)
    if row.problem is not None:
        return row.problem
    today = timezone.localdate(at)
    found = rules.satisfaction(row.asked, row.satisfied, pledges.terms(row.branch, today))
    if found is None or not found.is_low:
        raise Refused("满意率没有低于要求，不用列入整改。")
    # Without a key of the record: those of EVALUATION name appraised members.
    row.problem = problems.raise_from(
        source=Source.EVALUATION, source_id=None, organization=row.branch,
        whose=row.member.name if row.member else wording.BRANCH,
        text=f"{row.year} 年承诺“{row.text}”评诺：{found.words}", measures=measures,
        owner=row.member, due_on=due_on, by=by, at=at,
    )  # fmt: skip
    row.changed_at = at
    row.save(update_fields=["problem", "changed_at"])
    _record("pledge.problem_raised", row, by, at, due_on=due_on)
    return row.problem


def _stepping(pledge: Pledge, step: PledgeStep, by: User, at: dt.datetime) -> Pledge:
    """Return the row, held and in its next state."""
    row = locked(pledge)
    _check_decides(row, by)
    row.state, row.changed_at = PLEDGE.after(PledgeState(row.state), step), at
    return row


def _check_decides(row: Pledge, by: User) -> None:
    if pledges.is_own(row, by):
        raise Refused("这是您本人的承诺，请由其他委员办理。")
    if row.member_id is None and row.entered_by_id == by.pk:
        raise Refused("支部的承诺是您登记的，请由上级党组织的其他同志办理。")
    if row.member is not None and row.entered_by_id == by.pk:
        raise Refused(
            f"这条承诺是您替{row.member.name}登记的，请由支部其他委员或者上级党组织办理。"
        )


def _given(text: str, words: str) -> str:
    if not text.strip():
        raise Refused(words)
    return text.strip()


def _record(action: str, row: Pledge, by: User, at: dt.datetime, **after: Any) -> None:
    who = row.member.name if row.member else wording.BRANCH
    audit.record(
        action, by=by, at=at, on=row, organization=row.branch, after={"pledge_by": who, **after}
    )


def _tell(row: Pledge, what: str, by: User, at: dt.datetime) -> None:
    """Tell whoever promised: the member, or the branch's 支委会."""
    text = f"承诺“{row.text[:30]}”{what}"
    if row.member is None:
        told = posts.committee(row.branch, timezone.localdate(at)).exclude(pk=by.pk)
        notices.tell(told, text, url=reverse("pledge", kwargs={"pk": row.pk}), at=at)
    elif row.member.user is not None and row.member.user != by:
        notices.tell([row.member.user], text, url=f"{reverse('my-pledges')}?year={row.year}", at=at)
