"""Which rule of which regulation speaks on a day, and how a committee has adjusted it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

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


def for_organizations(organizations: Iterable[Organization], day: dt.date) -> dict[int, Rules]:
    """Return the rules of each organisation by its key (two queries for all)."""
    rows = list(organizations)
    known = book(rows)
    return {row.pk: known.of(row, day) for row in rows}


def book(organizations: Iterable[Organization]) -> RuleBook:
    """Return all rules and adjustments that ever held for some organisations (two queries)."""
    paths = {path for row in organizations for path in tree.lineage(row.path)}
    return RuleBook(
        tuple(Regulation.objects.order_by("code", "effective_from")),
        tuple(
            RegulationAdjustment.objects.filter(committee__path__in=paths)
            .select_related("committee")
            .order_by("code", "effective_from")
        ),
    )


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
    concerned = Q(committee__path__in=scope.lineage()) | scope.q("committee__path")
    return list(
        RegulationAdjustment.objects.filter(concerned, code=code)
        .select_related("committee", "made_by")
        .order_by("-effective_from", "-pk")
    )


def adjusted_codes(scope: Scope, day: dt.date) -> set[str]:
    """Return the rules that are adjusted on a day somewhere in or above ``scope`` (one query)."""
    concerned = Q(committee__path__in=scope.lineage()) | scope.q("committee__path")
    rows = RegulationAdjustment.objects.in_force_on(day).filter(concerned)
    return set(rows.values_list("code", flat=True))
