"""The working calendar: a month, a year, and days the office changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.forms.calendar import CalendarDayForm
from branches.models import CalendarDay
from branches.operations import calendar_days
from branches.queries import working_calendar
from branches.queries.working_calendar import Day
from branches.rules import tree
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.working_days import ONE_DAY

FIRST_YEAR, LAST_YEAR = 2001, 2099


@access.requires(Capability.MANAGE_CALENDAR)
def calendar(request: Request) -> HttpResponse:
    """Show a month (``?period=2026-10``) or a year (``?period=2026``); set one day."""
    form = CalendarDayForm(
        request.POST or None, initial={"day": request.GET.get("day", ""), "is_working": "0"}
    )
    if request.method == "POST":
        _for_the_whole_site(request)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["day"]
        calendar_days.set_day(**form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(
            request,
            f"{day.year}年{day.month}月{day.day}日已定为"
            f"{'上班' if form.cleaned_data['is_working'] else '休息'}。",
        )
        return redirect(f"{reverse('calendar')}?period={Period.containing(day)}")
    period = _asked(request)
    days = working_calendar.days(period.first_day, period.last_day)
    context: dict[str, Any] = {
        "form": form,
        "period": period,
        "is_year": period.kind is PeriodKind.YEAR,
        "views": _views(period),
        "steps": _steps(period),
        "worked": sum(day.is_working for day in days),
        "off": sum(not day.is_working for day in days),
        "special": [day for day in days if day.name],
        "changes": [day for day in days if day.change],
        "is_published": working_calendar.is_published(period.year),
    }
    if period.kind is PeriodKind.YEAR:
        context["months"] = [_month(month, days) for month in period.months]
    else:
        context["weeks"] = _weeks(period, request.today)
    return TemplateResponse(request, "branches/calendar.html", context)


@require_POST
@access.requires(Capability.MANAGE_CALENDAR)
def calendar_clear(request: Request, *, day: str) -> HttpResponse:
    """Return a day to the published arrangement."""
    _for_the_whole_site(request)
    row = get_object_or_404(CalendarDay, day=_day(day))
    day_words = f"{row.day.year}年{row.day.month}月{row.day.day}日"
    calendar_days.clear_day(row=row, by=request.user, at=timezone.now())
    messages.success(request, f"{day_words}已恢复为国务院的安排。")
    return redirect(f"{reverse('calendar')}?period={Period.containing(row.day)}")


def _for_the_whole_site(request: Request) -> None:
    """There is one calendar for all: only an administrator at the top may change it."""
    if not any(tree.depth(root) == 1 for root in request.scope.roots):
        raise PermissionDenied


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _asked(request: Request) -> Period:
    try:
        period = Period.parse(request.GET.get("period", ""))
    except ValueError:
        return Period.containing(request.today)
    known = period.kind in (PeriodKind.MONTH, PeriodKind.YEAR)
    if not known or not FIRST_YEAR <= period.year <= LAST_YEAR:
        return Period.containing(request.today)
    return period


def _views(period: Period) -> list[tuple[str, str, bool]]:
    is_year = period.kind is PeriodKind.YEAR
    month = Period(period.first_day)
    return [
        ("月", f"?period={month}", not is_year),
        ("年", f"?period={period.year}", is_year),
    ]


def _steps(period: Period) -> list[tuple[str, str, bool]]:
    word = "年" if period.kind is PeriodKind.YEAR else "月"
    return [
        (f"‹ 上{word}", f"?period={period.previous}", False),
        (period.label, f"?period={period}", True),
        (f"下{word} ›", f"?period={period.next}", False),
    ]


def _weeks(month: Period, today: dt.date) -> list[list[dict[str, Any]]]:
    first = month.first_day - ONE_DAY * month.first_day.weekday()
    last = month.last_day + ONE_DAY * (6 - month.last_day.weekday())
    shown = [_cell(day, month, today) for day in working_calendar.days(first, last)]
    return [shown[n : n + 7] for n in range(0, len(shown), 7)]


def _cell(day: Day, month: Period, today: dt.date) -> dict[str, Any]:
    items = []
    if month.contains(day.date) and (day.name or not day.is_working):
        url = f"?period={month}&day={day.date}#change"
        # A plain weekend only says 休, so that holidays and 调休 stand out.
        word = f"{'班' if day.is_working else '休'} {day.name}".strip()
        tone = "warn" if day.is_working else "ok" if day.name else ""
        items.append((word, url, "red" if day.change else tone))
    return {
        "date": day.date,
        "in_month": month.contains(day.date),
        "today": day.date == today,
        "items": items,
    }


def _month(month: Period, days: list[Day]) -> dict[str, Any]:
    own = [day for day in days if month.contains(day.date)]
    return {
        "period": month,
        "worked": sum(day.is_working for day in own),
        "off": sum(not day.is_working for day in own),
        "special": _runs([day for day in own if day.name]),
    }


def _runs(days: list[Day]) -> str:
    """Return the days that depart from their weekday as words: 1–3日国庆节、10日调休上班."""
    runs: list[list[Day]] = []
    for day in days:
        last = runs[-1][-1] if runs else None
        if last and last.name == day.name and day.date - last.date == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(
        f"{run[0].date.day}{f'–{run[-1].date.day}' if len(run) > 1 else ''}日{run[0].name}"
        for run in runs
    )
