"""Homework after a lesson: set, handed in, remarked on. It is neither graded nor ranked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse

from activities.models import Activity, Attendance, Homework, HomeworkAnswer
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.rules import homework as rules
from branches import audit, notices
from branches.models import User
from members.models import Member


@transaction.atomic
def assign(
    *, activity: Activity, text: str, due_on: dt.date, by: User, at: dt.datetime
) -> Homework:
    """Set homework to everybody on the roll of a lesson; also after its record is closed.

    What was sent twice within a minute is entered once.

    :raises Refused: the activity is cancelled or no lesson, nothing is asked, or the deadline
        lies before its day.
    """
    row = locked(activity)
    if row.kind not in rules.KINDS:
        raise Refused("只有集中学习、党课、先锋沙龙和宣讲可以布置作业。")
    if row.is_cancelled:
        raise Refused("这次活动已经取消，不能布置作业。")
    if not text.strip():
        raise Refused("请写明作业内容。")
    if due_on < row.held_on:
        raise Refused("交作业期限不能早于活动日期。")
    facts = {"activity": row, "text": text.strip(), "due_on": due_on, "set_by": by}
    if twice := repeated(Homework.objects.filter(**facts), action="homework.set", by=by, at=at):
        return twice
    homework = Homework.objects.create(**facts, set_at=at)
    audit.record(
        "homework.set", by=by, at=at, on=homework, organization=row.organization,
        after={"content": homework.text, "due_on": due_on},
    )  # fmt: skip
    called = User.objects.filter(
        pk__in=Attendance.objects.filter(activity=row).values("member__user_id"), is_active=True
    )
    url = reverse("my-homework-answer", kwargs={"pk": homework.pk})
    words = f"{row.title}布置了作业：{homework.text}"
    notices.tell_many(called.exclude(pk=by.pk), words, url=url, at=at)
    return homework


@transaction.atomic
def remove(*, homework: Homework, by: User, at: dt.datetime) -> None:
    """Take homework back that nobody has handed in.

    :raises Refused: somebody has.
    """
    row = _locked(homework)
    if row.answers.exists():
        raise Refused("已经有人交了作业，不能删除。")
    audit.record(
        "homework.removed", by=by, at=at, on=row, organization=row.activity.organization,
        before={"content": row.text, "due_on": row.due_on},
    )  # fmt: skip
    row.delete()


@transaction.atomic
def hand_in(*, homework: Homework, member: Member, text: str, at: dt.datetime) -> HomeworkAnswer:
    """Hand homework in, or again in better words; also after the deadline, which is then said.

    :raises Refused: the member is not on the roll, has no account, nothing is written, the
        activity is cancelled, or it has been remarked on.
    """
    row = _locked(homework)
    if member.user is None or not row.activity.attendances.filter(member=member).exists():
        raise Refused("您不在这次活动的名单里。")
    if row.activity.is_cancelled:
        raise Refused("这次活动已经取消，不用交作业了。")
    if not text.strip():
        raise Refused("请写作业内容。")
    answer = HomeworkAnswer.objects.filter(homework=row, member=member).first()
    if answer is not None and answer.remark:
        raise Refused("作业已经点评，不能再改。")
    if answer is None:
        answer = HomeworkAnswer(homework=row, member=member)
    answer.text, answer.handed_in_at = text.strip(), at
    answer.save()
    audit.record(
        "homework.handed_in", by=member.user, at=at, on=row,
        organization=row.activity.organization, after={"person": member.name},
    )  # fmt: skip
    return answer


@transaction.atomic
def remark(*, answer: HomeworkAnswer, remark: str, by: User, at: dt.datetime) -> HomeworkAnswer:
    """Say something about an answer; its writer is told. A second remark replaces the first.

    :raises Refused: nothing is said, or it is one's own answer.
    """
    row = _locked(answer.homework)
    found = HomeworkAnswer.objects.select_related("member__user").get(pk=answer.pk)
    if found.member.user_id == by.pk:
        raise Refused("不能点评自己的作业，请由其他支部委员点评。")
    if not remark.strip():
        raise Refused("请写点评。")
    found.remark, found.remarked_by = remark.strip(), by
    found.save(update_fields=["remark", "remarked_by"])
    audit.record(
        "homework.remarked", by=by, at=at, on=row, organization=row.activity.organization,
        after={"person": found.member.name},
    )  # fmt: skip
    if found.member.user is not None:
        url = reverse("my-homework-answer", kwargs={"pk": row.pk})
        notices.tell([found.member.user], f"您的作业有了点评：{row.activity.title}", url=url, at=at)
    return found


def _locked(homework: Homework) -> Homework:
    return (
        Homework.objects.select_for_update(of=("self",))
        .select_related("activity__organization")
        .get(pk=homework.pk)
    )
