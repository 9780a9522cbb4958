"""Ledgers of rating: 星级评定, 党员积分."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from branches import ledgers
from branches.ledgers import Ledger
from branches.models import Organization
from branches.rules.ledger_table import (
    Align,
    Cell,
    Column,
    Row,
    Section,
    SummaryLine,
    TableLedger,
)
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from scoring import consequence_ledgers, round_ledgers
from scoring.models import Run, Score
from scoring.queries import boards, schemes

MONTHS = frozenset({PeriodKind.MONTH})


def declare() -> None:
    ledgers.register(
        Ledger(
            code="stars",
            title="星级评定台账",
            description="各党支部五标得分、总分、星级和一票否决情况",
            build=stars,
            periods=MONTHS,
        )
    )
    ledgers.register(
        Ledger(
            code="points",
            title="党员积分台账",
            description="党员当月积分和 1261 定档，按支部、姓名排列",
            build=points,
            periods=MONTHS,
        )
    )
    ledgers.register(round_ledgers.LEDGER)
    for ledger in consequence_ledgers.LEDGERS:
        ledgers.register(ledger)


def stars(organization: Organization, period: Period) -> TableLedger:
    run = _run(organization, "organization", period)
    parts = schemes.scheme_of(run.version).parts if run else ()
    board = boards.board(run, Scope((organization.path,))) if run else None
    rows = tuple(
        (
            row.organization.name,
            row.organization.get_type_display(),
            *(_points(row.score, n) for n in range(len(parts))),
            row.score.total,
            row.score.rank,
            row.score.veto or row.score.band or "未评定",
            "；".join(row.proposals),
        )
        for row in (board.rows if board else ())
    )
    return _table(
        "stars",
        "星级评定台账",
        organization,
        period,
        run,
        (
            Column("党支部", 44, Align.LEFT),
            Column("类型", 22),
            *(Column(part.title, 16, Align.RIGHT) for part in parts),
            Column("总分", 16, Align.RIGHT),
            Column("同类名次", 14),
            Column("星级", 20),
            Column("结果运用建议", 40, Align.LEFT),
        ),
        (Section("", rows),),
        wide=True,
    )


def points(organization: Organization, period: Period) -> TableLedger:
    run = _run(organization, "member", period)
    parts = schemes.scheme_of(run.version).parts if run else ()
    sections = []
    current: list[Row] = []
    heading = ""
    scores = (
        Score.objects.filter(run=run)
        .in_scope(Scope((organization.path,)))
        .select_related("member", "organization")
        .order_by("organization__path", "member__name_strokes", "member_id")
        if run
        else Score.objects.none()
    )
    for score in scores:
        if score.organization.name != heading:
            if current:
                sections.append(Section(heading, tuple(current)))
            heading, current = score.organization.name, []
        assert score.member is not None  # the run rates members
        current.append(
            (
                len(current) + 1,
                score.member.name,
                *(_points(score, n) for n in range(len(parts))),
                score.total,
                score.tier if score.is_rated else "免考评",
            )
        )
    if current:
        sections.append(Section(heading, tuple(current)))
    return _table(
        "points",
        "党员积分台账",
        organization,
        period,
        run,
        (
            Column("序号", 12),
            Column("姓名", 34),
            *(Column(part.title, 28, Align.RIGHT) for part in parts),
            Column("积分", 28, Align.RIGHT),
            Column("定档", 40),
        ),
        tuple(sections) or (Section("", ()),),
    )


def _run(organization: Organization, target: str, period: Period) -> Run | None:
    return boards.current_run([organization.path], target, period)


def _points(score: Score, n: int) -> Cell:
    return score.parts[n] if score.is_rated else None


def _table(
    code: str,
    title: str,
    organization: Organization,
    period: Period,
    run: Run | None,
    columns: tuple[Column, ...],
    sections: tuple[Section, ...],
    *,
    wide: bool = False,
) -> TableLedger:
    # Without a run there is no data of this period yet: as of its beginning.
    start = timezone.make_aware(dt.datetime.combine(period.first_day, dt.time()))
    return TableLedger(
        code=code,
        title=title,
        organization=organization.name,
        period=period.label,
        as_of=run.facts_until if run else start,
        columns=columns,
        sections=sections,
        summary=(SummaryLine("评分方案", str(run.version) if run else "本期尚未核算"),),
        is_landscape=wide,
    )
