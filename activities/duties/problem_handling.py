"""Problems that wait for a step: to begin, an owner, an answer, the asker's word, a look back.

Source: practice C02; the clocks are rule L3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Problem, Supervision
from activities.queries import problem_duties
from activities.queries.problem_board import NOBODY
from activities.rules.problems import ProblemList
from activities.wording import supervision as wording
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability
from branches.scope import Scope

RULE = "L3"
TEXT_SHOWN = 20
# What is handed on without an owner is to be settled within so many days.
SOON = dt.timedelta(days=7)
_WHY = "问题限时办理"


def to_begin(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line for each urgent problem nobody has begun with (one query)."""
    return [
        _line(
            f"急难问题马上办：{_short(row)}", row.start_on or row.raised_on, _url(row), "登记进展"
        )
        for row in problem_duties.to_begin(_logs(grants))
    ]


def to_begin_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    return problem_duties.to_begin(_logs(grants))


def to_assign(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for problems handed on or raised from a record that nobody answers for
    (one query).
    """
    rows = list(problem_duties.to_assign(_logs(grants)))
    url = f"{reverse('problem-list')}?list={ProblemList.OWNERS}&state={NOBODY}"
    return _grouped(rows, on + SOON, "还没有第一责任人", url, "去明确")


def to_assign_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    return problem_duties.to_assign(_logs(grants))


def to_answer(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line for each supervision to answer (one query)."""
    return [
        Duty(
            title=f"回复{wording.number(row.year, row.number)}：{_short(row.problem)}",
            due_on=row.due_on,
            why=f"{row.issuer.short_name}督办",
            url=reverse("supervision-answer", kwargs={"pk": row.pk}),
            action="去回复",
        )
        for row in problem_duties.to_answer(_logs(grants), user)
    ]


def to_answer_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Supervision]:
    return problem_duties.to_answer(_logs(grants), user)


def unanswered(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line for each supervision one issued whose answer is overdue (one query)."""
    return [
        Duty(
            title=f"{wording.number(row.year, row.number)}超期没有回复：{_short(row.problem)}",
            due_on=row.due_on,
            why=f"{row.problem.organization.short_name}办理",
            url=reverse("supervision", kwargs={"pk": row.pk}),
            action="去看看",
        )
        for row in problem_duties.unanswered(user, on)
    ]


def unanswered_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Supervision]:
    return problem_duties.unanswered(user, on)


def to_ask(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for closed problems whose asker is to be asked in person (one query)."""
    rows = list(problem_duties.to_ask(_logs(grants)))
    return _grouped(rows, on + SOON, "已销号，还没有回访反映人", _closed_url(), "去回访")


def to_ask_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    return problem_duties.to_ask(_logs(grants))


def to_look_back(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for closed problems to look back on (one query)."""
    rows = list(problem_duties.to_look_back(_logs(grants), on))
    due_on = rows[0].look_back_due_on if rows else None
    return _grouped(rows, due_on or on, "要回头看", _closed_url(), "去回头看")


def to_look_back_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    return problem_duties.to_look_back(_logs(grants), on)


def to_reopen(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for closed problems whose asker is not satisfied (one query)."""
    rows = list(problem_duties.to_reopen(_logs(grants)))
    due_on = rows[0].satisfaction_on if rows else None
    return _grouped(rows, due_on or on, "反映人不满意，建议恢复整改", _closed_url(), "去看看")


def to_reopen_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    return problem_duties.to_reopen(_logs(grants))


def to_rate(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line for each problem one raised that is settled and waits for one's word
    (one query).
    """
    return [
        Duty(
            title=f"您反映的问题办结了，满意吗：{_short(row)}",
            due_on=(row.closed_on or on) + SOON,
            why=f"{row.organization.short_name}办理",
            url=reverse("problem-feedback", kwargs={"pk": row.pk}),
            action="评价",
        )
        for row in problem_duties.to_rate(user)
    ]


def to_rate_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Problem]:
    return problem_duties.to_rate(user)


def _grouped(
    rows: Sequence[Problem], due_on: dt.date, words: str, url: str, action: str
) -> list[Duty]:
    """One line whatever the number, leading to the one problem or to the list."""
    if not rows:
        return []
    if len(rows) == 1:
        return [_line(f"{words}：{_short(rows[0])}", due_on, _url(rows[0]), action)]
    return [_line(f"{len(rows)} 个问题{words}", due_on, url, action)]


def _line(title: str, due_on: dt.date, url: str, action: str) -> Duty:
    explain = reverse("regulation", kwargs={"code": RULE})
    return Duty(title=title, due_on=due_on, why=_WHY, url=url, action=action, explain=explain)


def _logs(grants: Grants) -> Scope:
    return grants.scope(Capability.LOG_ACTIVITIES)


def _url(row: Problem) -> str:
    return reverse("problem", kwargs={"pk": row.pk})


def _closed_url() -> str:
    return f"{reverse('problem-list')}?list={ProblemList.CLOSED}"


def _short(row: Problem) -> str:
    return row.text if len(row.text) <= TEXT_SHOWN else f"{row.text[:TEXT_SHOWN]}…"
