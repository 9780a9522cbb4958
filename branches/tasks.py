"""What beat asks of this app."""

from __future__ import annotations

from celery import current_app, shared_task
from django.utils import timezone

from branches import jobs


@shared_task(name="branches.reap_jobs")
def reap_jobs(**_later: object) -> None:
    """Send forgotten jobs again, and those whose worker died. Safe to deliver twice."""
    for job in jobs.reap(at=timezone.now()):
        current_app.send_task(job.task, kwargs={"job_id": job.pk})
