"""The background computation: delivered twice, killed at any moment, taken over."""

import datetime as dt
import os
import random
import subprocess
import sys

import pytest
from django.db import connection
from django.utils import timezone

from branches import jobs
from branches.models import Job, Organization
from branches.operations import organizations
from branches.rules.periods import Period
from members.models import Member, Membership
from scoring import tasks
from scoring.models import Line, Run, Score
from scoring.operations import schemes
from scoring.queries import schemes as scheme_queries

MARCH = Period.parse("2026-03")
AT = dt.datetime(2026, 4, 1, 2, tzinfo=dt.UTC)
FOUNDED = dt.date(2020, 1, 1)
MEMBERS = 120


@pytest.fixture
def rated(transactional_db) -> Organization:
    """A committee with one branch, its members, and both schemes adopted."""
    committee = organizations.create(
        code="C", name="党委", short_name="党委", kind="COMMITTEE", type="ENTERPRISE_OFFICE",
        parent=None, founded_on=FOUNDED, by=None, at=AT,
    )  # fmt: skip
    branch = organizations.create(
        code="B", name="支部", short_name="支部", kind="BRANCH", type="ENTERPRISE_FRONT",
        parent=committee, founded_on=FOUNDED, by=None, at=AT,
    )  # fmt: skip
    people = Member.objects.bulk_create(
        Member(name=f"党员{n}", name_pinyin="dangyuan", name_strokes="10") for n in range(MEMBERS)
    )
    Membership.objects.bulk_create(
        Membership(member=member, branch=branch, started_on=FOUNDED) for member in people
    )
    for code in ("points-1261", "star-branch"):
        schemes.adopt(
            committee=committee,
            text=scheme_queries.preset_text(code),
            effective_from=Period.parse("2026-01"),
            by=None,
            at=AT,
        )
    return committee


def _requested(committee: Organization) -> Job:
    job, made = tasks.request_recompute(committee, MARCH, by=None)
    assert made
    return job


def _assert_whole(committee: Organization) -> None:
    """Every run is complete, and exactly one of each scheme is current."""
    assert Run.objects.current().filter(committee=committee).count() == 2
    for run in Run.objects.select_related("version"):
        due = MEMBERS if run.version.rates_members else 1
        assert (run.subjects, Score.objects.filter(run=run).count()) == (due, due)
        assert Line.objects.filter(run=run).values("subject_id").distinct().count() == due


def test_a_job_computes_every_scheme_and_says_where_the_result_is(rated):
    job = _requested(rated)

    tasks.recompute(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 2, 2)
    assert job.result_url == "/board/?period=2026-03"
    _assert_whole(rated)


def test_delivered_twice_it_computes_once(rated):
    job = _requested(rated)

    tasks.recompute(job_id=job.pk)
    tasks.recompute(job_id=job.pk)

    assert Run.objects.count() == 2


def test_asking_again_while_it_waits_makes_no_second_job(rated):
    job = _requested(rated)

    again, made = tasks.request_recompute(rated, MARCH, by=None)

    assert (again.pk, made) == (job.pk, False)


def test_a_worker_that_was_believed_dead_writes_nothing(rated):
    job = _requested(rated)
    with jobs.work_on(job.pk) as slow:
        assert slow is not None
        jobs.reap(at=timezone.now() + dt.timedelta(minutes=5))  # silent: back to the queue
        tasks.recompute(job_id=job.pk)  # another worker does it
        with pytest.raises(jobs.Superseded):
            slow.finish()
    assert Run.objects.count() == 2


def test_a_job_whose_workers_keep_dying_is_given_up_with_the_reason(rated):
    job = _requested(rated)
    for _ in range(jobs.MAX_ATTEMPTS):
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.RUNNING,
            attempt=jobs.F("attempt") + 1,
            heart_beat_at=AT,
        )
        jobs.reap(at=AT + dt.timedelta(hours=1))

    job.refresh_from_db()
    assert (job.state, job.error) == (
        Job.State.FAILED,
        "执行任务的后台进程多次中断，请联系管理员检查后台服务。",
    )


def test_without_a_scheme_the_job_says_so(rated):
    job, _ = tasks.request_recompute(rated, Period.parse("2025-12"), by=None)

    tasks.recompute(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == (
        Job.State.FAILED,
        "2025 年 12 月没有施行中的评分方案，请管理员先采用方案。",
    )


WORKER = """
import sys, django
django.setup()
from scoring import tasks
print("go", flush=True)
tasks.recompute(job_id=int(sys.argv[1]))
"""


def test_killed_at_any_moment_it_leaves_nothing_half_done(rated):
    name = connection.settings_dict["NAME"]
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    env = os.environ | {
        "DATABASE_URL": f"{base}/{name}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    rng = random.Random(20261001)
    for _ in range(12):
        job = _requested(rated)
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(job.pk)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"go\n"
        try:
            worker.wait(timeout=rng.uniform(0.01, 0.35))
        except subprocess.TimeoutExpired:
            worker.kill()
        worker.wait()
        worker.stdout.close()
        jobs.reap(at=timezone.now() + dt.timedelta(minutes=5))
        tasks.recompute(job_id=job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE
        _assert_whole(rated)
