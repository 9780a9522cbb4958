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

    def value(self, of: str) -> Decimal | str | None:
        """Return the value a condition's ``of`` names, None where there is none."""
        if of == "total":
            return self.total
        if of == "tier":
            return self.tier
        if of == "star":
            return None if self.star is None else Decimal(self.star)
        if of == "rank_from_bottom":
            return None if self.rank_from_bottom is None else Decimal(self.rank_from_bottom)
        return self.parts.get(of.removeprefix("part."))


def latest_periods(periods: Iterable[str], count: int) -> tuple[str, ...]:
    """Return the ``count`` latest distinct period labels, newest first; fewer if there are fewer.

    Labels sort as strings, older first.
    """
    return tuple(sorted(set(periods), reverse=True)[:count])


def proposed(
    consequences: Iterable[Consequence], now: Standing, before: Sequence[Standing | None]
) -> tuple[str, ...]:
    """Return the titles of the consequences that apply, in file order.

    ``before`` are the subject's standings in the periods before this one, newest first;
    None where it had no result. With ``periods = k`` the whole condition must hold in each
    of k periods running, so too short a history proposes nothing.
    """
    return tuple(
        consequence.title
        for consequence in consequences
        if consequence.periods <= len(before) + 1
        and all(
            standing is not None and _holds(consequence, standing)
            for standing in (now, *before[: consequence.periods - 1])
        )
    )


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
