"""This app's ledgers (台账)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import groupby

from django.utils import timezone

from branches import ledgers
from branches.models import Organization
from branches.rules.ledger_table import Align, Column, Section, SummaryLine, TableLedger
from branches.rules.periods import Period
from members import wording
from members.models import Membership
from members.rules.probation import standing_on
from members.rules.status import MemberStatus

ROSTER = "roster"
COLUMNS = (
    Column("序号", 10),
    Column("姓名", 24),
    Column("性别", 12),
    Column("出生年月", 24),
    Column("学历", 24),
    Column("入党日期", 26),
    Column("转正日期", 26),
    Column("党员类别", 24),
    Column("工作岗位", 46, Align.LEFT),
    Column("党小组", 30),
)


def declare() -> None:
    """Register this app's ledgers."""
    ledgers.register(
        ledgers.Ledger(
            code=ROSTER,
            title="党员花名册",
            description="期末在册的党员，按支部分列，以姓氏笔画为序；不含公民身份号码和电话。",
            build=roster,
        )
    )


def roster(organization: Organization, period: Period) -> TableLedger:
    """Return the roll of a subtree on the last day of a period (one query)."""
    day = period.last_day
    homes = (
        Membership.objects.home()
        .on(day)
        .filter(branch__path__startswith=organization.path)
        .select_related("member", "branch", "group")
        .defer("member__id_number", "member__phone")
        .order_by("branch__path", "member__name_strokes", "member_id")
    )
    sections = []
    standings: Counter[MemberStatus] = Counter()
    for branch, rows in groupby(homes, key=lambda home: home.branch):
        lines = []
        for number, home in enumerate(rows, start=1):
            member = home.member
            standing = standing_on(day, status=member.status, regularised_on=member.regularised_on)
            standings[standing] += 1
            is_full = standing == MemberStatus.FULL
            lines.append(
                (
                    number,
                    member.name,
                    member.get_sex_display(),
                    f"{member.birth_date:%Y-%m}" if member.birth_date else None,
                    member.get_education_display(),
                    member.admitted_on,
                    member.regularised_on if is_full else None,
                    wording.STATUSES[standing],
                    member.work_post,
                    home.group.short_name if home.group else "",
                )
            )
        sections.append(Section(branch.name, tuple(lines), f"小计 {len(lines)} 人"))
    total = sum(standings.values())
    return TableLedger(
        code=ROSTER,
        title="党员花名册",
        organization=organization.name,
        period=f"截至{day.year}年{day.month}月{day.day}日",
        as_of=dt.datetime.combine(day, dt.time(23, 59), timezone.get_default_timezone()),
        columns=COLUMNS,
        sections=tuple(sections),
        summary=(
            SummaryLine("党员总数", f"{total} 人"),
            SummaryLine("正式党员", f"{standings[MemberStatus.FULL]} 人"),
            SummaryLine("预备党员", f"{standings[MemberStatus.PROBATIONARY]} 人"),
        ),
        is_landscape=True,
    )
