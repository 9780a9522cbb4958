"""Which meetings are missing of what the regulations ask for, organisation by organisation."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from activities.queries import schedule
from activities.queries.schedule import Held
from activities.rules import rhythm
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.rhythm import Asked
from branches.models import Organization, Regulation
from branches.queries.regulations import RuleBook, Rules
from branches.rules.establishment import has_committee
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope

COMMITTEE_RULE = "O8"  # small branches have no committee


@dataclass(frozen=True, slots=True)
class Owing:
    """One organisation that owes a meeting in a window.

    ``planned`` is still to come, ``earlier`` are windows before in which it was missed too.
    """

    host: Organization
    kind: ActivityKind
    regulation: Regulation
    window: Period
    held: int
    planned: tuple[Held, ...] = ()
    earlier: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Meetings:
    """What was held by the hosts of a scope, and how large their branches are."""

    held: Mapping[tuple[str, int], Sequence[Held]]
    full_members: Mapping[int, int]

    def of(self, kind: ActivityKind, host: Organization) -> Sequence[Held]:
        return self.held.get((kind, host.pk), ())


def meetings(
    scope: Scope,
    hosts: Sequence[Organization],
    book: RuleBook,
    on: dt.date,
    full_members: Mapping[int, int] | None = None,
) -> Meetings:
    """Return what stands of each kind that has a rhythm, as far back as is told (two queries).

    :param full_members: how many each branch has, where that has been read already.
    """
    starts: dict[ActivityKind, dt.date] = {}
    for host in hosts:
        for kind, asked in asked_of(host, book.of(host, on)).items():
            first = rhythm.windows(on, asked.every)[0].first_day
            starts[kind] = min(first, starts.get(kind, first))
    held = defaultdict(list)
    for row in schedule.held_since(scope, starts):
        held[row.kind, row.organization_id].append(row)
    if full_members is None:
        full_members = schedule.full_members(scope, on)
    return Meetings(held, full_members)


def asked_of(host: Organization, rules: Rules) -> dict[ActivityKind, Asked]:
    """Return what the rules ask of an organisation, by kind of meeting."""
    found = {}
    for kind, rule in KINDS.items():
        if rule.every is None or rule.held_by != host.kind or rule.regulation not in rules:
            continue
        found[kind] = _asked(rules[rule.regulation])
    return found


def is_asked(
    kind: ActivityKind, host: Organization, rules: Rules, full_members: Mapping[int, int]
) -> bool:
    """Return whether an organisation is asked for a kind: a small branch has no 支委会 (O8)."""
    small = rules.get(COMMITTEE_RULE)
    if kind is not ActivityKind.COMMITTEE or small is None:
        return True
    return has_committee(full_members.get(host.pk, 0), small.parameters["committee_from"])


def owing(
    hosts: Sequence[Organization], known: Meetings, book: RuleBook, on: dt.date
) -> list[Owing]:
    """Return what is missing, kind by kind in their usual order, then in the order of hosts.

    A past window is judged by the rules that were in force in it. What is long past is told
    with the latest of its kind, not before this month's.
    """
    found: dict[ActivityKind, list[Owing]] = {kind: [] for kind in KINDS}
    for host in hosts:
        rules = book.of(host, on)
        for kind, asked in asked_of(host, rules).items():
            if is_asked(kind, host, rules, known.full_members):
                found[kind] += _of(host, kind, asked, known.of(kind, host), book, on)
    return [each for rows in found.values() for each in rows]


def _of(
    host: Organization,
    kind: ActivityKind,
    asked: Asked,
    stands: Sequence[Held],
    book: RuleBook,
    on: dt.date,
) -> list[Owing]:
    code = KINDS[kind].regulation

    def then(window: Period) -> Asked | None:
        if code not in book.of(host, window.first_day):
            return None
        rule = book.of(host, window.last_day).get(code)
        return _asked(rule) if rule else None

    missing = rhythm.owed(
        on=on,
        asked=asked,
        held_on=[row.held_on for row in stands],
        since=host.founded_on,
        asked_in=then,
    )
    past = [owed for owed in missing if not owed.window.contains(on)]
    found = []
    for owed in missing[len(past) - 1 :] if past else missing:
        window = owed.window
        is_open = window.contains(on)
        planned = [row for row in stands if row.held_on > on and window.contains(row.held_on)]
        earlier = [] if is_open else [before.window for before in past[:-1]]
        rules = book.of(host, on if is_open else window.last_day)
        found.append(
            Owing(host, kind, rules[code], window, owed.held, tuple(planned), tuple(earlier))
        )
    return found


def _asked(regulation: Regulation) -> Asked:
    parameters = regulation.parameters
    return Asked(
        PeriodKind(parameters["every"]),
        parameters.get("count", 1),
        parameters.get("warn_from_day"),
    )
