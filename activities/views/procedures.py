"""Runs of guided procedures: which there are, one with its steps, and the steps themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.procedures import ReasonForm, StepForm
from activities.models import Procedure
from activities.operations import procedures as operations
from activities.operations.procedures import StepRefused
from activities.operations.refusals import Refused
from activities.queries import procedure_choices, procedures
from activities.queries.procedures import Run
from activities.rules.procedure_progress import Standing
from activities.views import procedure_rows as rows
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from members.queries import members

PAGE = 30
MOST_CHOICES = 300


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The runs in reach: on their way, or over."""
    places = list(members.branches_for(request.scope, request.today)[:MOST_CHOICES])
    asked = request.GET.get("organization", "")
    place = next((each for each in places if str(each.pk) == asked), None)
    is_open = request.GET.get("state") != "OVER"
    found = procedures.found(request.scope, is_open=is_open, place=place.pk if place else None)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    suffix = f"&organization={place.pk}" if place else ""
    context = {
        "page_obj": page,
        "rows": [rows.listed(run) for run in procedures.runs(page.object_list, request.today)],
        "is_open": is_open,
        "place": place,
        "places": places,
        "several": len(places) > 1,
        "tabs": [
            ("正在办理", f"?{suffix.lstrip('&')}", is_open, None),
            ("已办完或终止", f"?state=OVER{suffix}", not is_open, None),
        ],
        "trail": rows.trail(),
    }
    return TemplateResponse(request, "activities/procedure_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def procedure(request: Request, *, pk: int) -> HttpResponse:
    """One run: its steps, and the form of the step that is chosen or comes next."""
    return _page(request, procedures.run_of(_one(request, pk), request.today))


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def step(request: Request, *, pk: int) -> HttpResponse:
    """Record a step."""
    run = procedures.run_of(_one(request, pk), request.today)
    standing = _chosen(run, request.POST.get("step", ""))
    if standing is None:
        messages.warning(request, "还没有轮到这一步，或者已经登记过了。请看下面的步骤。")
        return redirect("procedure", pk=pk)
    form = _form(run, standing, request.POST)
    if form.is_valid():
        try:
            _, warnings = operations.take(
                procedure=run.row,
                step=standing.step.code,
                details=form.details,
                by=request.user,
                at=timezone.now(),
            )
        except StepRefused as refusal:
            for each in refusal.findings:
                form.add_error(None, rows.finding(run, each))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"“{standing.step.title}”已登记。")
            for each in warnings:
                messages.warning(request, f"请留意：{rows.finding(run, each)}")
            return redirect("procedure", pk=pk)
    return _page(request, run, form=form, standing=standing)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def undo(request: Request, *, pk: int) -> HttpResponse:
    """Take the last step back with the reason."""
    run = procedures.run_of(_one(request, pk), request.today)
    form = ReasonForm(request.POST, prefix="undo")
    if form.is_valid():
        try:
            title = operations.undo(
                procedure=run.row, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"“{title}”的登记已撤销。")
            return redirect("procedure", pk=pk)
    return _page(request, run, undo_form=form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def end(request: Request, *, pk: int) -> HttpResponse:
    """End a run with the reason."""
    run = procedures.run_of(_one(request, pk), request.today)
    form = ReasonForm(request.POST, prefix="end")
    if form.is_valid():
        try:
            operations.end(
                procedure=run.row, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已终止，登记过的步骤仍可查看。")
            return redirect("procedure", pk=pk)
    return _page(request, run, end_form=form)


def _page(
    request: Request,
    run: Run,
    *,
    form: StepForm | None = None,
    standing: Standing | None = None,
    undo_form: ReasonForm | None = None,
    end_form: ReasonForm | None = None,
) -> HttpResponse:
    path = run.row.organization.path
    may_log = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(path)
    may_take = may_log and run.is_open
    if standing is None and may_take:
        standing = _chosen(run, request.GET.get("step", "")) or run.next or run.urgent
    if form is None and standing is not None and may_take:
        form = _form(run, standing, None)
    chosen = rows.chosen(run, standing) if standing is not None else None
    has_link = standing is not None and standing.step.link is not None
    context: dict[str, Any] = {
        "run": run,
        "row": run.row,
        "place_name": run.row.organization.name,
        "state": rows.state_of(run),
        "form": form,
        "chosen": chosen,
        "link": rows.link(run, standing.step, request.grants) if has_link and standing else None,
        "waiting": rows.waiting(run) if may_take and standing is None else "",
        "has_meetings": form is not None
        and "activity" in form.fields
        and bool(len(form.fields["activity"].queryset)),  # type: ignore[attr-defined]
        "meeting_url": rows.meeting_url(run, standing.step) if standing else "",
        "steps": rows.steps(run, standing if may_take else None, may_take=may_take),
        "undo_form": undo_form or ReasonForm(prefix="undo"),
        "is_undoing": undo_form is not None,
        "end_form": end_form or ReasonForm(prefix="end"),
        "is_ending": end_form is not None,
        "may_undo": may_log and bool(run.records) and not run.row.ended_reason,
        "may_end": may_take,
        "last": rows.last_title(run),
        "trail": [*rows.trail(), ("正在办理", reverse("procedure-list"))],
    }
    return TemplateResponse(request, "activities/procedure.html", context)


def _form(run: Run, standing: Standing, data: Any) -> StepForm:
    organization: Organization = run.row.organization
    return StepForm(
        data,
        step=standing.step,
        meetings=procedure_choices.meetings(run, standing.step),
        members=procedure_choices.full_members(organization, run.today),
        today=run.today,
    )


def _chosen(run: Run, code: str) -> Standing | None:
    """Return the step asked for, if it may be taken now."""
    found = run.standing(code)
    return found if found is not None and found.may_be_taken and run.is_open else None


def _one(request: Request, pk: int) -> Procedure:
    visible = Procedure.objects.in_scope(request.scope)
    return get_object_or_404(procedures.with_steps(visible), pk=pk)
