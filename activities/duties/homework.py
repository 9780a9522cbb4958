"""Homework to hand in and quizzes to take, for the member."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Homework, Quiz
from activities.queries import homework, quizzes
from branches.access import Grants
from branches.duties import Duty
from branches.models import User

TEXT_SHOWN = 20


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one's own homework that can still be in time (one query)."""
    return [
        Duty(
            title=f"交作业：{_short(row.text)}",
            due_on=row.due_on,
            why=row.activity.title,
            url=reverse("my-homework-answer", kwargs={"pk": row.pk}),
            action="写作业",
        )
        for row in homework.due_of(user, on)
    ]


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Homework]:
    """Return the rows that ``due`` tells of."""
    return homework.due_of(user, on)


def quizzes_to_take(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the open quizzes one has not taken (one query)."""
    return [
        Duty(
            title=f"测验：{_short(quiz.title)}",
            due_on=quiz.closes_on,
            why=f"{quiz.organization.short_name}组织 · 每人答一次，得分只有本人能看到",
            url=reverse("quiz-take", kwargs={"pk": quiz.pk}),
            action="去答题",
        )
        for quiz in quizzes.to_take(user, on)
    ]


def quizzes_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Quiz]:
    """Return the rows that ``quizzes_to_take`` tells of."""
    return quizzes.to_take(user, on)


def _short(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}…"
