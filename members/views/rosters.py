"""The import of rosters: upload, check, confirm."""

from __future__ import annotations

from celery import current_app
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from branches import access, jobs
from branches.models import Job, User
from branches.rules.roles import Capability
from members import tasks, workbooks
from members.forms.rosters import RosterUploadForm
from members.models import RosterImport
from members.operations import rosters as operations
from members.queries import rosters as queries

PAGE = 20


@access.requires(Capability.IMPORT_MEMBERS)
def imports(request: access.Request) -> HttpResponse:
    """Upload a roster; see the last ones."""
    form = RosterUploadForm(
        request.POST or None, request.FILES or None, scope=request.scope, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with transaction.atomic():
            roster = operations.upload(
                content=file.read(),
                filename=file.name,
                organization=form.cleaned_data["organization"],
                effective_on=form.cleaned_data["effective_on"],
                by=request.user,
                at=timezone.now(),
            )
            _ask(tasks.CHECK, "检查花名册", roster, request.user)
        return redirect("roster-import", pk=roster.pk)
    rows = RosterImport.objects.in_scope(request.scope).select_related(
        "organization", "document", "uploaded_by"
    )
    page = Paginator(rows.defer("problems", "remarks", "preview"), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "members/roster_imports.html", {"form": form, "page": page})


@access.requires(Capability.IMPORT_MEMBERS)
def roster_import(request: access.Request, *, pk: int) -> HttpResponse:
    """One import in whatever state it is; POST confirms it."""
    roster = _found(request, pk)
    if request.method == "POST":
        try:
            with transaction.atomic():
                operations.confirm(roster=roster)
                _ask(tasks.APPLY, "导入花名册", roster, request.user)
        except operations.NotReady as error:
            messages.error(request, str(error))
        return redirect("roster-import", pk=roster.pk)
    job = queries.last_job(roster)
    has_stopped = roster.is_at_work and job is not None and job.has_failed
    return render(
        request,
        "members/roster_import.html",
        {
            "roster": roster,
            "trail": [
                ("导入花名册", reverse("roster-import-list")),
                (roster.document.filename, ""),
            ],
            "job": job,
            "has_stopped": has_stopped,
            "is_waiting": roster.is_at_work and not has_stopped,
            "page": Paginator(roster.problems, 100).get_page(request.GET.get("page")),
        },
    )


@access.requires(Capability.IMPORT_MEMBERS)
def problem_list(request: access.Request, *, pk: int) -> FileResponse:
    """The problems of an import as a workbook."""
    roster = _found(request, pk)
    return FileResponse(
        workbooks.problems(roster.problems),
        as_attachment=True,
        filename=f"花名册错误清单_{roster.pk}.xlsx",
        content_type=operations.XLSX,
    )


@access.requires(Capability.IMPORT_MEMBERS)
def template(request: access.Request) -> FileResponse:
    """An empty roster to fill in."""
    return FileResponse(
        workbooks.template(),
        as_attachment=True,
        filename="党员花名册模板.xlsx",
        content_type=operations.XLSX,
    )


def _found(request: access.Request, pk: int) -> RosterImport:
    rows = RosterImport.objects.in_scope(request.scope)
    return get_object_or_404(rows.select_related("organization", "document", "uploaded_by"), pk=pk)


def _ask(task: str, label: str, roster: RosterImport, by: User) -> Job:
    """Leave the job and send the hint once the rows are there for the worker to see."""
    job, _ = jobs.request(
        task,
        arguments={"roster": roster.pk},
        label=f"{label} {roster.document.filename}"[:120],
        by=by,
        at=timezone.now(),
        organization=roster.organization,
    )
    transaction.on_commit(lambda: current_app.send_task(task, kwargs={"job_id": job.pk}))
    return job
