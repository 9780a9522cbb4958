"""Drawing the record of one activity; keeping the fixed days planned."""

from __future__ import annotations

import logging

from celery import shared_task
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from activities.models import Activity, Procedure
from activities.operations import series_days
from activities.queries import minutes, problem_papers, procedure_papers, procedures, series
from activities.rules.series import Rhythm, horizon
from activities.wording import procedures as wording
from branches import documents as kept
from branches import jobs, pdf
from branches.models import User

logger = logging.getLogger(__name__)


@shared_task(name="activities.draw_record")
def draw_record(*, job_id: int, **_later: object) -> None:
    """Draw the 会议记录 of a closed activity as PDF and keep it. Safe to deliver twice."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        activity = (
            Activity.objects.closed()
            .select_related("organization__parent")
            .filter(pk=work.job.arguments["activity"])
            .first()
        )
        if activity is None:
            raise jobs.JobFailed("这次活动还没有办结，不能打印会议记录。")
        work.step(done=0, total=1, message="正在排版")
        document = minutes.document_of(activity)
        try:
            content = pdf.draw("ledgers/document.html", document)
        except pdf.DrawingFailed as failure:
            raise jobs.JobFailed(str(failure)) from None
        owner = User.objects.get(pk=work.job.arguments["user"])
        with transaction.atomic():
            work.confirm()
            work.finish(
                message="会议记录已生成",
                document=kept.keep(
                    content,
                    title=f"{document.organization}{document.title}",
                    filename=f"会议记录-{activity.held_on}-{activity.get_kind_display()}.pdf",
                    content_type="application/pdf",
                    owner=owner,
                    organization=activity.organization,
                    at=timezone.now(),
                ),
            )


@shared_task(name="activities.plan_series")
def plan_series(**_later: object) -> None:
    """Keep the next month of every series planned (the next week of what comes daily).

    Further by the longest lead of its tasks, so that each is known before it is due.

    Safe to deliver twice. Each series is one transaction: one that fails holds up no other and
    is tried again tomorrow.
    """
    at = timezone.now()
    on = timezone.localdate(at)
    for row in series.live(on).annotate(lead=Max("tasks__days_before")).order_by("pk"):
        until = horizon(Rhythm(row.rhythm), on, row.lead or 0)
        try:
            series_days.plan(series=row, until=until, on=on, at=at)
        except Exception:
            logger.exception("series %s was not planned", row.pk)


@shared_task(name="activities.draw_procedure_document")
def draw_procedure_document(*, job_id: int, **_later: object) -> None:
    """Draw a document of a step of a guided procedure as PDF. Safe to deliver twice."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        step, number = work.job.arguments["step"], work.job.arguments["number"]
        row = procedures.with_steps(Procedure.objects.filter(steps=step)).first()
        run = procedures.run_of(row, timezone.localdate()) if row else None
        found = procedure_papers.numbered(run, step, number) if run else None
        if run is None or found is None:
            raise jobs.JobFailed("这一步的登记已经撤销，请回到办事页面重新打印。")
        record, paper = found
        work.step(done=0, total=1, message="正在排版")
        try:
            content = pdf.draw(
                "ledgers/document.html", procedure_papers.document(run, record, paper)
            )
        except pdf.DrawingFailed as failure:
            raise jobs.JobFailed(str(failure)) from None
        kind = wording.PAPERS[paper.kind]
        owner = User.objects.get(pk=work.job.arguments["user"])
        with transaction.atomic():
            work.confirm()
            work.finish(
                message=f"{kind}已生成",
                document=kept.keep(
                    content,
                    title=f"{run.row.title}（{kind}）",
                    filename=f"{kind}-{record.done_on}-{run.row.pk}-{number}.pdf",
                    content_type="application/pdf",
                    owner=owner,
                    organization=run.row.organization,
                    at=timezone.now(),
                ),
            )


@shared_task(name="activities.draw_problem_paper")
def draw_problem_paper(*, job_id: int, **_later: object) -> None:
    """Draw a 督办通知单, 督办简报 or the minutes of a 三方会议 as PDF. Safe to deliver twice."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        arguments = work.job.arguments
        work.step(done=0, total=1, message="正在排版")
        try:
            paper = problem_papers.paper(
                arguments["paper"], arguments["pk"], arguments.get("period", ""), timezone.now()
            )
            content = pdf.draw("ledgers/document.html", paper)
        except ObjectDoesNotExist:
            raise jobs.JobFailed("要打印的内容已经没有了，请回到原来的页面查看。") from None
        except pdf.DrawingFailed as failure:
            raise jobs.JobFailed(str(failure)) from None
        owner = User.objects.get(pk=arguments["user"])
        name = f"{paper.title}{paper.number}"
        with transaction.atomic():
            work.confirm()
            work.finish(
                message=f"{paper.title}已生成",
                document=kept.keep(
                    content,
                    title=f"{paper.organization}{name}",
                    filename=f"{name}-{paper.code}.pdf",
                    content_type="application/pdf",
                    owner=owner,
                    organization=work.job.organization,
                    at=timezone.now(),
                ),
            )
