"""The catalogue of ledgers (台账): each app declares its own, pages and commands list them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from branches.models import Organization
from branches.rules.ledger_table import TableLedger
from branches.rules.periods import Period, PeriodKind
from branches.rules.tree import OrganizationKind

Build = Callable[[Organization, Period], TableLedger]


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of ledger: what it is called and how its table is gathered from the facts.

    ``build`` returns the same table for the same facts; it reads no clock.
    """

    code: str
    title: str
    description: str
    build: Build
    kinds: frozenset[OrganizationKind] = frozenset(
        {
            OrganizationKind.COMMITTEE,
            OrganizationKind.GENERAL_BRANCH,
            OrganizationKind.BRANCH,
        }
    )
    periods: frozenset[PeriodKind] = frozenset(PeriodKind)


_catalogue: dict[str, Ledger] = {}


def register(ledger: Ledger) -> None:
    """Add a ledger; done once, when its app loads."""
    if ledger.code in _catalogue:
        raise ValueError(f"ledger {ledger.code} is declared twice")
    _catalogue[ledger.code] = ledger


def catalogue() -> list[Ledger]:
    return sorted(_catalogue.values(), key=lambda ledger: ledger.code)


def get(code: str) -> Ledger | None:
    return _catalogue.get(code)
