"""The pay table (绩效系数表) of a final round, on the screen and as a workbook."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.models import Document, Job
from branches.operations import documents
from branches.rules.roles import Capability
from scoring import pay_workbooks, tasks
from scoring.operations import consequences as operations
from scoring.queries import pay, rounds, schemes
from scoring.queries.pay import NO_PAY

PAGE = 100
AT_ONCE = 5000  # rows that are written while the person waits; more are a job's work


@access.requires(Capability.SEE_SCORES)
def pay_list(request: Request) -> HttpResponse:
    """Show the final rounds whose pay table one may open."""
    page = Paginator(pay.finals(request.scope), 30).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(row, rounds.name_of(row)) for row in page.object_list],
        "no_pay": NO_PAY,
    }
    return TemplateResponse(request, "scoring/pay_list.html", context)


@access.requires(Capability.SEE_SCORES)
def pay_table(request: Request, *, pk: int) -> HttpResponse:
    """Show what a final round says for performance pay."""
    round_ = get_object_or_404(pay.finals(request.scope), pk=pk)
    page = Paginator(pay.scores(round_), PAGE).get_page(request.GET.get("page"))
    weight = schemes.scheme_of(round_.run.version).pay_weight
    context = {
        "round": round_,
        "name": rounds.name_of(round_),
        "page_obj": page,
        "rows": pay.rows(round_, page.object_list),
        "undecided": pay.undecided(round_),
        "weight": "" if weight is None else pay.percent(weight),
        "of_members": round_.run.version.rates_members,
        "no_pay": NO_PAY,
    }
    return TemplateResponse(request, "scoring/pay_table.html", context)


@require_POST
@access.requires(Capability.SEE_SCORES)
def pay_table_xlsx(request: Request, *, pk: int) -> HttpResponseBase:
    """The whole table as a workbook, by a job if it is large; each is noted in the audit."""
    round_ = get_object_or_404(pay.finals(request.scope), pk=pk)
    if round_.run.subjects > AT_ONCE:
        return redirect("job", pk=tasks.request_pay_table(round_, by=request.user).pk)
    rows = pay.rows(round_, pay.scores(round_).iterator(chunk_size=2000))
    operations.note_pay_table(round=round_, rows=len(rows), by=request.user, at=timezone.now())
    return FileResponse(
        pay_workbooks.written(round_, rows),
        as_attachment=True,
        filename=pay_workbooks.filename(round_),
        content_type=pay_workbooks.XLSX,
    )


@access.requires(Capability.SEE_SCORES)
def pay_table_file(request: Request, *, pk: int, number: int) -> HttpResponseBase:
    """Send a workbook that a job wrote for this person, while he may see the table."""
    get_object_or_404(pay.finals(request.scope), pk=pk)
    mine = Job.objects.filter(
        task=tasks.PAY_TABLE, requested_by=request.user, result_url=request.path
    )
    if not mine.exists():
        raise Http404
    document = get_object_or_404(Document, pk=number, owner=request.user, organization=None)
    documents.record_download(document=document, by=request.user, at=timezone.now())
    return FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.filename,
        content_type=document.content_type,
    )
