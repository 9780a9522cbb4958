"""Recalling somebody for training and help (召回), openly and with an end (practice C16).

Who may do so is the caller's to check; nobody handles his own. The audit tells the steps and
their days, never who or why.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import audit, notices
from branches.models import Organization, User
from members.models import Member
from people.models import Recall
from people.operations.checks import check_day, check_other
from people.queries import recalls
from people.rules import recalls as rules
from people.rules.recalls import RECALL, RecallOutcome, RecallState, RecallStep


@transaction.atomic
def enlist(
    *,
    branch: Organization,
    member: Member,
    reason: str,
    listed_on: dt.date,
    told_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Recall:
    """Put somebody on the list; the person has been told, and gets a notice.

    :raises Refused: no reason, oneself, recalled already, or days that do not fit.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    check_other(member, by)
    if not reason.strip():
        raise Refused("请写明列入原因。")
    check_day(listed_on, at)
    check_day(told_on, at, first=listed_on, why="告知本人的日期不能早于列入日期。")
    if Recall.objects.filter(member=member).exclude(state__in=recalls.OVER).exists():
        raise Refused(f"{member.name}正在召回，不用再列入。")
    row = Recall.objects.create(
        branch=branch, member=member, reason=reason.strip(), listed_on=listed_on,
        told_on=told_on, listed_by=by, listed_at=at,
    )  # fmt: skip
    _record("recall.listed", row, by, at, {"on": listed_on})
    _tell(row, "您已列入召回名单，可以查看原因和安排", by, at)
    return row


@transaction.atomic
def train(*, recall: Recall, training_from: dt.date, by: User, at: dt.datetime) -> Recall:
    """Set the days of training: so many as rule P7 says, the first counted. It may lie ahead.

    :raises Refused: oneself, or before the day of listing.
    :raises StepNotAllowed: training was set already.
    """
    row = _locked(recall, by)
    row.state = RECALL.after(RecallState(row.state), RecallStep.TRAIN)
    if training_from < row.listed_on:
        raise Refused("培训开始日期不能早于列入日期。")
    return _begin(row, training_from, "recall.training", by, at)


@transaction.atomic
def assess(
    *,
    recall: Recall,
    exam: Decimal,
    assessment: Decimal,
    assessed_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Recall:
    """Write down the marks of exam and assessment, after the last day of training.

    :raises Refused: oneself, a mark beyond 0 to 100, training not over, or a day to come.
    :raises StepNotAllowed: the person is not in training.
    """
    row = _locked(recall, by)
    row.state = RECALL.after(RecallState(row.state), RecallStep.ASSESS)
    assert row.training_until is not None
    if not all(0 <= mark <= rules.FULL_MARK for mark in (exam, assessment)):
        raise Refused("成绩应在 0 到 100 分之间。")
    if assessed_on <= row.training_until:
        last = row.training_until
        raise Refused(f"培训到{last.month}月{last.day}日结束，之后才能考核。")
    check_day(assessed_on, at)
    row.exam, row.assessment, row.assessed_on = exam, assessment, assessed_on
    row.save(update_fields=["state", "exam", "assessment", "assessed_on"])
    _record("recall.assessed", row, by, at, {"on": assessed_on})
    _tell(row, "您的召回考核成绩已经登记，可以查看", by, at)
    return row


@transaction.atomic
def follow(*, recall: Recall, by: User, at: dt.datetime) -> Recall:
    """Begin the follow-up: so many months from the day of assessment as rule P7 says.

    :raises Refused: oneself, or a mark is below what the rule asks.
    :raises StepNotAllowed: the person was not assessed.
    """
    row = _locked(recall, by)
    row.state = RECALL.after(RecallState(row.state), RecallStep.FOLLOW)
    assert row.exam is not None and row.assessment is not None and row.assessed_on is not None
    terms = recalls.terms(row.branch, row.assessed_on)
    if not rules.is_passed(row.exam, row.assessment, terms):
        raise Refused(f"考试和量化考核都要达到 {terms.pass_mark} 分，请安排重新培训。")
    row.follow_until = rules.follow_until(row.assessed_on, terms)
    row.save(update_fields=["state", "follow_until"])
    _record("recall.followed", row, by, at, {"until": row.follow_until})
    last = row.follow_until
    _tell(row, f"您的召回考核合格，跟踪到{last.month}月{last.day}日", by, at)
    return row


@transaction.atomic
def repeat(*, recall: Recall, training_from: dt.date, by: User, at: dt.datetime) -> Recall:
    """Train once more, where a mark was below what the rule asks; what was reached stays on
    record.

    :raises Refused: oneself, both marks suffice, or before the assessment.
    :raises StepNotAllowed: the person was not assessed.
    """
    row = _locked(recall, by)
    row.state = RECALL.after(RecallState(row.state), RecallStep.REPEAT)
    assert row.exam is not None and row.assessment is not None and row.assessed_on is not None
    if rules.is_passed(row.exam, row.assessment, recalls.terms(row.branch, row.assessed_on)):
        raise Refused("考试和量化考核都合格，不用重新培训，请转入跟踪。")
    if training_from < row.assessed_on:
        raise Refused("重新培训的日期不能早于考核日期。")
    row.attempts = [
        *row.attempts,
        {
            "training_from": str(row.training_from),
            "training_until": str(row.training_until),
            "exam": str(row.exam),
            "assessment": str(row.assessment),
            "assessed_on": str(row.assessed_on),
        },
    ]
    row.exam = row.assessment = row.assessed_on = None
    row.save(update_fields=["attempts", "exam", "assessment", "assessed_on"])
    return _begin(row, training_from, "recall.repeated", by, at)


@transaction.atomic
def note(*, recall: Recall, follow_note: str, by: User, at: dt.datetime) -> Recall:
    """Write down how the follow-up goes; a later text takes the place of the earlier.

    :raises Refused: oneself, no words, or the person is not followed up.
    """
    row = _locked(recall, by)
    if row.state != RecallState.FOLLOW_UP:
        raise Refused("现在不在跟踪期，不能登记跟踪情况。")
    if not follow_note.strip():
        raise Refused("请写明跟踪情况。")
    row.follow_note = follow_note.strip()
    row.save(update_fields=["follow_note"])
    _record("recall.noted", row, by, at, {"on": timezone.localdate(at)})
    return row


@transaction.atomic
def end(
    *,
    recall: Recall,
    outcome: RecallOutcome,
    outcome_note: str,
    ended_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Recall:
    """End a recall with its outcome, once the last day of follow-up has come. An outcome is a
    proposal at most: nobody's standing changes by it.

    :raises Refused: oneself, too early, a day to come, or no words about the follow-up.
    :raises StepNotAllowed: the person is not followed up.
    """
    row = _locked(recall, by)
    row.state = RECALL.after(RecallState(row.state), RecallStep.END)
    assert row.follow_until is not None
    last = row.follow_until
    check_day(
        ended_on, at, first=last, why=f"跟踪到{last.month}月{last.day}日，到那一天起才能结束。"
    )
    if not row.follow_note:
        raise Refused("请先登记跟踪情况，再结束。")
    row.outcome, row.outcome_note, row.ended_on = outcome, outcome_note.strip(), ended_on
    row.save(update_fields=["state", "outcome", "outcome_note", "ended_on"])
    _record("recall.ended", row, by, at, {"on": ended_on})
    _tell(row, "您的召回已经结束，可以查看结果", by, at)
    return row


@transaction.atomic
def drop(*, recall: Recall, outcome_note: str, by: User, at: dt.datetime) -> Recall:
    """Take somebody off the list before training, with the reason.

    :raises Refused: oneself, or no reason.
    :raises StepNotAllowed: training was set already.
    """
    row = _locked(recall, by)
    row.state = RECALL.after(RecallState(row.state), RecallStep.DROP)
    if not outcome_note.strip():
        raise Refused("请写明撤销的原因。")
    row.outcome_note, row.ended_on = outcome_note.strip(), timezone.localdate(at)
    row.save(update_fields=["state", "outcome_note", "ended_on"])
    _record("recall.dropped", row, by, at, {"on": row.ended_on})
    _tell(row, "您的召回已经撤销，可以查看原因", by, at)
    return row


def _begin(row: Recall, training_from: dt.date, action: str, by: User, at: dt.datetime) -> Recall:
    row.training_from = training_from
    row.training_until = rules.training_until(
        training_from, recalls.terms(row.branch, training_from)
    )
    row.save(update_fields=["state", "training_from", "training_until"])
    _record(action, row, by, at, {"on": training_from, "until": row.training_until})
    first, last = training_from, row.training_until
    text = f"请您参加集中培训：{first.month}月{first.day}日到{last.month}月{last.day}日"
    _tell(row, text, by, at)
    return row


def _locked(recall: Recall, by: User) -> Recall:
    row = (
        Recall.objects.select_for_update(of=("self",))
        .select_related("branch", "member__user")
        .get(pk=recall.pk)
    )
    check_other(row.member, by)
    return row


def _record(action: str, row: Recall, by: User, at: dt.datetime, after: dict[str, Any]) -> None:
    audit.record(action, by=by, at=at, on=row, organization=row.branch, after=after)


def _tell(row: Recall, text: str, by: User, at: dt.datetime) -> None:
    user = row.member.user
    if user is not None and user != by:
        notices.tell([user], text, url=reverse("recall", kwargs={"pk": row.pk}), at=at)
