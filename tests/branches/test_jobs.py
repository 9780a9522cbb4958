"""Jobs: claimed once, fenced by their attempt, taken over after a death, given up in the end."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from branches import jobs
from branches.jobs import JobFailed, Superseded
from branches.models import Job
from branches.rules.roles import Role

# The heart beats on a connection of its own, so rows must really be committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user(person, branch_a):
    return person(Role.SECRETARY, branch_a).user


@pytest.fixture
def job(user, branch_a, at) -> Job:
    job, _ = jobs.request(
        "branches.example", arguments={"n": 1}, label="示例", by=user, at=at, organization=branch_a
    )
    return job


def state(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.attempt, job.error


def test_the_same_request_is_one_job_until_it_is_finished(user, job, at):
    again, made = jobs.request("branches.example", arguments={"n": 1}, label="示例", by=user, at=at)
    assert (again.pk, made) == (job.pk, False)

    with jobs.work_on(job.pk) as work, transaction.atomic():
        work.confirm()
        work.finish()

    later, made = jobs.request("branches.example", arguments={"n": 1}, label="示例", by=user, at=at)
    assert made
    assert later.pk != job.pk


def test_other_input_is_another_job(user, job, at):
    other, made = jobs.request("branches.example", arguments={"n": 2}, label="示例", by=user, at=at)
    assert (made, other.pk == job.pk) == (True, False)


def test_a_job_is_claimed_once(job):
    with jobs.work_on(job.pk) as first, jobs.work_on(job.pk) as second:
        assert first is not None
        assert second is None


def test_of_many_who_ask_at_once_one_gets_it(job):
    got: list[bool] = []
    together = threading.Barrier(8)

    def claim() -> None:
        together.wait()
        with jobs.work_on(job.pk) as work:
            got.append(work is not None)
            together.wait()
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False] * 7 + [True]


def test_a_finished_job_keeps_its_result(job):
    with jobs.work_on(job.pk) as work:
        work.step(done=1, total=2, message="一半")
        with transaction.atomic():
            work.confirm()
            work.finish(message="好了", result_url="/")

    job.refresh_from_db()
    assert (job.state, job.done, job.message, job.result_url) == ("DONE", 2, "好了", "/")


def taken_over(job: Job) -> None:
    """As if the worker had been silent, and another had claimed the job."""
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempt=2)


def test_a_superseded_attempt_cannot_confirm(job):
    with jobs.work_on(job.pk) as work:
        taken_over(job)
        with pytest.raises(Superseded), transaction.atomic():
            work.confirm()

    assert state(job) == ("RUNNING", 2, "")


def test_a_superseded_attempt_cannot_finish_and_its_writes_go(job, user, at):
    with jobs.work_on(job.pk) as work:
        taken_over(job)
        with transaction.atomic():
            user.name = "不应留下"
            user.save(update_fields=["name"])
            work.finish()

    user.refresh_from_db()
    assert state(job) == ("RUNNING", 2, "")
    assert user.name == "人员01"


def test_a_superseded_attempt_reports_no_progress_and_no_failure(job):
    with jobs.work_on(job.pk) as work:
        taken_over(job)
        work.step(done=9, total=9, message="旧的")
        raise JobFailed("旧的")

    job.refresh_from_db()
    assert (job.state, job.done, job.message, job.error) == ("RUNNING", 0, "", "")


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (JobFailed("第 3 行不对。"), "第 3 行不对。"),
        (
            ZeroDivisionError("secret 42"),
            "系统内部错误，已记入日志。请稍后重试，仍不行请联系管理员。",
        ),
    ],
)
def test_a_failure_is_told_in_words_meant_for_people(error, shown, job):
    with jobs.work_on(job.pk):
        raise error

    assert state(job) == ("FAILED", 1, shown)


NOW = dt.datetime(2026, 10, 20, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("silent_seconds", "attempt", "expected", "sent"),
    [
        (29, 1, "RUNNING", False),
        (31, 1, "QUEUED", True),
        (31, 2, "QUEUED", True),
        (31, 3, "FAILED", False),
    ],
)
def test_the_reaper_takes_back_what_went_silent(silent_seconds, attempt, expected, sent, job):
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING,
        attempt=attempt,
        requested_at=NOW - dt.timedelta(hours=1),
        heart_beat_at=NOW - dt.timedelta(seconds=silent_seconds),
    )

    again = jobs.reap(at=NOW)

    assert [row.pk for row in again] == ([job.pk] if sent else [])
    assert state(job)[:2] == (expected, attempt)


@pytest.mark.parametrize(("waited_seconds", "sent"), [(19, False), (21, True)])
def test_the_reaper_sends_again_what_was_forgotten(waited_seconds, sent, job):
    Job.objects.filter(pk=job.pk).update(requested_at=NOW - dt.timedelta(seconds=waited_seconds))

    assert [row.pk for row in jobs.reap(at=NOW)] == ([job.pk] if sent else [])


def test_a_beating_heart_keeps_the_job(job):
    with jobs.work_on(job.pk) as work:
        assert work.beat() is True
        assert jobs.reap(at=timezone.now()) == []
        taken_over(job)
        assert work.beat() is False
