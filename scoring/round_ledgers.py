"""The ledger of grading rounds (评定公示与申诉): results, appeals, corrections, what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from branches.ledgers import Ledger
from branches.models import Organization
from branches.rules import tree
from branches.rules.ledger_table import (
    Align,
    Column,
    Row,
    Section,
    SummaryLine,
    TableLedger,
)
from branches.rules.periods import Period
from branches.scope import Scope
from scoring import wording
from scoring.models import Appeal, Consequence, Round, Score
from scoring.queries import corrections, rounds
from scoring.rules.rounds import AppealState, ConsequenceState, RoundState

CODE = "rating-round"
TITLE = "评定公示与申诉台账"


def build(organization: Organization, period: Period) -> TableLedger:
    """Return the period's decided rounds that rate anything in an organisation.

    A round on its way is named in the summary only: its results can still change.
    """
    scope = Scope((organization.path,))
    found = _rounds(organization, scope, period)
    final = [one for one in found if one.state == RoundState.FINAL]
    sections: list[Section] = []
    for one in final:
        name = one.run.version.title if len(final) > 1 else ""
        sections += _sections(one, scope, name)
    return TableLedger(
        code=CODE,
        title=TITLE,
        organization=organization.name,
        period=period.label,
        as_of=_as_of(final, scope, period),
        columns=(
            Column("对象", 44, Align.LEFT),
            Column("事项", 44, Align.LEFT),
            Column("内容", 96, Align.LEFT),
            Column("结论", 83, Align.LEFT),
        ),
        sections=tuple(sections) or (Section("", ()),),
        summary=tuple(line for one in found for line in _head(one))
        or (SummaryLine("定评", "本期没有定评"),),
        basis=tuple(f"{one.run.version.title}结果校验码 {one.run.checksum}" for one in final),
        is_landscape=True,
        empty=_empty(found),
    )


LEDGER = Ledger(
    code=CODE,
    title=TITLE,
    description="审定的评定结果、公示期、申诉和答复、更正前后、结果运用的决定",
    build=build,
)


def _rounds(organization: Organization, scope: Scope, period: Period) -> list[Round]:
    """Return the rounds of a period that the ledger is about (one query)."""
    return list(
        rounds.listed(scope)
        .filter(
            Q(committee__path__in=tree.lineage(organization.path)) | scope.q("committee__path"),
            period_start=period.first_day,
            period_kind=period.kind,
        )
        .exclude(state=RoundState.WITHDRAWN)
        .select_related("committee", "run__version", "decided_by")
        .order_by("committee__path", "scheme_code")
    )


def _head(one: Round) -> Iterable[SummaryLine]:
    version = one.run.version
    yield SummaryLine("评分方案", f"{version.title}第 {version.number} 版")
    if one.state != RoundState.FINAL:
        yield SummaryLine("状态", f"{_stands(one)}，审定后列入")
        return
    if one.public_from and one.public_until:
        yield SummaryLine("公示期", f"{_day(one.public_from)}至 {_day(one.public_until)}")
    if one.decided_by and one.decided_at:
        decided = _day(timezone.localdate(one.decided_at))
        yield SummaryLine("审定", f"{one.decided_by.name}，{decided}")


def _stands(one: Round) -> str:
    """Return where a round on its way stands, and until when where a day is set."""
    state = RoundState(one.state)
    until = {RoundState.COMMENTS: one.comments_until, RoundState.PUBLIC: one.public_until}.get(
        state
    )
    return f"{wording.ROUND_STATES[state]}中" + (f"，至 {_day(until)}（含当天）" if until else "")


def _empty(found: list[Round]) -> str:
    """Return what the ledger waits for while no round of the period is decided."""
    if not found:
        return "这一期还没有开始定评；党委开始定评、公示并审定后，这里自动生成。"
    told = "；".join(f"“{one.run.version.title}”{_stands(one)}" for one in found)
    return f"{told}。审定以后结果、申诉和更正列入台账。"


def _as_of(final: list[Round], scope: Scope, period: Period) -> dt.datetime:
    """Return when the last of what is shown happened; without rows, the period's beginning."""
    moments = [one.decided_at for one in final]
    for row in Consequence.objects.filter(round__in=final).in_scope(scope):
        moments += [row.decided_at, row.done_at]
    start = timezone.make_aware(dt.datetime.combine(period.first_day, dt.time()))
    return max((at for at in moments if at is not None), default=start)


def _sections(one: Round, scope: Scope, name: str) -> Iterable[Section]:
    prefix = f"{name} · " if name else ""
    of_members = one.run.version.rates_members
    subject = ("党员", "所在支部") if of_members else ("党支部", "类型")
    totals = "总分" if of_members else "总分和名次"
    for title, rows, titles in (
        ("评定结果", _results(one, scope), (*subject, totals, "评定结果")),
        ("申诉和答复", _appeals(one, scope), ("申诉人", "申诉项目", "理由和支部意见", "答复")),
        ("更正", _changes(one, scope), (subject[0], "更正项目", "事实更正前后", "结果更正前后")),
        (
            "结果运用的决定",
            _consequences(one, scope),
            (subject[0], "结果运用", "依据", "决定和办理情况"),
        ),
    ):
        yield Section(f"{prefix}{title}", tuple(rows), titles=titles)


def _results(one: Round, scope: Scope) -> Iterable[Row]:
    of_members = one.run.version.rates_members
    order = ("organization__path", "member__name_strokes", "member_id")
    if not of_members:
        order = ("comparison_group", "place__rank", "organization__path")
    scores = Score.objects.filter(run=one.run_id).in_scope(scope)
    for score in scores.select_related("organization", "member").order_by(*order):
        words = "未评定"
        if score.is_rated:
            words = f"总分 {score.total}"
            # Members are listed by branch and name: not a ranking.
            words += f"，同类第 {score.rank} 名" if score.rank and not of_members else ""
        yield (
            _subject(score),
            score.organization.short_name if of_members else score.organization.get_type_display(),
            words,
            score.veto or score.tier or score.band or ("未评定" if not score.is_rated else ""),
        )


def _appeals(one: Round, scope: Scope) -> Iterable[Row]:
    found = (
        Appeal.objects.filter(round=one)
        .in_scope(scope)
        .select_related("organization", "member", "answered_by")
        .order_by("id")
    )
    for appeal in found:
        text = appeal.text
        if appeal.opinion:
            text += f"\n支部意见：{appeal.opinion}"
        said = wording.APPEAL_STATES[AppealState(appeal.state)]
        if appeal.answered_by and appeal.answered_at:
            day = _day(timezone.localdate(appeal.answered_at))
            said += f"：{appeal.answer}（{appeal.answered_by.name}，{day}）"
        yield _subject(appeal), appeal.item_title, text, said


def _changes(one: Round, scope: Scope) -> Iterable[Row]:
    for change in corrections.of_round(one):
        made = change.correction
        if scope.reaches(made.organization.path):
            yield (
                change.name,
                made.appeal.item_title,
                " → ".join(change.fact_words),
                f"总分 {' → '.join(change.total_words)}，{' → '.join(change.result_words)}",
            )


def _consequences(one: Round, scope: Scope) -> Iterable[Row]:
    found = (
        Consequence.objects.filter(round=one)
        .in_scope(scope)
        .exclude(state=ConsequenceState.PROPOSED)
        .select_related("organization", "member", "decided_by")
        .order_by("organization__path", "member_id", "ordinal")
    )
    for item in found:
        said = wording.CONSEQUENCE_STATES[ConsequenceState(item.state)]
        said += f"；{item.reason}" if item.reason else ""
        if item.decided_by and item.decided_at:
            said += f"（{item.decided_by.name}，{_day(timezone.localdate(item.decided_at))}）"
        if item.done_at:
            said += f"；{_day(timezone.localdate(item.done_at))}办结：{item.outcome}"
        yield _subject(item), item.title, item.why, said


def _subject(row: Score | Appeal | Consequence) -> str:
    return row.member.name if row.member else row.organization.short_name


def _day(day: dt.date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
