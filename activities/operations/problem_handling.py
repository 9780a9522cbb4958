"""Handling an open problem: what was done, how grave it is, and passing it to whoever is above."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from activities.models import Problem
from activities.operations import problem_course as course
from activities.operations.refusals import Refused
from activities.queries import problem_clocks
from activities.rules.supervision import ProblemAct, Severity
from activities.wording import supervision as wording
from branches import audit
from branches.models import Organization, User
from branches.queries import organizations
from branches.templatetags import formats


@transaction.atomic
def report(*, problem: Problem, text: str, on: dt.date, by: User, at: dt.datetime) -> Problem:
    """Write down what was done about a problem on a day.

    What is sent twice within a minute is entered once.

    :raises Refused: it is closed, nothing is said, or the day does not fit.
    """
    row = course.held(problem)
    course.check_open(row)
    if not text.strip():
        raise Refused("请写明做了什么、进展怎样。")
    course.day_of("办理日期", on, not_before=row.raised_on, at=at)
    just_now = at - dt.timedelta(minutes=1)
    same = row.steps.filter(
        step=ProblemAct.PROGRESS, text=text.strip(), made_on=on, made_by=by, made_at__gt=just_now
    )
    if same.exists():
        return row
    course.write(row, ProblemAct.PROGRESS, text.strip(), on=on, by=by, at=at)
    audit.record(
        "problem.reported", by=by, at=at, on=row, organization=row.organization,
        after={"happened_on": on, "progress": text.strip()},
    )  # fmt: skip
    return row


@transaction.atomic
def escalate(*, problem: Problem, reason: str, by: User, at: dt.datetime) -> Problem:
    """Pass an open problem to the organisation above, into its library.

    Nobody answers for it there yet, and its clock begins anew: whoever gets it late is not late.
    The course keeps the former deadline.

    :raises Refused: it is closed, no reason is given, or there is nothing above.
    """
    row = course.held(problem)
    course.check_open(row)
    if not reason.strip():
        raise Refused("请写明为什么要提交上一级。")
    above = row.organization.parent
    if above is None:
        raise Refused("上面没有党组织了，请在本级办理。")
    below = row.organization
    former = f"（原期限 {formats.day(row.due_on)}）" if row.due_on else ""
    text = f"{below.short_name}提交{above.short_name}{former}：{reason.strip()}"
    _hand_over(row, above, Severity(row.severity), at)
    course.write(row, ProblemAct.ESCALATED, text, by=by, at=at)
    audit.record(
        "problem.escalated", by=by, at=at, on=row, organization=above,
        before={"organization": below.code},
        after={"organization": above.code, "due_on": row.due_on, "reason": reason.strip()},
    )  # fmt: skip
    words = f"{below.short_name}提交问题：{row.text}"
    course.tell_keepers([above], words, row=row, by=by, at=at)
    return row


@transaction.atomic
def set_severity(
    *, problem: Problem, severity: Severity, reason: str, by: User, at: dt.datetime
) -> Problem:
    """Say that an open problem is graver, or less grave, than was thought.

    Its clock runs from today. An urgent one goes to the nearest committee at once and everybody
    between is told; one that is no longer urgent stays where it is.

    :raises Refused: it is closed, nothing changes, or no reason is given.
    """
    row = course.held(problem)
    course.check_open(row)
    if severity == row.severity:
        raise Refused(f"这条问题已经是“{wording.SEVERITIES[severity]}”。")
    if not reason.strip():
        raise Refused("请写明调整程度的原因。")
    before, below = Severity(row.severity), row.organization
    is_urgent = severity is Severity.URGENT
    handler = problem_clocks.top(below) if is_urgent else below
    row.severity = severity
    _hand_over(row, handler, severity, at)
    row.save(update_fields=["severity"])
    text = f"{wording.SEVERITIES[before]}改为{wording.SEVERITIES[severity]}：{reason.strip()}"
    course.write(row, ProblemAct.SEVERITY, text, by=by, at=at)
    if handler != below:
        words = f"急难问题，由{below.short_name}直接提交{handler.short_name}办理"
        course.write(row, ProblemAct.ESCALATED, words, by=by, at=at)
    if is_urgent:
        line = [*organizations.ancestors(below), below]
        told = [each for each in line if each.path.startswith(handler.path)]
        course.tell_keepers(told, f"急难问题，立即办理：{row.text}", row=row, by=by, at=at)
    audit.record(
        "problem.severity_set", by=by, at=at, on=row, organization=row.organization,
        before={"severity": wording.SEVERITIES[before]},
        after={
            "severity": wording.SEVERITIES[severity], "due_on": row.due_on,
            "reason": reason.strip(),
        },
    )  # fmt: skip
    return row


def _hand_over(row: Problem, place: Organization, severity: Severity, at: dt.datetime) -> None:
    """Have an organisation handle the problem from today on; only its own people answer for it,
    and what was missed before it came to them is not theirs.
    """
    clock = problem_clocks.clock(place, severity, timezone.localdate(at))
    course.set_due(row, clock.due_on, at)
    row.start_on = clock.start_on
    if place != row.organization:
        row.origin = row.origin or row.organization
        row.owner = row.missed_on = None
    row.organization, row.library = place, problem_clocks.library(place)
    row.save(
        update_fields=[
            "organization", "origin", "owner", "library", "due_on", "missed_on", "start_on"
        ]
    )  # fmt: skip
