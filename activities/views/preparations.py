"""What has to be prepared: of one activity, in reach, and one's own."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from activities.forms.preparations import TaskForm, initial_of
from activities.models import Activity, ActivityTask
from activities.operations import preparations as operations
from activities.operations.refusals import Refused
from activities.queries import activities
from activities.queries import preparations as queries
from activities.views.panels_preparations import shown
from branches import access
from branches.access import Request
from branches.rules.roles import Capability

PAGE = 50
# Where somebody ticked a task from, and goes on.
BACK = {"home": "home", "mine": "my-activities", "list": "preparation-list"}


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """What is to be prepared in reach, the earliest deadline first; of one day with ``day``."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    found = queries.open_in(request.scope, day)
    keeps = request.grants.scope(Capability.LOG_ACTIVITIES)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [
            shown(task, request)
            | {
                "place": activities.place_name(task.activity.organization),
                "may_tick": keeps.reaches(task.activity.organization.path),
            }
            for task in page.object_list
        ],
        "day": day,
        "may_tick": request.grants.allows(Capability.LOG_ACTIVITIES),
        "trail": [("活动", reverse("activity-list"))],
    }
    return TemplateResponse(request, "activities/preparation_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def of_activity(request: Request, *, pk: int) -> HttpResponse:
    """Add a task to an activity, beside those it has."""
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
    form = TaskForm(request.POST or None, activity=activity, initial={"due_on": activity.held_on})
    if request.method == "POST" and form.is_valid():
        try:
            operations.add(activity=activity, task=form.task, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已增加准备事项。")
            return redirect("activity-preparations", pk=pk)
    context = {
        "activity": activity,
        "form": form,
        "tasks": [shown(task, request) for task in queries.of_activity(activity)],
        "may_log": activity.may_be_edited,
        "trail": [
            ("活动", reverse("activity-list")),
            (activity.title, reverse("activity", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/preparations.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Rewrite one task, or remove it."""
    task = _one(request, pk)
    form = TaskForm(request.POST or None, activity=task.activity, initial=initial_of(task))
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(task=task, to=form.task, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("activity", pk=task.activity_id)
    context = {
        "task": task,
        "form": form,
        "trail": [
            ("活动", reverse("activity-list")),
            (task.activity.title, reverse("activity", kwargs={"pk": task.activity_id})),
        ],
    }
    return TemplateResponse(request, "activities/preparation.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Remove a task that nobody has done."""
    task = _one(request, pk)
    try:
        operations.remove(task=task, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已删除“{task.title}”。")
    return redirect("activity", pk=task.activity_id)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def done(request: Request, *, pk: int) -> HttpResponse:
    """Tick a task for whoever did it, or take the tick back."""
    task = _one(request, pk)
    _tick(request, task)
    back = BACK.get(request.GET.get("back", ""))
    return redirect(back) if back else redirect("activity", pk=task.activity_id)


@access.signed_in("一个人看自己负责的准备事项")
def mine(request: Request) -> HttpResponse:
    """What one has to prepare oneself, and what one has done lately."""
    tasks = queries.own_list(request.user, request.today)
    context = {
        "open": [shown(task, request) for task in tasks if task.done_on is None],
        "done": [shown(task, request) for task in tasks if task.done_on is not None],
        "trail": [("我的活动", reverse("my-activities"))],
    }
    return TemplateResponse(request, "activities/my_preparations.html", context)


@access.signed_in("负责人或替补本人")
@require_POST
def done_mine(request: Request, *, pk: int) -> HttpResponse:
    """Tick one's own task, or take the tick back."""
    rows = queries.of_user(request.user).select_related("activity__organization")
    _tick(request, get_object_or_404(rows, pk=pk))
    return redirect(BACK.get(request.GET.get("back", ""), "my-preparations"))


def _tick(request: Request, task: ActivityTask) -> None:
    is_done = request.POST.get("done", "1") == "1"
    try:
        operations.set_done(
            task=task, is_done=is_done, on=request.today, by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        word = "已完成" if is_done else "改为未完成"
        messages.success(request, f"“{task.title}”{word}。")


def _one(request: Request, pk: int) -> ActivityTask:
    rows = queries.in_scope(request.scope).select_related("activity__organization__parent")
    return get_object_or_404(rows, pk=pk)
