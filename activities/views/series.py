"""Fixed days and series: the list, one of them, setting up, changing, ending, planning ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.series import (
    MONTHS_AHEAD,
    STARTS,
    EndForm,
    SeriesForm,
    TemplateFormSet,
    as_rows,
    templates_of,
)
from activities.models import Series
from activities.operations import series as operations
from activities.operations import series_days
from activities.operations.refusals import Refused
from activities.queries import activities, schedule
from activities.queries import series as queries
from activities.rules.kinds import ActivityKind
from activities.rules.series import Rhythm, latest_of
from activities.wording import plans as words
from branches import access
from branches.access import Request
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.templatetags import formats


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The series in reach, each with its next day."""
    lines = queries.lines(request.scope, request.today)
    places = {line.series.organization_id for line in lines}
    context = {
        "lines": [
            {
                "line": line,
                "kind": line.series.get_kind_display(),
                "place": activities.place_name(line.series.organization),
            }
            for line in lines
        ],
        "several": len(places) > 1,
        "may_log": request.grants.allows(Capability.LOG_ACTIVITIES),
        "trail": [("活动", reverse("activity-list"))],
    }
    return TemplateResponse(request, "activities/series_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Set up a series: choose a usual one to start from, then everything on one page."""
    start = STARTS.get(request.POST.get("start") or request.GET.get("start", ""))
    hosts = schedule.hosts(request.scope, request.today)
    trail = [("活动", reverse("activity-list")), ("固定活动", reverse("series-list"))]
    if start is None or not hosts:
        here = reverse("series-new")
        context = {
            "starts": [(each, f"{here}?start={each.code}") for each in STARTS.values()],
            "has_hosts": bool(hosts),
            "trail": trail,
        }
        return TemplateResponse(request, "activities/series_choose.html", context)
    ways: dict[str, Any] = {"rhythm": start.rhythm, "hosts": hosts, "is_new": True}
    if request.method == "POST":
        form = SeriesForm(request.POST, **ways)
        tasks = TemplateFormSet(request.POST, prefix="task")
        if form.is_valid() & tasks.is_valid():
            try:
                row = operations.set_up(
                    organization=form.cleaned_data["organization"],
                    kind=ActivityKind(form.cleaned_data["kind"]),
                    setting=form.setting,
                    tasks=templates_of(tasks),
                    by=request.user,
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "固定活动已设置。下面可以马上安排到本月或以后几个月。")
                return redirect("series", pk=row.pk)
    else:
        names = ("kind", "title", "day", "until_day", "weekday", "starts_at", "ends_at")
        initial = {name: getattr(start, name) for name in names}
        initial |= {"started_on": request.today, "organization": hosts[0].pk}
        form = SeriesForm(initial=initial, **ways)
        tasks = TemplateFormSet(initial=as_rows(start.tasks), prefix="task")
    context = {
        "form": form,
        "tasks": tasks,
        "start": start,
        "title": f"新设固定活动：{start.label}",
        "back": reverse("series-list"),
        "trail": trail,
    }
    return TemplateResponse(request, "activities/series_form.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def series(request: Request, *, pk: int) -> HttpResponse:
    """One series: when it falls, its tasks, and what is planned."""
    row = _one(request, pk)
    may_log = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(row.organization.path)
    has_ended = row.ended_on is not None and row.ended_on <= request.today
    context = {
        "series": row,
        "words": queries.words(row),
        "place_name": activities.place_name(row.organization),
        "tasks": [(words.lead_words(task.days_before), task) for task in row.tasks.all()],
        "planned": [
            (
                activity,
                _moved(row, activity.series_day, activity.held_on),
                sum(task.done_on is None for task in activity.tasks.all()),
            )
            for activity in queries.upcoming(row, request.today)
        ],
        "next_days": queries.days_of(row, request.today, request.today + dt.timedelta(days=62))[:5],
        "months": _months(request.today),
        "may_log": may_log,
        "may_plan": may_log and not has_ended,
        "has_ended": has_ended,
        "trail": [("活动", reverse("activity-list")), ("固定活动", reverse("series-list"))],
    }
    return TemplateResponse(request, "activities/series.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change a series that goes on."""
    row = _one(request, pk)
    ways: dict[str, Any] = {"rhythm": Rhythm(row.rhythm), "hosts": [], "is_new": False}
    if request.method == "POST":
        form = SeriesForm(request.POST, **ways)
        tasks = TemplateFormSet(request.POST, prefix="task")
        if form.is_valid() & tasks.is_valid():
            try:
                followed = operations.change(
                    series=row,
                    setting=form.setting,
                    tasks=templates_of(tasks),
                    planned_too=form.cleaned_data["planned_too"],
                    on=request.today,
                    by=request.user,
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                also = f"已安排的 {followed} 次活动也照新设置改了。" if followed else ""
                messages.success(request, f"已保存。{also}")
                return redirect("series", pk=pk)
    else:
        form = SeriesForm(
            initial={name: getattr(row, name) for name in SeriesForm.base_fields
                     if hasattr(row, name)}, **ways,
        )  # fmt: skip
        tasks = TemplateFormSet(initial=as_rows(list(row.tasks.all())), prefix="task")
    context = {
        "form": form,
        "tasks": tasks,
        "series": row,
        "title": f"修改固定活动：{row.title}",
        "back": reverse("series", kwargs={"pk": pk}),
        "trail": [
            ("固定活动", reverse("series-list")),
            (row.title, reverse("series", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/series_form.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def end(request: Request, *, pk: int) -> HttpResponse:
    """End a series, and cancel what is planned of it."""
    row = _one(request, pk)
    form = EndForm(request.POST or None, series=row, initial={"on": request.today})
    if request.method == "POST" and form.is_valid():
        try:
            cancelled = operations.end(
                series=row,
                on=form.cleaned_data["on"],
                cancel_planned=form.cleaned_data["cancel_planned"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            also = f"，同时取消了 {cancelled} 次已安排的活动" if cancelled else ""
            messages.success(request, f"“{row.title}”不再安排{also}。")
            return redirect("series", pk=pk)
    context = {
        "form": form,
        "series": row,
        "planned": len(queries.upcoming(row, request.today)),
        "trail": [
            ("固定活动", reverse("series-list")),
            (row.title, reverse("series", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/series_end.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def plan(request: Request, *, pk: int) -> HttpResponse:
    """Plan a series to the end of this month or of one of the next."""
    row = _one(request, pk)
    until = {value: month.last_day for value, _, month in _months(request.today)}
    last = until.get(request.POST.get("until", ""))
    if last is None:
        messages.error(request, "请选择安排到哪个月。")
        return redirect("series", pk=pk)
    planned = series_days.plan(
        series=row, until=last, on=request.today, by=request.user, at=timezone.now()
    )
    messages.success(request, words.many_planned(planned))
    return redirect("series", pk=pk)


def _one(request: Request, pk: int) -> Series:
    rows = Series.objects.in_scope(request.scope)
    return get_object_or_404(rows.select_related("organization__parent", "made_by"), pk=pk)


def _months(today: dt.date) -> list[tuple[str, str, Period]]:
    """Return the months a series may be planned to: value, label, month."""
    month = Period.containing(today)
    found = []
    for _ in range(MONTHS_AHEAD):
        found.append((str(month), f"{month.label}底", month))
        month = month.next
    return found


def _moved(row: Series, given: dt.date | None, held_on: dt.date) -> str:
    """Return what to say of one that is not held on its fixed day, "" of the others."""
    if given is None or given == held_on:
        return ""
    latest = latest_of(given, row.until_day)
    late = "，超过最迟顺延日期" if latest is not None and held_on > latest else ""
    return f"原定 {formats.day(given)}{late}"
