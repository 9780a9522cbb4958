"""Political birthdays that come up."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from members.models import Membership
from people.queries import birthdays
from people.rules.birthdays import birthday

NAMES_SHOWN = 3


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the members whose political birthday comes or has come (one query)."""
    rows = list(birthdays.ungreeted(grants, on).select_related("member", "branch"))
    days = sorted(
        (
            (day, row)
            for row in rows
            if row.member.admitted_on and (day := birthday(row.member.admitted_on, on.year))
        ),
        key=lambda each: (each[0], each[1].member.name_pinyin, each[1].pk),
    )
    if not days:
        return []
    names = "、".join(row.member.name for _, row in days[:NAMES_SHOWN])
    more = f"等 {len(days)} 人" if len(days) > NAMES_SHOWN else ""
    first = days[0][1]
    return [
        Duty(
            title=f"{names}{more}的政治生日",
            due_on=days[0][0],
            why="政治生日：送贺词、谈心、重温入党誓词",
            url=f"{reverse('birthday-list')}?branch={first.branch_id}",
            action="去祝贺",
        )
    ]


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Membership] | None:
    """Return the rows that ``due`` tells of."""
    return birthdays.ungreeted(grants, on) if grants.held else None
