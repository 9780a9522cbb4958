"""A score taken apart: parts, lines, what was missing, and what it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from scoring.models import Line, Run, Score
from scoring.queries import consequences, schemes
from scoring.queries import sources as sources_of
from scoring.rules import bands, explaining, lifting
from scoring.rules.lifting import Lift, Lifting
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
    """``sources`` are filled for a score of a longer period, which has no lines of its own."""

    score: Score
    scheme: Scheme
    parts: tuple[ExplainedPart, ...]
    proposals: tuple[str, ...]
    sources: tuple[sources_of.ExplainedSource, ...] = ()
    lifting: Lifting | None = None

    @property
    def sum_words(self) -> str:
        """The total as a sum: 基础标 98.60 × 0.4 ＋ 服务标 90.00 × 0.2."""
        if self.sources:
            return sources_of.mean_words(self.sources)
        return " ＋ ".join(
            f"{part.title} {part.points} × {part.weight_text}"
            for part in self.parts
            if part.points is not None and part.weight
        )

    @property
    def left_out(self) -> str:
        """The parts without any data, which the total does without."""
        if self.sources:
            return ""
        return "、".join(part.title for part in self.parts if part.points is None and part.weight)

    @property
    def grade_words(self) -> tuple[str, ...]:
        """Why it is this star (grade), sentence by sentence; empty for a scheme without any."""
        return (
            tuple(_grade_words(self.score, self.scheme, self.parts)) if self.score.is_rated else ()
        )

    @property
    def lifts(self) -> list[tuple[Lift, str]]:
        """What could still be gained, with what it takes, the most first."""
        if self.lifting is None:
            return []
        target = self.scheme.target
        return [(lift, lifting.how(target, lift)) for lift in self.lifting.lifts]

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
    proposed = proposals(run, [score]).get(score.pk, ())
    rolled_up = run.is_rolled_up
    rows = {} if rolled_up else _rows(score)
    parts = tuple(
        ExplainedPart(
            title=part.title,
            full=part.full,
            weight=part.weight,
            points=score.part(n),
            lines=tuple(
                _line(scheme, item, rows.get(item.code))
                for item in part.items
                if item.applies_to(score.comparison_group) and not rolled_up
            ),
        )
        for n, part in enumerate(scheme.parts)
        if any(item.applies_to(score.comparison_group) for item in part.items)
    )
    if rolled_up:
        return Explanation(score, scheme, parts, proposed, sources_of.of_score(score, scheme))
    points = {code: line.points for code, line in rows.items()}
    could = lifting.lifting(scheme, points, score.comparison_group) if score.is_rated else None
    return Explanation(score, scheme, parts, proposed, lifting=could)


def _rows(score: Score) -> dict[str, Line]:
    rows = Line.objects.filter(run=score.run_id, subject_id=score.subject_id)
    return {line.item.code: line for line in rows.select_related("item")}


def _grade_words(score: Score, scheme: Scheme, parts: tuple[ExplainedPart, ...]) -> list[str]:
    grades = sorted(scheme.outcome.bands, key=lambda band: band.min)
    if not grades or score.total is None:
        return []
    reached = bands.band_of(score.total, grades)
    found = []
    if score.veto:
        found.append(f"被一票否决（{score.veto}），不评等次，也不参加排名。")
        if reached:
            found.append(f"没有否决时，总分 {score.total} 可评“{reached.label}”。")
        return found
    if reached:
        least = explaining.plain(reached.min)
        found.append(f"总分 {score.total}，达到“{reached.label}”的 {least} 分。")
    above = next((band for band in grades if band.min > score.total), None)
    if above:
        away = explaining.plain(above.min - score.total)
        found.append(f"距“{above.label}”的 {explaining.plain(above.min)} 分还差 {away} 分。")
    else:
        found.append("已是最高等次。")
    for part in parts:
        if part.points is None and part.weight and not score.run.is_rolled_up:
            most = explaining.plain(part.full * part.weight)
            found.append(f"{part.title}没有数据，不计入总分；这一部分最多 {most} 分。")
    return found


def proposals(run: Run, scores: Iterable[Score]) -> dict[int, tuple[str, ...]]:
    """Return what some scores of one run ask for, by score id (two queries at most).

    As the decision of its round would propose it: earlier periods count as their final rounds
    stand. A period that is not over proposes nothing.
    """
    if run.is_provisional:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for one in consequences.asked_of(run, [score for score in scores if score.is_rated]):
        found[one.score.pk] = (*found.get(one.score.pk, ()), one.consequence.title)
    return found


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
