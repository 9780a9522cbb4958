"""The star board, and how a branch's members stand: what a period looks like."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet

from activities.queries import activities
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period, PeriodKind
from branches.rules.tree import OrganizationKind, OrganizationType
from branches.scope import Scope
from branches.wording import ORGANIZATION_TYPES
from scoring.models import Run, SchemeVersion, Score
from scoring.queries import explanations, main_scheme, schemes
from scoring.rules.scheme import Scheme

KIND_ORDER = list(PeriodKind)
LOW, HIGH = Decimal("0.6"), Decimal("0.9")  # shares of the full mark
LOOKED_AT = 12  # of the newest scores, to find the one whose period is over


@dataclass(frozen=True, slots=True)
class Filter:
    """What a board is narrowed to: a comparison type, and what stands below a parent."""

    type: str = ""
    parent: Organization | None = None

    def scores(self, run: Run, scope: Scope) -> QuerySet[Score]:
        """Return the scores of a run in ``scope`` that pass."""
        found = Score.objects.filter(run=run).in_scope(scope)
        if self.type:
            found = found.filter(organization__type=self.type)
        if self.parent is not None:
            found = found.filter(organization__path__startswith=self.parent.path)
        return found


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class PartColumn:
    """A part's full mark, and from where its bar is called low and high."""

    full: Decimal
    low: Decimal
    top: Decimal


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One branch: ``change`` is against the period before, None where there was none.

    ``overdue`` counts the period's records that are past their deadline and not closed.
    """

    score: Score
    change: Decimal | None
    proposals: tuple[str, ...]
    overdue: int = 0

    parts: tuple[tuple[PartColumn, Decimal | None], ...] = ()

    @property
    def organization(self) -> Organization:
        return self.score.organization

    @property
    def type_label(self) -> str:
        return ORGANIZATION_TYPES[OrganizationType(self.score.organization.type)]


@dataclass(frozen=True, slots=True)
class Board:
    """``has_proposals`` and ``has_overdue`` say whether any row has some: whether to show them."""

    run: Run
    scheme: Scheme
    rows: tuple[BoardRow, ...]
    has_proposals: bool
    has_overdue: bool

    @property
    def unmarked(self) -> int:
        """How many branches lack the data of a whole part, usually marks not yet given."""
        if self.run.is_rolled_up:
            return 0
        asked: dict[str, list[int]] = {}
        for row in self.rows:
            group = row.score.comparison_group
            if group not in asked:
                asked[group] = _parts_of(self.scheme, group)
        return sum(
            row.score.is_rated
            and any(row.score.part(n) is None for n in asked[row.score.comparison_group])
            for row in self.rows
        )

    @property
    def stars(self) -> dict[int, int]:
        """How many branches have each number of stars, best first."""
        found = Counter(row.score.star for row in self.rows if row.score.star is not None)
        return dict(sorted(found.items(), reverse=True))


def board(
    run: Run, scope: Scope, *, chosen: Filter = EVERYTHING, on: dt.date | None = None
) -> Board:
    """Return a run of branches in ``scope``, best first, the vetoed and unrated last.

    :param on: the day up to which overdue records are counted; None: they are not.
    """
    rows = list(chosen.scores(run, scope).select_related("organization"))
    before = _totals_before(run, scope)
    overdue = _overdue(scope, run.period, on) if on is not None else {}
    proposed = explanations.proposals(run, rows)
    scheme = schemes.scheme_of(run.version)
    columns = [PartColumn(part.full, part.full * LOW, part.full * HIGH) for part in scheme.parts]
    found = [
        BoardRow(
            row,
            _change(row.total, before.get(row.organization_id)),
            proposed.get(row.pk, ()),
            overdue.get(row.organization.path, 0),
            tuple((column, row.part(n)) for n, column in enumerate(columns)),
        )
        for row in rows
    ]
    found.sort(key=_place)
    return Board(
        run,
        scheme,
        tuple(found),
        has_proposals=any(row.proposals for row in found),
        has_overdue=any(row.overdue for row in found),
    )


def _totals_before(run: Run, scope: Scope) -> dict[int, Decimal | None]:
    """Return the branches' totals of the period before (one query)."""
    return dict(
        Score.objects.current()
        .of_period(run.period.previous)
        .filter(run__committee=run.committee_id, run__scheme_code=run.scheme_code)
        .rated()
        .in_scope(scope)
        .order_by()
        .values_list("organization_id", "total")
    )


def _parts_of(scheme: Scheme, group: str) -> list[int]:
    """Return the places of the parts that exist for a comparison group."""
    return [
        n
        for n, part in enumerate(scheme.parts)
        if any(item.applies_to(group) for item in part.items)
    ]


def _overdue(scope: Scope, period: Period, on: dt.date) -> Counter[str]:
    """Return how many records are overdue by the branch's path, its groups' with it (one query)."""
    found = activities.found(scope, activities.Filters(state=activities.OVERDUE), on)
    counted = (
        found.filter(held_on__gte=period.first_day, held_on__lt=period.end)
        .select_related(None)
        .order_by()
        .values_list("organization__path", "organization__kind")
        .annotate(n=Count("pk"))
    )
    waiting: Counter[str] = Counter()
    for path, kind, n in counted:
        waiting[tree.parent_path(path) if kind == OrganizationKind.GROUP else path] += n
    return waiting


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


def _place(row: BoardRow) -> tuple[bool, bool, Decimal, str]:
    score = row.score
    return (
        score.total is None,
        score.rank is None,
        -(score.total or Decimal(0)),
        score.organization.path,
    )


def runs_of(places: Iterable[str], target: str, period: Period) -> list[Run]:
    """Return the current runs of a period that rate what stands at ``places``, the main one first.

    Of every place (an organisation's path) one a scheme: the nearest committee's. Two committees
    beside each other that use one scheme have a run each (one query).
    """
    lineages = [tree.lineage(place) for place in places]
    rows = (
        Run.objects.current()
        .of_period(period)
        .filter(committee__path__in={path for one in lineages for path in one})
        .filter(version__target=target)
        .select_related("version", "committee")
        .annotate(first_adopted=main_scheme.first_adopted())
        .order_by("-committee__path", "scheme_code")
    )
    found: dict[int, Run] = {}
    for lineage in lineages:
        nearest: dict[str, Run] = {}
        for run in rows:
            if run.committee.path in lineage:
                nearest.setdefault(run.scheme_code, run)
        found |= {run.pk: run for run in nearest.values()}
    return main_scheme.of_runs(found.values())


def current_run(
    places: Iterable[str],
    target: str,
    period: Period,
    looked_at: main_scheme.LookedAt | None = None,
) -> Run | None:
    """Return the current run of the main scheme, or of the one looked at last (one query)."""
    return main_scheme.chosen(runs_of(places, target, period), looked_at)


def rated_periods(committee_paths: list[str], target: str) -> list[Period]:
    """Return the periods that have been computed, newest first, of one start the short first."""
    starts = (
        Run.objects.current()
        .filter(committee__path__in=committee_paths, version__target=target)
        .order_by()
        .values_list("period_start", "period_kind")
        .distinct()
    )
    found = [Period(start, PeriodKind(kind)) for start, kind in starts]
    found.sort(key=lambda period: KIND_ORDER.index(period.kind))
    return sorted(found, key=lambda period: period.first_day, reverse=True)


def latest_finished(rated: Iterable[Period], on: dt.date) -> Period | None:
    """Return the period that ended last by the beginning of this month, the shortest of those."""
    month = Period.containing(on).first_day
    finished = [period for period in rated if period.end <= month]
    return max(finished, key=lambda period: (period.end, period.first_day), default=None)


def parents(scope: Scope, on: dt.date) -> list[Organization]:
    """Return what a board can be narrowed to: general branches and committees below the top."""
    found = (
        Organization.objects.in_scope(scope)
        .of_kind(OrganizationKind.GENERAL_BRANCH, OrganizationKind.COMMITTEE)
        .standing_on(on)
        .order_by("path")
    )
    return [parent for parent in found if parent.path not in scope.roots]


def scores_of(organization: Organization, period: Period) -> list[Score]:
    """Return a branch's current scores of a period, the main scheme's first (one query)."""
    return main_scheme.of_scores(
        Score.objects.current()
        .of_period(period)
        .filter(organization=organization, member__isnull=True)
        .select_related("run__version", "run__committee", "organization")
        .annotate(first_adopted=main_scheme.first_adopted("run__"))
    )


def latest_score_of(
    organization: Organization, on: dt.date, looked_at: main_scheme.LookedAt | None = None
) -> Score | None:
    """Return a branch's current score of the period that ended last by this month's beginning.

    Of the scheme looked at last, else the main scheme's.
    """
    found = list(
        Score.objects.current()
        .filter(
            organization=organization, member__isnull=True,
            run__period_start__lt=Period.containing(on).first_day,
        )
        .select_related("run__version", "organization")
        .annotate(first_adopted=main_scheme.first_adopted("run__"))
        .order_by("-run__period_start", "run__scheme_code")[:LOOKED_AT]
    )  # fmt: skip
    latest = latest_finished([score.run.period for score in found], on)
    scores = main_scheme.of_scores(score for score in found if score.run.period == latest)
    run = main_scheme.chosen([score.run for score in scores], looked_at)
    return next((score for score in scores if score.run == run), None)


def versions_in_scope(scope: Scope) -> QuerySet[SchemeVersion]:
    """Return the versions that rate anything a scope reaches."""
    reach = SchemeVersion.objects.in_scope(scope) | SchemeVersion.objects.filter(
        committee__path__in=scope.lineage()
    )
    return reach.select_related("committee").order_by(
        "committee__path", "target", "code", "-number"
    )
