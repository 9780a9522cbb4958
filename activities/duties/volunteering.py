"""Hours of service that wait to be confirmed."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.models import VolunteerHours
from activities.queries import volunteering
from activities.rules import volunteering as rules
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.queries import regulations, working_calendar
from branches.rules.roles import Capability


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for hours that wait for one's word (three queries, one if none)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    rows = list(volunteering.to_confirm(scope, user).select_related("branch", "member"))
    if not rows:
        return []
    first = rows[0]
    entered_on = timezone.localdate(first.entered_at)
    terms = volunteering.terms(first.branch, entered_on, regulations.book_of(grants))
    calendar = working_calendar.around(entered_on)
    return [
        Duty(
            title=f"{first.member.name}的志愿服务时长等确认"
            if len(rows) == 1
            else f"{len(rows)} 条志愿服务时长等确认",
            due_on=rules.confirm_due(entered_on, calendar, terms),
            why="确认以后才计入时长",
            url=reverse("service-list"),
            action="去确认",
            explain=reverse("regulation", kwargs={"code": volunteering.RULE}),
        )
    ]


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[VolunteerHours]:
    """Return the rows that ``due`` tells of."""
    return volunteering.to_confirm(grants.scope(Capability.LOG_ACTIVITIES), user)
