"""Long work on rosters. Both tasks are safe to deliver twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from celery import shared_task
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from branches import jobs, spreadsheets
from branches.jobs import Work
from members.models import RosterImport
from members.operations import rosters
from members.queries.rosters import Plan, plan
from members.resources import RosterResource
from members.rules.roster_header import RowProblem

CHECK = "members.check_roster"
APPLY = "members.apply_roster"


@shared_task(name=CHECK)
def check_roster(*, job_id: int, **_later: object) -> None:
    """Read an uploaded roster and keep what it would change or what is wrong with it."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        roster = _roster(work)
        found = _plan(roster, lambda done, total: _say(work, done, total, "正在检查"))
        with transaction.atomic():
            row = rosters.keep_findings(roster=roster, plan=found)
            work.confirm()
            work.finish(message=_outcome(row), result_url=_url(row))


@shared_task(name=APPLY)
def apply_roster(*, job_id: int, **_later: object) -> None:
    """Take a checked roster over: everything in one transaction, or nothing."""
    with jobs.work_on(job_id) as work:
        if work is None:
            return
        roster = _roster(work)
        if roster.is_done:
            work.finish(message=_outcome(roster), result_url=_url(roster))
            return
        try:
            with _telling(work) as say, transaction.atomic():
                rosters.take_turn(roster)
                found = _plan(roster, lambda done, total: say(done, total, "正在核对"), lock=True)
                if found.problems:
                    row = rosters.keep_findings(roster=roster, plan=found)
                else:
                    row = rosters.take_over(
                        roster=roster,
                        plan=found,
                        write=RosterResource(
                            lambda done, total: say(done, total, "正在写入")
                        ).write,
                        by=work.job.requested_by or roster.uploaded_by,
                        at=timezone.now(),
                    )
                # Held only at the end: the heart-beat writes the same row.
                work.confirm()
                work.finish(message=_outcome(row), result_url=_url(row))
        except rosters.Busy:
            raise jobs.JobFailed(
                "同一党委正在导入另一份花名册，请等它完成后再点“再次导入”。"
            ) from None
        except IntegrityError:
            raise jobs.JobFailed(
                "导入期间有人登记或修改了同样的党员，本次没有写入任何内容，请点“再次导入”。"
            ) from None


def _roster(work: Work) -> RosterImport:
    return RosterImport.objects.select_related("organization", "document", "uploaded_by").get(
        pk=work.job.arguments["roster"]
    )


def _plan(roster: RosterImport, tell: Callable[[int, int], None], *, lock: bool = False) -> Plan:
    try:
        rows = spreadsheets.read_rows(roster.document.file.path)
    except spreadsheets.BadSpreadsheet as problem:
        return Plan(problems=[RowProblem(0, "", "", "", str(problem))])
    tell(0, len(rows))
    return plan(
        rows,
        organization=roster.organization,
        effective_on=roster.effective_on,
        today=timezone.localdate(),
        tell=tell,
        lock=lock,
    )


def _say(work: Work, done: int, total: int, what: str) -> None:
    work.step(done=done, total=total, message=what)


@contextlib.contextmanager
def _telling(work: Work) -> Iterator[Callable[[int, int, str], None]]:
    """Show progress from inside a transaction: from a thread with a connection of its own."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="roster-progress") as teller:
        try:
            yield lambda done, total, what: teller.submit(_say, work, done, total, what).result()
        finally:
            # A lambda: the connection is looked up in the thread that runs it.
            teller.submit(lambda: connection.close()).result()


def _outcome(roster: RosterImport) -> str:
    if roster.is_refused:
        return f"发现 {roster.problem_count} 处错误，没有导入任何内容"
    counts = f"新增 {roster.to_create} 人，更新 {roster.to_update} 人，无变化 {roster.unchanged} 人"
    return f"已导入：{counts}" if roster.is_done else f"检查通过：{counts}"


def _url(roster: RosterImport) -> str:
    return reverse("roster-import", kwargs={"pk": roster.pk})
