"""What beat and the pages ask of this app. Each task is safe to deliver twice."""

from __future__ import annotations

import datetime as dt

from celery import current_app, shared_task
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import audit, channels, duties, jobs, ledgers, pdf
from branches.access import Grants
from branches.models import Delivery, Organization, User
from branches.operations import documents, reminders
from branches.queries import reminders as reminder_queries
from branches.rules import reminders as reminder_rules
from branches.rules.periods import Period

DIGESTS_LAST = dt.timedelta(minutes=9)  # a beat is every ten


@shared_task(name="branches.reap_jobs")
def reap_jobs(**_later: object) -> None:
    """Send forgotten jobs again, and those whose worker died; seal what a killed process left."""
    audit.seal()
    for job in jobs.reap(at=timezone.now()):
        current_app.send_task(job.task, kwargs={"job_id": job.pk})


@shared_task(name="branches.send_digests")
def send_digests(**_later: object) -> None:
    """Put today's digests that are due into the outbox and send what waits there, until nothing
    is left to do or the next beat is near.

    Whom it reminds it asks for the very lines of that person's 首页.
    """
    started = timezone.now()
    # First, so that nothing that goes wrong further down keeps old digests here.
    reminders.forget(at=started)
    while timezone.now() - started < DIGESTS_LAST and _some_digests():
        pass


def _some_digests() -> bool:
    """Make and send some digests as of now; return whether there was anything to do."""
    at = timezone.now()
    now = timezone.localtime(at)
    day, time = now.date(), now.time()
    people = reminder_queries.people_to_ask(day, time)
    for wish in people:
        lines = _lines(wish.user, day)
        body = reminder_rules.digest(lines, day, settings.SITE_URL) if lines else ""
        reminders.put(day=day, at=at, body=body, user=wish.user)
    robots = reminder_queries.robots_to_ask(day, time)
    for robot in robots:
        secretary = reminder_queries.secretary_of(robot.organization, day)
        lines = _lines(secretary, day) if secretary else []
        name = robot.organization.short_name
        body = reminder_rules.group_digest(name, lines, day, settings.SITE_URL) if lines else ""
        reminders.put(day=day, at=at, body=body, webhook=robot)
    waiting = reminder_queries.waiting(day, at, time)
    for delivery in waiting:
        reminders.send(delivery=delivery, at=at, way=_send)
    return bool(people or robots or waiting)


def _lines(user: User, day: dt.date) -> list[reminder_rules.Line]:
    due = duties.of(user, Grants.of(user, day), day)
    return [reminder_rules.Line(duty.title, duty.due_on) for duty in due]


def _send(delivery: Delivery) -> None:
    at = timezone.now()
    if delivery.webhook is not None:
        channels.post(delivery.webhook, delivery.body, at=at)
    elif delivery.user is not None:
        channels.send_mail(
            delivery.user.reminder_preference.mail,
            subject=channels.subject(at),
            body=delivery.body,
            key=f"digest {delivery.pk}",
        )


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
