"""The model documents of a run, filled with what is known: for the page and for the printer."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from activities.models import Activity, Attendance, ProcedureStep, Resolution
from activities.queries import minutes
from activities.queries.procedures import Run
from activities.rules import attendance, procedure_papers
from activities.rules import procedures as words
from activities.rules.procedures import Paper, PaperKind, Step
from activities.wording import procedures as wording
from branches.models import Organization, Post
from branches.rules.roles import Role
from branches.templatetags import formats
from members import wording as member_wording
from members.rules.status import Sex

# Who signs it: a notice and a record of a talk are the branch's as well.
SIGNED = frozenset(PaperKind) - {PaperKind.TALK, PaperKind.MINUTES}


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """What ``ledgers/document.html`` shows; ``blanks`` places are left to be written by hand."""

    code: str
    title: str
    organization: str
    as_of: dt.datetime
    addressee: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    signature: tuple[str, ...]
    blanks: int = 0


def document(run: Run, record: ProcedureStep, paper: Paper) -> object:
    """Return a document of a step that was taken, as ``ledgers/document.html`` takes it.

    The minutes are those of the linked meeting, as they were closed. A fixed number of queries.
    """
    if paper.kind is PaperKind.MINUTES and record.activity is not None:
        return minutes.document_of(record.activity)
    filled = procedure_papers.fill(paper, _values(run, record))
    branch = run.row.organization
    return PaperDocument(
        code=f"BS-{run.row.pk}-{record.pk}",
        title=filled.title,
        organization=branch.name,
        as_of=timezone.localtime(record.done_at),
        addressee=filled.to,
        facts=(),
        parts=(("", filled.paragraphs),),
        signature=(branch.name, formats.day(record.done_on)) if paper.kind in SIGNED else (),
        blanks=filled.blanks,
    )


def papers_of(run: Run, record: ProcedureStep) -> list[tuple[int, str, str]]:
    """Return number, kind and title of what a step that was taken can be printed as."""
    step = run.description.step(record.code)
    values = _of_fields(step, record) | {"name": run.name, "branch": run.row.organization.name}
    return [
        (number, wording.PAPERS[paper.kind], procedure_papers.fill(paper, values).title)
        for number, paper in enumerate(step.papers, start=1)
        if paper.kind is not PaperKind.MINUTES or record.activity_id is not None
    ]


def _values(run: Run, record: ProcedureStep) -> dict[str, str]:
    """Return every placeholder's value: of the branch, the person, this step and those before."""
    branch = run.row.organization
    values = {
        "branch": branch.name,
        "committee": branch.parent.name if branch.parent else "",
        "secretary": _secretary(branch, record.done_on),
        "date": formats.day(record.done_on),
        "year": f"{record.done_on.year}年度",
        **_of_person(run),
    }
    earlier = {each.code: each for each in run.records if each.pk < record.pk}
    held = _meetings([*earlier.values(), record])
    votes = _votes([*earlier.values(), record])
    for code, each in earlier.items():
        inside = {"date": formats.day(each.done_on), **_of_step(run, each, held, votes)}
        values |= {f"{code}.{name}": value for name, value in inside.items()}
    return values | _of_step(run, record, held, votes)


def _of_step(
    run: Run,
    record: ProcedureStep,
    held: Mapping[int, Mapping[str, str]],
    votes: Mapping[int, Sequence[Resolution]],
) -> dict[str, str]:
    step = run.description.step(record.code)
    found = dict(held.get(record.activity_id or 0, {}))
    found |= _of_vote(run, step, votes.get(record.activity_id or 0, ()))
    return found | _of_fields(step, record)


def _of_person(run: Run) -> dict[str, str]:
    member = run.row.member
    if member is None:
        return {"name": run.name}
    end = run.known.days.get(words.PROBATION_END)
    return {
        "name": member.name,
        "sex": member_wording.SEXES[Sex(member.sex)] if member.sex else "",
        "birth": formats.day(member.birth_date) if member.birth_date else "",
        "admitted": formats.day(member.admitted_on) if member.admitted_on else "",
        "probation_end": formats.day(end) if end else "",
    }


def _of_fields(step: Step, record: ProcedureStep) -> dict[str, str]:
    return {
        field.name: procedure_papers.in_words(field, record.facts.get(field.name))
        for field in step.fields
    }


def _votes(records: Iterable[ProcedureStep]) -> dict[int, list[Resolution]]:
    """Return the decisions of the linked meetings by meeting (one query)."""
    found: dict[int, list[Resolution]] = {}
    rows = (
        Resolution.objects.filter(activity__in=[each.activity_id for each in records])
        .select_related("about")
        .defer("about__id_number", "about__phone")
        .order_by("ordinal")
    )
    for row in rows:
        found.setdefault(row.activity_id, []).append(row)
    return found


def _of_vote(run: Run, step: Step, rows: Sequence[Resolution]) -> dict[str, str]:
    """Return the numbers of the vote on this very person, or of the meeting's only vote."""
    if step.decision is not None:
        mine = [row for row in rows if _is_mine(run, step, row)]
    else:
        mine = list(rows) if len(rows) == 1 else []
    if not mine:
        return {}
    row = mine[-1]
    return {
        "due": str(row.due),
        "present": str(row.present),
        "yes": str(row.yes + row.written_yes),
        "no": str(row.no),
        "abstain": str(row.abstain),
        "verdict": "表决通过" if row.is_passed else "表决未通过",
    }


def _is_mine(run: Run, step: Step, row: Resolution) -> bool:
    if row.kind != step.decision:
        return False
    if row.about is not None:
        return row.about_id == run.row.member_id or row.about.name == run.name
    return run.name in row.subject


def _meetings(records: Iterable[ProcedureStep]) -> dict[int, dict[str, str]]:
    """Return the facts of the linked meetings by key (one query)."""
    held = {each.activity.pk: each.activity for each in records if each.activity is not None}
    statuses: dict[int, Counter[str]] = {pk: Counter() for pk in held}
    rows = Attendance.objects.filter(activity__in=held).values_list("activity_id", "status")
    for activity_id, status in rows:
        statuses[activity_id][status] += 1
    return {pk: _of_meeting(activity, statuses[pk]) for pk, activity in held.items()}


def _of_meeting(activity: Activity, statuses: Counter[str]) -> dict[str, str]:
    count = attendance.count(statuses.elements())
    return {
        "meeting_title": activity.title,
        "meeting_date": formats.day(activity.held_on),
        "meeting_place": activity.place,
        "host": activity.host,
        "recorder": activity.recorder,
        "roll_due": str(count.due),
        "roll_attended": str(count.attended),
    }


def _secretary(branch: Organization, on: dt.date) -> str:
    post = (
        Post.objects.filter(organization=branch, role=Role.SECRETARY)
        .held_on(on)
        .select_related("user")
        .order_by("-started_on", "-pk")
        .first()
    )
    return post.user.name if post else ""


def numbered(run: Run, record_pk: int, number: int) -> tuple[ProcedureStep, Paper] | None:
    """Return one document of one step that was taken, by its number; None if there is none."""
    record = next((each for each in run.records if each.pk == record_pk), None)
    if record is None or number not in [each[0] for each in papers_of(run, record)]:
        return None
    return record, run.description.step(record.code).papers[number - 1]
