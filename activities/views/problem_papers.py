"""The papers of problem management as PDF."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from activities import tasks
from activities.queries.problem_papers import Paper
from branches import jobs
from branches.access import Request
from branches.models import Organization


def printed(
    request: Request, paper: Paper, pk: int, place: Organization, label: str, *, period: str = ""
) -> HttpResponse:
    """Ask for a paper as PDF and lead to the job that draws it."""
    job, made = jobs.request(
        tasks.draw_problem_paper.name,
        arguments={"paper": paper, "pk": pk, "period": period, "user": request.user.pk},
        label=label,
        by=request.user,
        at=timezone.now(),
        organization=place,
    )
    if made:
        tasks.draw_problem_paper.delay_on_commit(job_id=job.pk)
    return redirect("job", pk=job.pk)
