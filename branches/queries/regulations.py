"""Which rule of which regulation speaks on a day, and how a committee has adjusted it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from branches.access import Grants
from branches.models import Organization, Regulation, RegulationAdjustment
from branches.rules import tree
from branches.scope import Scope

Rules = dict[str, Regulation]


def in_force(day: dt.date) -> Rules:
    """Return the regulations in force on a day by code (one query); the newest edition wins."""
    rows = Regulation.objects.in_force_on(day).order_by("code", "effective_from")
    return {row.code: row for row in rows}


def for_organization(organization: Organization, day: dt.date) -> Rules:
    """Return the rules that hold for an organisation on a day (two queries).

    As ``in_force``, with the parameters of the nearest committee's adjustment; a rule that is
    muted there is left out.
    """
    return book([organization]).of(organization, day)


def parameters(
    organization: Organization, day: dt.date, code: str, known: RuleBook | None = None
) -> dict[str, Any]:
    """Return the parameters of one rule for an organisation on a day; {} where it is not in force
    or muted there (two queries, none with a rule book).
    """
    rule = (known or book([organization])).of(organization, day).get(code)
    return dict(rule.parameters) if rule is not None else {}


def for_organizations(organizations: Iterable[Organization], day: dt.date) -> dict[int, Rules]:
    """Return the rules of each organisation by its key (two queries for all)."""
    rows = list(organizations)
    known = book(rows)
    return {row.pk: known.of(row, day) for row in rows}


def book(organizations: Iterable[Organization]) -> RuleBook:
    """Return all rules and adjustments that ever held for some organisations (two queries)."""
    paths = {path for row in organizations for path in tree.lineage(row.path)}
    return _book(Q(committee__path__in=paths))


def book_below(organization: Organization) -> RuleBook:
    """Return the rules of an organisation and of all below it (two queries)."""
    return _book(_concerning(Scope((organization.path,))))


def book_of(grants: Grants) -> RuleBook:
    """Return the rules of every organisation at or below somebody's posts.

    Two queries at the first asking, none later in the same request.
    """
    return grants.once("rules", lambda: _book(_concerning(grants.reach())))


def _book(committees: Q) -> RuleBook:
    return RuleBook(
        tuple(Regulation.objects.order_by("code", "effective_from")),
        tuple(
            RegulationAdjustment.objects.filter(committees)
            .select_related("committee")
            .order_by("code", "effective_from")
        ),
    )


def _concerning(scope: Scope) -> Q:
    """Return the filter for adjustments of committees in ``scope`` and of those above it."""
    return Q(committee__path__in=scope.lineage()) | scope.q("committee__path")


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules and adjustments of all days; asking it needs no query."""

    _rules: tuple[Regulation, ...]
    _adjustments: tuple[RegulationAdjustment, ...]
    _known: dict[tuple[dt.date, tuple[int, ...]], Rules] = field(default_factory=dict)

    def of(self, organization: Organization, day: dt.date) -> Rules:
        """Return the rules of one of its organisations on a day; shared, so never changed."""
        nearest = self._speaking(organization.path, day)
        key = (day, tuple(sorted(row.pk for row in nearest.values())))
        if key not in self._known:
            rules = {row.code: row for row in self._rules if row.is_in_force(day)}
            adjusted = {
                code: _adjusted(row, nearest.get(code))
                for code, row in rules.items()
                if code not in nearest or not nearest[code].is_muted
            }
            self._known[key] = adjusted
        return self._known[key]

    def adjusting(
        self, codes: Iterable[str], within: Organization, day: dt.date
    ) -> list[Organization]:
        """Return the committees at or below an organisation that adjust one of some rules."""
        asked = set(codes)
        found = {
            row.committee.pk: row.committee
            for row in self._adjustments
            if row.code in asked
            and row.is_in_force(day)
            and row.committee.path.startswith(within.path)
        }
        return list(found.values())

    def muted(self, organization: Organization, code: str, day: dt.date) -> Regulation | None:
        """Return a rule that is muted for an organisation, with the adjustment; else None."""
        row = self._speaking(organization.path, day).get(code)
        rules = {rule.code: rule for rule in self._rules if rule.is_in_force(day)}
        if row is None or not row.is_muted or code not in rules:
            return None
        return _adjusted(rules[code], row)

    def _speaking(self, path: str, day: dt.date) -> dict[str, RegulationAdjustment]:
        """Return the nearest committee's adjustment of each rule."""
        found: dict[str, RegulationAdjustment] = {}
        for row in self._adjustments:
            if not path.startswith(row.committee.path) or not row.is_in_force(day):
                continue
            before = found.get(row.code)
            if before is None or len(row.committee.path) >= len(before.committee.path):
                found[row.code] = row
        return found


def _adjusted(row: Regulation, adjustment: RegulationAdjustment | None) -> Regulation:
    if adjustment is None:
        return row
    changed = copy.copy(row)
    # A parameter that the rule has gained since stays as the rule says.
    changed.parameters = {**row.parameters, **adjustment.parameters}
    changed.adjustment = adjustment
    return changed


def editions(code: str) -> list[Regulation]:
    """Return all editions of a rule, the newest first (one query)."""
    return list(Regulation.objects.filter(code=code).order_by("-effective_from"))


def adjustments_of(code: str, scope: Scope) -> list[RegulationAdjustment]:
    """Return what committees made of a rule, as far as it concerns ``scope`` (one query).

    Those of committees in it and of those above it, the newest first.
    """
    return list(
        RegulationAdjustment.objects.filter(_concerning(scope), code=code)
        .select_related("committee", "made_by")
        .order_by("-effective_from", "-pk")
    )


def adjustments_on(scope: Scope, day: dt.date) -> dict[str, list[RegulationAdjustment]]:
    """Return by rule what committees in or above ``scope`` make of it on a day (one query).

    The nearest first: of two above one branch the first has the word.
    """
    found: dict[str, list[RegulationAdjustment]] = {}
    rows = RegulationAdjustment.objects.in_force_on(day).filter(_concerning(scope))
    for row in rows.select_related("committee").order_by("-committee__path"):
        found.setdefault(row.code, []).append(row)
    return found
