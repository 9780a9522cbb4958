"""Ordering a course (选单), answering (接单), calling off, rating."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Course, CourseOrder, Lecturer
from activities.operations import activities, lessons
from activities.operations.details import Details, Part
from activities.operations.lessons import Taught
from activities.operations.refusals import Refused
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.study import ORDER, OrderState, OrderStep
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts
from branches.rules.roles import Capability
from branches.templatetags import formats

OPEN = (OrderState.ASKED, OrderState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a branch asks for: an ordered course becomes an activity of ``kind``."""

    kind: ActivityKind
    wanted_on: dt.date
    wanted_at: dt.time | None = None
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """When, where and by whom an accepted course is given."""

    lecturer: Lecturer
    held_on: dt.date
    starts_at: dt.time
    place: str
    answer: str = ""


@transaction.atomic
def ask(
    *, course: Course, branch: Organization, wish: Wish, by: User, at: dt.datetime
) -> CourseOrder:
    """Order a course for a branch and tell those who may accept it.

    :raises Refused: it is off the menu, the day is past, or it is ordered for that day already.
    """
    # One order at a time for a branch: the check for doubles must hold.
    Organization.objects.select_for_update(no_key=True).select_related(None).get(pk=branch.pk)
    if not course.is_offered:
        raise Refused("这门课程已经下架，请另选一门。")
    if wish.wanted_on < timezone.localdate(at):
        raise Refused("希望日期已经过去，请另选日期。")
    same = CourseOrder.objects.filter(
        course=course, branch=branch, wanted_on=wish.wanted_on, state__in=OPEN
    )
    if same.exists():
        raise Refused("本支部这一天已经选了这门课程，不必重复选单。")
    order = CourseOrder.objects.create(
        course=course, branch=branch, kind=wish.kind, wanted_on=wish.wanted_on,
        wanted_at=wish.wanted_at, place=wish.place, note=wish.note, asked_by=by, asked_at=at,
    )  # fmt: skip
    audit.record(
        "order.asked", by=by, at=at, on=order, organization=branch,
        after={"course": course.title, "wanted_on": wish.wanted_on},
    )  # fmt: skip
    notices.tell(
        _who_answers(course, at),
        f"{branch.short_name}选了《{course.title}》，请接单；不能接单的，请写明原因。",
        url=_url(order), at=at,
    )  # fmt: skip
    return order


@transaction.atomic
def accept(
    *, order: CourseOrder, appointment: Appointment, by: User, at: dt.datetime
) -> CourseOrder:
    """Accept an order: the activity is planned with its lesson, and the branch is told.

    :raises Refused: the day is past, or the branch cannot hold it then (nothing is written).
    :raises StepNotAllowed: the order was answered or called off before.
    """
    row = _locked(order)
    row.state = ORDER.after(OrderState(row.state), OrderStep.ACCEPT)
    course, kind = row.course, ActivityKind(row.kind)
    if appointment.held_on < timezone.localdate(at):
        raise Refused("授课日期已经过去，请另选日期。")
    activity = activities.log(
        organization=row.branch,
        kind=kind,
        details=Details(
            title=course.title,
            held_on=appointment.held_on,
            starts_at=appointment.starts_at,
            ends_at=_end(appointment.starts_at, float(course.hours)),
            place=appointment.place,
            parts=tuple(Part(title) for title in KINDS[kind].parts),
        ),
        by=by,
        at=at,
    )
    lessons.teach(
        activity=activity,
        taught=Taught(course.topic, course.study_list, course, hours=course.hours),
        by=by,
        at=at,
    )
    row.lecturer, row.activity, row.answer = appointment.lecturer, activity, appointment.answer
    row.answered_by, row.answered_at = by, at
    row.save(
        update_fields=["state", "lecturer", "activity", "answer", "answered_by", "answered_at"]
    )
    audit.record(
        "order.accepted", by=by, at=at, on=row, organization=row.branch,
        after={
            "course": course.title, "lecturer": appointment.lecturer.name,
            "held_on": appointment.held_on,
        },
    )  # fmt: skip
    notices.tell(
        [row.asked_by],
        f"《{course.title}》已接单：{formats.day(appointment.held_on)}"
        f" {appointment.starts_at:%H:%M}，{appointment.lecturer.name}主讲。",
        url=_url(row), at=at,
    )  # fmt: skip
    return row


@transaction.atomic
def decline(*, order: CourseOrder, answer: str, by: User, at: dt.datetime) -> CourseOrder:
    """Say that a course cannot be given, and why; the branch is told.

    :raises Refused: no reason was given.
    :raises StepNotAllowed: the order was answered or called off before.
    """
    row = _locked(order)
    row.state = ORDER.after(OrderState(row.state), OrderStep.DECLINE)
    row.answer = answer.strip()
    if not row.answer:
        raise Refused("请写明不能接单的原因，方便支部另作安排。")
    row.answered_by, row.answered_at = by, at
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    audit.record(
        "order.declined", by=by, at=at, on=row, organization=row.branch,
        after={"course": row.course.title, "answer": row.answer},
    )  # fmt: skip
    notices.tell(
        [row.asked_by], f"《{row.course.title}》不能接单：{row.answer}", url=_url(row), at=at
    )
    return row


@transaction.atomic
def cancel(*, order: CourseOrder, reason: str, by: User, at: dt.datetime) -> CourseOrder:
    """Call an order off; the activity planned for it is cancelled with it.

    :raises Refused: no reason was given, or it was accepted meanwhile.
    :raises StepNotAllowed: it was declined, held or called off before.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("请写明取消原因。")
    if order.activity is not None and order.state == OrderState.ACCEPTED:
        # The record first, its order after it: closing takes the locks in the same order.
        activities.cancel(activity=order.activity, reason=reason, by=by, at=at)
        return _locked(order)
    row = _locked(order)
    if row.activity_id is not None and order.activity_id is None:
        # The record would be left planned, and locking it now would be against the order of locks.
        raise Refused("刚刚已接单，请刷新页面后再试。")
    row.state = ORDER.after(OrderState(row.state), OrderStep.CANCEL)
    row.save(update_fields=["state"])
    audit.record(
        "order.cancelled", by=by, at=at, on=row, organization=row.branch,
        after={"course": row.course.title, "reason": reason},
    )  # fmt: skip
    notices.tell(
        _who_answers(row.course, at),
        f"{row.branch.short_name}取消了《{row.course.title}》：{reason}",
        url=_url(row), at=at,
    )  # fmt: skip
    return row


@transaction.atomic
def rate(
    *,
    order: CourseOrder,
    course_rating: int,
    lecturer_rating: int,
    comment: str,
    by: User,
    at: dt.datetime,
) -> CourseOrder:
    """Rate course and lecturer from 1 to 5, once.

    :raises StepNotAllowed: the course was not held yet, or is rated.
    """
    row = _locked(order)
    row.state = ORDER.after(OrderState(row.state), OrderStep.RATE)
    row.course_rating, row.lecturer_rating = course_rating, lecturer_rating
    row.comment, row.rated_at = comment.strip(), at
    row.save(update_fields=["state", "course_rating", "lecturer_rating", "comment", "rated_at"])
    audit.record(
        "order.rated", by=by, at=at, on=row, organization=row.branch,
        after={
            "course": row.course.title, "course_rating": course_rating,
            "lecturer_rating": lecturer_rating, "comment": row.comment,
        },
    )  # fmt: skip
    return row


def _locked(order: CourseOrder) -> CourseOrder:
    return (
        CourseOrder.objects.select_for_update(of=("self",))
        .select_related("course__organization", "branch", "asked_by")
        .get(pk=order.pk)
    )


def _who_answers(course: Course, at: dt.datetime) -> list[User]:
    """Return the course's lecturers who have an account; without any, those who offer it."""
    teachers = User.objects.filter(
        is_active=True,
        pk__in=Lecturer.objects.filter(courses=course, is_active=True).values("user"),
    )
    if found := list(teachers):
        return found
    on = timezone.localdate(at)
    return list(posts.holders(Capability.OFFER_COURSES, course.organization, on))


def _end(starts_at: dt.time, hours: float) -> dt.time | None:
    """Return when a course ends; None where that is on the next day."""
    start = dt.datetime.combine(dt.date(2000, 1, 1), starts_at)
    end = start + dt.timedelta(hours=hours)
    return end.time() if end.date() == start.date() else None


def _url(order: CourseOrder) -> str:
    return reverse("order", kwargs={"pk": order.pk})
