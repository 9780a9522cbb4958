"""Appeals (申诉) to lines of a published score, and their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import audit, notices
from branches.models import Organization, User
from branches.queries import working_calendar
from branches.rules.workflow import StepNotAllowed
from members.models import Member
from scoring.models import Appeal, Correction, Round
from scoring.operations import corrections
from scoring.operations.rounds import locked
from scoring.queries import appeals, inspections, round_people, rounds, schemes
from scoring.queries import corrections as correction_queries
from scoring.rules.rounds import (
    APPEAL,
    APPEALABLE,
    CORRECTABLE,
    AppealState,
    AppealStep,
    RoundState,
)
from scoring.rules.scheme import Item


class CannotAppeal(Exception):
    """The text says why an appeal is not filed, answered or withdrawn, in Chinese."""


@transaction.atomic
def file(
    *,
    round: Round,
    organization: Organization,
    member: Member | None,
    item_code: str,
    text: str,
    by: User,
    at: dt.datetime,
) -> Appeal:
    """File an appeal to one line of a published score, and tell the office.

    :param organization: the subject, or the branch under which ``member`` was rated.
    :param item_code: an item that exists for the subject; of a vetoed one, or the veto's code.
    :raises CannotAppeal: nothing is published, it is too late, or there is no such line.
    """
    row = locked(round)
    today = timezone.localdate(at)
    if RoundState(row.state) not in APPEALABLE:
        raise CannotAppeal("现在不在公示期，不能申诉；公示开始后再提出，已审定的结果不再受理。")
    assert row.public_until is not None  # set by the step to this state
    if today > row.public_until:
        raise CannotAppeal(
            f"公示已于 {rounds.in_words(row.public_until)}结束，不再受理申诉；"
            "如有问题请直接向负责考评的部门反映。"
        )
    if row.run.is_rolled_up:
        raise CannotAppeal(
            "这是由较短期间汇总的结果，没有可申诉的单项；"
            "请向负责考评的部门反映，由其撤回、更正后重新汇总。"
        )
    score = rounds.score_of(row, organization, member)
    if score is None:
        raise CannotAppeal("这次公示里没有该对象的得分，请核对所选的支部或党员。")
    if score.exempt:
        raise CannotAppeal("本期免考评，没有可申诉的得分；对免考评有异议请向所在党支部反映。")
    scheme = schemes.scheme_of(row.run.version)
    title = appeals.title_of(scheme, score, item_code)
    if title is None:
        raise CannotAppeal("得分里没有这一项，请从得分明细中选择要申诉的项目。")
    if Appeal.objects.unanswered().filter(
        round=row, organization=organization, member=member, item_code=item_code
    ).exists():  # fmt: skip
        raise CannotAppeal(f"“{title}”已有一件申诉等待答复，不用重复提出。")
    days = scheme.procedure.answers
    made = Appeal.objects.create(
        round=row,
        organization=organization,
        member=member,
        item_code=item_code,
        item_title=title,
        text=_said(text, "申诉理由"),
        filed_by=by,
        filed_at=at,
        due_on=working_calendar.around(today).after(today, days),
    )
    audit.record(
        "appeal.filed", by=by, at=at, on=made, organization=organization,
        after={"title": title, "due_on": made.due_on},
    )  # fmt: skip
    subject = appeals.subject_of(made)
    _tell(
        round_people.office(row, today),
        f"{subject}对“{title}”提出申诉，答复期限 {rounds.in_words(made.due_on)}。",
        made,
        at,
    )
    return made


@transaction.atomic
def give_opinion(*, appeal: Appeal, text: str, by: User, at: dt.datetime) -> Appeal:
    """Add what a member's branch knows of the matter, once, before it is answered.

    :raises CannotAppeal: it is a branch's own appeal, the speaker's own, or past that.
    """
    row = _locked(appeal)
    if row.member is None:
        raise CannotAppeal("支部自己的申诉不需要支部意见，请等待答复。")
    if _is_own(row, by):
        raise CannotAppeal("不能对本人的申诉提支部意见，请由支部其他负责人提出。")
    if row.state != AppealState.FILED:
        raise CannotAppeal("这件申诉已经办结，不能再提支部意见。")
    if row.opinion:
        raise CannotAppeal("支部已经提过意见，不用重复提出。")
    row.opinion, row.opinion_by, row.opinion_at = _said(text, "支部意见"), by, at
    row.save(update_fields=["opinion", "opinion_by", "opinion_at"])
    audit.record("appeal.opinion", by=by, at=at, on=row, organization=row.organization)
    return row


@transaction.atomic
def uphold(
    *,
    appeal: Appeal,
    quantity: Decimal | None,
    base: Decimal | None,
    lifts_veto: bool,
    answer: str,
    by: User,
    at: dt.datetime,
) -> Correction:
    """Find an appeal right: the fact is corrected, and a job left to rate the round from it.

    Until that job is done the round takes no further step.

    :param quantity: the fact as it is; None takes it out, so that the item is missing.
    :param base: what was due, for items whose points depend on it; without meaning for others.
    :param lifts_veto: the appeal is about a veto, which does not hold.
    :raises CannotAppeal: the appeal is one's own or answered, the round past correcting, the
        subject being rated again just now, or the fact is what was counted.
    """
    row = _locked(appeal)
    _answered(row, AppealStep.UPHOLD, answer, by, at)
    if correction_queries.pending_of_subject(row).exists():
        raise CannotAppeal("这一对象正在按另一件申诉的更正重新核算，请过几分钟再答复。")
    counted = appeals.counted(row)
    item = appeals.item_of(row)
    if lifts_veto != (item is None):
        raise CannotAppeal(
            "这是对一票否决的申诉，成立时应解除一票否决。"
            if item is None
            else "这件申诉不是对一票否决提出的，请填更正后的数量。"
        )
    if item is None:
        score = appeals.score_of(row)
        if score is None or not score.veto:
            raise CannotAppeal("这一对象的一票否决已经解除，请按“不成立”答复并说明情况。")
    else:
        _check_fact(item, counted, quantity, base)
    correction = corrections.correct(
        appeal=row, quantity=quantity, base=base, lifts_veto=lifts_veto, by=by, at=at
    )
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    was = counted or (None, None)
    audit.record(
        "appeal.upheld", by=by, at=at, on=row, organization=row.organization,
        before={} if lifts_veto else {"quantity": was[0], "base": was[1]},
        after={"answer": row.answer, "lifts_veto": True} if lifts_veto
        else {"answer": row.answer, "quantity": quantity, "base": base},
    )  # fmt: skip
    text = f"对“{row.item_title}”的申诉成立，正在按更正重新核算：{row.answer}"
    _tell([row.filed_by], text, row, at)
    return correction


def _check_fact(
    item: Item, counted: appeals.Counted | None, quantity: Decimal | None, base: Decimal | None
) -> None:
    if appeals.takes_base(item) and quantity is not None and base is None:
        raise CannotAppeal("这一项按比例计分，请同时填写应有的数量。")
    if appeals.is_as_counted(item, counted, quantity, base):
        raise CannotAppeal("更正后的数量与原来的一样；数量没有错时，请按“不成立”答复。")


@transaction.atomic
def reject(*, appeal: Appeal, answer: str, by: User, at: dt.datetime) -> Appeal:
    """Find an appeal wrong, with the reasons.

    :raises CannotAppeal: the appeal is one's own or answered, or the round past answering.
    """
    row = _locked(appeal)
    _answered(row, AppealStep.REJECT, answer, by, at)
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    audit.record(
        "appeal.rejected", by=by, at=at, on=row, organization=row.organization,
        after={"answer": row.answer},
    )  # fmt: skip
    _tell([row.filed_by], f"对“{row.item_title}”的申诉不成立：{row.answer}", row, at)
    return row


@transaction.atomic
def withdraw(*, appeal: Appeal, by: User, at: dt.datetime) -> Appeal:
    """Take back one's own appeal before it is answered.

    :raises CannotAppeal: it is somebody else's, or answered.
    """
    row = _locked(appeal)
    is_about_them = row.member is not None and row.member.user_id == by.pk
    if row.filed_by_id != by.pk and not is_about_them:
        raise CannotAppeal("只有提出申诉的人能撤回申诉。")
    row.state = _after(row, AppealStep.WITHDRAW)
    row.save(update_fields=["state"])
    audit.record("appeal.withdrawn", by=by, at=at, on=row, organization=row.organization)
    return row


def _locked(appeal: Appeal) -> Appeal:
    """Return an appeal as it stands now; first its round is locked, then the appeal."""
    round_ = locked(appeal.round)
    row = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("organization", "member", "filed_by")
        .get(pk=appeal.pk)
    )
    row.round = round_
    if RoundState(round_.state) not in CORRECTABLE:
        raise CannotAppeal("这次定评已不在公示或核实阶段，申诉不能再办理。")
    return row


def _answered(row: Appeal, step: AppealStep, answer: str, by: User, at: dt.datetime) -> None:
    """Fill in an answer; nothing is saved.

    :raises CannotAppeal: it is one's own or answered already, one gave the branch's opinion on
        it, or the answer gives no reasons.
    """
    if _is_own(row, by) or _speaks_for(row, by, timezone.localdate(at)):
        raise CannotAppeal("不能答复本人或本支部提出的申诉，请由其他人员答复。")
    if row.opinion_by_id == by.pk:
        raise CannotAppeal("您已代表支部对这件申诉提过意见，请由其他人员答复。")
    row.state = _after(row, step)
    row.answer, row.answered_by, row.answered_at = _said(answer, "答复理由"), by, at


def _after(row: Appeal, step: AppealStep) -> AppealState:
    try:
        return APPEAL.after(AppealState(row.state), step)
    except StepNotAllowed:
        raise CannotAppeal(
            f"这件申诉现在是“{row.get_state_display()}”，不能再办理，请刷新页面查看。"
        ) from None


def _is_own(row: Appeal, user: User) -> bool:
    is_about_them = row.member is not None and row.member.user_id == user.pk
    return row.filed_by_id == user.pk or is_about_them


def _speaks_for(row: Appeal, user: User, on: dt.date) -> bool:
    """Return whether an appeal is that of the person's own branch, by post or by the roll."""
    if row.member is not None:
        return False
    places = inspections.own_places([user.pk], on).get(user.pk, ())
    return inspections.is_own(row.organization, places)


def _tell(people: Iterable[User], text: str, appeal: Appeal, at: dt.datetime) -> None:
    notices.tell(people, text, url=reverse("appeal", kwargs={"pk": appeal.pk}), at=at)


def _said(text: str, what: str) -> str:
    text = text.strip()
    if not text:
        raise CannotAppeal(f"{what}不能为空，请写明后再提交。")
    return text
