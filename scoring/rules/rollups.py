"""A longer period's total from the totals of its shorter periods, and how a scheme says so."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from scoring.rules.rounding import half_up
from scoring.rules.scheme import PERIODS, Rollup
from scoring.rules.tables import Table

_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def count(of: str, to: str) -> int:
    """Return how many periods of kind ``of`` make one of kind ``to``; 0 when ``to`` is shorter."""
    return _MONTHS[to] // _MONTHS[of]


def made_of(of: str, number: int) -> str | None:
    """Return the longer kind of period that has exactly ``number`` of kind ``of``."""
    return next((to for to in PERIODS if number > 1 and count(of, to) == number), None)


def rolled_up(rollup: Rollup, totals: Sequence[Decimal | None]) -> Decimal | None:
    """Return the weighted mean with two decimals; None when any period has no total.

    ``totals`` are the shorter periods', oldest first, one for each period.

    :raises ValueError: there are more or fewer totals than periods.
    """
    number = count(rollup.of, rollup.to)
    weights = [Fraction(weight) for weight in rollup.weights] or [Fraction(1, number)] * number
    mean = Fraction(0)
    for weight, total in zip(weights, totals, strict=True):
        if total is None:
            return None
        mean += weight * Fraction(total)
    return half_up(mean)


def read(tables: Sequence[Table], *, period: str) -> tuple[Rollup, ...]:
    """Return the roll-ups; each starts from the scheme's own ``period`` or from another's result.

    ``period`` is empty where the scheme's own is wrong: then the chain is not checked.
    """
    found = [(table, _rollup(table)) for table in tables]
    known = [(table, rollup) for table, rollup in found if rollup is not None]
    sources: dict[str, str] = {}
    for table, rollup in known:
        if rollup.to in sources:
            _blame_to(table, f"汇总到“{rollup.to}”的写了两次，每种时期只能有一个汇总")
        sources.setdefault(rollup.to, rollup.of)
    if period and len(known) == len(found):
        for table, rollup in known:
            _check_chain(table, rollup.of, period, sources)
    return tuple(rollup for _, rollup in known)


def _rollup(table: Table) -> Rollup | None:
    table.accept("of", "to", "weights")
    of = table.choice("of", PERIODS)
    to = table.choice("to", PERIODS) if "to" in table else None
    weights = table.numbers("weights", above=0) if "weights" in table else ()
    if "to" not in table and "weights" not in table:
        table.blame_table("缺少键“to”或“weights”，应至少写其中之一")
        return None
    if weights and sum(weights) != 1:
        table.blame("weights", f"各期权重之和应为 1，实为 {sum(weights)}")
    if table.values.get("weights") == []:
        table.blame("weights", "“weights”应至少有一个数字；各期相同时不写“weights”")
        return None
    if not of or to == "" or weights is None:
        return None
    if to is None:
        to = made_of(of, len(weights))
        if to is None:
            table.blame("weights", f"没有恰好含 {len(weights)} 个“{of}”的时期，请核对权重的个数")
            return None
    number = count(of, to)
    if number < 2:
        table.blame("to", f"“to”应比“of”长，实为从“{of}”汇总到“{to}”")
    elif weights and len(weights) != number:
        table.blame(
            "weights",
            f"一个“{to}”含 {number} 个“{of}”，应有 {number} 个权重，实有 {len(weights)} 个",
        )
    return Rollup(of, to, weights)


def _check_chain(table: Table, of: str, period: str, sources: Mapping[str, str]) -> None:
    passed: set[str] = set()
    at = of
    while at != period and at in sources and at not in passed:
        passed.add(at)
        at = sources[at]
    # What leads into a loop, or into nothing, without being it is mended by mending that.
    if at != of or at == period:
        return
    if at in passed:
        table.blame("of", f"各项汇总互相依赖，形成循环：“{of}”最终又由“{of}”汇总而来")
    else:
        table.blame("of", f"“{of}”既不是本方案的时期（{period}），也不是其他汇总的结果，无从汇总")


def _blame_to(table: Table, message: str) -> None:
    """Note a mistake about the longer period where it is written, or else what it follows from."""
    table.blame("to" if "to" in table else "weights", message)
