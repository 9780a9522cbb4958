"""What a scheme that can be read still gets wrong: marks, grades and conditions out of reach.

Reading refuses what cannot be carried out. Here is what can be carried out and cannot be meant;
it is asked before a scheme is adopted, not before it is tried.
"""

from __future__ import annotations

import graphlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from branches.rules.tree import OrganizationType
from scoring.rules import feeds
from scoring.rules.explaining import comparison_in_words, plain
from scoring.rules.rounding import half_up
from scoring.rules.scheme import ONE, ZERO, Band, Condition, Item, Outcome, Part, Scheme


def unsound(scheme: Scheme) -> list[str]:
    """Return what is wrong with a scheme, each a sentence that says where and how to mend it."""
    return [
        *_unreachable_parts(scheme),
        *_unreachable_grades(scheme),
        *_reversed_bands(scheme.outcome.bands),
        *_empty_middle(scheme.outcome),
        *_idle_conditions(scheme),
        *_repeated_titles(scheme),
    ]


def doubtful(scheme: Scheme) -> list[str]:
    """Return what may be meant and should be looked at again: parts whose items give too much.

    A full below what the items can give is a way to cap a part, so nothing is refused for it.
    """
    return list(_exceeded_parts(scheme))


def references(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of the schemes whose totals this one uses, each once, in file order."""
    codes = (feeds.scheme_code(item.fact) for item in scheme.items if item.fact is not None)
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def cycle(codes: Mapping[str, Iterable[str]]) -> tuple[str, ...] | None:
    """Return schemes that use each other's totals in a circle; None when there is no circle.

    ``codes`` gives for each scheme those that it uses. In the answer each scheme uses the
    next, and the last the first; it begins with the first in alphabetical order.

    >>> cycle({"a": ["b"], "b": ["c"], "c": ["a"]}), cycle({"a": ["b"]})
    (('a', 'b', 'c'), None)
    """
    try:
        graphlib.TopologicalSorter(codes).prepare()
    except graphlib.CycleError as error:
        # The error lists each before the one that uses it, and the first again at the end.
        users_first = error.args[1][:0:-1]
        start = users_first.index(min(users_first))
        return tuple(users_first[start:] + users_first[:start])
    return None


def _best(item: Item) -> Decimal | None:
    """Return the most that an item can give; None where nothing limits it."""
    if item.rule != "each":
        return item.worth
    assert item.points is not None
    if item.points < 0:
        return ZERO
    return item.cap


def _best_sum(items: Iterable[Item]) -> Decimal | None:
    total = ZERO
    for item in items:
        best = _best(item)
        if best is None:
            return None
        total += best
    return total


def _only_takes(part: Part) -> bool:
    """Return whether a bonus part can only lower the total: then its ``full`` is never sought."""
    return part.bonus and _best_sum(part.items) == 0


def _together(part: Part) -> Iterator[tuple[str, list[Item]]]:
    """Give the items that one subject can have together, with whose they are in words."""
    if not any(item.types for item in part.items):
        yield "各项目", list(part.items)
        return
    for group in OrganizationType:
        items = [item for item in part.items if item.applies_to(group)]
        # Where no item exists the part is missing, not out of reach.
        if items:
            yield f"类型“{group}”的项目", items


def _unreachable_parts(scheme: Scheme) -> Iterator[str]:
    for part in scheme.parts:
        if _only_takes(part):
            continue
        for whose, items in _together(part):
            best = _best_sum(items)
            if best is not None and best < part.full:
                yield _cannot_reach(part, whose, best)


def _exceeded_parts(scheme: Scheme) -> Iterator[str]:
    for part in scheme.parts:
        for whose, items in _together(part):
            best = _best_sum(items)
            full = plain(part.full)
            if best is None:
                endless = "”“".join(item.title for item in items if _best(item) is None)
                yield (
                    f"部分“{part.title}”：项目“{endless}”加分没有封顶，{whose}合计可能超过满分 "
                    f"{full} 分，超出的不计入；如果不是有意这样封顶，请写明“cap”。"
                )
            elif best > part.full:
                yield (
                    f"部分“{part.title}”：{whose}最多共得 {plain(best)} 分，超过满分 {full} 分，"
                    f"超出的 {plain(best - part.full)} 分不计入；"
                    f"如果不是有意这样封顶，请降低项目的分值，或把“full”改为 {plain(best)}。"
                )


def _cannot_reach(part: Part, whose: str, best: Decimal) -> str:
    return (
        f"部分“{part.title}”：{whose}最多共得 {plain(best)} 分，达不到满分 {plain(part.full)} 分；"
        f"请增加项目或提高项目的分值，或把“full”改为 {plain(best)}。"
        if best
        else f"部分“{part.title}”：{whose}都不能得分，达不到满分 {plain(part.full)} 分；"
        "请增加能得分的项目。"
    )


def _best_of(part: Part) -> Decimal:
    return ZERO if _only_takes(part) else half_up(part.full)


def _best_total(scheme: Scheme) -> Decimal:
    return half_up(sum((_best_of(part) * part.weight for part in scheme.parts), ZERO))


def _unreachable_grades(scheme: Scheme) -> Iterator[str]:
    best = _best_total(scheme)
    for band in scheme.outcome.bands:
        if band.min > best:
            yield (
                f"等次“{band.label}”：下限 {plain(band.min)} 分高于最高总分 {plain(best)} 分，"
                "没有人能达到；请降低“min”。"
            )
    floor = scheme.outcome.floor
    if floor is not None and floor.below > best:
        yield (
            f"底线“{floor.label}”：{plain(floor.below)} 分高于最高总分 {plain(best)} 分，"
            "所有人都会落入；请降低“below”。"
        )


def _reversed_bands(bands: Iterable[Band]) -> Iterator[str]:
    ascending = sorted(bands, key=lambda band: band.min)
    starred = [(band, band.star) for band in ascending if band.star is not None]
    for (lower, fewer), (higher, more) in itertools.pairwise(starred):
        if more < fewer:
            yield (
                f"等次“{higher.label}”：下限高于“{lower.label}”，星级（{more} 星）却更低"
                f"（“{lower.label}”为 {fewer} 星）；请核对两档的“min”和“star”。"
            )
    paid = [(band, band.coefficient) for band in ascending if band.coefficient is not None]
    for (lower, less), (higher, greater) in itertools.pairwise(paid):
        if greater < less:
            yield (
                f"等次“{higher.label}”：下限高于“{lower.label}”，系数（{plain(greater)}）却更低"
                f"（“{lower.label}”为 {plain(less)}）；请核对两档的“min”和“coefficient”。"
            )


def _empty_middle(outcome: Outcome) -> Iterator[str]:
    shares = sum((tier.share for tier in outcome.tiers if tier.share is not None), ZERO)
    if outcome.tiers and shares >= ONE:
        middle = next((tier.label for tier in outcome.tiers if tier.share is None), "")
        yield (
            f"档次“{middle}”：其他各档的比例合计已为 {plain(shares)}，没有人能归入这一档；"
            "请降低其他档次的“share”。"
        )


@dataclass(frozen=True, slots=True)
class _Range:
    """The values that something can take; None: no limit on that side."""

    least: Decimal | None
    most: Decimal | None
    unit: str

    def __str__(self) -> str:
        if self.least is None:
            return f"不高于 {plain(self.most or ZERO)} {self.unit}"
        if self.most is None:
            return f"不小于 {plain(self.least)}"
        return f"在 {plain(self.least)} 至 {plain(self.most)} {self.unit}之间"

    def verdict(self, condition: Condition) -> str | None:
        """Return 永远不会成立 or 永远成立; None when it depends on the value."""
        never, always = False, False
        if condition.below is not None:
            never, always = self._not_below(condition.below), self._all_below(condition.below)
        elif condition.at_least is not None:
            never, always = (
                self._all_below(condition.at_least),
                self._not_below(condition.at_least),
            )
        elif condition.at_most is not None:
            never = self.least is not None and condition.at_most < self.least
            always = self.most is not None and condition.at_most >= self.most
        elif isinstance(condition.is_, Decimal):
            never = self._all_below(condition.is_) or (
                self.least is not None and condition.is_ < self.least
            )
        return "永远不会成立" if never else "永远成立" if always else None

    def _not_below(self, value: Decimal) -> bool:
        return self.least is not None and value <= self.least

    def _all_below(self, value: Decimal) -> bool:
        return self.most is not None and value > self.most


def _idle_conditions(scheme: Scheme) -> Iterator[str]:
    ranges = _ranges(scheme)
    for consequence in scheme.consequences:
        for condition in consequence.any or consequence.all:
            possible = ranges.get(condition.of)
            verdict = possible.verdict(condition) if possible else None
            if verdict:
                words = comparison_in_words(scheme, condition)
                yield (
                    f"结果运用“{consequence.title}”：条件“{words}”{verdict}（可能的值{possible}）；"
                    "请改正数值，或删去这个条件。"
                )


def _ranges(scheme: Scheme) -> dict[str, _Range]:
    """Return the possible values by what a condition can look at; labels are not compared."""
    counted = [part for part in scheme.parts if part.weight]
    least_total = None if any(part.bonus for part in counted) else ZERO
    found = {
        "total": _Range(least_total, _best_total(scheme), "分"),
        "rank": _Range(ONE, None, "名"),
        "rank_from_bottom": _Range(ONE, None, "名"),
    }
    for part in scheme.parts:
        least = None if part.bonus else ZERO
        found[f"part.{part.code}"] = _Range(least, _best_of(part), "分")
    if scheme.outcome.stars:
        stars = sorted(map(Decimal, scheme.outcome.stars))
        found["star"] = _Range(stars[0], stars[-1], "星")
    return found


def _repeated_titles(scheme: Scheme) -> Iterator[str]:
    times = Counter(consequence.title for consequence in scheme.consequences)
    for title, number in times.items():
        if number > 1:
            yield f"结果运用“{title}”：同名的写了 {number} 条，无法分清；请改用不同的“title”。"
