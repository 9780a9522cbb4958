"""Keeping the problem list: raise, change, close (销号), open again, take away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, Problem
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.rules import progress
from activities.rules.progress import State, Step
from branches import audit, notices
from branches.models import Organization, User
from members.models import Member

_FACTS = ("whose", "text", "measures", "owner", "due_on")


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """A problem: whose it is (支部班子 or a name), what it is, and how it is put right."""

    whose: str
    text: str
    measures: str = ""
    owner: Member | None = None
    due_on: dt.date | None = None


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

    What was sent twice within a minute is entered once.

    :raises Refused: something is missing, or the deadline lies before the day it is raised.
    :raises StepNotAllowed: the record of the meeting is closed or cancelled.
    """
    raised_on = timezone.localdate(at)
    if activity is not None:
        _check_record(locked(activity))
        raised_on = min(activity.held_on, raised_on)
    _check(details, raised_on)
    facts = {
        "organization": organization, "activity": activity, "raised_on": raised_on,
        "raised_by": by, **{name: getattr(details, name) for name in _FACTS},
    }  # fmt: skip
    same = Problem.objects.filter(closed_on=None, **facts)
    if twice := repeated(same, action="problem.added", by=by, at=at):
        return twice
    problem = Problem.objects.create(**facts)
    audit.record(
        "problem.added", by=by, at=at, on=problem, organization=organization, after=_facts(problem)
    )
    _tell(problem, by, at)
    return problem


@transaction.atomic
def change(*, problem: Problem, details: ProblemDetails, by: User, at: dt.datetime) -> Problem:
    """Change an open problem. Once its meeting is closed, whose it is and what it is stand as
    the minutes say; measures, owner and deadline go on to be settled.

    :raises Refused: it is closed, something is missing, or what stands would be changed.
    """
    row = _locked(problem)
    _check_open(row)
    _check(details, row.raised_on)
    if is_fixed(row) and (details.whose, details.text) != (row.whose, row.text):
        raise Refused("会议记录已经办结，问题和问题主体不能再改。要改，请先把会议记录退回更正。")
    before, owner_id = _facts(row), row.owner_id
    for name in _FACTS:
        setattr(row, name, getattr(details, name))
    row.save(update_fields=_FACTS)
    after = _facts(row)
    changed = [name for name in after if after[name] != before[name]]
    audit.record(
        "problem.changed", by=by, at=at, on=row, organization=row.organization,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )  # fmt: skip
    if row.owner_id != owner_id:
        _tell(row, by, at)
    return row


@transaction.atomic
def close(
    *, problem: Problem, closed_on: dt.date, outcome: str, by: User, at: dt.datetime
) -> Problem:
    """Close a problem (销号) with what came of it.

    :raises Refused: it is closed already, no outcome is given, or the day does not fit.
    """
    row = _locked(problem)
    _check_open(row)
    if not outcome.strip():
        raise Refused("请写明整改结果。")
    if closed_on < row.raised_on:
        raise Refused("销号日期不能早于提出日期。")
    if closed_on > timezone.localdate(at):
        raise Refused("销号日期不能晚于今天。")
    row.closed_on, row.outcome = closed_on, outcome.strip()
    row.save(update_fields=["closed_on", "outcome"])
    audit.record(
        "problem.closed", by=by, at=at, on=row, organization=row.organization,
        after={"closed_on": closed_on, "outcome": row.outcome},
    )  # fmt: skip
    return row


@transaction.atomic
def reopen(*, problem: Problem, reason: str, by: User, at: dt.datetime) -> Problem:
    """Open a closed problem again; what was said of its outcome stays in the audit.

    :raises Refused: it is not closed, or no reason is given.
    """
    row = _locked(problem)
    if row.closed_on is None:
        raise Refused("这条问题还没有销号。")
    if not reason.strip():
        raise Refused("请写明恢复整改的原因。")
    before = {"closed_on": row.closed_on, "outcome": row.outcome}
    row.closed_on, row.outcome = None, ""
    row.save(update_fields=["closed_on", "outcome"])
    audit.record(
        "problem.reopened", by=by, at=at, on=row, organization=row.organization,
        before=before, after={"reason": reason.strip()},
    )  # fmt: skip
    return row


@transaction.atomic
def remove(*, problem: Problem, by: User, at: dt.datetime) -> None:
    """Take a problem off the list of a meeting whose record is still open.

    :raises Refused: it was raised without a meeting; such a one is closed with its outcome.
    :raises StepNotAllowed: the record of the meeting is closed or cancelled.
    """
    row = _locked(problem)
    if row.activity is None:
        raise Refused("请写明结果后销号，不要删除。")
    _check_open(row)
    _check_record(row.activity)
    audit.record(
        "problem.removed", by=by, at=at, on=row, organization=row.organization, before=_facts(row)
    )
    row.delete()


def is_fixed(problem: Problem) -> bool:
    """Return whether the minutes of its meeting stand, and with them what the problem is."""
    return problem.activity is not None and not problem.activity.may_be_edited


def _check_record(row: Activity) -> None:
    progress.ACTIVITY.after(State(row.state), Step.EDIT)


def _locked(problem: Problem) -> Problem:
    """Return the row as it stands, its meeting's record held first: whoever closes the record
    takes the locks in the same order.
    """
    if problem.activity is not None:
        locked(problem.activity)
    return (
        Problem.objects.select_for_update(of=("self",))
        .select_related("organization", "activity", "owner")
        .get(pk=problem.pk)
    )


def _check_open(row: Problem) -> None:
    if row.closed_on is not None:
        raise Refused("这条问题已经销号。要改，请先恢复整改。")


def _check(details: ProblemDetails, raised_on: dt.date) -> None:
    if not details.whose.strip() or not details.text.strip():
        raise Refused("请写明是谁的问题、什么问题。")
    if details.due_on is not None and details.due_on < raised_on:
        raise Refused("整改期限不能早于提出日期。")


def _tell(row: Problem, by: User, at: dt.datetime) -> None:
    """Tell the owner, unless it is he himself who wrote it down."""
    user = row.owner.user if row.owner else None
    if user is not None and user != by:
        notices.tell([user], f"由您负责整改：{row.text}", url=reverse("my-problems"), at=at)


def _facts(row: Problem) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(row, name) for name in _FACTS}
    return facts | {"owner": row.owner.name if row.owner else ""}
