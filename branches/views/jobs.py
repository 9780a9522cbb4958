"""Progress and result of long work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from branches import access
from branches.access import Request
from branches.models import Job
from branches.queries import jobs

PAGE = 50
LONG_WAIT = dt.timedelta(minutes=1)  # queued longer than this, probably no worker runs


@access.signed_in("本人提交的任务")
def job_list(request: Request) -> HttpResponse:
    rows = Job.objects.filter(requested_by=request.user).select_related("organization")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "branches/job_list.html", {"page": page})


@access.signed_in("本人提交的任务，或所见组织的任务")
@never_cache
def job(request: Request, *, pk: int) -> HttpResponse:
    return TemplateResponse(request, "branches/job.html", _context(request, pk))


@access.signed_in("本人提交的任务，或所见组织的任务")
@never_cache
def job_progress(request: Request, *, pk: int) -> HttpResponse:
    """Return the part of the page that changes, without its frame: it is asked for often."""
    return HttpResponse(render_to_string("branches/_job_progress.html", _context(request, pk)))


def _context(request: Request, pk: int) -> dict[str, Any]:
    rows = jobs.visible_jobs(request.user, request.grants).select_related("document")
    row = get_object_or_404(rows, pk=pk)
    waits_long = row.state == Job.State.QUEUED and row.requested_at < timezone.now() - LONG_WAIT
    return {"job": row, "waits_long": waits_long}
