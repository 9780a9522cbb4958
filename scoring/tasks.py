"""Computing months in the background. Each task is safe to deliver twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import documents, jobs
from branches.models import Job, Organization, User
from branches.rules.periods import Period, PeriodKind, ended_on
from scoring import pay_workbooks
from scoring.models import Correction, Round, Run, SchemeTrial
from scoring.operations import amendments, consequences, corrections, rollups, runs, trials
from scoring.queries import corrections as correction_queries
from scoring.queries import pay, rounds, schemes
from scoring.queries import trials as trial_queries

logger = logging.getLogger(__name__)

PAY_TABLE = "scoring.write_pay_table"


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


def send_correction(correction: Correction) -> Job:
    """Have the job of a correction carried out soon."""
    job = corrections.ask(correction=correction, at=timezone.now())
    correct.delay_on_commit(job_id=job.pk)
    return job


@shared_task(name=correction_queries.TASK)
def correct(*, job_id: int, **_later: object) -> None:
    """Rate a round again from one correction; the run, its place in the round and the job's end
    are one transaction."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        correction = (
            Correction.objects.select_related("appeal")
            .filter(pk=work.job.arguments["correction"])
            .first()
        )
        if correction is None:
            raise jobs.JobFailed("这条更正已不存在，不用重新核算。")
        work.step(done=0, total=1, message=f"正在按“{correction.appeal.item_title}”的更正核算")
        with transaction.atomic():
            try:
                run = corrections.rate_again(correction=correction, at=timezone.now())
            except corrections.RoundPast:
                raise jobs.JobFailed("这次定评已撤回，不再按更正核算。") from None
            work.confirm()
            work.finish(
                message=f"已按更正重新核算 {run.subjects} 个对象",
                result_url=reverse("round", kwargs={"pk": correction.round_id}),
            )


@shared_task(name="scoring.correct_waiting")
def correct_waiting(**_later: object) -> None:
    """Ask again for the corrections whose job was lost or failed."""
    waiting = correction_queries.pending().select_related(
        "round__committee", "round__run__version", "by"
    )
    for correction in waiting:
        send_correction(correction)


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
            work.step(done=done, total=len(periods), message=f"正在模拟 {period.label}")
            found.append(trials.try_period(trial=trial, period=period, at=timezone.now()))
        work.step(done=len(periods), total=len(periods), message="正在保存结果")
        with transaction.atomic():
            trials.keep(trial=trial, periods=found)
            work.confirm()
            work.finish(
                message=f"已模拟 {len(periods)} 期",
                result_url=reverse("trial", kwargs={"pk": trial.pk}),
            )


def request_pay_table(round_: Round, *, by: User) -> Job:
    """Have the pay table of a final round written as a workbook for somebody, soon."""
    job, made = jobs.request(
        PAY_TABLE,
        arguments={"round": round_.pk, "user": by.pk},
        label=f"绩效系数表 {rounds.name_of(round_)}",
        by=by,
        at=timezone.now(),
        organization=round_.committee,
    )
    if made:
        write_pay_table.delay_on_commit(job_id=job.pk)
    return job


@shared_task(name=PAY_TABLE)
def write_pay_table(*, job_id: int, **_later: object) -> None:
    """Write a pay table; the workbook is for whoever asked, served only with the table."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        by = work.job.requested_by
        round_ = (
            Round.objects.final()
            .filter(pk=work.job.arguments["round"])
            .select_related("run__version", "committee", "decided_by")
            .first()
        )
        if round_ is None or by is None:
            raise jobs.JobFailed("没有这张绩效系数表，请重新打开定评。")
        work.step(done=0, total=2, message="正在汇总数据")
        rows = pay.rows(round_, pay.scores(round_).iterator(chunk_size=2000))
        work.step(done=1, total=2, message=f"正在写入 {len(rows)} 行")
        with pay_workbooks.written(round_, rows) as file:
            content = file.read()
        with transaction.atomic():
            at = timezone.now()
            consequences.note_pay_table(round=round_, rows=len(rows), by=by, at=at)
            work.confirm()
            # Without an organisation: who prints its ledgers need not see its pay table.
            document = documents.keep(
                content,
                title=work.job.label,
                filename=pay_workbooks.filename(round_),
                content_type=pay_workbooks.XLSX,
                owner=by,
                organization=None,
                at=at,
            )
            work.finish(
                message=f"共 {len(rows)} 行，点“查看结果”下载",
                result_url=reverse(
                    "pay-table-file", kwargs={"pk": round_.pk, "number": document.pk}
                ),
            )
