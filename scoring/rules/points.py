"""Turn facts into points: lines, parts and the total of one subject in one period.

Each line is rounded half up to 0.01, then each part, then the total; between those steps
the arithmetic is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.rules.rounding import half_up
from scoring.rules.scheme import Item, Part, Scheme


@dataclass(frozen=True, slots=True)
class Fact:
    """What was counted for one item: ``quantity`` out of ``base`` (None: no base given)."""

    quantity: Decimal
    base: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one item gave one subject, and from what.

    ``quantity`` and ``base`` are None where no fact was given; ``points`` None means that
    the item is missing and left out of its part.
    """

    item: Item
    quantity: Decimal | None
    base: Decimal | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Points:
    """One subject's lines in scheme order, part sums by part code, and total.

    A part is None when none of its items is present or exists for the subject; the total
    when no part that counts is present.
    """

    lines: tuple[Line, ...]
    parts: Mapping[str, Decimal | None]
    total: Decimal | None

    @property
    def missing(self) -> tuple[Item, ...]:
        return tuple(line.item for line in self.lines if line.points is None)


def line_points(item: Item, quantity: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Return what the item gives, with two decimals; None where it is missing.

    An absent fact (``quantity`` None) is 0 for ``each`` and ``deduct``, follows ``empty``
    for ``share``, and leaves ``mark`` and ``band`` missing.
    """
    exact = _exact_points(item, quantity, base)
    return None if exact is None else half_up(exact)


def part_points(part: Part, lines: Sequence[Line]) -> Decimal | None:
    """Return the part's sum from the lines of those of its items that exist for the subject.

    None when all are missing, or none exists.
    """
    present = [line for line in lines if line.points is not None]
    if not present:
        return None
    total = sum((Fraction(line.points) for line in present if line.points is not None), Fraction(0))
    worth_present = sum((Fraction(line.item.worth) for line in present), Fraction(0))
    if len(present) < len(lines) and worth_present:
        total *= sum((Fraction(line.item.worth) for line in lines), Fraction(0)) / worth_present
    total = min(total, Fraction(part.full))
    if not part.bonus:
        total = max(total, Fraction(0))
    return half_up(total)


def score(scheme: Scheme, facts: Mapping[str, Fact], group: str) -> Points:
    """Return the points of one subject of a comparison group from its facts by item code.

    Every item that exists for the group yields a line; other facts are ignored.
    """
    lines: list[Line] = []
    parts: dict[str, Decimal | None] = {}
    total = Fraction(0)
    rated = False
    for part in scheme.parts:
        own = [_line(item, facts.get(item.code)) for item in part.items if item.applies_to(group)]
        parts[part.code] = points = part_points(part, own)
        if points is not None and part.weight:
            total += Fraction(points) * Fraction(part.weight)
            rated = True
        lines += own
    return Points(tuple(lines), parts, half_up(total) if rated else None)


def _line(item: Item, fact: Fact | None) -> Line:
    if fact is None:
        return Line(item, None, None, line_points(item, None, None))
    return Line(item, fact.quantity, fact.base, line_points(item, fact.quantity, fact.base))


def _exact_points(item: Item, quantity: Decimal | None, base: Decimal | None) -> Fraction | None:
    match item.rule:
        case "each":
            return _each(item, quantity)
        case "share":
            return _share(item, quantity, base)
        case "mark":
            return _mark(item, quantity)
        case "deduct":
            return _deduct(item, quantity)
        case "band":
            return _band(item, quantity, base)
        case _:
            raise ValueError(item.rule)


def _each(item: Item, quantity: Decimal | None) -> Fraction:
    points = _exact(item.points) * _exact(quantity)
    if item.cap is None:
        return points
    cap = Fraction(item.cap)
    return max(-cap, min(cap, points))


def _share(item: Item, quantity: Decimal | None, base: Decimal | None) -> Fraction | None:
    if quantity is None or not base:
        return {"full": _exact(item.full), "zero": Fraction(0), "omit": None}[item.empty]
    return _exact(item.full) * min(Fraction(1), Fraction(quantity) / Fraction(base))


def _mark(item: Item, quantity: Decimal | None) -> Fraction | None:
    if quantity is None:
        return None
    return max(Fraction(0), min(_exact(item.full), Fraction(quantity)))


def _deduct(item: Item, quantity: Decimal | None) -> Fraction:
    return max(Fraction(0), _exact(item.full) - _exact(item.points) * _exact(quantity))


def _band(item: Item, quantity: Decimal | None, base: Decimal | None) -> Fraction | None:
    if quantity is None:
        return None
    value = Fraction(quantity)
    if item.of == "ratio":
        if not base:
            return None
        value /= Fraction(base)
    reached = [band for band in item.bands if Fraction(band.min) <= value]
    return Fraction(max(reached, key=lambda band: band.min).points) if reached else Fraction(0)


def _exact(value: Decimal | None) -> Fraction:
    return Fraction(0) if value is None else Fraction(value)
