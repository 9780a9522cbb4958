"""Keeping the problem list: raise, change, close (销号), open again, take away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from activities.models import Activity, Problem
from activities.models.problem import TEXT_LIMIT, WHOSE_LIMIT
from activities.operations import problem_course as course
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.queries import problem_clocks
from activities.rules import progress
from activities.rules.progress import State, Step
from activities.rules.supervision import ONCE, PERSONAL, ProblemAct, Severity, Source
from branches import audit
from branches.models import Organization, User
from branches.queries import organizations
from members.models import Member

_FACTS = ("whose", "text", "measures", "owner", "due_on")
# What a problem has once it is closed, and what stands there while it is open.
_OF_THE_END = {
    "closed_on": None, "outcome": "", "satisfaction": "", "satisfaction_on": None,
    "satisfaction_note": "", "look_back_due_on": None, "looked_back_on": None, "look_back": "",
    "case_title": "", "case_text": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """A problem: whose it is (支部班子 or a name), what it is, and how it is put right.

    With a ``severity`` its clock (rule L3) sets the deadline where none is given; None leaves
    the deadline open, to be settled by people.
    """

    whose: str
    text: str
    measures: str = ""
    owner: Member | None = None
    due_on: dt.date | None = None
    severity: Severity | None = None


@transaction.atomic
def add(
    *,
    organization: Organization,
    details: ProblemDetails,
    activity: Activity | None = None,
    by: User,
    at: dt.datetime,
) -> Problem:
    """Raise a problem: at a meeting whose record is open, or without one.

    What was sent twice within a minute is entered once. An urgent one goes to the nearest
    committee above at once; everybody between is told.

    :raises Refused: something is missing, or the deadline lies before the day it is raised.
    :raises StepNotAllowed: the record of the meeting is closed or cancelled.
    """
    raised_on = timezone.localdate(at)
    if activity is not None:
        _check_record(locked(activity))
        raised_on = min(activity.held_on, raised_on)
    _check(details, raised_on)
    facts = {
        "activity": activity, "raised_on": raised_on, "raised_by": by,
        "source": Source.MEETING if activity else Source.DIRECT,
        "whose": details.whose, "text": details.text, "measures": details.measures,
        "owner": details.owner,
    }  # fmt: skip
    return _raise(organization, details, facts, by, at)


@transaction.atomic
def raise_from(
    *,
    source: Source,
    source_id: int | None,
    organization: Organization,
    text: str,
    whose: str,
    asker: Member | None = None,
    asker_name: str = "",
    severity: Severity = Severity.ORDINARY,
    origin: Organization | None = None,
    measures: str = "",
    owner: Member | None = None,
    due_on: dt.date | None = None,
    by: User,
    at: dt.datetime,
) -> Problem:
    """Raise a problem from a record that is kept already, in its own words.

    A visit and a result of a rating have one problem each: asked for again, the first is
    returned. Of any other record what was sent twice within a minute is entered once. The
    deadline follows the severity's clock (rule L3) unless ``due_on`` is given.

    :param source_id: the key of the record: for RATING of the consequence; None where a member
        raises it directly (DIRECT).
    :param organization: who handles it, or for an urgent one whose committee does.
    :param asker: who raised it, if a member; with an account asked for satisfaction later.
    :param origin: where it was raised, if not with ``organization``.
    :raises Refused: something is missing, or the deadline lies before today.
    """
    if source in ONCE and (known := _known(source, source_id)):
        return known
    raised_on = timezone.localdate(at)
    details = ProblemDetails(
        whose=whose.strip(), text=text.strip(), measures=measures.strip(), owner=owner,
        due_on=due_on, severity=severity,
    )  # fmt: skip
    _check(details, raised_on)
    facts = {
        "source": source, "source_id": source_id, "origin": origin or organization,
        "raised_on": raised_on, "raised_by": by, "asker": asker,
        "asker_name": asker_name.strip() or (asker.name if asker else ""),
        "whose": details.whose, "text": details.text, "measures": details.measures,
        "owner": details.owner,
    }  # fmt: skip
    try:
        with transaction.atomic():
            return _raise(organization, details, facts, by, at)
    except IntegrityError:
        # Somebody else raised it in the very same moment.
        if source in ONCE and (known := _known(source, source_id)):
            return known
        raise


def _raise(
    organization: Organization,
    details: ProblemDetails,
    facts: dict[str, Any],
    by: User,
    at: dt.datetime,
) -> Problem:
    severity = details.severity or Severity.ORDINARY
    is_urgent = severity is Severity.URGENT
    handler = problem_clocks.top(organization) if is_urgent else organization
    clock = problem_clocks.clock(handler, severity, facts["raised_on"])
    due_on = details.due_on
    if due_on is None and details.severity is not None:
        due_on = clock.due_on
    facts = {"origin": organization, **facts} | {
        "organization": handler, "severity": severity, "due_on": due_on,
        "start_on": clock.start_on, "library": problem_clocks.library(handler),
    }  # fmt: skip
    if handler != organization:
        facts["owner"] = None
    same = Problem.objects.filter(closed_on=None, **facts)
    if twice := repeated(same, action="problem.added", by=by, at=at):
        return twice
    problem = Problem.objects.create(**facts)
    audit.record(
        "problem.added", by=by, at=at, on=problem, organization=handler, after=_told(problem)
    )
    course.write(problem, ProblemAct.RAISED, on=problem.raised_on, by=by, at=at)
    course.tell_owner(problem, by, at)
    if handler != organization:
        text = f"急难问题，由{organization.short_name}直接提交{handler.short_name}办理"
        course.write(problem, ProblemAct.ESCALATED, text, by=by, at=at)
    if is_urgent:
        line = [*organizations.ancestors(organization), organization]
        told = [each for each in line if each.path.startswith(handler.path)]
        words = f"急难问题，立即办理：{problem.text}"
        course.tell_keepers(told, words, row=problem, by=by, at=at)
    return problem


def _known(source: Source, source_id: int | None) -> Problem | None:
    rows = Problem.objects.select_related("organization", "activity", "owner")
    return rows.filter(source=source, source_id=source_id).first()


@transaction.atomic
def change(*, problem: Problem, details: ProblemDetails, by: User, at: dt.datetime) -> Problem:
    """Change an open problem. Once its meeting is closed, whose it is and what it is stand as
    the minutes say; measures, owner and deadline go on to be settled.

    :raises Refused: it is closed, something is missing, or what stands would be changed.
    """
    row = course.held(problem)
    course.check_open(row)
    _check(details, row.raised_on)
    if is_fixed(row) and (details.whose, details.text) != (row.whose, row.text):
        raise Refused("会议记录已经办结，问题和问题主体不能再改。要改，请先把会议记录退回更正。")
    before, owner_id = _facts(row), row.owner_id
    course.set_due(row, details.due_on, at)
    for name in _FACTS:
        setattr(row, name, getattr(details, name))
    row.save(update_fields=[*_FACTS, "missed_on"])
    after = _facts(row)
    changed = [name for name in after if after[name] != before[name]]
    audit.record(
        "problem.changed", by=by, at=at, on=row, organization=row.organization,
        before={name: before[name] for name in changed if name in _told(row)},
        after={name: after[name] for name in changed if name in _told(row)},
    )  # fmt: skip
    if row.owner_id != owner_id:
        name = row.owner.name if row.owner else "暂时没有"
        course.write(row, ProblemAct.ASSIGNED, f"第一责任人：{name}", by=by, at=at)
        course.tell_owner(row, by, at)
    elif changed:
        course.write(row, ProblemAct.CHANGED, course.in_words(changed, row), by=by, at=at)
    return row


@transaction.atomic
def close(
    *, problem: Problem, closed_on: dt.date, outcome: str, by: User, at: dt.datetime
) -> Problem:
    """Close a problem (销号) with what came of it.

    :raises Refused: it is closed already, ``by`` answers for it himself, no outcome is given, or
        the day does not fit.
    """
    row = course.held(problem)
    course.check_open(row)
    if course.is_owned_by(row, by):
        raise Refused(f"您是第一责任人，不能给自己销号。{course.OTHERS_CLOSE}")
    if not outcome.strip():
        raise Refused("请写明整改结果。")
    if closed_on < row.raised_on:
        raise Refused("销号日期不能早于提出日期。")
    if closed_on > timezone.localdate(at):
        raise Refused("销号日期不能晚于今天。")
    row.closed_on, row.outcome = closed_on, outcome.strip()
    terms = problem_clocks.terms(row.organization, closed_on)
    row.look_back_due_on = closed_on + dt.timedelta(days=terms.look_back)
    row.save(update_fields=["closed_on", "outcome", "look_back_due_on"])
    audit.record(
        "problem.closed", by=by, at=at, on=row, organization=row.organization,
        after={"closed_on": closed_on, "outcome": row.outcome},
    )  # fmt: skip
    course.write(row, ProblemAct.CLOSED, row.outcome, on=closed_on, by=by, at=at)
    course.ask(row, by, at)
    return row


@transaction.atomic
def reopen(*, problem: Problem, reason: str, by: User, at: dt.datetime) -> Problem:
    """Open a closed problem again. Its outcome, what the person who raised it said and the look
    back are taken off the row; the course and the audit keep them.

    :raises Refused: it is not closed, or no reason is given.
    """
    row = course.held(problem)
    if row.closed_on is None:
        raise Refused("这条问题还没有销号。")
    if not reason.strip():
        raise Refused("请写明恢复整改的原因。")
    before = {"closed_on": row.closed_on, "outcome": row.outcome}
    for name, empty in _OF_THE_END.items():
        setattr(row, name, empty)
    row.save(update_fields=list(_OF_THE_END))
    audit.record(
        "problem.reopened", by=by, at=at, on=row, organization=row.organization,
        before=before, after={"reason": reason.strip()},
    )  # fmt: skip
    course.write(row, ProblemAct.REOPENED, reason.strip(), by=by, at=at)
    course.tell_owner(row, by, at)
    return row


@transaction.atomic
def remove(*, problem: Problem, by: User, at: dt.datetime) -> None:
    """Take a problem off the list of a meeting whose record is still open.

    :raises Refused: it was raised without a meeting, or others have dealt with it already; such
        a one is closed with its outcome.
    :raises StepNotAllowed: the record of the meeting is closed or cancelled.
    """
    row = course.held(problem)
    if row.activity is None:
        raise Refused("请写明结果后销号，不要删除。")
    course.check_open(row)
    _check_record(row.activity)
    if others := course.dealt_with(row):
        raise Refused(f"这条问题已经{others}，不能删除。请写明结果后销号。")
    audit.record(
        "problem.removed", by=by, at=at, on=row, organization=row.organization, before=_told(row)
    )
    row.delete()


def is_fixed(problem: Problem) -> bool:
    """Return whether the minutes of its meeting stand, and with them what the problem is."""
    return problem.activity is not None and not problem.activity.may_be_edited


def _check_record(row: Activity) -> None:
    progress.ACTIVITY.after(State(row.state), Step.EDIT)


def _check(details: ProblemDetails, raised_on: dt.date) -> None:
    if not details.whose.strip() or not details.text.strip():
        raise Refused("请写明是谁的问题、什么问题。")
    if len(details.whose) > WHOSE_LIMIT or len(details.text) > TEXT_LIMIT:
        raise Refused(f"问题主体最多 {WHOSE_LIMIT} 个字，问题最多 {TEXT_LIMIT} 个字，请删减。")
    if details.due_on is not None and details.due_on < raised_on:
        raise Refused("整改期限不能早于提出日期。")


def _facts(row: Problem) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(row, name) for name in _FACTS}
    return facts | {"owner": row.owner.name if row.owner else ""}


def _told(row: Problem) -> dict[str, Any]:
    """Return the facts for the audit, which others read than those who read the record."""
    hidden = ("whose", "text") if row.source in PERSONAL else ()
    return {name: value for name, value in _facts(row).items() if name not in hidden}
