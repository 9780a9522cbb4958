"""Drawing the record of one activity."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from activities.models import Activity
from activities.queries import documents
from branches import documents as kept
from branches import jobs, pdf
from branches.models import User


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
        document = documents.record_of(activity)
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
