"""Consequences (结果运用): proposed by rule, decided by people, tracked until done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import DateField, ExpressionWrapper, F, Value
from django.urls import reverse
from django.utils import timezone

from branches import audit, notices
from branches.models import User
from scoring.models import Consequence, Round
from scoring.queries import consequences as queries
from scoring.queries import follow_ups, inspections, rounds
from scoring.rules.rounds import CONSEQUENCE, ConsequenceState, ConsequenceStep


class CannotDecide(Exception):
    """The text says what is in the way and what to do first, in Chinese."""


@transaction.atomic
def propose(*, round: Round, at: dt.datetime) -> int:
    """Propose what a round's results ask for; return how many proposals.

    Called inside the transaction that decides the round, before it turns final. The number of
    statements is fixed.
    """
    made = Consequence.objects.bulk_create(
        Consequence(
            round=round,
            organization_id=proposal.score.organization_id,
            member_id=proposal.score.member_id,
            ordinal=proposal.ordinal,
            title=proposal.consequence.title,
            kind=proposal.consequence.kind,
            why=proposal.why,
            coefficient=proposal.consequence.coefficient,
            withhold=proposal.consequence.withhold,
            days=proposal.consequence.days,
        )
        for proposal in queries.proposals(round)
    )
    if made:
        audit.record(
            "consequence.proposed", by=None, at=at, on=round, organization=round.committee,
            after={"proposed": len(made)},
        )  # fmt: skip
    return len(made)


def decide(
    *,
    consequence: Consequence,
    step: ConsequenceStep,
    reason: str,
    due_on: dt.date | None,
    by: User,
    at: dt.datetime,
) -> Consequence:
    """Accept a proposal, to be done by ``due_on``, or decline it with the reason.

    Without ``due_on`` the proposal's own number of days counts from today. The branch's
    secretaries and the member are told.

    :raises CannotDecide: it is decided already, is about oneself, or something is missing.
    """
    decided = decide_together(
        consequences=[consequence], step=step, reason=reason, due_on=due_on, by=by, at=at
    )
    if not decided:
        raise CannotDecide("这一项已经决定过了，请刷新页面查看。")
    return decided[0]


@transaction.atomic
def decide_together(
    *,
    consequences: Iterable[Consequence],
    step: ConsequenceStep,
    reason: str,
    due_on: dt.date | None,
    by: User,
    at: dt.datetime,
) -> list[Consequence]:
    """Decide several proposals of one title alike; return those that were still undecided.

    Who may decide is asked by the page. The number of statements does not depend on how many.

    :raises CannotDecide: they differ in title, one is about oneself, or something is missing.
    """
    state = CONSEQUENCE.after(ConsequenceState.PROPOSED, step)
    accepts = state is ConsequenceState.ACCEPTED
    reason, today = reason.strip(), timezone.localdate(at)
    if not accepts and not reason:
        raise CannotDecide("不采用时要写明理由，它会留在记录里。")
    if accepts and due_on is not None and due_on < today:
        raise CannotDecide("办理期限不能早于今天，请改填今天或以后的日期。")
    chosen = [consequence.pk for consequence in consequences]
    rows = list(
        queries.with_all(Consequence.objects.undecided().filter(pk__in=chosen))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len({row.title for row in rows}) > 1:
        raise CannotDecide("一次只能决定同一种结果运用，请先按“结果运用”筛选，再一起决定。")
    if any(row.member is not None and row.member.user_id == by.pk for row in rows):
        raise CannotDecide("涉及本人的结果运用不能由本人决定，请由另一位负责人决定。")
    places = inspections.own_places([by.pk], today).get(by.pk, ())
    if any(row.member is None and inspections.is_own(row.organization, places) for row in rows):
        raise CannotDecide("涉及本人所在支部的结果运用，请由另一位负责人决定。")
    if not rows:
        return []
    due = Value(due_on, DateField()) if due_on else Value(today, DateField()) + F("days")
    Consequence.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=state,
        reason=reason,
        due_on=ExpressionWrapper(due, DateField()) if accepts else None,
        decided_by=by,
        decided_at=at,
    )
    for row in rows:
        row.state, row.reason, row.decided_by, row.decided_at = state, reason, by, at
        if accepts:
            row.due_on = due_on or (today + dt.timedelta(row.days) if row.days else None)
    first = rows[0]
    audit.record(
        "consequence.decided", by=by, at=at, on=first if len(rows) == 1 else first.round,
        organization=first.organization if len(rows) == 1 else first.round.committee,
        before={"decision": ConsequenceState.PROPOSED},
        after={
            "decision": state,
            "title": first.title,
            "about": [queries.subject_of(row) for row in rows],
            "reason": reason,
            "due_on": first.due_on,
        },
    )  # fmt: skip
    _tell(rows, today, at)
    return rows


def _tell(rows: list[Consequence], today: dt.date, at: dt.datetime) -> None:
    """Tell the secretaries of the branches and the members what was decided."""
    first = rows[0]
    text = f"{rounds.name_of(first.round)}结果运用“{first.title}”决定"
    if first.state == ConsequenceState.DECLINED:
        text += "不采用。"
    elif len({row.due_on for row in rows}) == 1 and first.due_on is not None:
        text += f"采用，请在 {rounds.in_words(first.due_on)}前办理，并登记办理情况。"
    else:
        text += "采用，请办理并登记办理情况。"
    page = reverse("consequence", kwargs={"pk": first.pk}) if len(rows) == 1 else ""
    members = [row.member_id for row in rows if row.member_id]
    about = User.objects.filter(member__in=members, is_active=True)
    secretaries = queries.secretaries(rows, today).exclude(member__in=members)
    notices.tell(secretaries, text, url=page or reverse("consequence-list"), at=at)
    if members:
        own = text.partition("，请")[0].rstrip("。") + "。"
        notices.tell(about, own, url=page or reverse("my-consequences"), at=at)


@transaction.atomic
def finish(*, consequence: Consequence, outcome: str, by: User, at: dt.datetime) -> Consequence:
    """Record that an accepted consequence has been carried out, and how.

    :raises StepNotAllowed: it is not being carried out.
    :raises CannotDecide: it is about oneself, or it is not said how.
    """
    row = (
        queries.with_all(Consequence.objects.filter(pk=consequence.pk))
        .select_for_update(of=("self",))
        .get()
    )
    state = CONSEQUENCE.after(ConsequenceState(row.state), ConsequenceStep.FINISH)
    outcome = outcome.strip()
    if not outcome:
        raise CannotDecide("请写明办理情况：什么时间、怎么办的、结果怎样。")
    if row.member is not None and row.member.user_id == by.pk:
        raise CannotDecide("涉及本人的结果运用不能由本人登记办结，请由其他支部委员或党群部门登记。")
    # Of a talk the audit says neither with whom nor how it went.
    is_talk = follow_ups.is_talked(row)
    told = {} if is_talk else {"about": [queries.subject_of(row)], "outcome": outcome}
    before = row.state
    row.state, row.outcome, row.done_by, row.done_at = state, outcome, by, at
    row.save(update_fields=["state", "outcome", "done_by", "done_at"])
    audit.record(
        "consequence.finished", by=by, at=at, on=row, organization=row.organization,
        before={"decision": before},
        after={"decision": state} | told,
    )  # fmt: skip
    return row


@transaction.atomic
def note_pay_table(*, round: Round, rows: int, by: User, at: dt.datetime) -> None:
    """Note in the audit that a round's pay table was taken out as a workbook."""
    audit.record(
        "pay.exported", by=by, at=at, on=round, organization=round.committee,
        after={"period": str(round.run.period), "rows": rows},
    )  # fmt: skip
