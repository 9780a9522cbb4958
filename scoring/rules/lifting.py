"""How a total can rise (怎样能升): what each item still holds, the fewest that reach a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from scoring.rules import explaining
from scoring.rules.points import Line, part_points
from scoring.rules.rounding import half_up
from scoring.rules.scheme import ZERO, Band, Item, Part, Scheme


@dataclass(frozen=True, slots=True)
class Lift:
    """One item that is not at its best; ``gain`` is what its best would add to the total.

    ``best`` None: the item has no most of its own, only its part has.
    """

    item: Item
    part: Part
    now: Decimal
    best: Decimal | None
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Lifting:
    """What could still be gained, the most first.

    ``target`` is the next grade above the total, None at the top or without grades; ``enough``
    the fewest items that reach it when they are at their best, empty when all of them do not.
    ``reach`` is the total with every item at its best. ``missing`` are the items left out for
    want of data: nobody knows what they would give.
    """

    total: Decimal
    lifts: tuple[Lift, ...]
    reach: Decimal
    target: Band | None
    enough: tuple[Lift, ...]
    missing: tuple[Item, ...]

    @property
    def needed(self) -> Decimal | None:
        """How many points the next grade is away."""
        return None if self.target is None else self.target.min - self.total


@dataclass(frozen=True, slots=True)
class _Own:
    """A part as one subject has it."""

    part: Part
    lines: tuple[Line, ...]

    def worth(self, raised: Mapping[str, Decimal] | None = None) -> Fraction:
        """Return what the part gives the total when some items have other points."""
        lines = [
            Line(line.item, None, None, (raised or {}).get(line.item.code, line.points))
            for line in self.lines
        ]
        points = part_points(self.part, lines)
        return Fraction(points or ZERO) * Fraction(self.part.weight)


def lifting(scheme: Scheme, points: Mapping[str, Decimal | None], group: str) -> Lifting | None:
    """Return how one subject's total could rise; None when it is not rated.

    :param points: what each item gave, by code; None or absent where the item is missing (an
        ``each`` without points gave 0).
    """
    parts = [_own(part, points, group) for part in scheme.parts]
    counted = [
        own
        for own in parts
        if own.part.weight and any(line.points is not None for line in own.lines)
    ]
    if not counted:
        return None
    base = sum((own.worth() for own in counted), Fraction(0))
    total = half_up(base)
    lifts: list[Lift] = []
    for own in counted:
        for line in own.lines:
            if line.points is None or not _can_rise(line.item, line.points):
                continue
            gain = half_up(own.worth({line.item.code: _raised(own, line)}) - own.worth())
            lifts.append(Lift(line.item, own.part, line.points, best(line.item), gain))
    lifts.sort(key=lambda lift: -lift.gain)  # stable: equal gains stay in the scheme's order
    everything = [_steps(own, lifts) for own in counted]
    reach = half_up(base + sum((steps[-1][0] for steps in everything), Fraction(0)))
    target = min(
        (band for band in scheme.outcome.bands if band.min > total),
        key=lambda band: band.min,
        default=None,
    )
    return Lifting(
        total=total,
        # What is full with or without an item gains nothing by it.
        lifts=tuple(lift for lift in lifts if lift.gain > 0),
        reach=reach,
        target=target,
        enough=_fewest(everything, base, target) if target else (),
        missing=tuple(line.item for own in parts for line in own.lines if line.points is None),
    )


def best(item: Item) -> Decimal | None:
    """Return the most an item can give; None when it adds without a cap."""
    if item.rule == "each":
        if item.points is not None and item.points < 0:
            return ZERO
        return item.cap
    return item.worth


def how(target: str, lift: Lift) -> str:
    """Return what would bring an item to its best: 应完成的全部完成, 再有 2 次, 不再扣分."""
    item = lift.item
    if item.rule == "share":
        return "应完成的全部完成"
    if item.rule == "mark":
        return f"得满分 {explaining.plain(item.worth)} 分"
    if item.rule == "deduct" or (item.points is not None and item.points < 0):
        return "不发生扣分"
    if item.rule == "band":
        top = max(item.bands, key=lambda band: band.points)
        return f"达到 {explaining.plain(top.min)}，得最高档 {explaining.plain(top.points)} 分"
    assert item.points is not None
    word = explaining.unit(target, item)
    if lift.best is None:
        return f"每{word}加 {explaining.plain(item.points)} 分"
    times = ((lift.best - lift.now) / item.points).to_integral_value(ROUND_CEILING)
    return f"再有 {times} {word}，加到最高 {explaining.plain(lift.best)} 分"


def _own(part: Part, points: Mapping[str, Decimal | None], group: str) -> _Own:
    lines = []
    for item in part.items:
        if item.applies_to(group):
            given = points.get(item.code)
            if given is None and item.rule == "each":
                given = ZERO
            lines.append(Line(item, None, None, given))
    return _Own(part, tuple(lines))


def _can_rise(item: Item, now: Decimal) -> bool:
    most = best(item)
    return most is None or now < most


def _raised(own: _Own, line: Line) -> Decimal:
    """Return the item's points at its best: without a cap, enough to fill its part."""
    assert line.points is not None
    most = best(line.item)
    if most is not None:
        return most
    below = sum((-other.points for other in own.lines if other.points and other.points < 0), ZERO)
    return line.points + own.part.full + below


_Steps = Sequence[tuple[Fraction, tuple[Lift, ...]]]


def _steps(own: _Own, lifts: Iterable[Lift]) -> _Steps:
    """Return the best gain of a part for each number of raised items, and which they are.

    A part is a sum that is only cut off above, so those with most points to gain do most.
    """
    points = {line.item.code: line for line in own.lines}
    mine = [lift for lift in lifts if lift.part is own.part]
    mine.sort(key=lambda lift: lift.now - _raised(own, points[lift.item.code]))
    raised: dict[str, Decimal] = {}
    found: list[tuple[Fraction, tuple[Lift, ...]]] = [(Fraction(0), ())]
    for n, lift in enumerate(mine, start=1):
        raised[lift.item.code] = _raised(own, points[lift.item.code])
        found.append((own.worth(raised) - own.worth(), tuple(mine[:n])))
    return found


def _fewest(parts: Sequence[_Steps], base: Fraction, target: Band) -> tuple[Lift, ...]:
    """Return the fewest items, over all parts, whose best points reach a grade; () if none do."""
    best_of: dict[int, tuple[Fraction, tuple[Lift, ...]]] = {0: (Fraction(0), ())}
    for steps in parts:
        joined: dict[int, tuple[Fraction, tuple[Lift, ...]]] = {}
        for count, (gain, chosen) in best_of.items():
            for more, (added, lifts) in enumerate(steps):
                if count + more not in joined or gain + added > joined[count + more][0]:
                    joined[count + more] = (gain + added, chosen + lifts)
        best_of = joined
    for count in sorted(best_of):
        gain, chosen = best_of[count]
        if half_up(base + gain) >= target.min:
            return tuple(sorted(chosen, key=lambda lift: -lift.gain))
    return ()
