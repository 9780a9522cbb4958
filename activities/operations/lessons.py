"""What an activity taught, and what its course's order makes of its being held or called off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse

from activities.models import Activity, Course, CourseOrder, EducationBase, Lesson
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.rules.study import ORDER, TAUGHT_KINDS, OrderState, OrderStep
from branches import audit, notices
from branches.models import User


@dataclass(frozen=True, slots=True)
class Taught:
    """What was taught; without ``hours`` a class gives the hours it lasted, anything else none."""

    topic: str
    study_list: str = ""
    course: Course | None = None
    base: EducationBase | None = None
    hours: Decimal | None = None


@transaction.atomic
def teach(*, activity: Activity, taught: Taught, by: User, at: dt.datetime) -> Lesson:
    """Write down what an activity taught.

    Of a closed record everything may be said but the hours: they have been counted.

    :raises Refused: nothing is taught at this kind, it was cancelled, or the hours stand.
    """
    row = _locked(activity)
    old = Lesson.objects.filter(activity=row).first()
    before = old.hours if old else None
    if not row.may_be_edited and taught.hours != before:
        raise Refused("这次活动已经办结，学时不能再改。要改学时，请先退回更正并写明原因。")
    lesson, _ = Lesson.objects.update_or_create(
        activity=row, defaults={each.name: getattr(taught, each.name) for each in fields(Taught)}
    )
    audit.record(
        "lesson.taught", by=by, at=at, on=lesson, organization=row.organization,
        before=_told(old) if old else None, after=_told(lesson),
    )  # fmt: skip
    return lesson


@transaction.atomic
def forget(*, activity: Activity, by: User, at: dt.datetime) -> None:
    """Take back what was written about an open activity's lesson; nothing where there was none.

    :raises Refused: the record is closed and the hours have been counted.
    """
    row = _locked(activity)
    old = Lesson.objects.filter(activity=row).select_related("course", "base").first()
    if old is None:
        return
    if not row.may_be_edited:
        raise Refused("这次活动已经办结，学习内容只能改，不能删除。")
    audit.record(
        "lesson.removed", by=by, at=at, on=old, organization=row.organization, before=_told(old)
    )
    old.delete()


def held(activity: Activity, *, by: User, at: dt.datetime) -> None:
    """Let the order behind a closed activity wait for its rating (inside the caller's step)."""
    order = _order_of(activity)
    if order is None or order.state != OrderState.ACCEPTED:
        return
    order.state = ORDER.after(OrderState(order.state), OrderStep.HOLD)
    order.save(update_fields=["state"])
    audit.record(
        "order.held", by=by, at=at, on=order, organization=order.branch,
        after={"course": order.course.title},
    )  # fmt: skip
    notices.tell(
        [order.asked_by], f"《{order.course.title}》已授课，请给课程和讲师评价。",
        url=reverse("order", kwargs={"pk": order.pk}), at=at,
    )  # fmt: skip


def called_off(activity: Activity, *, reason: str, by: User, at: dt.datetime) -> None:
    """Cancel the order behind a cancelled activity, and tell the lecturer (inside the step)."""
    order = _order_of(activity)
    if order is None or order.state != OrderState.ACCEPTED:
        return
    order.state = ORDER.after(OrderState(order.state), OrderStep.CANCEL)
    order.save(update_fields=["state"])
    audit.record(
        "order.cancelled", by=by, at=at, on=order, organization=order.branch,
        after={"course": order.course.title, "reason": reason},
    )  # fmt: skip
    if order.lecturer is not None and order.lecturer.user is not None:
        notices.tell(
            [order.lecturer.user],
            f"{order.branch.short_name}取消了《{order.course.title}》：{reason}",
            url=reverse("order", kwargs={"pk": order.pk}), at=at,
        )  # fmt: skip


def _order_of(activity: Activity) -> CourseOrder | None:
    return (
        CourseOrder.objects.select_for_update(of=("self",))
        .select_related("course", "branch", "asked_by", "lecturer__user")
        .filter(activity=activity)
        .first()
    )


def _locked(activity: Activity) -> Activity:
    row = locked(activity)
    if row.kind not in TAUGHT_KINDS:
        raise Refused(f"{row.get_kind_display()}不登记学习内容。")
    if row.is_cancelled:
        raise Refused("这次活动已经取消，不能再登记学习内容。")
    return row


def _told(lesson: Lesson) -> dict[str, Any]:
    return {
        "topic": lesson.get_topic_display(),
        "study_list": lesson.get_study_list_display(),
        "course": lesson.course.title if lesson.course else "",
        "base_place": lesson.base.name if lesson.base else "",
        "hours": lesson.hours,
    }
