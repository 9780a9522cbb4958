"""The heat map: branches by items, each cell what the item gave and how much of the most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Avg, Count

from branches.models import Organization
from branches.scope import Scope
from scoring.models import Line, Run, SchemeItem, Score
from scoring.queries import schemes
from scoring.queries.boards import EVERYTHING, Filter
from scoring.rules import explaining, heat
from scoring.rules.rounding import half_up
from scoring.rules.scheme import ZERO, Item, Scheme


@dataclass(frozen=True, slots=True)
class Cell:
    """``points`` None: there was nothing to judge by, or the item is not for this branch."""

    points: Decimal | None
    level: int


@dataclass(frozen=True, slots=True)
class Row:
    """One branch; of members' schemes the mean of its ``rated`` members, without names."""

    organization: Organization
    total: Decimal | None
    cells: tuple[Cell, ...]
    rated: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    full: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """``parts``: each part's title and how many of the columns are its."""

    run: Run
    scheme: Scheme
    parts: tuple[tuple[str, int], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def heat_map(run: Run, scope: Scope, *, chosen: Filter = EVERYTHING) -> HeatMap:
    """Return a run's branches by items in tree order (three queries)."""
    scheme = schemes.scheme_of(run.version)
    codes = dict(SchemeItem.objects.filter(version=run.version_id).values_list("id", "code"))
    of = _of_members if run.version.rates_members else _of_branches
    return HeatMap(
        run,
        scheme,
        tuple((part.title, len(part.items)) for part in scheme.parts),
        tuple(Column(item.title, _full(item)) for item in scheme.items),
        tuple(of(run, scheme, codes, chosen, scope)),
    )


def _full(item: Item) -> str:
    if item.rule != "each":
        return explaining.plain(item.worth)
    return f"至 {explaining.plain(item.cap)}" if item.cap is not None else "按次"


def _of_branches(
    run: Run, scheme: Scheme, codes: Mapping[int, str], chosen: Filter, scope: Scope
) -> list[Row]:
    scores = list(
        chosen.scores(run, scope).select_related("organization").order_by("organization__path")
    )
    points: dict[int, dict[str, Decimal]] = {}
    lines = Line.objects.filter(run=run, subject_id__in=[s.organization_id for s in scores])
    for subject, item, given in lines.values_list("subject_id", "item_id", "points"):
        points.setdefault(subject, {})[codes[item]] = given
    return [
        Row(
            score.organization,
            score.total,
            tuple(
                _cell(item, points.get(score.organization_id, {}).get(item.code), score)
                for item in scheme.items
            ),
        )
        for score in scores
    ]


def _cell(item: Item, given: Decimal | None, score: Score) -> Cell:
    if not score.is_rated or not item.applies_to(score.comparison_group):
        return Cell(None, 0)
    if given is None and item.rule == "each":
        given = ZERO
    return Cell(given, heat.level(item, given))


def _of_members(
    run: Run, scheme: Scheme, codes: Mapping[int, str], chosen: Filter, scope: Scope
) -> list[Row]:
    """Return the means by branch; what adds counts 0 for those who have none of it."""
    counted = (
        chosen.scores(run, scope)
        .filter(total__isnull=False)
        .order_by()
        .values_list("organization_id")
    )
    rated = {
        branch: (count, mean)
        for branch, count, mean in counted.annotate(n=Count("pk"), mean=Avg("total"))
    }
    sums = {
        (branch, codes[item]): (total, count)
        for branch, item, total, count in _sums(run, list(rated))
    }
    rows = []
    for organization in Organization.objects.filter(pk__in=rated).order_by("path"):
        own, mean_total = rated[organization.pk]
        cells = []
        for item in scheme.items:
            total, count = sums.get((organization.pk, item.code), (ZERO, 0))
            divisor = own if item.rule == "each" else count
            mean = half_up(total / divisor) if divisor else None
            cells.append(Cell(mean, heat.level(item, mean)))
        rows.append(Row(organization, half_up(mean_total), tuple(cells), own))
    return rows


def _sums(run: Run, branches: list[int]) -> list[tuple[int, int, Decimal, int]]:
    # Lines name their subject by its id alone, so the join is written here.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT score.organization_id, line.item_id, SUM(line.points), COUNT(*)"
            " FROM scoring_line AS line JOIN scoring_score AS score"
            " ON score.run_id = line.run_id AND score.member_id = line.subject_id"
            " WHERE line.run_id = %s AND score.organization_id = ANY(%s) GROUP BY 1, 2",
            [run.pk, branches],
        )
        return cursor.fetchall()
