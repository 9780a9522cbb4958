"""A score taken apart: parts, lines, what was missing, and what it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from scoring.models import Line, Run, Score
from scoring.queries import schemes
from scoring.rules import consequences, explaining
from scoring.rules.consequences import Standing
from scoring.rules.scheme import Item, Scheme


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One item: ``points`` None means there was nothing to judge by and it was left out."""

    code: str
    title: str
    points: Decimal | None
    why: str
    has_records: bool


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    title: str
    full: Decimal
    weight: Decimal
    points: Decimal | None
    lines: tuple[ExplainedLine, ...]

    @property
    def note(self) -> str:
        """The sum beside the full mark: 54.00 / 80 分."""
        if self.points is None:
            return "没有数据，不计入"
        return f"{self.points} / {explaining.plain(self.full)} 分"

    @property
    def weight_text(self) -> str:
        return explaining.plain(self.weight)

    @property
    def idle(self) -> tuple[ExplainedLine, ...]:
        """Items for which nothing was recorded."""
        return tuple(line for line in self.lines if not line.has_records and not line.points)

    @property
    def telling(self) -> tuple[ExplainedLine, ...]:
        return tuple(line for line in self.lines if line.has_records or line.points)


@dataclass(frozen=True, slots=True)
class Explanation:
    score: Score
    scheme: Scheme
    parts: tuple[ExplainedPart, ...]
    proposals: tuple[str, ...]

    @property
    def sum_words(self) -> str:
        """The total as a sum: 基础标 98.60 × 0.4 ＋ 服务标 90.00 × 0.2."""
        return " ＋ ".join(
            f"{part.title} {part.points} × {part.weight_text}"
            for part in self.parts
            if part.points is not None and part.weight
        )

    @property
    def left_out(self) -> str:
        """The parts without any data, which the total does without."""
        return "、".join(part.title for part in self.parts if part.points is None and part.weight)

    def line(self, code: str) -> ExplainedLine | None:
        return next((line for part in self.parts for line in part.lines if line.code == code), None)


def item_of(score: Score, code: str) -> Item | None:
    """Return the rule of an item in the version that gave a score."""
    scheme = schemes.scheme_of(score.run.version)
    return next((item for item in scheme.items if item.code == code), None)


def explain(score: Score) -> Explanation:
    """Return a score with its arithmetic (a fixed number of queries).

    ``score.run.version`` should be loaded with it.
    """
    run = score.run
    scheme = schemes.scheme_of(run.version)
    rows = {
        line.item.code: line
        for line in Line.objects.filter(run=run, subject_id=score.subject_id).select_related("item")
    }
    parts = tuple(
        ExplainedPart(
            title=part.title,
            full=part.full,
            weight=part.weight,
            points=score.parts[n] if score.is_rated else None,
            lines=tuple(
                _line(scheme, item, rows.get(item.code))
                for item in part.items
                if item.applies_to(score.comparison_group)
            ),
        )
        for n, part in enumerate(scheme.parts)
    )
    return Explanation(score, scheme, parts, proposals(run, [score]).get(score.pk, ()))


def proposals(run: Run, scores: Iterable[Score]) -> dict[int, tuple[str, ...]]:
    """Return the proposed consequences of some scores of one run, by score id.

    Earlier periods count as they stand in their current runs (one query for each period a
    consequence looks back). A period that is not over proposes nothing.
    """
    if run.is_provisional:
        return {}
    scheme = schemes.scheme_of(run.version)
    rules = scheme.consequences_of(run.period_kind)
    rated = [score for score in scores if score.is_rated]
    before: list[dict[tuple[int | None, int], Standing]] = []
    for back in range(1, consequences.lookback(rules) + 1):
        earlier = (
            Score.objects.current()
            .rated()
            .filter(
                run__committee_id=run.committee_id,
                run__scheme_code=run.scheme_code,
                run__period_start=run.period.minus(back).first_day,
                run__period_kind=run.period_kind,
            )
        )
        if run.version.rates_members:
            earlier = earlier.filter(member__in=[score.member_id for score in rated])
        before.append(
            {
                _subject(row): _standing(schemes.scheme_of(row.run.version), row)
                for row in earlier.select_related("run__version")
            }
        )
    return {
        score.pk: consequences.proposed(
            rules,
            _standing(scheme, score),
            [standings.get(_subject(score)) for standings in before],
        )
        for score in rated
    }


def _subject(score: Score) -> tuple[int | None, int]:
    return (score.member_id, 0) if score.member_id else (None, score.organization_id)


def _standing(scheme: Scheme, score: Score) -> Standing:
    codes = [part.code for part in scheme.parts]
    return Standing(
        total=score.total,
        tier=score.tier or None,
        star=score.star,
        rank_from_bottom=score.rank_from_bottom,
        parts=dict(zip(codes, score.parts, strict=True)),
        rank=score.rank,
        band=score.band or None,
    )


def _line(scheme: Scheme, item: Item, row: Line | None) -> ExplainedLine:
    if row is not None:
        return ExplainedLine(
            code=item.code,
            title=item.title,
            points=row.points,
            why=explaining.why(scheme.target, item, row.quantity, row.base, row.points),
            has_records=bool(row.quantity) or bool(row.base),
        )
    if item.rule == "each":
        word = explaining.rule_in_words(scheme.target, item)
        return ExplainedLine(item.code, item.title, Decimal(0), f"本期没有记录（{word}）", False)
    return ExplainedLine(
        item.code, item.title, None, "本期没有数据，不计入，其余项目按比例折算", False
    )
