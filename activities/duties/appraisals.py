"""民主评议 that is due: to begin in the last quarter, to finish, to write one's own part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Appraisal, Appraised
from activities.queries import appraisals
from activities.rules.appraisals import AppraisalState
from activities.wording import appraisals as wording
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, User
from branches.queries import regulations
from branches.rules.roles import Capability

FIRST_MONTH = 10  # the yearly appraisal is told from the last quarter on
NAMES_SHOWN = 3
MOST_ASKED = 2000
_WHY = "《党员教育管理工作条例》第十八条：民主评议党员每年 1 次"


def to_begin(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return, in the last quarter, the line for branches that have not begun (one query)."""
    rows = to_begin_waiting(user, grants, on)
    return _to_begin(_asked(list(rows[:MOST_ASKED]), grants, on), on) if rows is not None else []


def to_begin_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Organization] | None:
    """Return the rows that ``to_begin`` tells of."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    return appraisals.without(scope, on.year, on) if on.month >= FIRST_MONTH else None


def to_finish(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for years begun and not done, of whoever keeps records (one query)."""
    return _to_finish(list(to_finish_waiting(user, grants, on)), on)


def to_finish_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Appraisal]:
    """Return the rows that ``to_finish`` tells of."""
    return appraisals.unfinished(grants.scope(Capability.LOG_ACTIVITIES))


def to_write(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line of a member who has not written the own part (one query)."""
    return [
        Duty(
            title=f"{row.appraisal.year} 年度民主评议：写个人自评",
            due_on=dt.date(row.appraisal.year, 12, 31),
            why=f"{_WHY}，先个人自评 · {row.appraisal.organization.short_name}",
            url=reverse("my-appraisal-write", kwargs={"pk": row.pk}),
            action="写自评",
            explain=reverse("regulation", kwargs={"code": appraisals.YEARLY_RULE}),
        )
        for row in appraisals.to_write(user)
    ]


def to_write_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Appraised]:
    """Return the rows that ``to_write`` tells of."""
    return appraisals.to_write(user)


def _asked(branches: Sequence[Organization], grants: Grants, on: dt.date) -> list[Organization]:
    """Leave out the branches whose committee has muted the rule."""
    if not branches:
        return []
    book = regulations.book_of(grants)
    return [branch for branch in branches if appraisals.YEARLY_RULE in book.of(branch, on)]


def _to_begin(branches: Sequence[Organization], on: dt.date) -> list[Duty]:
    if not branches:
        return []
    title = f"{on.year} 年度民主评议党员"
    names = "、".join(branch.short_name for branch in branches[:NAMES_SHOWN])
    if len(branches) > 1:
        title = f"{title}（{len(branches)} 个支部未开始）"
        names += " 等" if len(branches) > NAMES_SHOWN else ""
    return [
        Duty(
            title=title,
            due_on=dt.date(on.year, 12, 31),
            why=f"{_WHY} · {names}还没有开始",
            url=f"{reverse('appraisal-list')}?year={on.year}",
            action="去开始",
            explain=reverse("regulation", kwargs={"code": appraisals.YEARLY_RULE}),
        )
    ]


def _to_finish(rows: Sequence[Appraisal], on: dt.date) -> list[Duty]:
    """One line a year: in it the one branch, or how many."""
    found = []
    for year in sorted({row.year for row in rows}):
        of_year = [row for row in rows if row.year == year]
        first = of_year[0]
        state = wording.STATES[AppraisalState(first.state)]
        if len(of_year) == 1:
            title = f"{year} 年度民主评议：{state}"
            why, url = first.organization.short_name, reverse("appraisal", kwargs={"pk": first.pk})
        else:
            title = f"{year} 年度民主评议（{len(of_year)} 个支部未完成）"
            why = "、".join(row.organization.short_name for row in of_year[:NAMES_SHOWN])
            url = f"{reverse('appraisal-list')}?year={year}"
        found.append(
            Duty(
                title=title,
                due_on=dt.date(year, 12, 31),
                why=f"{_WHY}，按自评、互评、测评、评定、反馈的次序 · {why}",
                url=url,
                action="继续",
                explain=reverse("regulation", kwargs={"code": appraisals.YEARLY_RULE}),
            )
        )
    return found
