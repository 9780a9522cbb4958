"""The work of a 小政委: the day's line, the week's help, the month's report and its assessment."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts
from branches.rules.periods import Period
from branches.rules.working_days import ONE_DAY
from members.models import Member
from people.models import StewardAssessment, StewardDay, StewardHelp, StewardMonth
from people.queries import steward_months, steward_work, stewards
from people.rules import stewards as rules
from people.rules.stewards import Side, StewardGrade

REPORT_FROM = ONE_DAY * 7  # so many days before it is due a month may be reported on
ONE_WEEK = ONE_DAY * 7


@transaction.atomic
def write_day(
    *,
    organization: Organization,
    member: Member,
    on: dt.date,
    text: str,
    by: User,
    at: dt.datetime,
) -> StewardDay:
    """Write down the line of a day, or change it: on the day itself and the next.

    :raises Refused: nothing written, another day, one handed in with its month, or somebody who
        is not the 小政委 there.
    """
    today = timezone.localdate(at)
    _lock(organization)
    if not text.strip():
        raise Refused("请写一句当天的跟班情况。")
    if not rules.may_be_written(on, today):
        raise Refused("只能记今天和昨天的跟班情况。")
    _check_seat(organization, member, on, by)
    _check_open(organization, member, on)
    before = steward_work.line_of(organization, member, on)
    if before is not None and before.text == text.strip():
        return before
    row, _ = StewardDay.objects.update_or_create(
        organization=organization,
        member=member,
        on=on,
        defaults={"text": text.strip(), "entered_by": by, "entered_at": at},
    )
    audit.record(
        "steward.day_written", by=by, at=at, on=row, organization=organization, after={"on": on}
    )
    return row


@transaction.atomic
def write_help(
    *,
    organization: Organization,
    member: Member,
    week_of: dt.date,
    helped: Member | None,
    helped_name: str,
    what: str,
    outcome: str,
    by: User,
    at: dt.datetime,
) -> StewardHelp:
    """Write down whom the 小政委 helped in this week or the last; a member is told of it.

    What was sent twice within a minute is entered once.

    :raises Refused: nobody or nothing named, another week, one over when its month was handed in,
        or somebody who is not the 小政委 there.
    """
    today = timezone.localdate(at)
    _lock(organization)
    name = helped.name if helped else helped_name.strip()
    facts = {
        "organization": organization, "member": member, "week_of": week_of, "helped": helped,
        "helped_name": name, "what": what.strip(),
        "outcome": outcome.strip(), "entered_by": by,
    }  # fmt: skip
    same = StewardHelp.objects.filter(**facts)
    if twice := repeated(same, action="steward.help_written", by=by, at=at):
        return twice
    this_week = rules.monday_of(today)
    if week_of not in (this_week, this_week - ONE_WEEK):
        raise Refused("只能记本周和上周的帮扶。")
    _check_seat(organization, member, today, by)
    _check_open(organization, member, rules.week_ends(week_of))
    _check_help(name, what)
    if helped is not None:
        if helped == member:
            raise Refused("帮扶对象不能是自己。")
        if not stewards.people(organization, today).filter(pk=helped.pk).exists():
            raise Refused(f"{helped.name}不在{organization.short_name}的名册上，请重新选择。")
    row = StewardHelp.objects.create(**facts, entered_at=at)
    audit.record(
        "steward.help_written", by=by, at=at, on=row, organization=organization,
        after={"week_of": week_of},
    )  # fmt: skip
    if helped is not None and helped.user is not None:
        words = f"{member.name}登记了对您的帮扶，可以看登记了什么"
        notices.tell([helped.user], words, url=reverse("my-steward"), at=at)
    return row


@transaction.atomic
def change_help(
    *, help: StewardHelp, what: str, outcome: str, by: User, at: dt.datetime
) -> StewardHelp:
    """Change what was done or add what came of it, until the week is over and its month handed in.

    :raises Refused: nothing written, handed in, or it is somebody else's.
    """
    _lock(help.organization)
    row = (
        StewardHelp.objects.select_for_update(of=("self",))
        .select_related("organization", "member")
        .get(pk=help.pk)
    )
    if row.member.user_id != by.pk:
        raise Refused("只有登记的小政委本人能修改。")
    _check_open(row.organization, row.member, rules.week_ends(row.week_of))
    _check_help(row.helped_name, what)
    row.what, row.outcome = what.strip(), outcome.strip()
    row.save(update_fields=["what", "outcome"])
    audit.record(
        "steward.help_changed", by=by, at=at, on=row, organization=row.organization,
        after={"week_of": row.week_of},
    )  # fmt: skip
    return row


@transaction.atomic
def hand_in(
    *,
    organization: Organization,
    member: Member,
    month: Period,
    remark: str,
    by: User,
    at: dt.datetime,
) -> StewardMonth:
    """Hand in the report of a month: what the records say stands from then on.

    :raises Refused: too early, handed in already, or somebody who is not the 小政委 there.
    """
    today = timezone.localdate(at)
    _lock(organization)
    _check_seat(organization, member, min(today, month.last_day), by)
    first = report_from(organization, month)
    if today < first:
        raise Refused(f"{month.label}的月汇报从 {first.month} 月 {first.day} 日起提交。")
    if steward_work.report(organization, member, month) is not None:
        raise Refused(f"{month.label}的月汇报已经提交。")
    row = StewardMonth.objects.create(
        organization=organization,
        member=member,
        month=month.first_day,
        content=steward_months.content(organization, member, month, today),
        remark=remark.strip(),
        handed_in_at=at,
        handed_in_by=by,
    )
    audit.record(
        "steward.reported", by=by, at=at, on=row, organization=organization,
        after={"period": str(month)},
    )  # fmt: skip
    committee = set(posts.committee(stewards.branch_of(organization), today))
    told = sorted((committee | set(steward_work.team(row, today))) - {by}, key=lambda user: user.pk)
    words = f"{member.name}提交了{month.label}月汇报，请评价"
    notices.tell(told, words, url=reverse("steward-month", kwargs={"pk": row.pk}), at=at)
    return row


def report_from(organization: Organization, month: Period) -> dt.date:
    """Return from when a month may be reported on (three queries)."""
    terms = stewards.terms(organization, month.last_day)
    calendar = stewards.calendar_of(month)
    return rules.report_due(month, calendar, terms) - REPORT_FROM


@transaction.atomic
def assess(
    *,
    report: StewardMonth,
    side: Side,
    grade: StewardGrade,
    advice: str,
    by: User,
    at: dt.datetime,
) -> StewardAssessment:
    """Write down what the team or the branch says of a report.

    A later one of the same side corrects the earlier, which stays on record. What was sent
    twice within a minute is entered once.

    :raises Refused: of one's own report, by somebody who may not, or without the advice that
        the grade calls for.
    """
    locked = (
        StewardMonth.objects.select_for_update(of=("self",))
        .select_related("organization__parent", "member__user")
        .get(pk=report.pk)
    )
    facts = {
        "report": locked, "side": side, "grade": grade, "advice": advice.strip(), "made_by": by,
    }  # fmt: skip
    same = StewardAssessment.objects.filter(**facts)
    if twice := repeated(same, action="steward.assessed", by=by, at=at):
        return twice
    if locked.member.user_id == by.pk:
        raise Refused("不能评价自己的月汇报。")
    if side is Side.TEAM and not steward_work.may_speak_for_team(
        locked, by, timezone.localdate(at)
    ):
        raise Refused("班组评价由党小组长登记；组长本人是小政委的，由组内其他党员登记。")
    if rules.needs_advice(grade) and not advice.strip():
        raise Refused("评价为“一般”或“差”的，请写明改进要求。")
    row = StewardAssessment.objects.create(**facts, made_at=at)
    audit.record(
        "steward.assessed", by=by, at=at, on=row, organization=locked.organization,
        after={
            "person": locked.member.name, "period": str(Period(locked.month)),
            "steward_side": side, "steward_grade": grade,
        },
    )  # fmt: skip
    user = locked.member.user
    if user is not None:
        words = f"您的{Period(locked.month).label}月汇报有了{row.get_side_display()}"
        url = reverse("steward-month", kwargs={"pk": locked.pk})
        notices.tell([user], words, url=url, at=at)
    return row


def _check_seat(organization: Organization, member: Member, on: dt.date, by: User) -> None:
    seat = stewards.of(organization, on)
    if seat.member != member or member.user_id != by.pk:
        raise Refused(f"您不是{organization.short_name}的小政委，不能登记。")


def _lock(organization: Organization) -> None:
    """Hold the group: what is written down and what is handed in do not pass each other."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _check_open(organization: Organization, member: Member, on: dt.date) -> None:
    month = Period.containing(on)
    report = steward_work.report(organization, member, month)
    if report is not None and on <= timezone.localdate(report.handed_in_at):
        raise Refused(f"{month.label}的月汇报已经提交，提交以前的记录不能再改。")


def _check_help(helped_name: str, what: str) -> None:
    if not helped_name:
        raise Refused("请选择或者填写帮扶对象。")
    if not what.strip():
        raise Refused("请写明帮扶了什么。")
