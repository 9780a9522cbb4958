"""Computing months in the background. Each task is safe to deliver twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import jobs
from branches.models import Job, Organization, User
from branches.rules.periods import Period, PeriodKind, ended_on
from scoring.models import Run, SchemeTrial
from scoring.operations import amendments, rollups, runs, trials
from scoring.queries import schemes
from scoring.queries import trials as trial_queries

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
    """Compute one committee's period, scheme by scheme, and what it completes (a quarter, a year).

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
        todo = [version for version in versions if not runs.in_round(version, period)]
        if not todo:
            raise jobs.JobFailed(f"{period.label}的结果已进入定评，确需重算请先撤回定评。")
        subjects = 0
        for done, version in enumerate(todo):
            work.step(done=done, total=len(todo), message=f"正在核算：{version.title}")
            with transaction.atomic():
                by, at = work.job.requested_by, timezone.now()
                run = runs.compute(version=version, period=period, by=by, at=at)
                subjects += run.subjects
                rollups.refresh(version=version, period=period, by=by, at=at)
                # Only now: confirming locks the job's row, which the heart-beat writes too.
                work.confirm()
                if done + 1 == len(todo):
                    work.finish(
                        message=f"已核算 {subjects} 个对象",
                        result_url=f"{reverse('star-board')}?period={period}",
                    )


@shared_task(name="scoring.catch_up")
def catch_up(**_later: object) -> None:
    """Bring the runs of this and the last period up to the facts recorded since."""
    today = timezone.localdate()
    for kind in PeriodKind:
        now = Period.containing(today, kind)
        for run in (
            Run.objects.current()
            .filter(
                sealed_at__isnull=True,
                period_kind=kind,
                version__period=kind,
                period_start__in=[now.first_day, now.previous.first_day],
            )
            .select_related("version__committee", "committee")
        ):
            at = timezone.now()
            try:
                if amendments.catch_up(run=run, at=at):
                    rollups.refresh(version=run.version, period=run.period, by=None, at=at)
            except (amendments.CannotAmend, runs.PeriodInRound):
                continue  # a round or a new run was quicker


@shared_task(name="scoring.recompute_current_month")
def recompute_current_month(**_later: object) -> None:
    """Compute afresh the periods that are running, whatever their length."""
    for kind in PeriodKind:
        _request_all(Period.containing(timezone.localdate(), kind))


@shared_task(name="scoring.close_last_month")
def close_last_month(**_later: object) -> None:
    """On the first of a month, close every period that ended with the last one."""
    for period in ended_on(Period.containing(timezone.localdate()).previous.last_day):
        _request_all(period)


@shared_task(name="scoring.prune_runs")
def prune_runs(**_later: object) -> None:
    logger.info("pruned %s superseded runs", runs.prune(at=timezone.now()))


def _request_all(period: Period) -> None:
    """Leave a job for every committee with a scheme in force; a lost message loses nothing."""
    for committee in schemes.committees_rating(period):
        job, made = request_recompute(committee, period, by=None)
        if made:
            recompute.delay(job_id=job.pk)


def request_trial(trial: SchemeTrial, *, by: User) -> Job:
    """Leave the job that carries a trial out."""
    job, _ = jobs.request(
        "scoring.try_scheme",
        arguments={"trial": trial.pk},
        label=f"模拟运行 {trial.title}",
        by=by,
        at=timezone.now(),
        organization=trial.committee,
    )
    SchemeTrial.objects.filter(pk=trial.pk).update(job=job)
    return job


@shared_task(name="scoring.try_scheme")
def try_scheme(*, job_id: int, **_later: object) -> None:
    """Try a scheme on each of its periods; the findings are kept at the end, all or none."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        trial = (
            SchemeTrial.objects.select_related("committee")
            .filter(pk=work.job.arguments["trial"])
            .first()
        )
        if trial is None:
            raise jobs.JobFailed("方案草稿已删除，它的模拟运行随之取消。")
        periods = trial_queries.periods_of(trial)
        found = []
        for done, period in enumerate(periods):
            work.step(done=done, total=len(periods), message=f"正在模拟{period.label}")
            found.append(trials.try_period(trial=trial, period=period, at=timezone.now()))
        work.step(done=len(periods), total=len(periods), message="正在保存结果")
        with transaction.atomic():
            trials.keep(trial=trial, periods=found)
            work.confirm()
            work.finish(
                message=f"已模拟 {len(periods)} 期",
                result_url=reverse("trial", kwargs={"pk": trial.pk}),
            )
