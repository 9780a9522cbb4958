"""Why a consequence is proposed (依据): its condition, and the numbers as they held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from scoring.rules import consequences
from scoring.rules.consequences import Standing
from scoring.rules.explaining import condition_in_words, plain
from scoring.rules.scheme import Condition, Consequence, Scheme

LIMIT = 300  # what the column takes


@dataclass(frozen=True, slots=True)
class Result:
    """A subject's standing in one period, and the scheme that gave it."""

    period: str
    scheme: Scheme
    standing: Standing


def of_one_period(consequence: Consequence) -> Consequence:
    """Return the condition alone, without asking how often it held."""
    return replace(consequence, periods=1, within=None)


def grounds(
    consequence: Consequence, now: Result, before: Sequence[Result | None], limit: int = LIMIT
) -> str:
    """Return the condition in words and what held, newest first.

    总分低于 60 分，连续 2 期：2026 年 9 月总分 58 分；2026 年 8 月总分 55 分

    ``before`` are the periods before, newest first. What does not fit is left out from the
    oldest on, and the number of periods told instead.
    """
    alone = of_one_period(consequence)
    latest = (now, *before[: consequence.span - 1])
    held = [
        f"{result.period}{'、'.join(_values(alone, result))}"
        for result in latest
        if result is not None and consequences.holding([alone], result.standing, [])
    ]
    words = condition_in_words(now.scheme, consequence)
    text = f"{words}：{'；'.join(held)}"
    for kept in range(len(held) - 1, 0, -1):
        if len(text) <= limit:
            return text
        text = f"{words}：{'；'.join(held[:kept])}；等共 {len(held)} 期"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _values(alone: Consequence, result: Result) -> list[str]:
    """Return what the comparisons that hold looked at, each value once."""
    found = {
        condition.of: _value(condition, result)
        for condition in alone.any or alone.all
        if consequences.holding([replace(alone, any=(condition,), all=())], result.standing, [])
    }
    return list(found.values())


def _value(condition: Condition, result: Result) -> str:
    of, value = condition.of, result.standing.value(condition.of)
    if of in ("tier", "band"):
        return f"{'档次' if of == 'tier' else '等次'}“{value}”"
    assert isinstance(value, Decimal)  # the comparison holds, so there is one
    number = plain(value)
    if of == "total":
        return f"总分 {number} 分"
    if of == "star":
        return f"{number} 星"
    if of == "rank":
        return f"第 {number} 名"
    if of == "rank_from_bottom":
        return f"倒数第 {number} 名"
    code = of.removeprefix("part.")
    title = next((part.title for part in result.scheme.parts if part.code == code), code)
    return f"“{title}” {number} 分"
