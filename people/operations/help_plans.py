"""“2+1”帮教 for a year (practice C21): the plan, its notes and talks, the review.

Who may do so is the caller's to check; nobody handles his own. An outcome is a proposal: nobody's
standing changes by it. The audit tells the steps and their days, never who or why.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from members.models import Member
from people.models import HelpNote, HelpPlan, Talk
from people.operations import talks
from people.operations.checks import check_day, check_other
from people.queries import care, help_plans
from people.rules import help_plans as rules
from people.rules.help_plans import HelpOutcome
from people.rules.talks import TalkReason


@dataclass(frozen=True, slots=True)
class Helpers:
    """Two officials by name, and a member of the 支委会."""

    first_official: str
    second_official: str
    committee_member: Member


@transaction.atomic
def make(
    *,
    branch: Organization,
    member: Member,
    helpers: Helpers,
    reason: str,
    plan: str,
    told_on: dt.date,
    started_on: dt.date,
    by: User,
    at: dt.datetime,
) -> HelpPlan:
    """Begin to help somebody, for the months of rule P9; the person has been told.

    :raises Refused: something is missing, oneself, helped already, the same official twice, not
        of the 支委会, or days that do not fit.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    today = timezone.localdate(at)
    check_other(member, by)
    first, second = helpers.first_official.strip(), helpers.second_official.strip()
    if not (first and second and reason.strip() and plan.strip()):
        raise Refused("请写明两名帮教干部、列入原因和帮教计划。")
    if first == second:
        raise Refused("两名帮教干部不能是同一个人。")
    if helpers.committee_member.pk == member.pk:
        raise Refused("帮教的支委不能是本人。")
    if told_on > today:
        raise Refused("告知本人的日期不能晚于今天。")
    if started_on < told_on:
        raise Refused("开始日期不能早于告知本人的日期。")
    if started_on > today:
        raise Refused("开始日期不能晚于今天。")
    if HelpPlan.objects.running().filter(member=member).exists():
        raise Refused(f"{member.name}正在帮教，不用再制定计划。")
    row = HelpPlan.objects.create(
        branch=branch, member=member, first_official=first, second_official=second,
        committee_member=helpers.committee_member, reason=reason.strip(), plan=plan.strip(),
        told_on=told_on, started_on=started_on,
        ends_on=rules.ends_on(started_on, help_plans.terms(branch, started_on)),
        made_by=by, made_at=at,
    )  # fmt: skip
    _record("help_plan.made", row, by, at, {"started_on": started_on, "until": row.ends_on})
    _tell(row.member, row, "您的帮教计划已经制定，可以查看", by, at)
    _tell(helpers.committee_member, row, "请您帮教一名党员，可以查看帮教计划", by, at)
    return row


@transaction.atomic
def note(*, help_plan: HelpPlan, on: dt.date, text: str, by: User, at: dt.datetime) -> HelpNote:
    """Add what was done to help; the person reads it too.

    What was sent twice within a minute is entered once.

    :raises Refused: oneself, over already, no words, or a day that does not fit.
    """
    row = _running(help_plan, by)
    if not text.strip():
        raise Refused("请写明帮教情况。")
    check_day(on, at, first=row.started_on, why="日期不能早于帮教开始日期。")
    facts = {"help_plan": row, "on": on, "text": text.strip(), "entered_by": by}
    if twice := repeated(HelpNote.objects.filter(**facts), action="help_plan.noted", by=by, at=at):
        return twice
    made = HelpNote.objects.create(**facts, entered_at=at)
    audit.record(
        "help_plan.noted", by=by, at=at, on=made, organization=row.branch, after={"on": on}
    )
    _tell(row.member, row, "您的帮教情况有新的记录，可以查看", by, at)
    return made


@transaction.atomic
def arrange_talk(*, help_plan: HelpPlan, by: User, at: dt.datetime) -> Talk:
    """Arrange this month's talk with the 支委 who helps; one a month. Where he is no longer of the
    支委会, the branch names the talker later.

    The capability (at the very branch) is the caller's to check.

    :raises Refused: oneself, over already, or the talk cannot be arranged.
    """
    row, today = _running(help_plan, by), timezone.localdate(at)
    branch = care.branch_of(row)
    helper = help_plans.helper_of(row, branch, today)
    made = talks.arrange(
        member=row.member, reason=TalkReason.HELP, talker=helper,
        source=f"help:{row.pk}:{today:%Y-%m}", branch=branch, by=by, at=at,
    )  # fmt: skip
    _record("help_plan.talk_arranged", row, by, at, {"due_on": made.due_on})
    return made


@transaction.atomic
def end(
    *,
    help_plan: HelpPlan,
    review: str,
    outcome: HelpOutcome,
    ended_on: dt.date,
    by: User,
    at: dt.datetime,
) -> HelpPlan:
    """Review a plan that has run its time, and end it with what is proposed.

    :raises Refused: oneself, over already, too early, no words, or a day to come.
    """
    row = _running(help_plan, by)
    if not review.strip():
        raise Refused("请写明期满评议。")
    if not rules.may_end(row.ends_on, ended_on):
        last = row.ends_on
        raise Refused(f"帮教到{last.year}年{last.month}月{last.day}日期满，到那一天起才能评议。")
    check_day(ended_on, at)
    row.review, row.outcome, row.ended_on = review.strip(), outcome, ended_on
    row.save(update_fields=["review", "outcome", "ended_on"])
    _record("help_plan.ended", row, by, at, {"on": ended_on})
    _tell(row.member, row, "您的帮教已经期满评议，可以查看", by, at)
    return row


def _running(help_plan: HelpPlan, by: User) -> HelpPlan:
    row = (
        HelpPlan.objects.select_for_update(of=("self",))
        .select_related("branch", "member__user", "committee_member__user")
        .get(pk=help_plan.pk)
    )
    check_other(row.member, by)
    if row.ended_on is not None:
        raise Refused("帮教已经结束，不能再登记。")
    return row


def _record(action: str, row: HelpPlan, by: User, at: dt.datetime, after: dict[str, Any]) -> None:
    audit.record(action, by=by, at=at, on=row, organization=row.branch, after=after)


def _tell(member: Member, row: HelpPlan, text: str, by: User, at: dt.datetime) -> None:
    user = member.user
    if user is not None and user != by:
        notices.tell([user], text, url=reverse("help-plan", kwargs={"pk": row.pk}), at=at)
