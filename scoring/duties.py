"""What is due in rating: the month to compute, the sheets to mark."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from branches import duties
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, User
from branches.queries import working_calendar
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from scoring.models import Run
from scoring.queries import marks, schemes

COMPUTE_BY_DAY = 5


def declare() -> None:
    duties.register(months_to_compute)
    duties.register(sheets_to_mark)


def months_to_compute(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return last month's 核算 for each committee that has not computed it yet."""
    scope = grants.scope(Capability.START_RUNS)
    if not scope:
        return []
    last = Period.containing(on).previous
    committees = [c for c in schemes.committees_rating(last) if scope.reaches(c.path)]
    computed = set(
        Run.objects.current()
        .of_period(last)
        # Nightly runs during the month do not close it.
        .filter(committee__in=committees, computed_at__date__gte=last.end)
        .values_list("committee_id", flat=True)
    )
    return [
        Duty(
            title=f"{committee.short_name}{last.label}核算",
            due_on=last.end.replace(day=COMPUTE_BY_DAY),
            why="每月 1 日凌晨自动核算，尚无结果；按评分方案按月核算",
            url=f"{reverse('star-board')}?period={last}",
            action="去核算",
        )
        for committee in committees
        if committee.pk not in computed
    ]


def sheets_to_mark(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return this month's marking as one line, with the number of branches still unmarked."""
    scope = grants.scope(Capability.ENTER_MARKS)
    if not scope:
        return []
    month = Period.containing(on)
    branches = list(
        Organization.objects.in_scope(scope).of_kind(OrganizationKind.BRANCH).standing_on(on)
    )
    sheets = [sheet for sheet in marks.progress(branches, month) if sheet.due]
    waiting = [sheet for sheet in sheets if not sheet.is_complete]
    if not waiting:
        return []
    return [
        Duty(
            title=f"{month.number} 月检查打分",
            due_on=last_working_day(month),
            why="按评分方案，每月最后一个工作日前检查"
            f" · 已完成 {len(sheets) - len(waiting)} 个支部，还有 {len(waiting)} 个",
            url=reverse("mark-sheet-list"),
            action="去打分",
        )
    ]


def last_working_day(month: Period) -> dt.date:
    calendar = working_calendar.working_calendar(month.first_day, month.last_day)
    day = month.last_day
    while not calendar.is_working(day):
        day -= dt.timedelta(days=1)
    return day
