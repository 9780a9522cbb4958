"""Questions about homework: of an activity, of one person, and who has handed it in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from activities.models import Activity, Attendance, Homework, HomeworkAnswer
from activities.rules import homework as rules
from activities.rules.homework import HomeworkState
from activities.rules.progress import State
from activities.wording import homework as wording
from branches.access import Grants
from branches.models import User
from branches.rules.roles import Capability
from members.models import Member


@dataclass(frozen=True, slots=True)
class Own:
    """One's own piece of homework."""

    homework: Homework
    answer: HomeworkAnswer | None
    state: HomeworkState

    @property
    def label(self) -> str:
        return wording.STATES[self.state]

    @property
    def tone(self) -> str:
        return wording.TONES[self.state]


def of_activity(activity: Activity) -> list[Homework]:
    """Return the homework of an activity with ``answers_n`` and ``remarked_n`` (one query)."""
    return list(
        Homework.objects.filter(activity=activity)
        .annotate(
            answers_n=Count("answers"), remarked_n=Count("answers", filter=~Q(answers__remark=""))
        )
        .order_by("pk")
    )


def read_by(user: User, grants: Grants) -> QuerySet[Homework]:
    """Return the homework whose answers somebody reads and remarks on: whoever keeps the records
    of the activity, and its lecturer.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    lectured = Attendance.objects.filter(
        activity=OuterRef("activity"), member__user=user, is_lecturer=True
    )
    rows = Homework.objects.filter(scope.q("activity__organization__path") | Q(Exists(lectured)))
    return rows.select_related("activity__organization__parent", "set_by")


def answers_of(homework: Homework) -> list[HomeworkAnswer]:
    """Return what was handed in, by pinyin (one query)."""
    rows = homework.answers.select_related("member", "remarked_by")
    return list(
        rows.defer("member__id_number", "member__phone").order_by(
            "member__name_pinyin", "member_id"
        )
    )


def missing(homework: Homework) -> list[Member]:
    """Return who on the roll has not handed it in, by pinyin (one query)."""
    roll = Attendance.objects.filter(activity=homework.activity_id)
    rows = Member.objects.filter(pk__in=roll.values("member_id"))
    rows = rows.exclude(pk__in=homework.answers.values("member_id"))
    return list(rows.defer("id_number", "phone").order_by("name_pinyin", "pk"))


def of_member(user: User) -> QuerySet[Homework]:
    """Return the homework of the activities somebody was called to, the latest first."""
    called = Attendance.objects.filter(activity=OuterRef("activity"), member__user=user)
    return (
        Homework.objects.filter(Exists(called))
        .exclude(activity__state=State.CANCELLED)
        .select_related("activity__organization__parent")
        .order_by("-due_on", "-pk")
    )


def own_list(rows: QuerySet[Homework], user: User, on: dt.date) -> list[Own]:
    """Return pieces of homework with one's own answers (two queries)."""
    mine = HomeworkAnswer.objects.filter(member__user=user).select_related("remarked_by")
    return [
        own_of(row, next(iter(row.mine), None), on)
        for row in rows.prefetch_related(Prefetch("answers", mine, to_attr="mine"))
    ]


def own_of(homework: Homework, answer: HomeworkAnswer | None, on: dt.date) -> Own:
    """Return how a piece of homework stands for whoever gave the answer, or has not yet."""
    handed_in_on = timezone.localdate(answer.handed_in_at) if answer else None
    state = rules.state_of(
        due_on=homework.due_on,
        handed_in_on=handed_in_on,
        is_remarked=bool(answer and answer.remark),
        on=on,
    )
    return Own(homework, answer, state)


def due_of(user: User, on: dt.date) -> QuerySet[Homework]:
    """Return what somebody has to hand in and can still in time, most urgent first."""
    handed_in = HomeworkAnswer.objects.filter(homework=OuterRef("pk"), member__user=user)
    rows = of_member(user).filter(~Exists(handed_in), due_on__gte=on)
    return rows.order_by("due_on", "pk")
