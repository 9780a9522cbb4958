"""The ledgers of what follows from final results: 结果运用, 流动红旗与表彰."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from branches.ledgers import Ledger
from branches.models import Organization
from branches.rules.ledger_table import (
    Align,
    Column,
    Row,
    Section,
    SummaryLine,
    TableLedger,
)
from branches.rules.periods import Period
from scoring.models import Consequence
from scoring.queries import consequences, follow_ups, rounds
from scoring.rules.rounds import ConsequenceState

BASIS = ("结果运用由党组织研究决定；党籍不因任何一项决定而改变",)


def of_results(organization: Organization, period: Period) -> TableLedger:
    """Return every consequence of rounds within the period, with decision and outcome."""
    found = list(consequences.of_branches(organization.path, period))
    by_state = {
        state: sum(row.state == state for row in found)
        for state in (ConsequenceState.PROPOSED, ConsequenceState.ACCEPTED, ConsequenceState.DONE)
    }
    return TableLedger(
        code="consequences",
        title="结果运用台账",
        organization=organization.name,
        period=period.label,
        as_of=_as_of(found, period),
        columns=(
            Column("对象", 30, Align.LEFT),
            Column("结果运用", 32, Align.LEFT),
            Column("依据", 64, Align.LEFT),
            Column("决定", 44, Align.LEFT),
            Column("办理期限", 22),
            Column("办结日期", 22),
            Column("办理情况", 46, Align.LEFT),
        ),
        sections=_sections(found, _result),
        summary=(
            SummaryLine("建议", f"{len(found)} 项"),
            SummaryLine("待决定", f"{by_state[ConsequenceState.PROPOSED]} 项"),
            SummaryLine("办理中", f"{by_state[ConsequenceState.ACCEPTED]} 项"),
            SummaryLine("已办结", f"{by_state[ConsequenceState.DONE]} 项"),
        ),
        basis=BASIS,
        is_landscape=True,
    )


def of_honours(organization: Organization, period: Period) -> TableLedger:
    """Return the flags and honours that were decided in rounds within the period."""
    found = list(
        consequences.of_branches(organization.path, period).filter(
            kind__in=consequences.HONOURS, state__in=consequences.STANDING
        )
    )
    flags = sum(row.kind == "flag" for row in found)
    return TableLedger(
        code="honours",
        title="流动红旗与表彰台账",
        organization=organization.name,
        period=period.label,
        as_of=_as_of(found, period),
        columns=(
            Column("对象", 40, Align.LEFT),
            Column("类别", 22),
            Column("名称", 40, Align.LEFT),
            Column("依据", 78, Align.LEFT),
            Column("决定日期", 24),
            Column("办结日期", 24),
            Column("办理情况", 40, Align.LEFT),
        ),
        sections=_sections(found, _honour),
        summary=(
            SummaryLine("流动红旗", f"{flags} 面"),
            SummaryLine("表彰", f"{len(found) - flags} 项"),
        ),
        is_landscape=True,
    )


LEDGERS = (
    Ledger(
        code="consequences",
        title="结果运用台账",
        description="定评审定后提出的通报、整改、谈话、扣减等，怎么决定、是否办结",
        build=of_results,
    ),
    Ledger(
        code="honours",
        title="流动红旗与表彰台账",
        description="按定评结果决定授予的流动红旗和表彰",
        build=of_honours,
    ),
)


def _sections(
    found: list[Consequence], row_of: Callable[[Consequence], Row]
) -> tuple[Section, ...]:
    rows: dict[str, list[Row]] = {}
    for row in found:
        rows.setdefault(rounds.name_of(row.round), []).append(row_of(row))
    return tuple(Section(name, tuple(each)) for name, each in rows.items()) or (Section("", ()),)


def _result(row: Consequence) -> Row:
    decision = row.get_state_display()
    if row.decided_at:
        word = "不采用" if row.state == ConsequenceState.DECLINED else "采用"
        decision = f"{_day(row.decided_at)} {word}"
        if row.reason:
            decision += f"：{row.reason}"
    return (_subject(row), row.title, row.why, decision, row.due_on, _done(row), _how(row))


def _how(row: Consequence) -> str:
    """Say how it was carried out; of a talk only that it was."""
    if follow_ups.is_talked(row) and row.state == ConsequenceState.DONE:
        return follow_ups.CARRIED_OUT
    return row.outcome


def _honour(row: Consequence) -> Row:
    decided = timezone.localdate(row.decided_at) if row.decided_at else None
    kind = consequences.kind_word(row.kind)
    return (_subject(row), kind, row.title, row.why, decided, _done(row), row.outcome)


def _done(row: Consequence) -> dt.date | None:
    return timezone.localdate(row.done_at) if row.done_at else None


def _subject(row: Consequence) -> str:
    if row.member:
        return f"{row.member.name}（{row.organization.short_name}）"
    return row.organization.name


def _day(at: dt.datetime) -> str:
    return timezone.localdate(at).isoformat()


def _as_of(found: list[Consequence], period: Period) -> dt.datetime:
    """Return when the last of what is shown happened; without rows, the period's beginning."""
    start = timezone.make_aware(dt.datetime.combine(period.first_day, dt.time()))
    moments = [at for row in found for at in (row.round.decided_at, row.decided_at, row.done_at)]
    return max((at for at in moments if at is not None), default=start)
