"""金点子 that are due: to be answered, to be carried out, not carried out in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.queries import regulations, working_calendar
from branches.rules.roles import Capability
from people.models import Idea
from people.queries import ideas
from people.rules import ideas as rules
from people.rules.ideas import SOON, IdeaState

TEXT_SHOWN = 20
_WHY = "金点子条条有答复"


def answers(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for suggestions that wait for an answer (three queries, one if none)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    rows = list(ideas.to_answer(scope, user).select_related("branch")) if scope else []
    if not rows:
        return []
    first = rows[0]
    terms = ideas.terms(first.branch, first.raised_on, regulations.book_of(grants))
    calendar = working_calendar.around(first.raised_on)
    one = len(rows) == 1
    return [
        Duty(
            title=f"金点子等答复：{_short(first.text)}" if one else f"{len(rows)} 条金点子等答复",
            due_on=rules.answer_due(first.raised_on, calendar, terms),
            why=f"{_WHY} · {first.raised_on.month}月{first.raised_on.day}日 提出",
            url=_url(rows, IdeaState.RAISED),
            action="去答复",
            explain=reverse("regulation", kwargs={"code": ideas.RULE}),
        )
    ]


def answers_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Idea]:
    """Return the rows that ``answers`` tells of."""
    return ideas.to_answer(grants.scope(Capability.LOG_ACTIVITIES), user)


def own(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for suggestions one is to carry out soon (one query)."""
    return [
        Duty(
            title=f"由您落实金点子：{_short(row.text)}",
            due_on=row.due_on,
            why="落实以后写明成效",
            url=reverse("idea", kwargs={"pk": row.pk}),
            action="写成效",
        )
        for row in ideas.to_carry_out(user, on + SOON)
        if row.due_on is not None
    ]


def own_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Idea]:
    """Return the rows that ``own`` tells of."""
    return ideas.to_carry_out(user, on + SOON)


def overdue(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for suggestions that others did not carry out in time (one query)."""
    rows = list(ideas.overdue(grants.scope(Capability.LOG_ACTIVITIES), user, on))
    if not rows:
        return []
    first = rows[0]
    assert first.due_on is not None
    one = len(rows) == 1
    return [
        Duty(
            title=f"金点子过期没有落实：{_short(first.text)}"
            if one
            else f"{len(rows)} 条金点子过期没有落实",
            due_on=first.due_on,
            why="催办落实人，或者改落实人和期限",
            url=_url(rows, IdeaState.ADOPTED),
            action="去办理",
        )
    ]


def overdue_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Idea]:
    """Return the rows that ``overdue`` tells of."""
    return ideas.overdue(grants.scope(Capability.LOG_ACTIVITIES), user, on)


def _url(rows: Sequence[Idea], state: IdeaState) -> str:
    if len(rows) == 1:
        return reverse("idea", kwargs={"pk": rows[0].pk})
    return f"{reverse('idea-list')}?state={state}"


def _short(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}…"
