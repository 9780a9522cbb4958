"""What the drawings of results are given; each stands beside its table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scoring.models import Score
from scoring.queries.trends import PartStanding

Axis = tuple[str, Decimal | None, Decimal | None]


def radar(standing: Sequence[PartStanding]) -> list[Axis]:
    """Return the axes of a radar: each part's share of its full mark, and the type's median."""
    return [(one.part.title, one.share, one.median_share) for one in standing]


def totals(scores: Sequence[Score], name: str) -> dict[str, object]:
    """Return the line of totals over time, oldest first."""
    return {
        "xAxis": {"type": "category", "data": [str(score.run.period) for score in scores]},
        "yAxis": {"type": "value", "scale": True},
        "series": [_line(name, [score.total for score in scores])],
    }


def trend(scores: Sequence[Score]) -> dict[str, object]:
    """Return totals and ranks over time, oldest first; the first place is at the top."""
    return {
        "legend": {},
        "xAxis": {"type": "category", "data": [str(score.run.period) for score in scores]},
        "yAxis": [
            {"type": "value", "scale": True},
            {
                "type": "value", "inverse": True, "min": 1, "minInterval": 1,
                "splitLine": {"show": False},
            },
        ],
        "series": [
            _line("总分", [score.total for score in scores]),
            _line("同类名次", [score.rank for score in scores]) | {"yAxisIndex": 1},
        ],
    }  # fmt: skip


def _line(name: str, values: Sequence[Decimal | int | None]) -> dict[str, object]:
    return {"name": name, "type": "line", "showAllSymbol": True, "data": list(values)}
