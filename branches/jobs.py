"""Long work as rows: ask for it, claim it, prove to be alive, finish it once.

A job is QUEUED, then RUNNING under an attempt number, then DONE or FAILED. The attempt
number is a fence: work writes its result only in a transaction that has confirmed the
attempt is still its own, so a task delivered twice or a worker that was believed dead
changes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone

from branches.models import Document, Job, Organization, User

logger = logging.getLogger(__name__)

BEAT = dt.timedelta(seconds=5)
DEAD_AFTER = dt.timedelta(seconds=30)
LOST_AFTER = dt.timedelta(seconds=20)  # queued so long: the message went astray
MAX_ATTEMPTS = 3


class Superseded(Exception):
    """The job went to another worker meanwhile; what this one did must not be kept."""


class JobFailed(Exception):
    """An expected failure; the text is shown to the person who asked for the job."""


def request(
    task: str,
    *,
    arguments: dict[str, Any],
    label: str,
    by: User | None,
    at: dt.datetime,
    organization: Organization | None = None,
) -> tuple[Job, bool]:
    """Return the unfinished job for this very input, made now if there is none (True)."""
    body = json.dumps([task, arguments], sort_keys=True, ensure_ascii=False)
    input_hash = hashlib.sha256(body.encode()).hexdigest()
    unfinished = Job.objects.filter(input_hash=input_hash, finished_at__isnull=True)
    for _ in range(3):
        job = unfinished.order_by("id").first()
        if job is not None:
            return job, False
        try:
            with transaction.atomic():
                return (
                    Job.objects.create(
                        task=task,
                        arguments=arguments,
                        input_hash=input_hash,
                        label=label,
                        organization=organization,
                        requested_by=by,
                        requested_at=at,
                    ),
                    True,
                )
        except IntegrityError:  # somebody asked in the same instant
            continue
    raise JobFailed("同一任务正在反复提交，请稍后再试。")


class Work:
    """A claimed job: report progress, confirm the claim, hand in the result."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt)

    def step(self, *, done: int, total: int, message: str) -> None:
        """Show progress at once (call it outside a transaction that might roll back)."""
        self._mine.update(done=done, total=total, message=message, heart_beat_at=timezone.now())

    def confirm(self) -> None:
        """Hold the claim until the surrounding transaction ends.

        :raises Superseded: the job is no longer this worker's.
        """
        if not self._mine.select_for_update().exists():
            raise Superseded

    def finish(
        self, *, message: str = "", result_url: str = "", document: Document | None = None
    ) -> None:
        """Mark the job done, in the same transaction as its result.

        :raises Superseded: the job is no longer this worker's.
        """
        changed = self._mine.update(
            state=Job.State.DONE,
            finished_at=timezone.now(),
            done=F("total"),
            message=message,
            result_url=result_url,
            document=document,
            error="",
        )
        if not changed:
            raise Superseded

    def beat(self) -> bool:
        return bool(self._mine.update(heart_beat_at=timezone.now()))


@contextlib.contextmanager
def work_on(job_id: int) -> Iterator[Work | None]:
    """Claim a queued job for the length of the block; None if it is not to be had.

    Expected failures (``JobFailed``) are kept as the job's reason; anything else is
    logged, shown as an inner error, and not retried: the same input would fail again.
    """
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        heart_beat_at=timezone.now(),
    )
    if not claimed:
        yield None
        return
    work = Work(Job.objects.select_related("organization", "requested_by").get(pk=job_id))
    with _heart(work):
        try:
            yield work
        except Superseded:
            logger.warning("job %s was taken over; this attempt is dropped", job_id)
        except JobFailed as failure:
            _fail(work, str(failure))
        except Exception:
            logger.exception("job %s failed", job_id)
            _fail(work, "系统内部错误，已记入日志。请稍后重试，仍不行请联系管理员。")


def _fail(work: Work, reason: str) -> None:
    work._mine.update(state=Job.State.FAILED, finished_at=timezone.now(), error=reason)


@contextlib.contextmanager
def _heart(work: Work) -> Iterator[None]:
    """Beat every few seconds from a thread with a connection of its own."""
    stopped = threading.Event()

    def run() -> None:
        try:
            while not stopped.wait(BEAT.total_seconds()):
                close_old_connections()
                if not work.beat():
                    return
        except Exception:  # the reaper notices the silence
            logger.exception("heart-beat of job %s stopped", work.job.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=run, name=f"job-{work.job.pk}-heart", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def reap(*, at: dt.datetime) -> list[Job]:
    """Return the jobs that must be sent (again): forgotten ones and those of dead workers.

    A job whose workers died three times is given up with its reason.
    """
    silent = Job.objects.filter(state=Job.State.RUNNING, heart_beat_at__lt=at - DEAD_AFTER)
    silent.filter(attempt__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED,
        finished_at=at,
        error="执行任务的后台进程多次中断，请联系管理员检查后台服务。",
    )
    silent.update(state=Job.State.QUEUED, message="后台进程中断，正在重新执行")
    return list(
        Job.objects.filter(state=Job.State.QUEUED, requested_at__lt=at - LOST_AFTER).order_by("id")
    )
