"""Writing the demonstration into the database: all or nothing, by COPY."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from activities.models import Activity, Attendance
from branches import audit, keys
from branches.demo_accounts import PASSWORD
from branches.models import AuditEntry, CalendarDay, Organization, Regulation, User
from branches.queries.working_calendar import working_calendar
from members.models import Member, MemberEvent, Membership
from members.models.member import ID_PURPOSE, PHONE_PURPOSE
from scoring.demo import care, grading, life, offers, tables
from scoring.demo import company as companies
from scoring.demo.company import ADMINISTRATOR, Company
from scoring.demo.people import Secrets
from scoring.demo.rows import Table, blocks
from scoring.models import Mark, PointEntry
from scoring.operations import runs, schemes
from scoring.queries.schemes import preset_text
from scoring.rules import reading

SEEDED = "demo.seeded"
SCHEMES = ("points-1261", "star-branch")
_KEPT = (AuditEntry, Regulation, CalendarDay)
_PRODUCT = ("branches", "members", "activities", "people", "scoring")
_REBUILT: tuple[type[Model], ...] = (
    Membership, MemberEvent, Activity, Attendance, PointEntry, Mark,
)  # fmt: skip

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What decides the rows, with the day they are told from."""

    members: int
    months: int
    seed: int
    today: str

    @classmethod
    def on(cls, today: dt.date, *, members: int, months: int, seed: int) -> Parameters:
        return cls(members, months, seed, today.isoformat())


@dataclass(slots=True)
class Report:
    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    runs: int = 0

    @property
    def total_seconds(self) -> float:
        return sum(self.seconds.values())


def last_parameters() -> Parameters | None:
    """Return what the data at hand were made from; None where the command made none."""
    entry = AuditEntry.objects.filter(action=SEEDED).order_by("-id").first()
    if entry is None or not Organization.objects.exists():
        return None
    told = entry.after or {}
    return Parameters(**{name: told[name] for name in Parameters.__dataclass_fields__})


def holds_foreign_data() -> bool:
    """Return whether there is data that this command did not make."""
    if AuditEntry.objects.filter(action=SEEDED).exists():
        return False
    return any(model.objects.exists() for model in (Organization, Member, User))


@transaction.atomic
def seed(parameters: Parameters, *, with_runs: bool, at: dt.datetime, say: Say) -> Report:
    """Replace everything the product holds by a demonstration, in one transaction.

    Only the audit, the regulations and the office's calendar stay.
    """
    report = Report()
    today = dt.date.fromisoformat(parameters.today)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s';"
            " SET LOCAL idle_in_transaction_session_timeout = 0;"
            " SET LOCAL maintenance_work_mem = '512MB';"
            " SET CONSTRAINTS ALL IMMEDIATE"
        )
        names = ", ".join(connection.ops.quote_name(m._meta.db_table) for m in _emptied())
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
    company = companies.plan(
        members=parameters.members,
        months=parameters.months,
        seed=parameters.seed,
        today=today,
        calendar=working_calendar(today - dt.timedelta(days=31 * (parameters.months + 2)),
                                  today + dt.timedelta(days=62)),
    )  # fmt: skip
    stars = reading.read(preset_text("star-branch"))
    with _bulk_load(rebuild=not company.is_detailed):
        with _timed(report, "组织和党员"):
            _copy_all(tables.foundation(company, _secrets()), report)
        say(f"组织、账号、党员：{report.seconds['组织和党员']:.1f} 秒")
        with _timed(report, "活动和积分"):
            _copy_all(tables.months(company, stars), report)
        say(f"逐月的活动、积分、打分：{report.seconds['活动和积分']:.1f} 秒")
        started = time.perf_counter()
    report.seconds["索引"] = time.perf_counter() - started
    with _timed(report, "整理"):
        _finish(_emptied())
    say(f"索引和统计信息：{report.seconds['索引'] + report.seconds['整理']:.1f} 秒")
    with _timed(report, "核算"):
        report.runs = _rate(company, with_runs=with_runs)
    say(f"采用评分方案，核算 {report.runs} 次：{report.seconds['核算']:.1f} 秒")
    if company.is_detailed:
        with _timed(report, "组织生活"):
            stage = life.stage_of(company, _at)
            life.live(stage)
        say(f"计划、表决、学习、值班、评议：{report.seconds['组织生活']:.1f} 秒")
        with _timed(report, "关心帮带"):
            care.live(stage)
            offers.live(stage)
        say(f"结对、小政委、谈话、问题、承诺、服务：{report.seconds['关心帮带']:.1f} 秒")
    root = Organization.objects.get(pk=company.roots[0].id)
    audit.record(SEEDED, by=None, at=at, on=root, organization=root, after=asdict(parameters))
    return report


@contextmanager
def _timed(report: Report, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    report.seconds[name] = time.perf_counter() - started


def _emptied() -> list[type[Model]]:
    return [
        model
        for label in _PRODUCT
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        # What is not managed is a view.
        if model not in _KEPT and model._meta.managed
    ]


def _secrets() -> Secrets:
    return Secrets(
        seal_id_number=partial(keys.seal, purpose=ID_PURPOSE),
        digest_id_number=partial(keys.digest, purpose=ID_PURPOSE),
        seal_phone=partial(keys.seal, purpose=PHONE_PURPOSE),
        password=make_password(PASSWORD),
    )


def _copy_all(found: Iterator[Table], report: Report) -> None:
    for table in found:
        model = apps.get_model(table.model)
        report.rows[table.model] = report.rows.get(table.model, 0) + copy(model, table)


def copy(model: type[Model], table: Table) -> int:
    """Write a table's rows and return how many."""
    columns = ", ".join(connection.ops.quote_name(column) for column in table.columns)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor:
        with cursor.copy(statement) as writer:
            for block in blocks(table.lines):
                writer.write(block)
        return int(cursor.rowcount)


@contextmanager
def _bulk_load(*, rebuild: bool) -> Iterator[None]:
    """Leave secondary indexes and references of the big tables out while much is written.

    Both come back before the transaction ends, every row checked: one join for a reference
    instead of a look-up for every row (measured: a fifth of the time).
    """
    models = _REBUILT if rebuild else ()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)"
            " ORDER BY 1, 2",
            [[model._meta.db_table for model in models]],
        )
        references = cursor.fetchall()
        for table, name, _ in references:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    with connection.schema_editor() as editor:
        for model in models:
            for index in model._meta.indexes:
                editor.remove_index(model, index)
    yield
    with connection.schema_editor() as editor:
        for model in models:
            for index in model._meta.indexes:
                editor.add_index(model, index)
    with connection.cursor() as cursor:
        for table, name, definition in references:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _finish(models: Sequence[type[Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
        # New pages of a BRIN index are not known to it before this (or the next vacuum).
        for name in ("attendance_month", "entry_month"):
            cursor.execute("SELECT brin_summarize_new_values(%s::regclass)", [name])
        names = ", ".join(connection.ops.quote_name(m._meta.db_table) for m in models)
        cursor.execute(f"ANALYZE {names}")


def _rate(company: Company, *, with_runs: bool) -> int:
    """Adopt the schemes from the first month and compute every finished month."""
    by = User.objects.get(pk=ADMINISTRATOR)
    done = 0
    for unit in company.roots:
        committee = Organization.objects.get(pk=unit.id)
        for code in SCHEMES:
            schemes.adopt(
                committee=committee,
                text=preset_text(code),
                effective_from=company.periods[0],
                by=by,
                at=_at(company.start, 9),
            )
        for month in company.finished if with_runs else ():
            made = runs.recompute(committee=committee, period=month, by=None, at=_at(month.end, 2))
            done += len(made)
            for run in made:
                done += grading.roll_up(run.version, month, _at(month.end, 3))
    if with_runs and company.is_detailed:
        grading.grade(company, _at)
    return done


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), timezone.get_default_timezone())


def counts(report: Report) -> list[tuple[str, Any]]:
    """Return the number of rows by the tables' Chinese names."""
    return [
        (str(apps.get_model(label)._meta.verbose_name), number)
        for label, number in report.rows.items()
    ]
