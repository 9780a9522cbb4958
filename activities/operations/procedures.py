"""A guided procedure on its way: started, step after step, the last step undone, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from activities.models import Activity, Procedure, ProcedureStep
from activities.operations.refusals import Refused
from activities.queries import procedure_choices as choices
from activities.queries import procedures as queries
from activities.rules import procedure_checks as checks
from activities.rules import procedure_progress as progress
from activities.rules.procedure_checks import Filling, Finding
from activities.rules.procedures import About, Step
from branches import audit
from branches.models import Organization, User
from branches.rules.text import one_line
from members.models import Member
from members.rules.status import MemberStatus

MOST_TITLE = 100


class StepRefused(Refused):
    """A regulation refuses the step; ``findings`` say which and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("".join(each.words for each in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class StepDetails:
    """What is recorded of a step. ``done_on`` is the meeting's day where one is linked.

    ``people`` are the members chosen in a field, ``facts`` what was filled into the others.
    """

    done_on: dt.date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, Sequence[Member]] = field(default_factory=dict)
    activity: Activity | None = None
    note: str = ""


@transaction.atomic
def start(
    *,
    organization: Organization,
    code: str,
    member: Member | None = None,
    person: str = "",
    by: User,
    at: dt.datetime,
) -> Procedure:
    """Start a procedure at a branch and return the run.

    :raises Refused: it is not for this place or person, or already on its way.
    """
    description = queries.find(code)
    place = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    person = one_line(person)
    today = timezone.localdate(at)
    if not place.is_branch or (place.dissolved_on and place.dissolved_on <= today):
        raise Refused("办事程序在党支部办理，请选择党支部。")
    if description.about is About.MEMBER:
        _check_member(code, member, place, today)
        person = ""
    elif description.about is About.PERSON:
        member = None
        if not person:
            raise Refused("请填写申请人姓名。")
    else:
        member, person = None, ""
    same = Procedure.objects.filter(
        organization=place, code=code, member=member, person=person, finished_at__isnull=True
    )
    if description.about is not About.BRANCH and same.exists():
        raise Refused("这个程序正在办理，请在办事列表里继续。")
    name = member.name if member else person
    row = Procedure.objects.create(
        organization=place,
        code=code,
        title=(f"{description.title}：{name}" if name else description.title)[:MOST_TITLE],
        member=member,
        person=person,
        started_by=by,
        started_at=at,
    )
    audit.record(
        "procedure.started", by=by, at=at, on=row, organization=place,
        after={"title": row.title},
    )  # fmt: skip
    return row


def _check_member(code: str, member: Member | None, place: Organization, on: dt.date) -> None:
    if member is None:
        raise Refused("请选择党员。")
    here = choices.rolls.members_of(place, on).filter(pk=member.pk)
    if not here.exists():
        raise Refused(f"{member.name}的组织关系不在这个党支部。")
    if code in PROBATIONERS and member.status != MemberStatus.PROBATIONARY:
        raise Refused(f"{member.name}不是预备党员，不能办理这个程序。")


PROBATIONERS = frozenset({"regularisation", "extension", "cancellation"})


@transaction.atomic
def take(
    *, procedure: Procedure, step: str, details: StepDetails, by: User, at: dt.datetime
) -> tuple[ProcedureStep, list[Finding]]:
    """Record a step and return it with what the regulations warn of.

    The last step finishes the run.

    :raises StepRefused: a regulation refuses it.
    :raises Refused: the run is over, or the step's turn has not come.
    """
    row = _locked(procedure)
    _check_open(row)
    run = queries.run_of(row, timezone.localdate(at))
    standing = run.standing(step)
    if standing is None or standing.state is progress.StepState.WAITING:
        raise Refused("还没有轮到这一步，请先办前面的步骤。")
    if standing.state is progress.StepState.DONE:
        raise Refused("这一步已经登记过了。")
    done_on = details.activity.held_on if details.activity else details.done_on
    if done_on is None:
        raise Refused("请填写完成日期。")
    _check_meeting(run, standing.step, details.activity)
    filling = Filling(
        done_on,
        dict(details.facts),
        choices.meeting_of(details.activity),
        choices.sponsors(details.people, done_on),
    )
    found = checks.findings(
        standing.step, filling, run.taken, run.known, name=run.name, today=run.today
    )
    if refusing := [each for each in found if each.blocks]:
        raise StepRefused(refusing)
    record = ProcedureStep.objects.create(
        procedure=row,
        code=step,
        ordinal=len(standing.taken) + 1,
        done_on=done_on,
        facts=_kept(details),
        note=details.note.strip(),
        activity=details.activity,
        done_by=by,
        done_at=at,
    )
    audit.record(
        "procedure.step_taken", by=by, at=at, on=row, organization=row.organization,
        after={"title": standing.step.title, "on": done_on, "note": record.note},
    )  # fmt: skip
    after = queries.run_of(_fresh(row), run.today)
    if progress.is_finished(after.standings):
        row.finished_at = at
        row.save(update_fields=["finished_at"])
        audit.record(
            "procedure.finished", by=by, at=at, on=row, organization=row.organization,
            after={"title": row.title},
        )  # fmt: skip
    return record, found


@transaction.atomic
def undo(*, procedure: Procedure, reason: str, by: User, at: dt.datetime) -> str:
    """Take the last recorded step back and return its title; a finished run goes on.

    :raises Refused: no reason, nothing to undo, or the run was ended.
    """
    row = _locked(procedure)
    reason = one_line(reason)
    if not reason:
        raise Refused("请写明撤销的原因。")
    if row.ended_reason:
        raise Refused("这个程序已经终止。需要继续的，请重新开始一个。")
    last = row.steps.order_by("-pk").first()
    if last is None:
        raise Refused("还没有登记过步骤。")
    title = _title(row, last)
    audit.record(
        "procedure.step_undone", by=by, at=at, on=row, organization=row.organization,
        before={"title": title, "on": last.done_on}, after={"reason": reason},
    )  # fmt: skip
    last.delete()
    if row.finished_at is not None:
        row.finished_at = None
        row.save(update_fields=["finished_at"])
    return title


@transaction.atomic
def end(*, procedure: Procedure, reason: str, by: User, at: dt.datetime) -> Procedure:
    """End a run that is not carried through, with the reason.

    :raises Refused: no reason, or it is over already.
    """
    row = _locked(procedure)
    _check_open(row)
    reason = one_line(reason)
    if not reason:
        raise Refused("请写明终止的原因。")
    row.finished_at, row.ended_reason = at, reason
    row.save(update_fields=["finished_at", "ended_reason"])
    audit.record(
        "procedure.ended", by=by, at=at, on=row, organization=row.organization,
        after={"title": row.title, "reason": reason},
    )  # fmt: skip
    return row


def _locked(procedure: Procedure) -> Procedure:
    rows = Procedure.objects.select_for_update(of=("self",), no_key=True)
    return queries.with_steps(rows).get(pk=procedure.pk)


def _fresh(row: Procedure) -> Procedure:
    return queries.with_steps(Procedure.objects.all()).get(pk=row.pk)


def _check_open(row: Procedure) -> None:
    if row.finished_at is not None:
        raise Refused("这个程序已经终止。" if row.ended_reason else "这个程序已经办完。")


def _check_meeting(run: queries.Run, step: Step, activity: Activity | None) -> None:
    if activity is not None and not choices.meetings(run, step).filter(pk=activity.pk).exists():
        raise Refused("这次会议不能对应这一步：会议要已经办结、类别相符，日期不早于前一步。")


def _kept(details: StepDetails) -> dict[str, Any]:
    """Return what JSON keeps; names stay readable whatever becomes of the rows."""
    facts = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in details.facts.items()
        if value not in (None, "")
    }
    for name, members in details.people.items():
        facts[name] = [{"id": member.pk, "name": member.name} for member in members]
    return facts


def _title(row: Procedure, step: ProcedureStep) -> str:
    known = queries.find(row.code).by_code.get(step.code)
    return known.title if known else step.code
