"""The star board, and how a branch's members stand: what a month looks like."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from branches.models import Organization
from branches.rules.periods import Period
from branches.scope import Scope
from scoring.models import Run, SchemeVersion, Score
from scoring.queries import explanations, schemes
from scoring.rules.scheme import Scheme


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One branch: ``change`` is against the period before, None where there was none."""

    score: Score
    change: Decimal | None
    proposals: tuple[str, ...]

    @property
    def organization(self) -> Organization:
        return self.score.organization


@dataclass(frozen=True, slots=True)
class Board:
    run: Run
    scheme: Scheme
    rows: tuple[BoardRow, ...]

    @property
    def has_proposals(self) -> bool:
        return any(row.proposals for row in self.rows)

    @property
    def unmarked(self) -> int:
        """How many branches lack the data of a whole part, usually marks not yet given."""
        return sum(row.score.is_rated and None in row.score.parts for row in self.rows)

    @property
    def stars(self) -> dict[int, int]:
        """How many branches have each number of stars, best first."""
        found = Counter(row.score.star for row in self.rows if row.score.star is not None)
        return dict(sorted(found.items(), reverse=True))


def board(run: Run, scope: Scope, *, type: str = "") -> Board:
    """Return a run of branches in ``scope``, best first, the vetoed and unrated last."""
    mine = Score.objects.filter(run=run).in_scope(scope)
    if type:
        mine = mine.filter(organization__type=type)
    rows = list(mine.select_related("organization"))
    before = dict(
        Score.objects.current()
        .filter(
            run__committee=run.committee_id,
            run__scheme_code=run.scheme_code,
            run__period_start=run.period.previous.first_day,
            run__period_kind=run.period_kind,
        )
        .rated()
        .in_scope(scope)
        .values_list("organization_id", "total")
    )
    proposed = explanations.proposals(run, rows)
    found = [
        BoardRow(row, _change(row.total, before.get(row.organization_id)), proposed.get(row.pk, ()))
        for row in rows
    ]
    found.sort(key=_place)
    return Board(run, schemes.scheme_of(run.version), tuple(found))


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


def current_run(committee_paths: list[str], target: str, period: Period) -> Run | None:
    """Return the current run that rates branches (or members) below the nearest committee."""
    return (
        Run.objects.current()
        .of_period(period)
        .filter(committee__path__in=committee_paths, version__target=target)
        .select_related("version", "committee")
        .order_by("-committee__path", "scheme_code")
        .first()
    )


def rated_periods(committee_paths: list[str], target: str) -> list[Period]:
    """Return the months that have been computed, newest first."""
    starts = (
        Run.objects.current()
        .filter(committee__path__in=committee_paths, version__target=target)
        .order_by("-period_start")
        .values_list("period_start", flat=True)
        .distinct()
    )
    return [Period(start) for start in starts]


@dataclass(frozen=True, slots=True)
class TierRow:
    """How many members of one branch stand in each tier, in the order of the columns."""

    organization: Organization
    counts: tuple[int, ...]
    exempt: int
    rated: int


@dataclass(frozen=True, slots=True)
class TierTable:
    run: Run
    labels: tuple[str, ...]
    rows: tuple[TierRow, ...]

    @property
    def totals(self) -> list[tuple[str, int]]:
        """Members in each tier, all branches together."""
        return [
            (label, sum(row.counts[n] for row in self.rows)) for n, label in enumerate(self.labels)
        ]


def tier_table(run: Run, scope: Scope, *, type: str = "") -> TierTable:
    """Return members by tier for each branch in ``scope``: numbers, no names (two queries)."""
    scores = Score.objects.filter(run=run).in_scope(scope)
    if type:
        scores = scores.filter(organization__type=type)
    counted: dict[int, Counter[str]] = {}
    for organization, unrated, tier, count in (
        scores.order_by()
        .annotate(is_unrated=Q(total__isnull=True))
        .values_list("organization_id", "is_unrated", "place__tier")
        .annotate(n=Count("pk"))
    ):
        counted.setdefault(organization, Counter())["—" if unrated else tier] += count
    scheme = schemes.scheme_of(run.version)
    labels = scheme.outcome.tier_labels
    organizations = Organization.objects.filter(pk__in=counted).order_by("path")
    rows = tuple(
        TierRow(
            organization=organization,
            counts=tuple(counted[organization.pk][label] for label in labels),
            exempt=counted[organization.pk]["—"],
            rated=sum(counted[organization.pk][label] for label in labels),
        )
        for organization in organizations
    )
    return TierTable(run, labels, rows)


def scores_of_branch(run: Run, organization: Organization) -> QuerySet[Score]:
    """Return a branch's members with their scores, by name: not a ranking."""
    return (
        Score.objects.filter(run=run, organization=organization, member__isnull=False)
        .select_related("member")
        .order_by("member__name_pinyin", "member_id")
    )


def latest_score_of(organization: Organization, before: Period) -> Score | None:
    """Return a branch's newest current score of a month earlier than ``before``."""
    return (
        Score.objects.current()
        .filter(
            organization=organization,
            member__isnull=True,
            run__period_start__lt=before.first_day,
        )
        .select_related("run__version", "organization")
        .order_by("-run__period_start")
        .first()
    )


def versions_in_scope(scope: Scope) -> QuerySet[SchemeVersion]:
    """Return the versions that rate anything a scope reaches."""
    reach = SchemeVersion.objects.in_scope(scope) | SchemeVersion.objects.filter(
        committee__path__in=scope.lineage()
    )
    return reach.select_related("committee").order_by(
        "committee__path", "target", "code", "-number"
    )
