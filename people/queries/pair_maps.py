"""Who has whom: the map of a branch, its households by area, and the branches side by side."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery

from branches.models import Organization
from branches.scope import Scope
from members.models import Exemption, Member, Membership
from members.rules.probation import probation_ends_on
from members.rules.status import ON_ROLL
from people.models import Contact, Pair
from people.queries import pairs
from people.queries.pairs import Row
from people.rules import pairs as rules
from people.rules.pairs import PairKind, PairState, Person, Proposal, Terms, Way

OVER = "OVER"  # as a filter: the planned end has come


@dataclass(frozen=True, slots=True)
class Load:
    """How many persons and households a member answers for."""

    member: Member
    people: int
    households: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Map:
    """The pairs of a place in force on a day; ``shown`` are those that the filter leaves."""

    rows: tuple[Row, ...]
    shown: tuple[Row, ...]
    loads: tuple[Load, ...]
    alone: tuple[Member, ...]
    terms: Terms

    @property
    def has_any(self) -> bool:
        return bool(self.rows)

    @property
    def households(self) -> int:
        return sum(row.pair.kind == PairKind.HOUSEHOLD for row in self.rows)

    @property
    def persons(self) -> int:
        return len(self.rows) - self.households

    @property
    def over(self) -> list[Load]:
        return [load for load in self.loads if load.is_over]

    def count(self, state: PairState) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def fine(self) -> int:
        return self.count(PairState.FINE)

    @property
    def due(self) -> int:
        return self.count(PairState.DUE)

    @property
    def apart(self) -> int:
        return self.count(PairState.APART)

    @property
    def ending(self) -> int:
        return sum(row.is_over for row in self.rows)


def map_of(place: Organization, on: dt.date, *, kind: str = "", state: str = "") -> Map:
    """Return who has whom at a branch or group on a day (four queries).

    ``kind`` and ``state`` ("" for all; a ``PairState``, or ``OVER``) narrow what is shown, not
    what is counted. Households are shown only where one of the two is asked for: they stand by
    the dozen in ``areas_of``.
    """
    terms = pairs.terms(place, on)
    found = pairs.with_people(pairs.of_place(place).on(on))  # type: ignore[attr-defined]
    found = pairs.with_standing(found, on)
    rows = pairs.rows_of(found.order_by("helper__name_pinyin", "helper_id", "kind", "pk"), on)
    paired = {row.pair.helper_id for row in rows} | {row.pair.helped_id for row in rows}
    return Map(
        rows=tuple(rows),
        shown=tuple(row for row in rows if _is_shown(row, kind, state)),
        loads=tuple(_loads(rows, terms)),
        alone=tuple(
            each.member for each in pairs.people(place, on) if each.member_id not in paired
        ),
        terms=terms,
    )


def ended(place: Organization, on: dt.date) -> list[Row]:
    """Return what has ended at a place, the last first (one query)."""
    rows = pairs.of_place(place).filter(ended_on__lte=on)
    rows = pairs.with_standing(pairs.with_people(rows), on)
    return pairs.rows_of(rows.order_by("-ended_on", "-pk"), on)


def proposals(place: Organization, on: dt.date) -> tuple[list[Proposal], dict[int, Member]]:
    """Return who could go with whom at a place, and the people by key (four queries)."""
    terms = pairs.terms(place, on)
    rows = list(pairs.of_place(place).on(on))  # type: ignore[attr-defined]
    load = Counter(row.helper_id for row in rows if row.kind != PairKind.HOUSEHOLD)
    helped = {
        kind: {row.helped_id for row in rows if row.kind == kind and row.helped_id is not None}
        for kind in rules.BETWEEN_MEMBERS
    }
    here = list(pairs.people(place, on))
    found = rules.propose(
        [
            Person(
                key=each.member_id,
                joined_on=_standing_from(each.member),
                is_probationary=each.member.is_probationary,
                education=each.member.education,
                group=each.group_id,
                people=load[each.member_id],
            )
            for each in here
        ],
        on,
        terms,
        helped=helped,
    )
    return found, {each.member_id: each.member for each in here}


@dataclass(slots=True)
class Patch:
    """The households of one member in one area."""

    area: str
    helper: Member
    households: list[Row] = field(default_factory=list)
    visited_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Areas:
    """The map of 责任区. ``short``: members with fewer households than asked, with how many."""

    patches: tuple[Patch, ...]
    short: tuple[tuple[Member, int], ...]
    needed: int

    @property
    def households(self) -> int:
        return sum(len(patch.households) for patch in self.patches)

    @property
    def areas(self) -> int:
        return len({patch.area for patch in self.patches})


def areas_of(place: Organization, on: dt.date) -> Areas:
    """Return the households of a place by area and member (five queries)."""
    visits = Contact.objects.filter(
        pair=OuterRef("pk"), way=Way.VISIT, removed_at__isnull=True, on__lte=on
    )
    last = visits.order_by().values("pair").annotate(last=Max("on")).values("last")
    rows = pairs.of_place(place).on(on).filter(kind=PairKind.HOUSEHOLD)  # type: ignore[attr-defined]
    found = pairs.with_standing(pairs.with_people(rows), on).annotate(visited_on=Subquery(last))
    patches: dict[tuple[str, int], Patch] = {}
    for pair in found.order_by("area", "helper__name_pinyin", "helper_id", "pk"):
        patch = patches.setdefault((pair.area, pair.helper_id), Patch(pair.area, pair.helper))
        patch.households.append(pairs.row_of(pair, on))
        visited = pair.visited_on
        patch.visited_on = max(filter(None, (patch.visited_on, visited)), default=None)
    needed = pairs.terms(place, on).households
    return Areas(
        patches=tuple(patches.values()),
        short=tuple(_short(place, on, list(patches.values()), needed)) if patches else (),
        needed=needed,
    )


@dataclass(frozen=True, slots=True)
class BranchLine:
    """One branch: its pairs, how many are in touch, how many members have nobody.

    ``share`` of those that can be in touch, None where there is none.
    """

    branch: Organization
    pairs: int
    fine: int
    apart: int
    members: int
    alone: int

    @property
    def share(self) -> float | None:
        able = self.pairs - self.apart
        return self.fine / able if able else None

    @property
    def due(self) -> int:
        return self.pairs - self.apart - self.fine


def branch_lines(scope: Scope, on: dt.date) -> list[BranchLine]:
    """Return the branches in reach side by side, in tree order (four queries)."""
    branches = [each for each in pairs.places(scope, on) if each.is_branch]
    standing = pairs.with_standing(Pair.objects.on(on).in_scope(scope), on)
    fine = Q(is_apart=False, due_by__gte=on)
    counted: dict[int, dict[str, Any]] = {
        row["branch"]: row
        for row in standing.order_by()
        .values("branch")
        .annotate(
            n=Count("pk"),
            n_fine=Count("pk", filter=fine),
            n_apart=Count("pk", filter=Q(is_apart=True)),
        )
    }
    homes = Membership.objects.home().filter(scope.q("branch__path"))
    members = _by_branch(homes.on(on).filter(member__status__in=ON_ROLL))
    alone = _by_branch(pairs.without_pair(homes, on))
    return [
        BranchLine(
            branch=branch,
            pairs=counted.get(branch.pk, {}).get("n", 0),
            fine=counted.get(branch.pk, {}).get("n_fine", 0),
            apart=counted.get(branch.pk, {}).get("n_apart", 0),
            members=members[branch.pk],
            alone=alone[branch.pk],
        )
        for branch in branches
    ]


def _by_branch(rows: object) -> Counter[int]:
    found = rows.order_by().values_list("branch").annotate(n=Count("member", distinct=True))  # type: ignore[attr-defined]
    return Counter(dict(found))


def _standing_from(member: Member) -> dt.date | None:
    """Return from when 党龄 counts; without a day of regularisation, a year after admission."""
    if member.regularised_on is not None or member.admitted_on is None:
        return member.regularised_on
    return probation_ends_on(member.admitted_on)


def _is_shown(row: Row, kind: str, state: str) -> bool:
    if not kind and not state:
        return row.pair.kind != PairKind.HOUSEHOLD
    return kind in ("", row.pair.kind) and (
        row.is_over if state == OVER else state in ("", row.state)
    )


def _loads(rows: Sequence[Row], terms: Terms) -> list[Load]:
    found: dict[int, Member] = {}
    people: Counter[int] = Counter()
    households: Counter[int] = Counter()
    for row in rows:
        found.setdefault(row.pair.helper_id, row.pair.helper)
        counted = households if row.pair.kind == PairKind.HOUSEHOLD else people
        counted[row.pair.helper_id] += 1
    return [
        Load(member, people[key], households[key], rules.is_over(people[key], terms))
        for key, member in found.items()
    ]


def _short(
    place: Organization, on: dt.date, patches: Sequence[Patch], needed: int
) -> list[tuple[Member, int]]:
    """Return who answers for fewer households than asked; who is exempted is not asked."""
    has: Counter[int] = Counter()
    for patch in patches:
        has[patch.helper.pk] += len(patch.households)
    exempted = Exemption.objects.on(on).values("member_id")
    return [
        (each.member, has[each.member_id])
        for each in pairs.people(place, on).exclude(member__in=exempted)
        if has[each.member_id] < needed
    ]
