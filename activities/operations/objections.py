"""What a regulation has against a step, and who may take the step all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from activities.operations.refusals import Refused
from activities.rules.votes import Check
from branches.models import Regulation

BLOCK, INFO = "BLOCK", "INFO"


@dataclass(frozen=True, slots=True)
class Objection:
    """A condition that does not hold: its arithmetic, and the article that asks for it."""

    code: str
    words: str
    source: str

    def __str__(self) -> str:
        return f"{self.words}（{self.source}）。"


class Blocked(Refused):
    """A rule that blocks does not hold; somebody above may set it aside with a reason."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        super().__init__("".join(map(str, objections)))
        self.objections = objections


class Unconfirmed(Refused):
    """A rule that warns does not hold: the step waits for a word that it is meant."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        super().__init__("".join(map(str, objections)))
        self.objections = objections


def check(
    checks: Iterable[Check],
    *,
    rules: Mapping[str, Regulation],
    set_aside: Collection[str],
    confirmed: bool,
) -> None:
    """Refuse what blocks and is not set aside; let what warns pass only once it is ``confirmed``.

    A rule that is not in force on the day of the meeting has nothing to say, and one of mere
    information stops nobody.

    :raises Blocked: a blocking rule does not hold.
    :raises Unconfirmed: a warning one does not, and nobody has said that it is meant so.
    """
    broken = [each for each in checks if not each.holds and each.code in rules]
    blocked = tuple(
        _objection(each, rules)
        for each in broken
        if rules[each.code].severity == BLOCK and each.code not in set_aside
    )
    if blocked:
        raise Blocked(blocked)
    warned = tuple(
        _objection(each, rules) for each in broken if rules[each.code].severity not in (BLOCK, INFO)
    )
    if warned and not confirmed:
        raise Unconfirmed(warned)


def _objection(check: Check, rules: Mapping[str, Regulation]) -> Objection:
    rule = rules[check.code]
    return Objection(check.code, check.words, f"《{rule.source}》{rule.article}")
