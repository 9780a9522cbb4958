"""Computing months in the background. Each task is safe to deliver twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import jobs
from branches.models import Job, Organization, User
from branches.rules.periods import Period
from scoring.operations import runs
from scoring.queries import schemes

logger = logging.getLogger(__name__)


def request_recompute(
    committee: Organization, period: Period, *, by: User | None
) -> tuple[Job, bool]:
    """Return the unfinished job that computes a committee's month, made now if need be."""
    return jobs.request(
        "scoring.recompute",
        arguments={"committee": committee.pk, "period": str(period)},
        label=f"{committee.short_name} {period.label}核算",
        by=by,
        at=timezone.now(),
        organization=committee,
    )


@shared_task(name="scoring.recompute")
def recompute(*, job_id: int, **_later: object) -> None:
    """Compute one committee's month, scheme by scheme.

    Each scheme's run and the pointer to it are one transaction, kept only if the job is still
    this worker's at its end; a run redone after a kill replaces the pointer once more.
    """
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        committee = Organization.objects.get(pk=work.job.arguments["committee"])
        period = Period.parse(work.job.arguments["period"])
        versions = schemes.in_force(committee, period)
        if not versions:
            raise jobs.JobFailed(f"{period.label}没有施行中的评分方案，请管理员先采用方案。")
        subjects = 0
        for done, version in enumerate(versions):
            work.step(done=done, total=len(versions), message=f"正在核算：{version.title}")
            with transaction.atomic():
                run = runs.compute(
                    version=version, period=period, by=work.job.requested_by, at=timezone.now()
                )
                subjects += run.subjects
                # Only now: confirming locks the job's row, which the heart-beat writes too.
                work.confirm()
                if done + 1 == len(versions):
                    work.finish(
                        message=f"已核算 {subjects} 个对象",
                        result_url=f"{reverse('star-board')}?period={period}",
                    )


@shared_task(name="scoring.recompute_current_month")
def recompute_current_month(**_later: object) -> None:
    _request_all(Period.containing(timezone.localdate()))


@shared_task(name="scoring.close_last_month")
def close_last_month(**_later: object) -> None:
    _request_all(Period.containing(timezone.localdate()).previous)


@shared_task(name="scoring.prune_runs")
def prune_runs(**_later: object) -> None:
    logger.info("pruned %s superseded runs", runs.prune(at=timezone.now()))


def _request_all(period: Period) -> None:
    """Leave a job for every committee with a scheme in force; a lost message loses nothing."""
    for committee in schemes.committees_rating(period):
        job, made = request_recompute(committee, period, by=None)
        if made:
            recompute.delay(job_id=job.pk)
