"""What is due after a round: proposals to decide, consequences to carry out."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from scoring.models import Consequence
from scoring.queries import consequences, rounds
from scoring.queries.consequences import DECIDES, FINISHES_IN_OFFICE
from scoring.rules.rounds import ConsequenceState


def to_decide_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Consequence]:
    """Return the rows that ``to_decide`` tells of."""
    return consequences.to_decide(grants.scope(DECIDES), user)


def to_decide(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the proposals that wait for a decision (two queries)."""
    scope = grants.scope(DECIDES)
    waiting = consequences.to_decide(scope, user) if scope else None
    first = waiting.first() if waiting is not None else None
    if waiting is None or first is None:
        return []
    return [
        Duty(
            title=f"结果运用：{waiting.count()} 项建议待决定",
            due_on=on,
            why=f"{rounds.name_of(first.round)}已审定 · 由党组织研究决定采用或不采用",
            url=f"{reverse('consequence-list')}?state={ConsequenceState.PROPOSED}",
            action="去决定",
        )
    ]


def to_do_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Consequence]:
    """Return the rows that ``to_do`` tells of."""
    return consequences.to_do(grants)


def to_do(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for what one's own branches are to carry out (two queries)."""
    doing = consequences.to_do(grants)
    first = doing.first()
    if first is None or first.due_on is None:
        return []
    count = doing.count()
    if count == 1:
        title = f"{first.title}：{consequences.subject_of(first)}"
        url = reverse("consequence", kwargs={"pk": first.pk})
    else:
        title = f"结果运用：{count} 项办理中"
        url = f"{reverse('consequence-list')}?state={ConsequenceState.ACCEPTED}"
    return [
        Duty(
            title=title,
            due_on=first.due_on,
            why=f"{rounds.name_of(first.round)} · 办完后登记办理情况",
            url=url,
            action="去办理",
        )
    ]


def overdue_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Consequence]:
    """Return the rows that ``overdue`` tells of."""
    return consequences.overdue(grants.scope(FINISHES_IN_OFFICE), on)


def overdue(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for what branches have let pass, for the office (two queries)."""
    scope = grants.scope(FINISHES_IN_OFFICE)
    late = consequences.overdue(scope, on) if scope else None
    first = late.first() if late is not None else None
    if late is None or first is None or first.due_on is None:
        return []
    return [
        Duty(
            title=f"结果运用：{late.count()} 项逾期未办结",
            due_on=first.due_on,
            why=f"最早一项是{first.organization.short_name}“{first.title}” · 请督促办理或登记办结",
            url=f"{reverse('consequence-list')}?state=overdue",
            action="去督办",
        )
    ]
