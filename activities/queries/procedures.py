"""The catalogue of guided procedures, and their runs with every step as it stands today."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from activities.models import Procedure, ProcedureStep
from activities.rules import procedure_progress as progress
from activities.rules import procedure_reading as reading
from activities.rules import procedures as words
from activities.rules.procedure_progress import Known, Rule, Standing, Taken
from activities.rules.procedures import Chapter, FieldKind, Step
from branches.models import Regulation
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.queries.working_calendar import working_calendar
from branches.rules.working_days import WorkingCalendar
from branches.scope import Scope
from members.rules import probation

FILES = Path(__file__).resolve().parent.parent / "procedures"
AHEAD = dt.timedelta(days=93)
EXTENSION, EXTENDED_AT, MONTHS = "extension", "assembly", "months"


@functools.cache
def catalogue() -> tuple[words.Procedure, ...]:
    """Return every procedure in the order of the catalogue; the files are read once."""
    found = [
        reading.read(path.read_text(encoding="utf-8"), name=path.stem)
        for path in FILES.glob("*.toml")
    ]
    return tuple(sorted(found, key=lambda each: each.ordinal))


def find(code: str) -> words.Procedure:
    """Return one procedure of the catalogue.

    :raises KeyError: there is none of that code.
    """
    for each in catalogue():
        if each.code == code:
            return each
    raise KeyError(code)


def chapters() -> list[tuple[Chapter, list[words.Procedure]]]:
    """Return the catalogue by chapter."""
    return [
        (chapter, [each for each in catalogue() if each.chapter == chapter]) for chapter in Chapter
    ]


def sources(step: Step, rules: Mapping[str, Regulation]) -> list[str]:
    """Return what a step rests on: title and place of each regulation in force, and the words."""
    found = [
        f"《{rules[code].source}》{rules[code].article}：{rules[code].title}"
        for code in step.regulations
        if code in rules
    ]
    return [*found, step.article] if step.article else found


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its row, its description, every step as it stands on ``today``."""

    row: Procedure
    description: words.Procedure
    rules: Mapping[str, Regulation]
    known: Known
    taken: tuple[Taken, ...]
    records: tuple[ProcedureStep, ...]
    standings: tuple[Standing, ...]
    today: dt.date

    @property
    def name(self) -> str:
        """Whom it is about, "" for a branch."""
        return self.row.member.name if self.row.member else self.row.person

    @property
    def is_open(self) -> bool:
        return self.row.finished_at is None

    @property
    def steps_done(self) -> int:
        return sum(standing.is_done for standing in self.standings)

    @property
    def next(self) -> Standing | None:
        return progress.next_step(self.standings) if self.is_open else None

    @property
    def urgent(self) -> Standing | None:
        return progress.urgent(self.standings) if self.is_open else None

    def standing(self, code: str) -> Standing | None:
        return next((each for each in self.standings if each.step.code == code), None)

    def records_of(self, code: str) -> list[ProcedureStep]:
        return [record for record in self.records if record.code == code]


def with_steps(rows: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Return runs with all that ``runs`` reads, in three queries whatever their number."""
    return (
        rows.filter(code__in=[each.code for each in catalogue()])
        .select_related("organization__parent", "member", "started_by")
        .defer("member__id_number", "member__phone")
        .prefetch_related("steps__activity", "steps__done_by")
    )


def found(scope: Scope, *, is_open: bool, place: int | None) -> QuerySet[Procedure]:
    """Return the runs in reach, open or over, of one branch or of all."""
    rows = Procedure.objects.in_scope(scope).filter(finished_at__isnull=is_open)
    rows = rows.filter(organization_id=place) if place else rows
    order = ("-started_at", "-pk") if is_open else ("-finished_at", "-pk")
    return with_steps(rows).order_by(*order)


def runs(rows: Iterable[Procedure], today: dt.date, *, book: RuleBook | None = None) -> list[Run]:
    """Return runs as they stand on a day (four queries at most besides those of the rows).

    ``book`` is that of all their organisations, where it has been read already.
    """
    all_rows = list(rows)
    if not all_rows:
        return []
    places = {row.organization_id: row.organization for row in all_rows}
    book = book or regulations.book(places.values())
    extended = _extensions(all_rows)
    calendar = _calendar(all_rows, today)
    rules = {row.pk: book.of(row.organization, today) for row in all_rows}
    return [_run(row, rules[row.pk], calendar, extended, today) for row in all_rows]


def run_of(row: Procedure, today: dt.date) -> Run:
    """Return one run as it stands on a day."""
    [found] = runs([row], today)
    return found


def dates_of(step: Step, facts: Mapping[str, Any]) -> dict[str, dt.date]:
    """Return the days among what was filled in."""
    return {
        field.name: dt.date.fromisoformat(facts[field.name])
        for field in step.fields
        if field.kind is FieldKind.DATE and facts.get(field.name)
    }


def _run(
    row: Procedure,
    rules: Mapping[str, Regulation],
    calendar: WorkingCalendar,
    extended: Mapping[int, int],
    today: dt.date,
) -> Run:
    description = find(row.code)
    known = Known(
        days=_days(row, extended),
        rules={
            code: Rule(each.severity == "BLOCK", each.parameters) for code, each in rules.items()
        },
        calendar=calendar,
    )
    records = tuple(
        sorted(
            (each for each in row.steps.all() if each.code in description.by_code),
            key=lambda each: each.pk,
        )
    )
    taken = tuple(
        Taken(each.code, each.done_on, dates_of(description.step(each.code), each.facts))
        for each in records
    )
    standings = tuple(progress.stand(description, taken, known, today))
    return Run(row, description, rules, known, taken, records, standings, today)


def _days(row: Procedure, extended: Mapping[int, int]) -> dict[str, dt.date]:
    days = {words.STARTED: timezone.localdate(row.started_at)}
    if row.member is not None and row.member.admitted_on is not None:
        days[words.ADMITTED] = row.member.admitted_on
        days[words.PROBATION_END] = probation.probation_ends_on(row.member.admitted_on)
        months = extended.get(row.member.pk)
        # While it is being extended the run still looks at the first end.
        if months is not None and months in probation.EXTENSION_MONTHS and row.code != EXTENSION:
            days[words.PROBATION_END] = probation.extended_end(row.member.admitted_on, months)
    return days


def _extensions(rows: list[Procedure]) -> dict[int, int]:
    """Return by how many months each member's probation was extended (one query, or none)."""
    members = {row.member_id for row in rows if row.member_id is not None}
    if not members:
        return {}
    steps = ProcedureStep.objects.filter(
        code=EXTENDED_AT,
        procedure__code=EXTENSION,
        procedure__member__in=members,
        procedure__ended_reason="",
    ).order_by("pk")
    return {
        member: int(facts[MONTHS])
        for member, facts in steps.values_list("procedure__member", "facts")
        if member is not None and facts.get(MONTHS)
    }


def _calendar(rows: list[Procedure], today: dt.date) -> WorkingCalendar:
    first = [timezone.localdate(row.started_at) for row in rows]
    first += [step.done_on for row in rows for step in row.steps.all()]
    return working_calendar(min([today, *first]), today + AHEAD)
