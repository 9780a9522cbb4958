"""The problem list: to raise, put right and close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording
from activities.forms.problems import CloseForm, ProblemForm, ReopenForm
from activities.models import Activity, Problem
from activities.operations import problems as operations
from activities.operations.refusals import Refused
from activities.queries import activities, problems
from activities.views import problem_page
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from branches.rules.workflow import StepNotAllowed

MOST_CHOICES = 300
MOST_SHOWN = 100


@access.signed_in("一个人看由自己负责整改的问题、自己反映的问题")
def mine(request: Request) -> HttpResponse:
    """What one answers for oneself, and what one has raised."""
    rows = Problem.objects.order_by(
        F("closed_on").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "pk"
    )
    owned = problems.with_people(rows.filter(owner__user=request.user))[:MOST_SHOWN]
    raised = problems.with_people(rows.filter(asker__user=request.user))[:MOST_SHOWN]
    context = {
        "rows": problems.rows_of(owned, request.today),
        "raised": problems.rows_of(raised, request.today),
    }
    return TemplateResponse(request, "activities/problem_mine.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Raise a problem, at a meeting (``activity``) or without one."""
    asked = request.POST.get("activity") or request.GET.get("activity", "")
    activity = None
    hosts: list[Organization] = []
    if asked:
        open_ones = Activity.objects.in_scope(request.scope).select_related("organization__parent")
        activity = get_object_or_404(open_ones, pk=whole_number(asked) or 0)
        if not activity.may_be_edited:
            messages.warning(request, wording.refused_step(activity.state))
            return redirect("activity", pk=activity.pk)
        place = activity.organization
    else:
        hosts = _places(request)
        if not hosts:
            return TemplateResponse(request, "activities/problem_nowhere.html", {})
        chosen = request.POST.get("organization") or request.GET.get("organization", "")
        place = next((host for host in hosts if str(host.pk) == chosen), hosts[0])
    form = ProblemForm(
        request.POST if request.method == "POST" else None,
        owners=problems.owners(place, request.today),
        is_new=True,
    )
    if request.method == "POST" and form.is_valid():
        problem = _done(
            request,
            form,
            lambda: operations.add(
                organization=place, details=form.details, activity=activity,
                by=request.user, at=timezone.now(),
            ),
        )  # fmt: skip
        if problem is not None:
            messages.success(request, "已列入问题清单。")
            if activity is not None:
                return redirect("activity", pk=activity.pk)
            return redirect("problem", pk=problem.pk)
    back = reverse("activity", kwargs={"pk": activity.pk}) if activity else reverse("problem-list")
    context = {
        "form": form,
        "activity": activity,
        "place": place,
        "place_name": activities.place_name(place),
        "hosts": _indented(hosts),
        "back": back,
        "trail": _trail(activity),
        "title": "提出问题",
    }
    return TemplateResponse(request, "activities/problem_form.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def problem(request: Request, *, pk: int) -> HttpResponse:
    """One problem with its course and what may be done about it."""
    return problem_page.page(request, problem_page.seen(request, pk))


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Settle measures, owner and deadline; while the record is open, the problem itself as well."""
    found = problem_page.one(request, pk)
    if found.closed_on is not None:
        messages.warning(request, "这条问题已经销号。要改，请先恢复整改。")
        return redirect("problem", pk=pk)
    fixed = operations.is_fixed(found)
    names = ("whose", "text", "measures", "owner", "due_on")
    owners = problems.owners(found.organization, request.today, keep=found.owner_id)
    form = ProblemForm(
        request.POST if request.method == "POST" else None,
        owners=owners,
        fixed=fixed,
        initial={name: getattr(found, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        changed = _done(
            request,
            form,
            lambda: operations.change(
                problem=found, details=form.details, by=request.user, at=timezone.now()
            ),
        )
        if changed is not None:
            messages.success(request, "已保存。")
            return redirect("problem", pk=pk)
    context = {
        "form": form,
        "place_name": activities.place_name(found.organization),
        "fixed": fixed,
        "back": reverse("problem", kwargs={"pk": pk}),
        "trail": _trail(None),
        "title": "修改问题",
    }
    return TemplateResponse(request, "activities/problem_form.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def close(request: Request, *, pk: int) -> HttpResponse:
    """Close a problem with its outcome."""
    found = problem_page.one(request, pk)
    form = CloseForm(request.POST, today=request.today)
    if form.is_valid():
        closed = _done(
            request,
            form,
            lambda: operations.close(
                problem=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if closed is not None:
            messages.success(request, "已销号。")
            return redirect("problem", pk=pk)
    return problem_page.page(request, found, close_form=form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def reopen(request: Request, *, pk: int) -> HttpResponse:
    """Open a closed problem again with the reason."""
    found = problem_page.one(request, pk)
    form = ReopenForm(request.POST)
    if form.is_valid():
        opened = _done(
            request,
            form,
            lambda: operations.reopen(
                problem=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if opened is not None:
            messages.success(request, "已恢复整改。")
            return redirect("problem", pk=pk)
    return problem_page.page(request, found, reopen_form=form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take a problem off the list of an open record."""
    found = problem_page.one(request, pk)
    try:
        operations.remove(problem=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("problem", pk=pk)
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
        return redirect("problem", pk=pk)
    messages.success(request, "已从问题清单删除。")
    return redirect("activity", pk=found.activity_id)


def _places(request: Request) -> list[Organization]:
    here = Organization.objects.in_scope(request.scope).standing_on(request.today)
    return list(here.order_by("path")[:MOST_CHOICES])


def _indented(places: list[Organization]) -> list[tuple[int, str]]:
    return [(each.pk, "　" * (each.depth - places[0].depth) + each.short_name) for each in places]


def _done(request: Request, form: Any, operation: Callable[[], Problem]) -> Problem | None:
    """Run the operation; say on the form why it could not be done."""
    try:
        return operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except StepNotAllowed as refusal:
        form.add_error(None, wording.refused_step(refusal.state))
    return None


def _trail(activity: Activity | None) -> list[tuple[str, str]]:
    if activity is None:
        return [("问题整改", reverse("problem-list"))]
    url = reverse("activity", kwargs={"pk": activity.pk})
    return [("活动", reverse("activity-list")), (activity.title, url)]
