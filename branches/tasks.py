"""What beat and the pages ask of this app. Each task is safe to deliver twice."""

from __future__ import annotations

from celery import current_app, shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import audit, jobs, ledgers, pdf
from branches.models import Organization
from branches.operations import documents
from branches.rules.periods import Period


@shared_task(name="branches.reap_jobs")
def reap_jobs(**_later: object) -> None:
    """Send forgotten jobs again, and those whose worker died; seal what a killed process left."""
    audit.seal()
    for job in jobs.reap(at=timezone.now()):
        current_app.send_task(job.task, kwargs={"job_id": job.pk})


@shared_task(name="branches.draw_ledger")
def draw_ledger(*, job_id: int, **_later: object) -> None:
    """Gather a ledger, draw it and keep the PDF as the job's document."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        asked = work.job.arguments
        organization = Organization.objects.get(pk=asked["organization"])
        kind = ledgers.get(asked["code"])
        if kind is None or work.job.requested_by is None:
            raise jobs.JobFailed("没有这种台账，请重新选择。")
        work.step(done=0, total=3, message="正在汇总数据")
        table = kind.build(organization, Period.parse(asked["period"]))
        work.step(done=1, total=3, message=f"正在排版，共 {table.row_count} 条")
        try:
            drawn = pdf.draw_ledger(table)
        except pdf.DrawingFailed as failure:
            raise jobs.JobFailed(f"{failure}。") from failure
        work.step(done=2, total=3, message="正在保存")
        with transaction.atomic():
            work.confirm()
            document = documents.file_ledger(
                ledger=table,
                pdf=drawn.content,
                organization=organization,
                by=work.job.requested_by,
                at=timezone.now(),
            )
            work.finish(
                message=f"共 {drawn.page_count} 页，{table.row_count} 条",
                result_url=reverse(
                    "ledger",
                    kwargs={
                        "code": kind.code,
                        "pk": organization.pk,
                        "period": asked["period"],
                    },
                ),
                document=document,
            )
