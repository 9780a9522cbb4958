"""Asking that a mistake made in trying something be borne with (容错, practice C17).

The member asks; somebody strictly above investigates; somebody else there decides; the member is
told. The audit tells the steps and their days, never who or what about.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import User
from branches.queries import posts, working_calendar
from branches.rules.roles import Capability
from members.models import Member
from people.models import Tolerance
from people.operations.checks import check_day, check_other
from people.queries import care, talks, tolerances
from people.rules import tolerances as rules
from people.rules.tolerances import DECIDED, TOLERANCE, ToleranceState, ToleranceStep


@transaction.atomic
def ask(*, member: Member, matter: str, by: User, at: dt.datetime) -> Tolerance:
    """Ask for oneself; it is decided within the working days of rule P8, today not counted.

    What was sent twice within a minute is entered once.

    :raises Refused: for somebody else, no words, on no roll, or nobody above the branch.
    """
    today = timezone.localdate(at)
    if member.user_id != by.pk:
        raise Refused("容错由本人申请。")
    if not matter.strip():
        raise Refused("请写明申请事项。")
    branch = talks.branch_of(member, today)
    if branch is None:
        raise Refused("您现在不在党员名册上，不能申请。")
    if branch.parent is None:
        raise Refused("本支部没有上级党组织，请直接向支部书记反映。")
    terms = tolerances.terms(branch, today)
    facts = {"branch": branch, "member": member, "matter": matter.strip(), "asked_on": today}
    same = Tolerance.objects.filter(**facts, state=ToleranceState.ASKED)
    if twice := repeated(same, action="tolerance.asked", by=by, at=at):
        return twice
    row = Tolerance.objects.create(
        **facts, due_on=rules.due_on(today, working_calendar.around(today), terms),
        asked_by=by, asked_at=at,
    )  # fmt: skip
    _record("tolerance.asked", row, by, at, {"due_on": row.due_on})
    users = posts.holders(Capability.REVIEW_PEOPLE, branch.parent, today).exclude(pk=by.pk)
    text = f"{branch.short_name}有一份容错申请，请核实"
    notices.tell_many(users, text, url=_url(row), at=at)
    return row


@transaction.atomic
def withdraw(*, tolerance: Tolerance, by: User, at: dt.datetime) -> Tolerance:
    """Take one's application back, as long as nobody has investigated.

    :raises Refused: somebody else's.
    :raises StepNotAllowed: it was investigated, or is over.
    """
    row = _locked(tolerance)
    row.state = TOLERANCE.after(ToleranceState(row.state), ToleranceStep.WITHDRAW)
    if row.member.user_id != by.pk:
        raise Refused("只能撤回自己的申请。")
    row.save(update_fields=["state"])
    _record("tolerance.withdrawn", row, by, at, {"on": timezone.localdate(at)})
    return row


@transaction.atomic
def investigate(
    *, tolerance: Tolerance, finding: str, investigated_on: dt.date, by: User, at: dt.datetime
) -> Tolerance:
    """Write down what was found.

    :raises Refused: one's own, no words, or a day that does not fit.
    :raises StepNotAllowed: it does not wait for it.
    """
    row = _locked(tolerance)
    row.state = TOLERANCE.after(ToleranceState(row.state), ToleranceStep.INVESTIGATE)
    check_other(row.member, by)
    if not finding.strip():
        raise Refused("请写明核实情况。")
    check_day(investigated_on, at, first=row.asked_on, why="核实日期不能早于申请日期。")
    row.finding, row.investigated_on, row.investigated_by = finding.strip(), investigated_on, by
    row.save(update_fields=["state", "finding", "investigated_on", "investigated_by"])
    _record("tolerance.investigated", row, by, at, {"on": investigated_on})
    _tell_person(row, "您的容错申请已经核实，等上级决定", by, at)
    return row


@transaction.atomic
def decide(
    *,
    tolerance: Tolerance,
    is_granted: bool,
    decision: str,
    decided_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Tolerance:
    """Decide, with the reasons; somebody else than who investigated.

    :raises Refused: one's own, by who investigated, no words, or a day that does not fit.
    :raises StepNotAllowed: it was not investigated, or is over.
    """
    row = _locked(tolerance)
    step = ToleranceStep.GRANT if is_granted else ToleranceStep.REFUSE
    row.state = TOLERANCE.after(ToleranceState(row.state), step)
    check_other(row.member, by)
    if row.investigated_by_id == by.pk:
        raise Refused("这份申请是您核实的，请由另一位负责人决定。")
    if not decision.strip():
        raise Refused("请写明决定理由。")
    assert row.investigated_on is not None
    check_day(decided_on, at, first=row.investigated_on, why="决定日期不能早于核实日期。")
    row.decision, row.decided_on, row.decided_by = decision.strip(), decided_on, by
    row.save(update_fields=["state", "decision", "decided_on", "decided_by"])
    _record(
        "tolerance.granted" if is_granted else "tolerance.refused", row, by, at,
        {"on": decided_on},
    )  # fmt: skip
    _tell_person(row, "您的容错申请已有决定，可以查看", by, at)
    keepers = posts.holders(Capability.ARRANGE_TALKS, care.branch_of(row), timezone.localdate(at))
    others = keepers.exclude(pk__in=[by.pk, row.member.user_id or by.pk])
    notices.tell_many(others, "一份容错申请已有决定，请反馈本人", url=_url(row), at=at)
    return row


@transaction.atomic
def feed_back(
    *, tolerance: Tolerance, fed_back_on: dt.date, by: User, at: dt.datetime
) -> Tolerance:
    """Write down that the member was told in person.

    :raises Refused: one's own, not decided, told already, or a day that does not fit.
    """
    row = _locked(tolerance)
    check_other(row.member, by)
    if row.state not in DECIDED or row.decided_on is None:
        raise Refused("还没有决定，不能反馈。")
    if row.fed_back_on is not None:
        raise Refused("已经登记过反馈，不用再登记。")
    check_day(fed_back_on, at, first=row.decided_on, why="反馈日期不能早于决定日期。")
    row.fed_back_on = fed_back_on
    row.save(update_fields=["fed_back_on"])
    _record("tolerance.fed_back", row, by, at, {"on": fed_back_on})
    return row


def _locked(tolerance: Tolerance) -> Tolerance:
    return (
        Tolerance.objects.select_for_update(of=("self",))
        .select_related("branch", "member__user")
        .get(pk=tolerance.pk)
    )


def _record(action: str, row: Tolerance, by: User, at: dt.datetime, after: dict[str, Any]) -> None:
    audit.record(action, by=by, at=at, on=row, organization=row.branch, after=after)


def _url(row: Tolerance) -> str:
    return reverse("tolerance", kwargs={"pk": row.pk})


def _tell_person(row: Tolerance, text: str, by: User, at: dt.datetime) -> None:
    user = row.member.user
    if user is not None and user != by:
        notices.tell([user], text, url=_url(row), at=at)
