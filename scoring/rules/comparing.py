"""Two schemes beside each other: what moves are counted by, who moves, and by which items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.rounding import half_up
from scoring.rules.scheme import ZERO, Scheme

GRADES = ("star", "tier", "band")
MOVES = ("up", "down", "same", "entered", "left")
# Below every grade, place and total: a vetoed subject has none of them.
LOWEST = Decimal(-1_000_000_000)

# Who goes up, who goes down, and who stands as before by that same measure.
MOVE_WORDS: Mapping[str, tuple[str, str, str]] = {
    "star": ("升星", "降星", "星级不变"),
    "tier": ("升档", "降档", "档次不变"),
    "band": ("升等", "降等", "等次不变"),
    "rank": ("名次上升", "名次下降", "名次不变"),
    "total": ("得分上升", "得分下降", "得分不变"),
}
# What else may change for those who stand as before.
OTHERWISE: Mapping[str, str] = {"rank": "分数有变", "total": "名次有变"}
GRADE_WORDS: Mapping[str, str] = {"star": "星级", "tier": "档次", "band": "等次"}
_STARS = "零一二三四五六七八九十"
NO_STAR, NO_BAND = "无星", "未达等次"


@dataclass(frozen=True, slots=True)
class Side:
    """How one subject stands under one scheme; not rated: everything is empty."""

    total: Decimal | None = None
    rank: int | None = None
    tier: str = ""
    band: str = ""
    star: int | None = None
    veto: str = ""

    def grade(self, kind: str) -> str:
        """Return the grade of a kind in words; a veto's label stands in for it."""
        if self.total is None or self.veto:
            return self.veto
        if kind == "star":
            return star_in_words(self.star)
        if kind == "band":
            return self.band or NO_BAND
        return self.tier if kind == "tier" else ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What moves are counted by: a kind of grade both schemes give, else the place, else points.

    ``labels`` are the tiers or bands, best first.
    """

    kind: str
    labels: tuple[str, ...] = ()

    def level(self, side: Side) -> Decimal | None:
        """Return a number that is higher the better somebody stands; None when not rated."""
        if side.total is None:
            return None
        if side.veto:
            return LOWEST
        if self.kind == "star":
            return Decimal(side.star or 0)
        if self.kind == "rank":
            return Decimal(-(side.rank or 0))
        if self.kind == "total":
            return side.total
        label = side.tier if self.kind == "tier" else side.band
        return Decimal(len(self.labels) - self.labels.index(label) if label in self.labels else 0)


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What one item adds to the total under either scheme; None: the scheme has no such item."""

    code: str
    title: str
    before: Decimal | None
    after: Decimal | None

    @property
    def change(self) -> Decimal:
        return (self.after or ZERO) - (self.before or ZERO)


def star_in_words(star: int | None) -> str:
    return f"{_STARS[star]}星" if star and star < len(_STARS) else NO_STAR


def grade_kind(scheme: Scheme) -> str:
    """Return the kind of grade a scheme gives first of all; empty when it only ranks."""
    if scheme.outcome.stars:
        return "star"
    if scheme.outcome.tiers:
        return "tier"
    return "band" if scheme.outcome.bands else ""


def grade_labels(scheme: Scheme, kind: str) -> tuple[str, ...]:
    """Return a scheme's grades of a kind in words, best first; empty when it gives none."""
    outcome = scheme.outcome
    if kind == "star" and outcome.stars:
        stars = sorted({*outcome.stars, 0}, reverse=True)
        return tuple(star_in_words(star) for star in stars)
    if kind == "band" and outcome.bands:
        bands = sorted(outcome.bands, key=lambda band: band.min, reverse=True)
        return (*dict.fromkeys(band.label for band in bands), NO_BAND)
    if kind != "tier" or not outcome.tiers:
        return ()
    tops = [tier.label for tier in outcome.tiers if tier.share is not None and not tier.from_bottom]
    rest = [tier.label for tier in outcome.tiers if tier.share is None]
    bottom = [tier.label for tier in outcome.tiers if tier.from_bottom]
    floor = [outcome.floor.label] if outcome.floor else []
    # Who falls below the floor may share the bottom tier's name.
    return tuple(dict.fromkeys([*tops, *rest, *bottom, *floor]))


def scale_of(before: Scheme, after: Scheme) -> Scale:
    """Return what moves between two schemes are counted by.

    Stars compare with stars. Tiers and bands only with the same labels in the same order; else
    the place decides where both rank within the same groups, and the total where they do not.
    """
    for kind in GRADES:
        was, now = grade_labels(before, kind), grade_labels(after, kind)
        if was and now and (kind == "star" or was == now):
            return Scale(kind, now)
    return Scale("rank" if before.groups == after.groups else "total")


def move(scale: Scale, before: Side, after: Side) -> str:
    """Return one of ``MOVES``; empty for who is rated by neither."""
    was, now = scale.level(before), scale.level(after)
    if was is None or now is None:
        return "entered" if now is not None else "left" if was is not None else ""
    return "up" if now > was else "down" if now < was else "same"


def worth(scheme: Scheme, points: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return what each item's points add to the total: times the weight of its part."""
    return {
        item.code: points.get(item.code, ZERO) * part.weight
        for part in scheme.parts
        for item in part.items
    }


def item_changes(
    before: Scheme | None,
    after: Scheme,
    points_before: Mapping[str, Decimal],
    points_after: Mapping[str, Decimal],
) -> list[ItemChange]:
    """Return every item of either scheme, matched by code: in the new order, then those gone.

    :param before: None: there are no single points to compare with.
    """
    was = worth(before, points_before) if before else {}
    now = worth(after, points_after)
    sides = [scheme for scheme in (before, after) if scheme]
    titles = {item.code: item.title for scheme in sides for item in scheme.items}
    return [
        ItemChange(code, titles[code], _cents(was.get(code)), _cents(now.get(code)))
        for code in [*now, *(code for code in was if code not in now)]
    ]


def closest(scheme: Scheme, others: Sequence[Scheme]) -> int | None:
    """Return the place of the most alike: of the same code, then sharing the most items."""
    codes = {item.code for item in scheme.items}

    def likeness(place: int) -> tuple[bool, int, bool, int]:
        other = others[place]
        shared = len(codes & {item.code for item in other.items})
        return (
            other.code == scheme.code, shared, grade_kind(other) == grade_kind(scheme), -place,
        )  # fmt: skip

    return max(range(len(others)), key=likeness, default=None)


def otherwise(kind: str) -> str:
    """Return what else may change for who neither goes up nor down by a scale."""
    return OTHERWISE.get(kind, "分数或名次有变")


def headline(kind: str, unit: str, moves: Mapping[str, int], changed: int = 0) -> str:
    """Return who moves as a sentence: 12 个支部中 3 个升星、1 个降星、8 个星级不变。

    :param kind: of the scale. :param unit: 个支部 or 名党员.
    :param changed: for how many anything changes, be it only points or place.
    """
    up, down, same = MOVE_WORDS[kind]
    inside = changed - sum(moves[move] for move in MOVES if move != "same")
    if inside > 0:
        same += f"（其中 {inside} {unit[0]}{otherwise(kind)}）"
    words = {"up": up, "down": down, "same": same, "entered": "进入评定", "left": "不再评定"}
    one = unit[0]
    total = sum(moves[move] for move in MOVES)
    told = [
        f"{moves[move]} {one}{words[move]}"
        for move in MOVES
        if moves[move] or move in ("up", "down", "same")
    ]
    return f"{total} {unit}中 {'、'.join(told)}"


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else half_up(value)
