"""The road of a grading round (定评): opened, commented on, published, verified, decided."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from branches import audit, notices
from branches.models import Organization, User
from branches.queries import working_calendar
from scoring.models import Round, RoundComment, RoundEvent, Run, Score
from scoring.operations import amendments, consequences, rollups, runs, sealing
from scoring.queries import changes, round_people, rounds, schemes
from scoring.rules.rounds import NEEDS_REASON, ROUND, RoundState, RoundStep

# What each rated member is told as well: when to appeal, and that it is over.
FOR_MEMBERS = frozenset({RoundStep.PUBLISH, RoundStep.DECIDE})


class CannotStep(Exception):
    """The text says what is in the way and what to do first, in Chinese."""


@transaction.atomic
def open_round(*, run: Run, by: User, at: dt.datetime) -> Round:
    """Begin the round of a finished period: from here on its results stand and are sealed.

    Facts recorded since it was computed are counted first.

    :raises CannotStep: the run is superseded or being computed, was computed before its period
        was over, rates nobody, or the period is or was in a round.
    """
    if not runs.try_lock(run.committee_id, run.period):
        raise CannotStep(f"{run.period.label}正在核算，请过一会儿再开始定评。")
    runs.shut(run.committee_id, run.period)
    row = (
        Run.objects.select_for_update(of=("self",))
        .select_related("version", "committee")
        .get(pk=run.pk)
    )
    label = row.period.label
    if runs.in_round(row.version, row.period):
        raise CannotStep(f"{label}的定评已经开始，请在定评列表中打开它。")
    if not row.is_current:
        raise CannotStep(f"{label}已经重新核算，请刷新页面，用最新的核算结果开始定评。")
    if timezone.localdate(at) < row.period.end:
        raise CannotStep(f"{label}还没有结束，期满并核算后才能开始定评。")
    if row.is_provisional:
        raise CannotStep(f"这次核算时{label}还没有结束，请重新核算后再开始定评。")
    if not row.subjects:
        raise CannotStep("这次核算没有考评对象，请检查组织和党员名册，重新核算后再开始定评。")
    if Round.objects.filter(run=row).exists():
        raise CannotStep(f"这次核算的定评已经撤回，请重新核算{label}后再开始定评。")
    _count_late_facts(row, at)
    sealed = sealing.seal(run=row, at=at)
    round_ = Round.objects.create(
        run=sealed,
        committee=row.committee,
        scheme_code=row.scheme_code,
        period_start=row.period_start,
        period_kind=row.period_kind,
        opened_by=by,
        opened_at=at,
    )
    audit.record(
        "round.opened", by=by, at=at, on=round_, organization=row.committee,
        after={
            "scheme": row.scheme_code,
            "period": str(row.period),
            "subjects": row.subjects,
            "checksum": sealed.checksum,
        },
    )  # fmt: skip
    return round_


def _count_late_facts(row: Run, at: dt.datetime) -> None:
    """See that nothing recorded before this moment is left out of what is sealed now."""
    if row.is_rolled_up:
        if late := rollups.outdated(row):
            labels = "、".join(one.period.label for one in late)
            raise CannotStep(f"{labels}的结果在汇总之后有变动，请重新核算后再开始定评。")
        return
    if touched := changes.touched(row, at):
        amendments.amend(run=row, subjects=touched, at=at)


@transaction.atomic
def take(*, round: Round, step: RoundStep, by: User, at: dt.datetime, note: str = "") -> Round:
    """Take a step of a round, set the dates it starts, and tell the branches concerned.

    Who may take it is asked by the page (``queries.rounds.open_steps``), but for one thing:
    whoever submitted a round does not decide it. A withdrawn round's run stays sealed; the
    period can be computed again and get a new round.

    :param note: the reason, needed to withdraw and to return.
    :raises StepNotAllowed: the round has no such step where it stands now.
    :raises CannotStep: something has to be done or waited for first.
    """
    row = locked(round)
    before = RoundState(row.state)
    after = ROUND.after(before, step)
    note = note.strip()
    if step in NEEDS_REASON and not note:
        raise CannotStep("请写明原因，它会留在定评的记录里。")
    today = timezone.localdate(at)
    if in_the_way := rounds.obstacle(row, step, today):
        raise CannotStep(in_the_way)
    _set_dates(row, step, by, at)
    if step == RoundStep.DECIDE:
        # Proposed first: nothing is added to a final round's results.
        consequences.propose(round=row, at=at)
    # Before the state: to a final round nothing is added, not even how it became so.
    RoundEvent.objects.create(round=row, step=step, state=after, by=by, at=at, note=note)
    row.state = after
    row.save()
    audit.record(
        "round.step", by=by, at=at, on=row, organization=row.committee,
        after={"step": step, "reason": note} if note else {"step": step},
    )  # fmt: skip
    if text := _news(row, step, before, note):
        _tell(round_people.secretaries(row, today), text, row, at)
        if step in FOR_MEMBERS and row.run.version.rates_members:
            url = reverse("round-notice", kwargs={"pk": row.pk})
            notices.tell_many(round_people.rated_members(row), text, url=url, at=at)
    return row


def locked(round_: Round) -> Round:
    """Return a round as it stands now, locked until the transaction ends."""
    # Locked alone first: whoever waits behind a correction would join the run it replaced.
    Round.objects.select_for_update().get(pk=round_.pk)
    return Round.objects.select_related("committee", "run__version").get(pk=round_.pk)


def _set_dates(row: Round, step: RoundStep, by: User, at: dt.datetime) -> None:
    today = timezone.localdate(at)
    procedure = schemes.scheme_of(row.run.version).procedure
    if step == RoundStep.ASK_COMMENTS:
        row.comments_until = working_calendar.around(today).after(today, procedure.comments)
    elif step == RoundStep.PUBLISH:
        row.public_from = today
        row.public_until = working_calendar.around(today).after(today, procedure.publicity)
    elif step == RoundStep.SUBMIT:
        row.submitted_by = by
    elif step == RoundStep.RETURN:
        row.submitted_by = None
    elif step == RoundStep.DECIDE:
        if by.pk == row.submitted_by_id:
            raise CannotStep("提交审定的人不能自己审定，请由另一位负责人审定。")
        row.decided_by, row.decided_at = by, at


def _news(row: Round, step: RoundStep, before: RoundState, note: str) -> str:
    """Return what the secretaries of the rated branches are told of a step; "" for nothing."""
    name = rounds.name_of(row)
    if step == RoundStep.ASK_COMMENTS:
        assert row.comments_until is not None
        return f"{name}初评结果征求意见，截至 {rounds.in_words(row.comments_until)}（含当天）。"
    if step == RoundStep.PUBLISH:
        assert row.public_until is not None
        return f"{name}结果公示，可申诉到 {rounds.in_words(row.public_until)}（含当天）。"
    if step == RoundStep.DECIDE:
        return f"{name}结果已审定。"
    if step == RoundStep.WITHDRAW and before != RoundState.FIRST:
        return f"{name}定评已撤回，结果不作数。原因：{note}"
    return ""


def _tell(people: QuerySet[User], text: str, row: Round, at: dt.datetime) -> None:
    notices.tell(people, text, url=reverse("round-notice", kwargs={"pk": row.pk}), at=at)


@transaction.atomic
def comment(
    *, round: Round, organization: Organization, text: str, by: User, at: dt.datetime
) -> RoundComment:
    """Record what a rated branch says of the first scores.

    :raises CannotStep: it is not asked now, or was not rated.
    """
    row = locked(round)
    if row.state != RoundState.COMMENTS:
        raise CannotStep("现在不在征求意见阶段，不能提意见；公示期内有异议可以申诉。")
    assert row.comments_until is not None  # set by the step to this state
    if timezone.localdate(at) > row.comments_until:
        raise CannotStep(
            f"征求意见已于 {rounds.in_words(row.comments_until)}截止；公示期内有异议可以申诉。"
        )
    if not Score.objects.filter(run=row.run_id, organization=organization).exists():
        raise CannotStep(f"{organization.short_name}不在这次定评的范围内，请核对所选支部。")
    made = RoundComment.objects.create(
        round=row, organization=organization, text=_said(text), by=by, at=at
    )
    audit.record(
        "round.commented", by=by, at=at, on=made, organization=organization,
        after={"content": made.text},
    )  # fmt: skip
    return made


@transaction.atomic
def reply(*, comment: RoundComment, text: str, by: User, at: dt.datetime) -> RoundComment:
    """Answer a comment, once, and tell whoever made it.

    :raises CannotStep: it is one's own or answered already, or the round asks for no comments
        any more.
    """
    round_ = locked(comment.round)
    row = (
        RoundComment.objects.select_for_update(of=("self",))
        .select_related("organization", "by")
        .get(pk=comment.pk)
    )
    if round_.state != RoundState.COMMENTS:
        raise CannotStep("征求意见阶段已经结束，不能再答复。")
    if row.replied_at is not None:
        raise CannotStep("这条意见已经答复，请刷新页面查看。")
    if row.by_id == by.pk:
        raise CannotStep("不能答复自己提出的意见，请由另一位负责考评的人员答复。")
    row.reply, row.replied_by, row.replied_at = _said(text), by, at
    row.save(update_fields=["reply", "replied_by", "replied_at"])
    audit.record(
        "round.replied", by=by, at=at, on=row, organization=row.organization,
        after={"answer": row.reply},
    )  # fmt: skip
    people = User.objects.filter(pk=row.by_id)
    _tell(people, f"{rounds.name_of(round_)}的意见已答复：{row.reply}", round_, at)
    return row


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise CannotStep("内容不能为空，请写明后再提交。")
    return text
