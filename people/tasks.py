"""Drawing documents about people; making talks due by what happened."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from branches import documents as kept
from branches import jobs, pdf
from branches.models import Organization, User
from branches.rules.periods import Period
from people.models import StewardMonth
from people.operations import talk_events
from people.queries import pledge_papers, steward_months, steward_papers, steward_work


@shared_task(name=steward_papers.DRAWING)
def draw_steward_month(*, job_id: int, **_later: object) -> None:
    """Draw the 月汇报 of a 小政委 as PDF and keep it. Safe to deliver twice."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        rows = StewardMonth.objects.filter(pk=work.job.arguments["report"])
        report = steward_work.with_assessments(rows).get()
        work.step(done=0, total=1, message="正在排版")
        document = steward_months.document(report)
        try:
            content = pdf.draw("ledgers/document.html", document)
        except pdf.DrawingFailed as failure:
            raise jobs.JobFailed(str(failure)) from None
        owner = User.objects.get(pk=work.job.arguments["user"])
        month = Period(report.month)
        with transaction.atomic():
            work.confirm()
            work.finish(
                message="月汇报已生成",
                document=kept.keep(
                    content,
                    title=f"{report.member.name}{month.label}月汇报",
                    filename=f"小政委月汇报-{month}-{report.pk}.pdf",
                    content_type="application/pdf",
                    owner=owner,
                    organization=report.organization,
                    at=timezone.now(),
                ),
            )


@shared_task(name="people.talks_due")
def talks_due(**_later: object) -> None:
    """Make the talks due that lately's events ask for. Safe to deliver twice."""
    talk_events.make_due(at=timezone.now())


@shared_task(name="people.draw_pledges")
def draw_pledges(*, job_id: int, **_later: object) -> None:
    """Draw the public promises of a branch as PDF and keep it. Safe to deliver twice."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        branch = Organization.objects.get(pk=work.job.arguments["branch"])
        year = int(work.job.arguments["year"])
        work.step(done=0, total=1, message="正在排版")
        document = pledge_papers.document(branch, year, timezone.now())
        try:
            content = pdf.draw("ledgers/document.html", document)
        except pdf.DrawingFailed as failure:
            raise jobs.JobFailed(str(failure)) from None
        owner = User.objects.get(pk=work.job.arguments["user"])
        with transaction.atomic():
            work.confirm()
            work.finish(
                message="公开承诺已生成",
                document=kept.keep(
                    content,
                    title=f"{branch.short_name}{document.title}",
                    filename=f"公开承诺-{year}-{branch.pk}.pdf",
                    content_type="application/pdf",
                    owner=owner,
                    organization=branch,
                    at=timezone.now(),
                ),
            )
