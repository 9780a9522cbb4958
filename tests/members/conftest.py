"""People on rolls, and rosters as offices write them."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from branches import jobs
from branches.models import Organization
from members import tasks
from members.models import Member, RosterImport
from members.operations import members, rosters
from members.operations.members import Details
from members.rules.id_numbers import check_character

ENTERED = dt.date(2025, 1, 1)


def id_number(serial: int, born: dt.date = dt.date(1980, 5, 6)) -> str:
    """A valid number; an odd serial is a man's."""
    first = f"110105{born:%Y%m%d}{serial:03d}"
    return first + check_character(first)


@pytest.fixture
def keeper(person, committee):
    """The administrator who enters everything."""
    return person("ADMINISTRATOR", committee).user


@pytest.fixture
def enrol(keeper, at) -> Callable[..., Member]:
    numbers = itertools.count(1)

    def make(
        name: str,
        branch: Organization,
        group: Organization | None = None,
        started_on: dt.date = ENTERED,
        **details: Any,
    ) -> Member:
        details.setdefault("employee_number", f"E{next(numbers):04d}")
        return members.register(
            details=Details(name=name, **details),
            branch=branch,
            group=group,
            started_on=started_on,
            by=keeper,
            at=at,
        )

    return make


def workbook(*rows: Sequence[Any], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if merged:
        sheet.merge_cells(merged)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheet_of(response) -> list[list[Any]]:
    """The cells of the first sheet of a workbook that a page handed out."""
    content = b"".join(response.streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.fixture
def upload(keeper, committee, at) -> Callable[..., RosterImport]:
    """Upload a workbook and let the worker check it."""

    def make(
        content: bytes,
        organization: Organization | None = None,
        effective_on: dt.date = dt.date(2026, 10, 1),
    ) -> RosterImport:
        roster = rosters.upload(
            content=content,
            filename="花名册.xlsx",
            organization=organization or committee,
            effective_on=effective_on,
            by=keeper,
            at=at,
        )
        return run(tasks.check_roster, roster, at)

    return make


@pytest.fixture
def take_over(at) -> Callable[[RosterImport], RosterImport]:
    """Confirm a checked import and let the worker do it."""

    def do(roster: RosterImport) -> RosterImport:
        rosters.confirm(roster=roster)
        return run(tasks.apply_roster, roster, at)

    return do


def run(task: Any, roster: RosterImport, at: dt.datetime) -> RosterImport:
    job, _ = jobs.request(
        task.name, arguments={"roster": roster.pk}, label="花名册", by=None, at=at
    )
    task(job_id=job.pk)
    roster.refresh_from_db()
    return roster
