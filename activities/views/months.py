"""A month of activities as a calendar: what is held, what is fixed, what is to be prepared."""

from __future__ import annotations

import datetime as dt
from calendar import Calendar

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from activities import wording
from activities.models import Series
from activities.queries import activities, preparations, series
from activities.queries.activities import Filters
from activities.queries.preparations import DayTasks
from activities.rules.kinds import ActivityKind
from branches.access import Request
from branches.queries import working_calendar

Item = tuple[str, str, str]  # label, address, tone


def context(request: Request, filters: Filters) -> dict[str, object]:
    """Return what the calendar shows of ``filters.month`` (a fixed number of queries).

    Fixed days that are not planned yet and deadlines of tasks stand beside the activities, but
    not where the activities are narrowed to a state.
    """
    month = filters.month
    assert month is not None
    items = activities.month_items(request.scope, filters)
    fixed: dict[dt.date, dict[str, list[Series]]] = {}
    tasks: dict[dt.date, DayTasks] = {}
    if not filters.state:
        narrowed = {"kind": filters.kind, "organization": filters.organization}
        fixed = series.unplanned(request.scope, month, request.today, **narrowed)  # type: ignore[arg-type]
        tasks = preparations.days_of(request.scope, month, **narrowed)  # type: ignore[arg-type]
    shown = Calendar().monthdatescalendar(month.year, month.number)
    marks = {
        day.date: f"{'班' if day.is_working else '休'} {day.name}".strip()
        for day in working_calendar.days(shown[0][0], shown[-1][-1])
        if day.name
    }

    def of_day(day: dt.date) -> list[Item]:
        found = [_item(request, item) for item in items.get(day, [])]
        found += [_fixed(kind, rows) for kind, rows in fixed.get(day, {}).items()]
        return found + ([_tasks(request, day, tasks[day])] if day in tasks else [])

    weeks = [
        [
            (day, month.contains(day), day == request.today, of_day(day), marks.get(day, ""))
            for day in week
        ]
        for week in shown
    ]
    return {
        "month": month,
        "weeks": weeks,
        "has_items": bool(items or fixed or tasks),
        "months": [
            ("‹ 上月", f"?{query(request, month=str(month.previous), page=None)}", False),
            (month.label, f"?{query(request, month=str(month))}", True),
            ("下月 ›", f"?{query(request, month=str(month.next), page=None)}", False),
        ],
    }


def query(request: Request, **changes: str | None) -> str:
    """Return the query string of the page with some of it changed; None takes a name out."""
    given: QueryDict = request.GET.copy()
    for name, value in changes.items():
        given.pop(name, None)
        if value is not None:
            given[name] = value
    return given.urlencode()


def _item(request: Request, item: activities.DayItem) -> Item:
    """Return an activity, or several of a kind: green when closed, amber when they should be."""
    label = wording.KINDS[ActivityKind(item.kind)]
    tone = "ok" if not item.unclosed else "warn" if item.day <= request.today else ""
    if item.count == 1:
        return label, reverse("activity", kwargs={"pk": item.first_pk}), tone
    narrowed = query(
        request, view=None, page=None, month=None, day=item.day.isoformat(), kind=item.kind
    )
    return f"{label} {item.count} 场", f"{reverse('activity-list')}?{narrowed}", tone


def _fixed(kind: str, rows: list[Series]) -> Item:
    if len(rows) == 1:
        return f"{rows[0].title}（固定日）", reverse("series", kwargs={"pk": rows[0].pk}), ""
    label = f"{wording.KINDS[ActivityKind(kind)]}（固定日）"
    return f"{label} {len(rows)} 场", reverse("series-list"), ""


def _tasks(request: Request, day: dt.date, tasks: DayTasks) -> Item:
    label = f"准备：{tasks.title}" if tasks.count == 1 else f"准备事项 {tasks.count} 项"
    tone = "bad" if day < request.today else "red"
    if tasks.activities == 1:
        here = reverse("activity", kwargs={"pk": tasks.activity_id})
        return label, f"{here}#preparations", tone
    return label, f"{reverse('preparation-list')}?{urlencode({'day': day.isoformat()})}", tone
