"""What a result asks people to decide (结果运用), never an automatic act."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.rules.scheme import Condition, Consequence


@dataclass(frozen=True, slots=True)
class Standing:
    """What conditions can look at in one period; None and unlisted parts are absent."""

    total: Decimal | None = None
    tier: str | None = None
    star: int | None = None
    rank_from_bottom: int | None = None
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    rank: int | None = None
    band: str | None = None

    def value(self, of: str) -> Decimal | str | None:
        """Return the value a condition's ``of`` names, None where there is none."""
        if of == "total":
            return self.total
        if of == "tier":
            return self.tier
        if of == "band":
            return self.band
        if of == "star":
            return _number(self.star)
        if of == "rank":
            return _number(self.rank)
        if of == "rank_from_bottom":
            return _number(self.rank_from_bottom)
        return self.parts.get(of.removeprefix("part."))


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def latest_periods(periods: Iterable[str], count: int) -> tuple[str, ...]:
    """Return the ``count`` latest distinct period labels, newest first; fewer if there are fewer.

    Labels sort as strings, older first.
    """
    return tuple(sorted(set(periods), reverse=True)[:count])


def proposed(
    consequences: Iterable[Consequence], now: Standing, before: Sequence[Standing | None]
) -> tuple[str, ...]:
    """Return the titles of the consequences that apply (see ``holding``)."""
    return tuple(consequence.title for consequence in holding(consequences, now, before))


def holding(
    consequences: Iterable[Consequence], now: Standing, before: Sequence[Standing | None]
) -> tuple[Consequence, ...]:
    """Return the consequences that apply, in file order.

    ``before`` are the subject's standings in the periods before this one, newest first;
    None where it had no result. With ``periods = k`` the whole condition must hold in each
    of k periods running, so too short a history proposes nothing. With ``within = n`` it must
    hold now and in at least k of the latest n periods.
    """
    return tuple(consequence for consequence in consequences if _applies(consequence, now, before))


def lookback(consequences: Iterable[Consequence]) -> int:
    """Return how many earlier periods ``holding`` has to be given."""
    return max((consequence.span for consequence in consequences), default=1) - 1


def _applies(consequence: Consequence, now: Standing, before: Sequence[Standing | None]) -> bool:
    # With no ``within`` the span is ``periods`` long, so it must hold in every one of them.
    latest = (now, *before[: consequence.span - 1])
    held = [standing is not None and _holds(consequence, standing) for standing in latest]
    return held[0] and sum(held) >= consequence.periods


def _holds(consequence: Consequence, standing: Standing) -> bool:
    if consequence.any:
        return any(_satisfies(condition, standing) for condition in consequence.any)
    return all(_satisfies(condition, standing) for condition in consequence.all)


def _satisfies(condition: Condition, standing: Standing) -> bool:
    value = standing.value(condition.of)
    if value is None:
        return False
    if isinstance(value, str) or condition.is_ is not None:
        return value == condition.is_
    if condition.below is not None:
        return value < condition.below
    if condition.at_least is not None:
        return value >= condition.at_least
    return condition.at_most is not None and value <= condition.at_most
