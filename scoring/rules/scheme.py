"""A rating method as data: what a scheme file says, once it has been read and found sound.

Points, shares and weights are exact decimals. Tuples keep the order of the file, which
decides the order of items, of top tiers and of vetoes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

RULES = ("each", "share", "mark", "deduct", "band")
TARGETS = ("organization", "member")
PERIODS = ("month", "quarter", "half-year", "year")
GROUPS = ("type", "parent", "all")
EMPTY = ("full", "zero", "omit")
BAND_VALUES = ("quantity", "ratio")

# What a consequence is, so that those who carry it out can find theirs.
KIND_TITLES: Mapping[str, str] = {
    "notice": "通报",
    "rectify": "限期整改",
    "talk": "谈话",
    "admonish": "诫勉",
    "bar": "取消评先资格",
    "coefficient": "调整系数",
    "withhold": "扣减绩效",
    "flag": "流动红旗",
    "honour": "表彰",
    "weak-list": "软弱涣散整顿",
    "unqualified": "不合格党员建议",
    "warn": "预警",
    "dismiss": "免职（撤职）建议",
    "resign": "引咎（责令）辞职建议",
    "other": "其他",
}
KINDS = tuple(KIND_TITLES)

# The item code under which a facts file carries an exemption; no item or veto may use it.
EXEMPT = "exempt"

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class PointBand:
    """``points`` for a value of at least ``min``, up to the next band."""

    min: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a scheme. Which of the parameters are set depends on ``rule``.

    ``empty`` says what a share is worth when nothing was due. ``of`` says which value a
    band rule looks up. ``fact`` names a feed; None: filled under the item's own code.
    ``types`` names the comparison groups for which the item exists; empty: for all.
    """

    code: str
    title: str
    rule: str
    points: Decimal | None = None
    cap: Decimal | None = None
    full: Decimal | None = None
    empty: str = "full"
    bands: tuple[PointBand, ...] = ()
    of: str = "quantity"
    standard: str = ""
    owner: str = ""
    note: str = ""
    fact: str | None = None
    types: tuple[str, ...] = ()

    def applies_to(self, group: str) -> bool:
        """Return whether the item exists for subjects of a comparison group."""
        return not self.types or group in self.types

    @property
    def worth(self) -> Decimal:
        """What the item weighs when a part is scaled for missing items.

        An ``each`` weighs 0. A band weighs its highest points, and never less than the 0
        that a value below its lowest band is given.
        """
        if self.rule == "each":
            return ZERO
        if self.rule == "band":
            return max([ZERO, *(band.points for band in self.bands)])
        return self.full if self.full is not None else ZERO


@dataclass(frozen=True, slots=True)
class Part:
    """Items summed together, at most ``full``; a bonus part may fall below zero.

    A part of weight 0 is shown and can be used by conditions, but is not counted in the total.
    """

    code: str
    title: str
    full: Decimal
    items: tuple[Item, ...]
    weight: Decimal = ONE
    bonus: bool = False


@dataclass(frozen=True, slots=True)
class Tier:
    """A grade for a share of the comparison group; ``share`` None takes the rest."""

    label: str
    share: Decimal | None = None
    from_bottom: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A grade for a total of at least ``min``, up to the next band."""

    label: str
    min: Decimal
    star: int | None = None
    coefficient: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The grade of every total below ``below``, whatever its place."""

    below: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What totals lead to. ``exempt`` lists the reasons for which nobody is rated."""

    exempt: tuple[str, ...] = ()
    floor: Floor | None = None
    tiers: tuple[Tier, ...] = ()
    bands: tuple[Band, ...] = ()

    @property
    def tier_labels(self) -> tuple[str, ...]:
        """Every label the tier column can hold, the floor's included."""
        labels = [tier.label for tier in self.tiers]
        if self.floor is not None:
            labels.append(self.floor.label)
        return tuple(dict.fromkeys(labels))

    @property
    def band_labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(band.label for band in self.bands))

    @property
    def stars(self) -> tuple[int, ...]:
        return tuple(band.star for band in self.bands if band.star is not None)


@dataclass(frozen=True, slots=True)
class Veto:
    """An event that bars any grade, unless the fact ``unless`` holds as well."""

    code: str
    title: str
    label: str
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; exactly one of the four bounds is set.

    ``of`` is total, tier, band, star, rank, rank_from_bottom or ``part.<code>``.
    """

    of: str
    below: Decimal | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    is_: Decimal | str | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """A proposal for people to decide; exactly one of ``any`` and ``all`` is filled.

    The condition must hold in ``periods`` periods, this one included: running, or with
    ``within`` in any of the latest so many. ``period`` limits it to results of that kind of
    period, the scheme's own or a rolled-up one. ``days`` is the time to carry it out,
    ``coefficient`` stands in for the band's, ``withhold`` is a share of performance pay.
    """

    title: str
    any: tuple[Condition, ...] = ()
    all: tuple[Condition, ...] = ()
    periods: int = 1
    within: int | None = None
    period: str = ""
    kind: str = "other"
    days: int | None = None
    coefficient: Decimal | None = None
    withhold: Decimal | None = None

    @property
    def span(self) -> int:
        """How many periods decide, this one included."""
        return self.within or self.periods


@dataclass(frozen=True, slots=True)
class Rollup:
    """A longer period's total: the weighted mean of its shorter periods, oldest first.

    No weights: every shorter period weighs the same.
    """

    of: str
    to: str
    weights: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """Working days for comments (征求意见), publicity (公示) and answers to appeals (申诉答复)."""

    comments: int = 3
    publicity: int = 5
    answers: int = 5


@dataclass(frozen=True, slots=True)
class Scheme:
    """One rating method. ``pay_weight``: the share of performance pay that its result decides."""

    code: str
    title: str
    target: str
    period: str
    groups: str
    parts: tuple[Part, ...]
    source: str = ""
    outcome: Outcome = Outcome()
    vetoes: tuple[Veto, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    rollups: tuple[Rollup, ...] = ()
    procedure: Procedure = Procedure()
    pay_weight: Decimal | None = None

    def consequences_of(self, period: str) -> tuple[Consequence, ...]:
        """Return the consequences that results of a kind of period can have, in file order."""
        return tuple(one for one in self.consequences if one.period in ("", period))

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of every part, in file order."""
        return tuple(item for part in self.parts for item in part.items)

    @property
    def flags(self) -> tuple[str, ...]:
        """The codes of vetoes and of what lifts them: facts that hold or do not."""
        codes = [veto.code for veto in self.vetoes]
        codes += [veto.unless for veto in self.vetoes if veto.unless is not None]
        return tuple(dict.fromkeys(codes))
