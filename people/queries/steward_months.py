"""The 月汇报 of a 小政委: made from the month's records of the group, kept as it was handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from activities.models import Activity, Attendance, Problem
from activities.queries.documents import RecordDocument
from activities.rules.attendance import ATTENDED, attendance_rate
from activities.rules.kinds import ActivityKind
from branches.models import Organization
from branches.rules.periods import Period
from branches.templatetags import formats
from members.models import Member
from people.models import Contact, Idea, StewardHelp, StewardMonth
from people.queries import steward_work, stewards
from people.rules.ideas import ADOPTED
from people.rules.stewards import Side
from people.wording import stewards as wording

Facts = tuple[tuple[str, str], ...]
Parts = tuple[tuple[str, tuple[str, ...]], ...]
_TITLE = "小政委月汇报"
_LINES, _HELPS, _MEETINGS = "日跟班情况", "周帮扶情况", "组织生活情况"
_REMARK = "补充说明"


def content(
    organization: Organization, member: Member, month: Period, until: dt.date
) -> dict[str, Any]:
    """Return what the records say of a month up to a day, as a report keeps it (ten queries)."""
    last = min(month.last_day, until)
    days = steward_work.days(organization, member, month, last)
    helps = list(steward_work.helps(organization, member, month).order_by("week_of", "pk"))
    meetings = _meetings(organization, month, last)
    people = list(stewards.people(organization, last).values_list("pk", flat=True))
    written = [day for day in days if day.line is not None]
    working = sum(day.is_working for day in days)
    ideas = _ideas(people, month, last)
    contacts = Contact.objects.filter(
        Q(pair__helper__in=people) | Q(pair__helped__in=people), removed_at__isnull=True
    ).between(month.first_day, last)
    in_touch = contacts.order_by().aggregate(
        many=Count("pk", distinct=True), pairs=Count("pair", distinct=True)
    )
    problems = _problems(organization, month, last)
    kind = "党小组会" if organization.is_group else "主题党日"
    facts = [
        ["日跟班", f"{len(written)} 天（工作日 {working} 天）"],
        ["周帮扶", f"{len(helps)} 人次"],
        [kind, _meetings_in_words(meetings)],
        ["金点子", f"提出 {ideas['raised']} 条，采纳 {ideas['adopted']} 条"],
        ["结对联系", f"{in_touch['pairs']} 对，联系 {in_touch['many']} 次"],
        ["问题", f"提出 {problems['raised']} 个，销号 {problems['closed']} 个"],
    ]
    parts = [
        [_LINES, [f"{formats.day(day.on)}：{day.line.text}" for day in written if day.line]],
        [_HELPS, [_help_in_words(row) for row in helps]],
        [_MEETINGS, [words for words, *_ in meetings]],
    ]
    return {"until": last.isoformat(), "facts": facts, "parts": [part for part in parts if part[1]]}


def facts_of(kept: dict[str, Any]) -> Facts:
    """Return the figures of a report's content as (label, words)."""
    return tuple((label, words) for label, words in kept["facts"])


def parts_of(kept: dict[str, Any], *, with_people: bool = True) -> Parts:
    """Return the particulars of a report's content.

    :param with_people: also whom he helped with what: not for everybody in the group.
    """
    return tuple(
        (heading, tuple(paragraphs))
        for heading, paragraphs in kept["parts"]
        if with_people or heading != _HELPS
    )


def document(report: StewardMonth) -> RecordDocument:
    """Return a report fetched ``with_assessments`` as a document to be printed."""
    month = Period(report.month)
    parts = list(parts_of(report.content))
    if report.remark:
        parts.append((_REMARK, tuple(filter(None, report.remark.splitlines()))))
    said = steward_work.standing(report)
    facts = [
        ("班　　组", report.organization.name),
        ("小 政 委", report.member.name),
        ("月　　份", month.label),
        ("提交日期", formats.day(report.handed_in_at)),
        *facts_of(report.content),
    ]
    for side in Side:
        row = said.get(side)
        if row is not None:
            advice = f"。改进要求：{row.advice}" if row.advice else ""
            facts.append((wording.SIDES[side], f"{row.get_grade_display()}{advice}"))
    return RecordDocument(
        code=f"XZW-{report.pk}",
        title=_TITLE,
        organization=stewards.branch_of(report.organization).name,
        as_of=timezone.localtime(report.handed_in_at),
        facts=tuple(facts),
        parts=tuple((f"{_numeral(n)}、{heading}", text) for n, (heading, text) in enumerate(parts)),
        signature=(),
        signatories=("小政委（签字）", "支部书记（签字）"),
    )


def _help_in_words(row: StewardHelp) -> str:
    outcome = f"效果：{row.outcome}" if row.outcome else "效果还没有登记"
    return f"{formats.day(row.week_of)}这一周，帮扶{row.helped_name}：{row.what}；{outcome}"


def _ideas(people: Iterable[int], month: Period, last: dt.date) -> dict[str, int]:
    """Count the ideas of some members raised, and those adopted, in a month (one query)."""
    span = (month.first_day, last)
    adopted = Q(state__in=ADOPTED, answered_on__range=span)
    rows = Idea.objects.filter(member__in=people).order_by()
    return rows.aggregate(
        raised=Count("pk", filter=Q(raised_on__range=span)), adopted=Count("pk", filter=adopted)
    )


def _problems(organization: Organization, month: Period, last: dt.date) -> dict[str, int]:
    """Count the problems of a group raised, and those closed, in a month (one query)."""
    span = (month.first_day, last)
    here = Q(origin=organization) | Q(origin__isnull=True, organization=organization)
    return (
        Problem.objects.filter(here)
        .order_by()
        .aggregate(
            raised=Count("pk", filter=Q(raised_on__range=span)),
            closed=Count("pk", filter=Q(closed_on__range=span)),
        )
    )


def _meetings(
    organization: Organization, month: Period, last: dt.date
) -> list[tuple[str, int, int]]:
    """Return the closed meetings of a group: in words, due less leave, attended (two queries)."""
    kind = ActivityKind.GROUP_MEETING if organization.is_group else ActivityKind.THEME_DAY
    rows = list(
        Activity.objects.closed()
        .of_kind(kind)
        .filter(organization=organization, held_on__range=(month.first_day, last))
        .order_by("held_on", "pk")
    )
    counts = {
        row["activity"]: (row["due"], row["attended"])
        for row in Attendance.objects.due()
        .filter(activity__in=rows)
        .order_by()
        .values("activity")
        .annotate(
            due=Count("pk"),
            attended=Count("pk", filter=Q(status__in=ATTENDED)),
        )
    }
    found = []
    for row in rows:
        due, attended = counts.get(row.pk, (0, 0))
        words = f"{formats.day(row.held_on)}《{row.title}》：应到 {due} 人，实到 {attended} 人"
        found.append((words, due, attended))
    return found


def _meetings_in_words(meetings: list[tuple[str, int, int]]) -> str:
    if not meetings:
        return "0 次"
    due, attended = sum(row[1] for row in meetings), sum(row[2] for row in meetings)
    rate = attendance_rate(attended=attended, due=due)
    return f"{len(meetings)} 次，到会率 {formats.rate(rate)}"


def _numeral(place: int) -> str:
    return "一二三四五六七八九十"[place]
