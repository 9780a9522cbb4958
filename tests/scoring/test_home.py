"""首页: one rule book, one look for what waits, as many statements for one row as for thirty."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Problem
from activities.operations import activities, preparations
from activities.operations.preparations import Task
from activities.rules.kinds import ActivityKind
from branches.rules.roles import Role
from tests.activities.conftest import details

MOST_STATEMENTS = 30


def _statements(client) -> list[str]:
    with CaptureQueriesContext(connection) as taken:
        assert client.get("/").status_code == 200
    return [each["sql"] for each in taken]


def _busy(branch, user, member, number: int) -> None:
    """A planned meeting with a task that is due, a record to close, a problem overdue."""
    now, today = timezone.now(), timezone.localdate()
    planned = activities.log(
        organization=branch, kind=ActivityKind.STUDY, by=user, at=now,
        details=details(today + dt.timedelta(days=1), title=f"学习{number}",
                        starts_at=dt.time(8 + number // 4, number % 4 * 15)),
    )  # fmt: skip
    task = Task(title="发通知", due_on=today, assignee=member)
    preparations.add(activity=planned, task=task, by=user, at=now)
    activities.log(
        organization=branch, kind=ActivityKind.SALON, by=user, at=now,
        details=details(today - dt.timedelta(days=20 + number), title=f"沙龙{number}"),
    )  # fmt: skip
    Problem.objects.create(
        organization=branch, text=f"问题{number}", raised_on=today - dt.timedelta(days=60),
        due_on=today - dt.timedelta(days=1), owner=member, whose="支部", raised_by=user,
    )  # fmt: skip


def test_a_secretary_needs_as_many_statements_for_30_rows_as_for_1(person, branch_a, join):
    client = person(Role.SECRETARY, branch_a)
    members = [join(branch_a, f"党员{n:02d}") for n in range(30)]
    _busy(branch_a, client.user, members[0], 0)
    client.get("/")
    one = _statements(client)
    for number in range(1, 30):
        _busy(branch_a, client.user, members[number], number)

    thirty = _statements(client)

    assert len(thirty) == len(one) < MOST_STATEMENTS
    books = [sql for sql in thirty if 'FROM "branches_regulation"' in sql]
    assert len(books) == 1


def test_a_member_with_nothing_to_do_is_answered_in_few(person, branch_a, join):
    client = person()
    join(branch_a, "陈卓", user=client.user)
    client.get("/")

    assert len(_statements(client)) == 9
