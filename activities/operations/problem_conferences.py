"""三方会议: the three sides go through the problems nobody answers for, or that are overdue, and
name one first responsible and a deadline for each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from activities.models import Problem, ProblemConference
from activities.operations import problem_course as course
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.rules.supervision import ProblemAct
from branches import audit
from branches.models import Organization, User
from branches.templatetags import formats
from members.models import Member


@dataclass(frozen=True, slots=True)
class Assignment:
    problem: Problem
    owner: Member
    due_on: dt.date


@transaction.atomic
def hold(
    *,
    organization: Organization,
    held_on: dt.date,
    present: str,
    summary: str = "",
    assignments: Sequence[Assignment],
    by: User,
    at: dt.datetime,
) -> ProblemConference:
    """Keep a 三方会议 and have each of its problems answered for by one person by a day.

    What is sent twice within a minute is entered once.

    :raises Refused: nobody was present, nothing was assigned, a problem is closed or handled
        elsewhere, a deadline lies before the meeting, or the day has not come.
    """
    if not present.strip():
        raise Refused("请写明参加的三方。")
    if not assignments:
        raise Refused("请至少给一条问题定第一责任人和期限。")
    if held_on > timezone.localdate(at):
        raise Refused("会议日期不能晚于今天。")
    facts = {
        "organization": organization, "held_on": held_on, "present": present.strip(),
        "summary": summary.strip(), "made_by": by,
    }  # fmt: skip
    same = ProblemConference.objects.filter(**facts)
    if twice := repeated(same, action="problem.conference", by=by, at=at):
        return twice
    made = ProblemConference.objects.create(**facts, made_at=at)
    # In one order, so that two conferences at once do not wait for each other.
    for each in sorted(assignments, key=lambda each: each.problem.pk):
        _assign(each, organization, held_on, by, at)
    made.problems.set([each.problem for each in assignments])
    audit.record(
        "problem.conference", by=by, at=at, on=made, organization=organization,
        after={"happened_on": held_on, "present": made.present, "rows": len(assignments)},
    )  # fmt: skip
    return made


def _assign(
    each: Assignment, organization: Organization, held_on: dt.date, by: User, at: dt.datetime
) -> None:
    row = course.held(each.problem)
    course.check_open(row)
    if not row.organization.path.startswith(organization.path):
        raise Refused("有的问题已经不由本单位办理，请刷新页面再填。")
    if each.due_on < held_on:
        raise Refused(f"“{row.text[:20]}”的期限不能早于会议日期。")
    if each.due_on < row.raised_on:
        raise Refused(f"“{row.text[:20]}”的期限不能早于提出日期。")
    before, was = row.owner_id, row.due_on
    row.owner = each.owner
    course.set_due(row, each.due_on, at)
    row.save(update_fields=["owner", "due_on", "missed_on"])
    text = f"三方会议明确第一责任人{each.owner.name}，{formats.day(each.due_on)}前办结"
    course.write(row, ProblemAct.ASSIGNED, text, on=max(held_on, row.raised_on), by=by, at=at)
    audit.record(
        "problem.assigned", by=by, at=at, on=row, organization=row.organization,
        before={"due_on": was}, after={"owner": each.owner.name, "due_on": each.due_on},
    )  # fmt: skip
    if before != each.owner.pk:
        course.tell_owner(row, by, at)
