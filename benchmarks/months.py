"""The three measurements of one size: read floor, write floor, and the product's own run."""

from __future__ import annotations

import functools
import math
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

from django.db import connection, transaction
from django.utils import timezone

from activities.models import Attendance
from branches.models import Organization
from branches.rules.periods import Period
from scoring.demo import seeding
from scoring.demo.seeding import Parameters
from scoring.models import Line, Place, Run, SchemeVersion, Score
from scoring.operations import amendments, runs
from scoring.queries import fingerprints

ROUNDS = 5
RESULTS = ("scoring_place", "scoring_score", "scoring_line")
MB = 1024

# The bare sums of a month.
READ: tuple[LiteralString, ...] = (
    "SELECT member_id, SUM(is_counted::int) FROM activities_attendance"
    " WHERE held_on >= %s AND held_on < %s GROUP BY member_id",
    "SELECT member_id, SUM(quantity) FROM scoring_pointentry"
    " WHERE happened_on >= %s AND happened_on < %s GROUP BY member_id",
)


@dataclass(frozen=True, slots=True)
class Measured:
    members: int
    seeding: float
    read: float
    write: float
    members_run: float
    whole_month: float
    amend: float
    lines: int
    peak_mb: int

    @property
    def ratio(self) -> float:
        return self.members_run / (self.read + self.write)


def measure(members: int, months: int, say: Callable[[str], None]) -> Measured:
    """Seed a company of this size and time its last finished month."""
    started = time.perf_counter()
    today = timezone.localdate()
    seeding.seed(
        Parameters.on(today, members=members, months=months, seed=20261001),
        with_runs=False,
        at=timezone.now(),
        say=say,
    )
    seeded = time.perf_counter() - started
    _execute("VACUUM ANALYZE")
    month = Period.containing(today).previous
    root = Organization.objects.filter(parent=None).order_by("path").first()
    assert root is not None
    version = SchemeVersion.objects.select_related("committee").get(
        committee=root, code="points-1261"
    )
    with TemporaryDirectory() as folder:
        return _rounds(members, seeded, root, version, month, Path(folder))


def _rounds(
    members: int,
    seeded: float,
    root: Organization,
    version: SchemeVersion,
    month: Period,
    folder: Path,
) -> Measured:
    def run() -> Run:
        return runs.compute(version=version, period=month, by=None, at=timezone.now())

    def whole() -> list[Run]:
        return runs.recompute(committee=root, period=month, by=None, at=timezone.now())

    first = run()
    lines = Line.objects.filter(run=first).count()
    _save_results(first, folder)
    read, write, own, all_ = [], [], [], []
    for _ in range(ROUNDS):
        _clear()
        read.append(_timed(lambda: _read(month)))
        write.append(_timed(lambda: _write(folder)))
        own.append(_timed(run))
        _clear()
        all_.append(_timed(whole))
    for table in RESULTS:
        _execute(f"DROP TABLE like_{table}")
    late = _amend(run())
    return Measured(
        members,
        seeded,
        statistics.median(read),
        statistics.median(write),
        statistics.median(own),
        statistics.median(all_),
        late,
        lines,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MB,
    )


def _amend(run: Run) -> float:
    """Return the time to follow one late attendance, and see that nothing else was needed."""
    month = run.period
    _execute("VACUUM ANALYZE scoring_place, scoring_score, scoring_line, scoring_run")
    rows = Attendance.objects.in_period(month).filter(is_counted=True, status="ABSENT")
    took = []
    for attendance in rows.order_by("member_id")[: ROUNDS + 1]:
        Attendance.objects.filter(pk=attendance.pk).update(status="LATE")
        took.append(
            _timed(
                functools.partial(
                    amendments.amend, run=run, subjects=[attendance.member_id], at=timezone.now()
                )
            )
        )
    amended = fingerprints.checksum(run.pk)
    anew = runs.compute(version=run.version, period=month, by=None, at=timezone.now())
    if amended != fingerprints.checksum(anew.pk):
        raise AssertionError("an amended run differs from one computed anew")
    return statistics.median(took[1:])


def exponent(one: Measured, other: Measured) -> float:
    """Return the power of the number of members by which the run's time grows; 1 is linear."""
    growth = math.log(other.members_run / one.members_run)
    return growth / math.log(other.members / one.members)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)


@transaction.atomic
def _read(month: Period) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '256MB'")
        for statement in READ:
            cursor.execute(statement, [month.first_day, month.end])
            cursor.fetchone()


@transaction.atomic
def _write(folder: Path) -> None:
    with connection.cursor() as cursor:
        for table in RESULTS:
            with (
                (folder / table).open("rb") as rows,
                cursor.copy(f"COPY like_{table} FROM STDIN") as copy,
            ):
                while block := rows.read(1 << 16):
                    copy.write(block)


def _save_results(run: Run, folder: Path) -> None:
    """Keep a run's rows as a file and make empty tables like those that hold them."""
    with connection.cursor() as cursor:
        for table in RESULTS:
            cursor.execute(f"DROP TABLE IF EXISTS like_{table}")
            cursor.execute(f"CREATE TABLE like_{table} (LIKE {table} INCLUDING ALL)")
            with (
                (folder / table).open("wb") as rows,
                cursor.copy(f"COPY (SELECT * FROM {table} WHERE run_id = {run.pk}) TO STDOUT") as c,
            ):
                for block in c:
                    rows.write(block)


def _clear() -> None:
    """Take the results of the last round away, so that every round starts alike."""
    for model in (Line, Score, Place, Run):
        model.objects.all()._raw_delete(using="default")
    for table in RESULTS:
        _execute(f"TRUNCATE like_{table}")
    _execute("VACUUM ANALYZE scoring_place, scoring_score, scoring_line, scoring_run")
    _execute("CHECKPOINT")
