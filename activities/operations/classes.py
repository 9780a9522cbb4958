"""Training classes: opening one, calling members up (调训), what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Enrolment, TrainingClass
from activities.operations.refusals import Refused
from activities.rules import study
from activities.rules.study import EnrolmentState
from branches import audit, notices
from branches.models import Organization, User
from branches.templatetags import formats
from members.models import Member


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """``theory_hours`` are those of theory and party spirit among ``hours``."""

    title: str
    kind: str
    topic: str
    started_on: dt.date
    ended_on: dt.date
    hours: Decimal
    theory_hours: Decimal
    place: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one enrolment; hours and days are asked of those who attended."""

    state: str
    days: Decimal | None = None
    hours: Decimal | None = None
    score: Decimal | None = None
    note: str = ""


@transaction.atomic
def open_class(
    *, organization: Organization, facts: ClassFacts, by: User, at: dt.datetime
) -> TrainingClass:
    """Write down a class, held or to come.

    :raises Refused: more hours than its days hold, or more of theory than in all.
    """
    _check_hours(facts)
    row = TrainingClass.objects.create(
        organization=organization, made_by=by, made_at=at, **asdict(facts)
    )
    audit.record("class.opened", by=by, at=at, on=row, organization=organization, after=_told(row))
    return row


@transaction.atomic
def change(
    *, training_class: TrainingClass, facts: ClassFacts, by: User, at: dt.datetime
) -> TrainingClass:
    """Rewrite a class whose results are not written down yet.

    :raises Refused: they are (its days and hours have been counted), or the hours cannot be right.
    """
    _check_hours(facts)
    row = _locked(training_class)
    if row.closed_at is not None:
        raise Refused("这个班已经登记结业，日期和学时不能再改。")
    before = _told(row)
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    row.save()
    audit.record(
        "class.changed", by=by, at=at, on=row, organization=row.organization, before=before,
        after=_told(row),
    )  # fmt: skip
    return row


@transaction.atomic
def call_up(
    *, training_class: TrainingClass, members: Iterable[Member], by: User, at: dt.datetime
) -> int:
    """Call members up and tell them; return how many are new on the list.

    :raises Refused: the class is over and its results are written down.
    """
    row = _locked(training_class)
    if row.closed_at is not None:
        raise Refused("这个班已经登记结业，不能再调训。")
    there = set(Enrolment.objects.filter(training_class=row).values_list("member_id", flat=True))
    called = [member for member in members if member.pk not in there]
    on = timezone.localdate(at)
    Enrolment.objects.bulk_create(
        Enrolment(training_class=row, member=member, called_on=on) for member in called
    )
    if not called:
        return 0
    audit.record(
        "class.called_up", by=by, at=at, on=row, organization=row.organization,
        after={"title": row.title, "members": len(called)},
    )  # fmt: skip
    when = f"{formats.day(row.started_on)}至{formats.day(row.ended_on)}"
    notices.tell(
        [member.user for member in called if member.user is not None],
        f"请参加培训：《{row.title}》，{when}{f'，{row.place}' if row.place else ''}。",
        url=reverse("my-study"), at=at,
    )  # fmt: skip
    return len(called)


@transaction.atomic
def close(
    *,
    training_class: TrainingClass,
    outcomes: Mapping[int, Outcome],
    by: User,
    at: dt.datetime,
) -> TrainingClass:
    """Write down who attended, by enrolment id; from now on the hours count.

    Done again, it corrects what was written; the audit keeps both.

    :raises Refused: the class has not ended, nobody was called up, somebody has no result, has
        more hours than the class, or it is one's own result that is written.
    """
    row = _locked(training_class)
    if row.ended_on > timezone.localdate(at):
        raise Refused("培训班还没有结束，结业以后再登记。")
    rows = list(Enrolment.objects.filter(training_class=row).select_related("member"))
    if not rows:
        raise Refused("这个班还没有学员，请先调训。")
    before = {str(each.pk): each.state for each in rows} if row.closed_at else None
    for each in rows:
        outcome = outcomes.get(each.pk)
        if outcome is None or outcome.state == EnrolmentState.CALLED:
            raise Refused(f"{each.member.name}还没有登记参训情况。")
        attended = outcome.state == EnrolmentState.ATTENDED
        if attended and outcome.hours is None:
            raise Refused(f"{each.member.name}参训了，请填写学时。")
        if attended and outcome.hours is not None and outcome.hours > row.hours:
            raise Refused(f"{each.member.name}的学时超过了全班的 {row.hours} 学时，请核对。")
        was = _result(each)
        each.state, each.note = outcome.state, outcome.note
        each.days = outcome.days if attended else None
        each.hours = outcome.hours if attended else None
        each.score = outcome.score if attended else None
        # What somebody else wrote of him stands while he corrects the others.
        if each.member.user_id == by.pk and _result(each) != was:
            raise Refused(
                "您也是这个班的学员，不能登记自己的参训情况。请由其他有权登记的同志或上级党委登记。"
            )
    Enrolment.objects.bulk_update(rows, ["state", "note", "days", "hours", "score"])
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    attended_n = sum(each.state == EnrolmentState.ATTENDED for each in rows)
    audit.record(
        "class.closed", by=by, at=at, on=row, organization=row.organization,
        before={"members": len(before)} if before else None,
        after={"title": row.title, "members": len(rows), "attended": attended_n},
    )  # fmt: skip
    return row


@transaction.atomic
def release(*, enrolment: Enrolment, by: User, at: dt.datetime) -> None:
    """Take somebody else off the list of a class whose results are not written down yet.

    :raises Refused: they are, or it is oneself.
    """
    row = _locked(enrolment.training_class)
    if row.closed_at is not None:
        raise Refused("这个班已经登记结业，名单不能再改。")
    member = enrolment.member
    if member.user_id == by.pk:
        raise Refused("不能把自己移出名单，请由其他有权登记的同志或上级党委办理。")
    enrolment.delete()
    audit.record(
        "class.released", by=by, at=at, on=row, organization=row.organization,
        before={"person": member.name},
    )  # fmt: skip


def _locked(training_class: TrainingClass) -> TrainingClass:
    return (
        TrainingClass.objects.select_for_update(of=("self",))
        .select_related("organization")
        .get(pk=training_class.pk)
    )


def _check_hours(facts: ClassFacts) -> None:
    most = study.most_hours(facts.started_on, facts.ended_on)
    if facts.hours > most:
        raise Refused(f"学时太多：每天最多 {study.MOST_HOURS_A_DAY} 学时，这个班最多 {most} 学时。")
    if facts.theory_hours > facts.hours:
        raise Refused("理论和党性学时不能超过总学时。")


def _result(row: Enrolment) -> tuple[object, ...]:
    return row.state, row.note, row.days, row.hours, row.score


def _told(row: TrainingClass) -> dict[str, object]:
    return {
        "title": row.title, "started_on": row.started_on, "ended_on": row.ended_on,
        "hours": row.hours, "theory_hours": row.theory_hours,
    }  # fmt: skip
