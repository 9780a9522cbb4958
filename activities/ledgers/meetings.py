"""The ledgers of this app: 三会一课 and 主题党日, gathered from closed records."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone

from activities import wording
from activities.models import Activity
from activities.queries import activities
from activities.rules.attendance import RollCount
from activities.rules.kinds import KINDS, THREE_MEETINGS_ONE_LECTURE, ActivityKind
from branches.models import Organization
from branches.queries.regulations import in_force
from branches.rules.ledger_table import (
    Align,
    Column,
    Row,
    Section,
    SummaryLine,
    TableLedger,
)
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from branches.templatetags import formats

_ZONE = ZoneInfo("Asia/Shanghai")
_COLUMNS = (
    Column("日期", 22),
    Column("主题", 48, Align.LEFT),
    Column("地点", 28, Align.LEFT),
    Column("主持人", 18),
    Column("应到", 11),
    Column("实到", 11),
    Column("请假", 11),
    Column("缺席", 11),
    Column("到会率", 16),
    Column("记录", 61, Align.LEFT),
    Column("是否按时", 30),
)
RECORD_SHOWN = 120


def three_meetings(organization: Organization, period: Period) -> TableLedger:
    """Return the closed meetings and lectures of a branch, or of every branch below."""
    return _table(
        "three-meetings", "三会一课台账", THREE_MEETINGS_ONE_LECTURE, organization, period
    )


def theme_days(organization: Organization, period: Period) -> TableLedger:
    """Return the closed 主题党日 of a branch, or of every branch below."""
    return _table("theme-days", "主题党日台账", (ActivityKind.THEME_DAY,), organization, period)


def _table(
    code: str,
    title: str,
    kinds: Sequence[ActivityKind],
    organization: Organization,
    period: Period,
) -> TableLedger:
    """Gather a ledger (four queries)."""
    branches = list(
        Organization.objects.subtree_of(organization)
        .of_kind(OrganizationKind.BRANCH)
        .order_by("path")
    )
    standing = (
        Activity.objects.standing()
        .of_kind(*kinds)
        .in_period(period)
        .filter(organization__path__startswith=organization.path)
        .select_related("organization__parent")
        .prefetch_related("parts")
        .order_by("held_on", "starts_at", "pk")
    )
    found = list(activities.with_corrections(activities.with_counts(standing)))
    closed = [activity for activity in found if activity.is_closed]
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for activity in closed:
        rows[_branch_path(activity), activity.kind].append(_row(activity))
    shown = [
        branch
        for branch in branches
        if branch.founded_on <= period.last_day
        and (branch.dissolved_on is None or branch.dissolved_on > period.first_day)
    ]
    several = not organization.is_branch
    sections = [
        Section(
            _heading(branch, kind, several, len(kinds) > 1),
            tuple(rows[branch.path, kind]),
            _open_note(found, branch, kind),
        )
        for branch in shown
        for kind in kinds
    ]
    moments = [activity.closed_at for activity in closed if activity.closed_at]
    return TableLedger(
        code=code,
        title=title,
        organization=organization.name,
        period=period.label,
        as_of=timezone.localtime(max(moments)) if moments else _beginning(period),
        columns=_COLUMNS,
        sections=tuple(sections),
        summary=_summary(kinds, closed),
        basis=_basis(kinds, period),
        is_landscape=True,
    )


def _row(activity: Activity) -> Row:
    count = activities.roll_count(activity)
    place = activity.organization
    title = f"{activity.title}（{place.short_name}）" if place.is_group else activity.title
    return (
        activity.held_on,
        title,
        activity.place,
        activity.host,
        count.due,
        count.attended,
        count.on_leave,
        count.absent,
        formats.rate(count.rate),
        _record(activity),
        _on_time(activity) + _corrected(activity),
    )


def _record(activity: Activity) -> str:
    """Return the minutes, or the agenda as filled in, cut to what a cell holds."""
    text = activity.summary.strip() or "；".join(
        f"{part.title}：{part.content.strip()}"
        for part in activity.parts.all()
        if part.content.strip()
    )
    text = "".join(line.strip() for line in text.splitlines())
    return text if len(text) <= RECORD_SHOWN else f"{text[: RECORD_SHOWN - 1]}…"


def _on_time(activity: Activity) -> str:
    assert activity.filed_at is not None
    late = activities.lateness(activity, timezone.localdate(activity.filed_at))
    if not late:
        return "按时"
    day = timezone.localdate(activity.filed_at)
    return f"{late} {day.month}月{day.day}日"


def _corrected(activity: Activity) -> str:
    times = activity.corrections_n  # type: ignore[attr-defined]  # added by the query
    return f"；已更正 {times} 次" if times else ""


def _heading(branch: Organization, kind: ActivityKind, several: bool, many_kinds: bool) -> str:
    words = [branch.short_name] if several else []
    if many_kinds:
        words.append(wording.KINDS[kind])
    return " · ".join(words)


def _open_note(found: Sequence[Activity], branch: Organization, kind: ActivityKind) -> str:
    unclosed = sum(
        not activity.is_closed and activity.kind == kind and _branch_path(activity) == branch.path
        for activity in found
    )
    return f"另有 {unclosed} 次尚未办结，未列入。" if unclosed else ""


def _branch_path(activity: Activity) -> str:
    place = activity.organization
    return place.parent.path if place.is_group and place.parent else place.path


def _summary(kinds: Sequence[ActivityKind], closed: Sequence[Activity]) -> tuple[SummaryLine, ...]:
    counts = [activities.roll_count(activity) for activity in closed]
    due, attended, leave = (
        sum(getattr(count, name) for count in counts) for name in ("due", "attended", "on_leave")
    )
    total = RollCount(due, attended, leave, 0, 0)
    lines = [
        SummaryLine(
            f"{wording.KINDS[kind]}（次）", str(sum(activity.kind == kind for activity in closed))
        )
        for kind in kinds
    ]
    on_time = sum(_on_time(activity) == "按时" for activity in closed)
    return (
        *lines,
        SummaryLine("应到（人次）", str(total.due)),
        SummaryLine("实到（人次）", str(total.attended)),
        *([SummaryLine("请假（人次）", str(total.on_leave))] if total.on_leave else []),
        SummaryLine("到会率", str(formats.rate(total.rate)) if closed else formats.DASH),
        SummaryLine("按时记录", f"{on_time} / {len(closed)}"),
    )


def _basis(kinds: Sequence[ActivityKind], period: Period) -> tuple[str, ...]:
    rules = in_force(period.last_day)
    codes = [KINDS[kind].regulation for kind in kinds]
    cited = [
        f"{rules[code].source} {rules[code].article}：{rules[code].title}"
        for code in codes
        if code in rules
    ]
    return (
        "到会率 = 实到 ÷（应到 − 请假）；补登指登记晚于记录期限，逾期办结指办结晚于记录期限。",
        *cited,
    )


def _beginning(period: Period) -> dt.datetime:
    """Nothing recorded yet: the data are those of the period's first moment."""
    return dt.datetime.combine(period.first_day, dt.time(), _ZONE)
