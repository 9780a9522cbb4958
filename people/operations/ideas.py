"""金点子: raised by a member, answered always by somebody else of the branch, carried out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import User
from branches.queries import posts
from branches.rules.roles import Capability
from members.models import Member
from members.queries import homes
from people.models import Idea
from people.rules.ideas import IDEA, IdeaState, IdeaStep

_TOLD = 40


@transaction.atomic
def raise_idea(*, text: str, by: User, at: dt.datetime) -> Idea:
    """Raise a suggestion in the own branch.

    What was sent twice within a minute is entered once.

    :raises Refused: nothing was said, or the person is on no branch's roll.
    """
    today = timezone.localdate(at)
    text = text.strip()
    if not text:
        raise Refused("请写下您的金点子。")
    home = homes.of_user(by, today)
    if home is None:
        raise Refused("您不在党支部的名册上，不能提金点子。请联系党支部书记核对名册。")
    facts = {"branch": home.branch, "member": home.member, "text": text, "raised_on": today}
    same = Idea.objects.filter(state=IdeaState.RAISED, **facts)
    if twice := repeated(same, action="idea.raised", by=by, at=at):
        return twice
    row = Idea.objects.create(**facts, entered_by=by, entered_at=at, changed_at=at)
    _record("idea.raised", row, by, at)
    keepers = posts.holders(Capability.LOG_ACTIVITIES, row.branch, today).exclude(pk=by.pk)
    text = f"{row.member.name}提出金点子，请答复：{row.text[:_TOLD]}"
    notices.tell_many(keepers, text, url=_url(row), at=at)
    return row


@transaction.atomic
def adopt(
    *, idea: Idea, answer: str, owner: Member, due_on: dt.date, by: User, at: dt.datetime
) -> Idea:
    """Adopt a suggestion: who carries it out, and until when.

    :raises Refused: one's own, no words, a day that is past, or an owner who is not of the branch.
    :raises StepNotAllowed: it was answered already.
    """
    row = _locked(idea)
    state = IDEA.after(IdeaState(row.state), IdeaStep.ADOPT)
    _check_answer(row, answer, by)
    _check_owner(row, owner, due_on, at)
    row.owner, row.due_on = owner, due_on
    return _answered(row, state, answer, by, at)


@transaction.atomic
def decline(*, idea: Idea, answer: str, by: User, at: dt.datetime) -> Idea:
    """Decline a suggestion with the reason.

    :raises Refused: one's own, or no reason.
    :raises StepNotAllowed: it was answered already.
    """
    row = _locked(idea)
    state = IDEA.after(IdeaState(row.state), IdeaStep.DECLINE)
    _check_answer(row, answer, by)
    return _answered(row, state, answer, by, at)


@transaction.atomic
def assign(*, idea: Idea, owner: Member, due_on: dt.date, by: User, at: dt.datetime) -> Idea:
    """Let somebody else carry an adopted suggestion out, or set another day.

    :raises Refused: it is not adopted or done already, a day that is past, or an owner who is not
        of the branch.
    """
    row = _locked(idea)
    if row.state != IdeaState.ADOPTED:
        raise Refused("只有已经采纳、还没有实施的金点子可以改落实人和期限。")
    _check_owner(row, owner, due_on, at)
    if (row.owner, row.due_on) == (owner, due_on):
        return row
    before = _carried(row)
    is_other = row.owner_id != owner.pk
    row.owner, row.due_on, row.changed_at = owner, due_on, at
    row.save(update_fields=["owner", "due_on", "changed_at"])
    audit.record(
        "idea.assigned", by=by, at=at, on=row, organization=row.branch,
        before=before, after=_carried(row),
    )  # fmt: skip
    if is_other:
        _tell_owner(row, by, at)
    return row


@transaction.atomic
def finish(*, idea: Idea, effect: str, done_on: dt.date, by: User, at: dt.datetime) -> Idea:
    """Write down that an adopted suggestion was carried out, and what came of it.

    :raises Refused: no words, or a day before its answer or to come.
    :raises StepNotAllowed: it is not adopted, or done already.
    """
    row = _locked(idea)
    row.state = IDEA.after(IdeaState(row.state), IdeaStep.FINISH)
    assert row.answered_on is not None
    if not effect.strip():
        raise Refused("请写明实施的成效。")
    if done_on < row.answered_on:
        raise Refused("实施日期不能早于采纳的日期。")
    if done_on > timezone.localdate(at):
        raise Refused("实施日期不能晚于今天。")
    row.effect, row.done_on, row.changed_at = effect.strip(), done_on, at
    row.save(update_fields=["state", "effect", "done_on", "changed_at"])
    _record("idea.finished", row, by, at)
    _tell(row.member, f"您的金点子已经实施：{row.text[:_TOLD]}", row, by, at)
    return row


def _locked(idea: Idea) -> Idea:
    Idea.objects.select_for_update().get(pk=idea.pk)
    # Read after the lock: a join that may be empty does not see what was waited for.
    return (
        Idea.objects.select_related("branch", "member__user", "owner__user")
        .defer("member__id_number", "member__phone", "owner__id_number", "owner__phone")
        .get(pk=idea.pk)
    )


def _check_answer(row: Idea, answer: str, by: User) -> None:
    if row.member.user_id == by.pk:
        raise Refused("这是您自己提的金点子，请由其他同志答复。")
    if not answer.strip():
        raise Refused("请写明答复意见。")


def _check_owner(row: Idea, owner: Member, due_on: dt.date, at: dt.datetime) -> None:
    today = timezone.localdate(at)
    if due_on < today:
        raise Refused("落实期限不能早于今天。")
    if not homes.people(row.branch, today).filter(pk=owner.pk).exists():
        raise Refused(f"{owner.name}不在{row.branch.short_name}的名册上，请重新选择落实人。")


def _answered(row: Idea, state: IdeaState, answer: str, by: User, at: dt.datetime) -> Idea:
    row.state, row.answer = state, answer.strip()
    row.answered_on, row.answered_by, row.changed_at = timezone.localdate(at), by, at
    row.save(
        update_fields=[
            "state", "answer", "answered_on", "answered_by", "owner", "due_on", "changed_at"
        ]
    )  # fmt: skip
    is_adopted = state is IdeaState.ADOPTED
    action = "idea.adopted" if is_adopted else "idea.declined"
    audit.record(
        action, by=by, at=at, on=row, organization=row.branch,
        after={"person": row.member.name} | (_carried(row) if is_adopted else {}),
    )  # fmt: skip
    word = "已采纳" if is_adopted else "未采纳，原因已经写明"
    _tell(row.member, f"您的金点子{word}：{row.text[:_TOLD]}", row, by, at)
    if is_adopted and row.owner_id != row.member_id:
        _tell_owner(row, by, at)
    return row


def _tell_owner(row: Idea, by: User, at: dt.datetime) -> None:
    assert row.owner is not None and row.due_on is not None
    until = f"{row.due_on.month}月{row.due_on.day}日 前"
    _tell(row.owner, f"请您在 {until}落实金点子：{row.text[:_TOLD]}", row, by, at)


def _tell(member: Member, text: str, row: Idea, by: User, at: dt.datetime) -> None:
    if member.user is not None and member.user != by:
        notices.tell([member.user], text, url=_url(row), at=at)


def _carried(row: Idea) -> dict[str, object]:
    return {"owner": row.owner.name if row.owner else "", "due_on": row.due_on}


def _record(action: str, row: Idea, by: User, at: dt.datetime) -> None:
    audit.record(
        action, by=by, at=at, on=row, organization=row.branch, after={"person": row.member.name}
    )


def _url(row: Idea) -> str:
    return reverse("idea", kwargs={"pk": row.pk})
