"""Model documents of a run: to read on the page, and as PDF in official layout."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import tasks
from activities.models import Procedure, ProcedureStep
from activities.queries import procedure_papers, procedures
from activities.queries.procedures import Run
from activities.rules.procedures import Paper
from activities.views import procedure_rows as rows
from activities.wording import procedures as wording
from branches import access, jobs
from branches.access import Request
from branches.rules.roles import Capability


@access.requires(Capability.SEE_ACTIVITIES)
def document(request: Request, *, pk: int, number: int) -> HttpResponse:
    """A document of a step that was taken."""
    run, record, paper = _found(request, pk, number)
    context = {
        "document": procedure_papers.document(run, record, paper),
        "kind": wording.PAPERS[paper.kind],
        "record": record,
        "number": number,
        "trail": [*rows.trail(), (run.row.title, reverse("procedure", kwargs={"pk": run.row.pk}))],
        "back": reverse("procedure", kwargs={"pk": run.row.pk}),
    }
    return TemplateResponse(request, "activities/procedure_document.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def print_document(request: Request, *, pk: int, number: int) -> HttpResponse:
    """Ask for a document as PDF."""
    run, record, paper = _found(request, pk, number)
    job, made = jobs.request(
        tasks.draw_procedure_document.name,
        arguments={"step": record.pk, "number": number, "user": request.user.pk},
        label=f"{wording.PAPERS[paper.kind]}：{run.row.title}",
        by=request.user,
        at=timezone.now(),
        organization=run.row.organization,
    )
    if made:
        tasks.draw_procedure_document.delay_on_commit(job_id=job.pk)
    return redirect("job", pk=job.pk)


def _found(request: Request, pk: int, number: int) -> tuple[Run, ProcedureStep, Paper]:
    visible = Procedure.objects.in_scope(request.scope)
    row = get_object_or_404(procedures.with_steps(visible.filter(steps=pk)))
    run = procedures.run_of(row, request.today)
    found = procedure_papers.numbered(run, pk, number)
    if found is None:
        raise Http404
    return run, *found
