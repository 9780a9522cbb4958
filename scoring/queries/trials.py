"""A trial run beside the run in force: what is kept of it, counted in the database.

Findings hold ``summary`` (one row a period: what the list of periods shows) and ``periods``,
one dict each, in the order tried:

``period``; ``scale``: what moves are counted by; ``against``: title and version of the run it
is compared with, whether its single items are known; None where nothing was computed;
``before`` and ``after``: rated, mean, grades (label, how many); ``moves``: how many of each of
``comparing.MOVES``; ``items``: mean points by item, and ``fed``: for how many subjects anything
was recorded in the period (None: an item of the old scheme alone); ``movers``: those whose place,
grade or points change, all organisations or the hundred members that move furthest; ``changed``:
how many there are; ``branches``: of members, how many move in each branch where anybody does.
Points are kept as text. Members are kept by number, without a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, Sum

from branches.models import Organization
from branches.rules.periods import Period
from scoring.models import Line, Place, Run, SchemeTrial, Score
from scoring.queries import comparisons, schemes
from scoring.queries.comparisons import text
from scoring.rules import comparing
from scoring.rules.comparing import MOVES, Scale, Side
from scoring.rules.scheme import ZERO, Item, Scheme


def periods_of(trial: SchemeTrial) -> list[Period]:
    return spanned(Period.parse(trial.first_period), Period.parse(trial.last_period))


def spanned(first: Period, last: Period) -> list[Period]:
    """Return the periods from the first to the last, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = first.next
    return found


def counterpart(committee: Organization, scheme: Scheme, period: Period) -> Run | None:
    """Return the current run of the period that a scheme is best compared with (one query).

    Runs of whole periods come before those rolled up from shorter ones.
    """
    found = list(
        Run.objects.current()
        .of_period(period)
        .filter(committee=committee, version__target=scheme.target)
        .select_related("version")
        .order_by("scheme_code")
    )
    runs = [run for run in found if not run.is_rolled_up] or found
    place = comparing.closest(scheme, [schemes.scheme_of(run.version) for run in runs])
    return None if place is None else runs[place]


def compare(after: Run, scheme: Scheme, before: Run | None) -> dict[str, Any]:
    """Return the findings of one period; the number of queries does not depend on its size.

    :param before: the run in force; None: nothing to compare with.
    """
    old = schemes.scheme_of(before.version) if before else None
    scale = comparing.scale_of(old, scheme) if old else Scale(comparing.grade_kind(scheme))
    graded = scale.kind if scale.kind in comparing.GRADES else ""
    itemised = before is not None and not before.is_rolled_up
    found: dict[str, Any] = {
        "period": str(after.period),
        "scale": scale.kind,
        "against": None,
        "before": None,
        "after": _spread(after, scheme, graded),
        "moves": dict.fromkeys(MOVES, 0),
        "movers": [],
        "changed": 0,
        "branches": [],
    }
    if before and old:
        found["before"] = _spread(before, old, graded)
        found["against"] = {
            "title": str(before.version),
            "version": before.version_id,
            "computed_at": before.computed_at.isoformat(),
            "itemised": itemised,
        }
        subjects = comparisons.beside(before, after, scale, of_members=scheme.target == "member")
        found["moves"] = subjects.aggregate(**comparisons.counts())
        found["changed"] = subjects.filter(comparisons.changed()).count()
        sides = (old if itemised else None, scheme)
        found["movers"] = comparisons.movers(subjects, before, after, scale, sides)
        if scheme.target == "member":
            found["branches"] = comparisons.branches(subjects)
    found["items"] = _items(before if itemised else None, after, old, scheme, found)
    return found


def _spread(run: Run, scheme: Scheme, kind: str) -> dict[str, Any]:
    """Return how a run's subjects spread over the grades (three queries)."""
    kind = kind or comparing.grade_kind(scheme)
    grades = dict.fromkeys(comparing.grade_labels(scheme, kind), 0)
    if grades:
        places = Place.objects.filter(run=run).order_by().values_list(kind)
        for value, count in places.annotate(n=Sum("subjects")):
            grades[Side(total=ZERO, **{kind: value}).grade(kind)] += count
    scores = Score.objects.filter(run=run).order_by()
    for veto, count in scores.exclude(veto="").values_list("veto").annotate(n=Count("pk")):
        grades[veto] = grades.get(veto, 0) + count
    counted = scores.aggregate(rated=Count("total"), every=Count("pk"), mean=Avg("total"))
    return {
        "rated": counted["rated"],
        "unrated": counted["every"] - counted["rated"],
        "mean": text(counted["mean"]),
        "grades": list(grades.items()),
    }


def _items(
    before: Run | None,
    after: Run,
    old: Scheme | None,
    scheme: Scheme,
    found: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return what each item adds to the total on the mean of all rated (one query)."""
    sums: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    lines = Line.objects.filter(run__in=[run for run in (before, after) if run])
    anything = ~Q(quantity=0) | Q(base__gt=0)
    fed: dict[str, tuple[int, int]] = {}
    for run, code, points, rows, recorded in (
        lines.values_list("run_id", "item__code")
        .annotate(
            points=Sum("points"),
            rows=Count("item_id"),
            recorded=Count("item_id", filter=anything),
        )
        .order_by()
    ):
        sums[run][code] = points
        if run == after.pk:
            fed[code] = (rows, recorded)
    fed_items = {
        item.code: _fed(scheme, item, *fed.get(item.code, (0, 0))) for item in scheme.items
    }

    def means(run: Run | None, rated: int) -> dict[str, Decimal]:
        found = sums[run.pk] if run and rated else {}
        return {code: points / rated for code, points in found.items()}

    rows = comparing.item_changes(
        old if before else None,
        scheme,
        means(before, found["before"]["rated"] if before else 0),
        means(after, found["after"]["rated"]),
    )
    return [
        {
            "code": row.code,
            "title": row.title,
            "before": text(row.before),
            "after": text(row.after),
            "change": text(row.change),
            "fed": fed_items.get(row.code),
        }
        for row in rows
    ]


def _fed(scheme: Scheme, item: Item, rows: int, recorded: int) -> int:
    """Return for how many subjects something was recorded, from an item's lines in a run.

    A mark or entry makes its line, be it of 0; what the product counts is 0 where nothing was.
    """
    by_hand = item.rule in ("mark", "band") and not schemes.is_counted(scheme, item)
    return rows if by_hand else recorded


def summary(periods: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return of each period's findings what the list of periods shows."""
    return [
        {
            "period": found["period"],
            "scale": found["scale"],
            "moves": found["moves"] if found["against"] else None,
            "before": found["before"]["mean"] if found["before"] else None,
            "after": found["after"]["mean"],
        }
        for found in periods
    ]
