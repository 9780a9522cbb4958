"""The ledger of duty (值班台账): who was on, who came, what was answered in time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone

from activities.models import DutyShift, Visit
from activities.queries.duty import RULE
from activities.rules.duty import VisitState
from branches.models import Organization
from branches.queries.regulations import in_force
from branches.rules.ledger_table import Align, Column, Row, Section, SummaryLine, TableLedger
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from branches.templatetags import formats

_ZONE = ZoneInfo("Asia/Shanghai")
_COLUMNS = (
    Column("日期", 24),
    Column("星期", 14),
    Column("值班人", 56, Align.LEFT),
    Column("来访", 14),
    Column("当场答复", 20),
    Column("交支部", 18),
    Column("按期答复", 20),
    Column("上报", 14),
)


def duty(organization: Organization, period: Period) -> TableLedger:
    """Return the duty of a branch, or of every branch below (three queries, and the rule).

    What was handed to the branch counts as answered in time when its answer is dated by the
    deadline; who came is not in the ledger.
    """
    branches = list(
        Organization.objects.subtree_of(organization)
        .of_kind(OrganizationKind.BRANCH)
        .order_by("path")
    )
    here = {"organization__path__startswith": organization.path}
    shifts = list(
        DutyShift.objects.filter(on__gte=period.first_day, on__lt=period.end, **here)
        .select_related("member", "stands_in_for")
        .defer(
            "member__id_number",
            "member__phone",
            "stands_in_for__id_number",
            "stands_in_for__phone",
        )
        .order_by("on", "pk")
    )
    visits = list(
        Visit.objects.filter(
            received_on__gte=period.first_day, received_on__lt=period.end, **here
        ).order_by("received_on", "pk")
    )
    on_duty: dict[tuple[int, dt.date], list[DutyShift]] = defaultdict(list)
    came: dict[tuple[int, dt.date], list[Visit]] = defaultdict(list)
    for shift in shifts:
        on_duty[shift.organization_id, shift.on].append(shift)
    for visit in visits:
        came[visit.organization_id, visit.received_on].append(visit)
    shown = [
        branch
        for branch in branches
        if branch.founded_on <= period.last_day
        and (branch.dissolved_on is None or branch.dissolved_on > period.first_day)
    ]
    keys = sorted(set(on_duty) | set(came), key=lambda key: key[1])
    sections = [
        Section(
            branch.short_name if not organization.is_branch else "",
            tuple(_row(key[1], on_duty[key], came[key]) for key in keys if key[0] == branch.pk),
        )
        for branch in shown
    ]
    return TableLedger(
        code="duty",
        title="值班台账",
        organization=organization.name,
        period=period.label,
        as_of=_as_of(shifts, visits, period),
        columns=_COLUMNS,
        sections=tuple(sections),
        summary=_summary(shifts, visits),
        basis=_basis(period),
    )


def _row(day: dt.date, shifts: Sequence[DutyShift], visits: Sequence[Visit]) -> Row:
    handed = [visit for visit in visits if visit.answer_due_on is not None]
    return (
        day,
        formats.weekday(day),
        "、".join(_name(shift) for shift in shifts),
        len(visits),
        len(visits) - len(handed),
        len(handed),
        sum(_in_time(visit) for visit in handed),
        sum(visit.problem_id is not None for visit in visits),
    )


def _name(shift: DutyShift) -> str:
    stood = f"（替{shift.stands_in_for.name}）" if shift.stands_in_for else ""
    return f"{shift.member.name}{stood}"


def _in_time(visit: Visit) -> bool:
    return (
        visit.state == VisitState.ANSWERED
        and visit.answered_on is not None
        and visit.answer_due_on is not None
        and visit.answered_on <= visit.answer_due_on
    )


def _summary(shifts: Sequence[DutyShift], visits: Sequence[Visit]) -> tuple[SummaryLine, ...]:
    handed = [visit for visit in visits if visit.answer_due_on is not None]
    return (
        SummaryLine("值班（人次）", str(len(shifts))),
        SummaryLine(
            "替班（人次）", str(sum(shift.stands_in_for_id is not None for shift in shifts))
        ),
        SummaryLine("来访（件）", str(len(visits))),
        SummaryLine("当场答复（件）", str(len(visits) - len(handed))),
        SummaryLine("按期答复", f"{sum(_in_time(visit) for visit in handed)} / {len(handed)}"),
        SummaryLine("上报（件）", str(sum(visit.problem_id is not None for visit in visits))),
    )


def _basis(period: Period) -> tuple[str, ...]:
    rule = in_force(period.last_day).get(RULE)
    cited = [f"{rule.source} {rule.article}：{rule.title}"] if rule else []
    return ("按期答复指交支部办理的事项，在答复期限当天或以前答复。", *cited)


def _as_of(shifts: Sequence[DutyShift], visits: Sequence[Visit], period: Period) -> dt.datetime:
    moments = [shift.entered_at for shift in shifts] + [visit.entered_at for visit in visits]
    moments += [
        dt.datetime.combine(visit.answered_on, dt.time(), _ZONE)
        for visit in visits
        if visit.answered_on
    ]
    if not moments:
        return dt.datetime.combine(period.first_day, dt.time(), _ZONE)
    return timezone.localtime(max(moments))
