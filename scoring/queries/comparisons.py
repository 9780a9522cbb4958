"""Two runs beside each other, counted in the database: who moves from one to the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    FilteredRelation,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce

from branches.models import Organization
from members.models import Member
from scoring.models import Line, Run
from scoring.rules import comparing
from scoring.rules.comparing import MOVES, Scale, Side
from scoring.rules.rounding import half_up
from scoring.rules.scheme import ZERO, Scheme

MOST_MEMBERS = 100
NUMBER: DecimalField[Any, Any] = DecimalField(max_digits=14, decimal_places=2)
_SIDE = ("total", "place__rank", "place__tier", "place__band", "place__star", "veto")


def beside(before: Run, after: Run, scale: Scale, *, of_members: bool) -> QuerySet[Any, Any]:
    """Return the subjects of either run with both their scores and levels."""
    model: type[Member] | type[Organization] = Member if of_members else Organization
    # Scores of members name their branch too, but a run rates only one kind of subject.
    return (
        model._default_manager.order_by()
        .annotate(
            was=FilteredRelation("scores", condition=Q(scores__run=before.pk)),
            now=FilteredRelation("scores", condition=Q(scores__run=after.pk)),
        )
        .filter(Q(was__isnull=False) | Q(now__isnull=False))
        .annotate(
            was_level=_level("was", scale),
            now_level=_level("now", scale),
            home=Coalesce("now__organization_id", "was__organization_id"),
        )
    )


def _level(side: str, scale: Scale) -> Case:
    """Return ``Scale.level`` as SQL."""
    rated: Any
    if scale.kind == "star":
        rated = Coalesce(f"{side}__place__star", 0)
    elif scale.kind == "rank":
        rated = Value(0) - F(f"{side}__place__rank")
    elif scale.kind == "total":
        rated = F(f"{side}__total")
    else:
        best = len(scale.labels)
        rated = Case(
            *(
                When(**{f"{side}__place__{scale.kind}": label}, then=Value(best - n))
                for n, label in enumerate(scale.labels)
            ),
            default=Value(0),
        )
    return Case(
        When(**{f"{side}__total__isnull": True}, then=None),
        When(~Q(**{f"{side}__veto": ""}), then=Value(comparing.LOWEST)),
        default=rated,
        output_field=NUMBER,
    )


def counts() -> dict[str, Count]:
    """Return ``comparing.move`` as SQL: one count for each of ``MOVES``."""
    both = Q(was_level__isnull=False, now_level__isnull=False)
    cases = {
        "up": Q(now_level__gt=F("was_level")),
        "down": Q(now_level__lt=F("was_level")),
        "same": Q(now_level=F("was_level")),
        "entered": Q(was_level__isnull=True, now_level__isnull=False),
        "left": Q(was_level__isnull=False, now_level__isnull=True),
    }
    return {
        move: Count("pk", filter=case if move in ("entered", "left") else both & case)
        for move, case in cases.items()
    }


def changed() -> Q:
    """Return the filter for who moves, changes place or has other points."""
    differ = Q(was_level__isnull=True) ^ Q(now_level__isnull=True)
    for was, now in (
        ("was_level", "now_level"),
        ("was__total", "now__total"),
        ("was__place__rank", "now__place__rank"),
    ):
        differ |= Q(**{f"{now}__gt": F(was)}) | Q(**{f"{now}__lt": F(was)})
    return differ


def movers(
    subjects: QuerySet[Any, Any],
    before: Run,
    after: Run,
    scale: Scale,
    schemes: tuple[Scheme | None, Scheme],
) -> list[dict[str, Any]]:
    """Return who changes, and by which items (two queries)."""
    old, new = schemes
    rows = subjects.filter(changed()).values(
        "pk", "home", *(f"{side}__{name}" for side in ("was", "now") for name in _SIDE)
    )
    if new.target == "member":
        rows = rows.order_by(
            Abs(F("now_level") - F("was_level")).desc(nulls_last=True),
            Abs(F("now__total") - F("was__total")).desc(nulls_last=True),
            "pk",
        )[:MOST_MEMBERS]
    chosen = list(rows)
    lines = _lines(before, after, {row["pk"] for row in chosen}) if old else {}
    return [_mover(row, scale, old, new, lines, (before.pk, after.pk)) for row in chosen]


def _mover(
    row: dict[str, Any],
    scale: Scale,
    old: Scheme | None,
    new: Scheme,
    lines: dict[tuple[int, int], dict[str, Decimal]],
    runs: tuple[int, int],
) -> dict[str, Any]:
    was, now = _side(row, "was"), _side(row, "now")
    rest, items = None, []
    if old and was.total is not None and now.total is not None:
        of_was, of_now = (lines.get((run, row["pk"]), {}) for run in runs)
        items = [one for one in comparing.item_changes(old, new, of_was, of_now) if one.change]
        rest = now.total - was.total - sum((one.change for one in items), ZERO)
    return {
        "subject": row["pk"],
        "organization": row["home"],
        "move": comparing.move(scale, was, now) or "same",
        "before": _told(was, scale.kind if scale.kind in comparing.GRADES else _kind_of(old)),
        "after": _told(now, scale.kind if scale.kind in comparing.GRADES else _kind_of(new)),
        "items": [[one.code, text(one.change)] for one in items],
        "rest": text(rest),
    }


def _kind_of(scheme: Scheme | None) -> str:
    return comparing.grade_kind(scheme) if scheme else ""


def _side(row: dict[str, Any], side: str) -> Side:
    total, rank, tier, band, star, veto = (row[f"{side}__{name}"] for name in _SIDE)
    return Side(total, rank, tier or "", band or "", star, veto or "")


def _told(side: Side, kind: str) -> dict[str, Any]:
    return {"total": text(side.total), "rank": side.rank, "grade": side.grade(kind)}


def _lines(
    before: Run, after: Run, subjects: Collection[int]
) -> dict[tuple[int, int], dict[str, Decimal]]:
    """Return points by item code, for each run and subject (one query)."""
    found: defaultdict[tuple[int, int], dict[str, Decimal]] = defaultdict(dict)
    lines = Line.objects.filter(run__in=[before, after], subject_id__in=subjects)
    for run, subject, code, points in lines.values_list(
        "run_id", "subject_id", "item__code", "points"
    ):
        found[run, subject][code] = points
    return found


def branches(subjects: QuerySet[Any, Any]) -> list[list[int]]:
    """Return the branches where somebody moves: its id and a count for each of ``MOVES``."""
    rows = subjects.values("home").annotate(**counts()).values_list("home", *MOVES)
    same = 1 + MOVES.index("same")
    return [list(row) for row in rows if any(n for k, n in enumerate(row) if k not in (0, same))]


def text(value: Decimal | None) -> str | None:
    """Return points as findings keep them."""
    return None if value is None else f"{half_up(value):.2f}"
