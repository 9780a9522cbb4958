"""A scheme as SQL: the expressions by which one statement turns facts into points.

The same rules as ``scoring.rules`` (points, tiers, bands, vetoes), written once more for
volume; ``tests/scoring/test_statement.py`` holds the two equal on random facts. Numbers come
from a validated scheme and are written as literals; codes and labels are quoted.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from psycopg import sql

from scoring.rules.scheme import Item, Outcome, Part, Scheme, Veto


def number(value: Decimal | int) -> str:
    return f"({Decimal(value):f})::numeric"


def is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value() and abs(value) < 1_000_000_000


def text(value: str) -> str:
    return sql.quote(value)


def points(item: Item, quantity: str, base: str, *, whole: bool = False) -> str:
    """Return the item's points from its fact's columns, rounded half up to 0.01.

    NULL: the item is missing, or does not exist for the subject's comparison group.

    :param whole: the quantity is a count: an integer column that is never NULL.
    """
    worth = _points(item, quantity, base, whole=whole)
    return f"CASE WHEN {_exists_for(item)} THEN {worth} END" if item.types else worth


def _exists_for(item: Item) -> str:
    return f"comparison_group IN ({', '.join(map(text, item.types))})"


def _points(item: Item, quantity: str, base: str, *, whole: bool) -> str:
    if item.rule == "each":
        assert item.points is not None
        if whole and is_whole(item.points) and (item.cap is None or is_whole(item.cap)):
            # Whole numbers need no rounding and are a third of the price of decimals.
            return _capped(f"{item.points:f} * {quantity}", f"{item.cap:f}" if item.cap else None)
        worth = f"{number(item.points)} * {quantity}"
        done = f"ROUND({_capped(worth, number(item.cap) if item.cap else None)}, 2)"
        return f"CASE WHEN {quantity} IS NULL THEN 0 ELSE {done} END"
    if item.rule == "deduct":
        assert item.points is not None and item.full is not None
        if whole and is_whole(item.points) and is_whole(item.full):
            return f"GREATEST(0, {item.full:f} - {item.points:f} * {quantity})"
        left = f"ROUND(GREATEST(0, {number(item.full)} - {number(item.points)} * {quantity}), 2)"
        return f"CASE WHEN {quantity} IS NULL THEN ROUND({number(item.full)}, 2) ELSE {left} END"
    if item.rule == "mark":
        assert item.full is not None
        # GREATEST and LEAST ignore NULL, so a missing mark needs the CASE.
        clipped = f"ROUND(GREATEST(0, LEAST({number(item.full)}, {quantity})), 2)"
        return f"CASE WHEN {quantity} IS NOT NULL THEN {clipped} END"
    if item.rule == "share":
        assert item.full is not None
        nothing_due = {"full": number(item.full), "zero": "0", "omit": "NULL"}[item.empty]
        full = number(item.full)
        return (
            f"ROUND(CASE WHEN {quantity} IS NULL OR {base} IS NULL OR {base} = 0"
            f" THEN {nothing_due} WHEN {quantity} >= {base} THEN {full}"
            f" ELSE {full} * {quantity} / {base} END, 2)"
        )
    return _band(item, quantity, base)


def _capped(worth: str, cap: str | None) -> str:
    return f"GREATEST(-{cap}, LEAST({cap}, {worth}))" if cap else worth


def _band(item: Item, quantity: str, base: str) -> str:
    by_ratio = item.of == "ratio"
    cases = [
        # quantity ÷ base ≥ min without dividing: a quotient would be rounded.
        f"WHEN {quantity} >= {number(band.min)}{f' * {base}' if by_ratio else ''}"
        f" THEN {number(band.points)}"
        for band in sorted(item.bands, key=lambda band: -band.min)
    ]
    missing = f"{quantity} IS NULL"
    if by_ratio:
        missing += f" OR {base} IS NULL OR {base} = 0"
    return f"ROUND(CASE WHEN {missing} THEN NULL {' '.join(cases)} ELSE 0 END, 2)"


def may_be_missing(item: Item) -> bool:
    return item.rule in ("mark", "band") or (item.rule == "share" and item.empty == "omit")


def may_be_null(item: Item) -> bool:
    """Return whether the item's points can be absent: missing, or not for every type."""
    return may_be_missing(item) or bool(item.types)


def part(part_: Part, columns: Iterable[str]) -> str:
    """Return a part's sum from its items' points, scaled for missing items; NULL: missing."""
    pairs = list(zip(part_.items, columns, strict=True))
    total = " + ".join(
        f"COALESCE({column}, 0)" if may_be_null(item) else column for item, column in pairs
    )
    if any(may_be_missing(item) for item, _ in pairs):
        all_worth = _worth_of_all(part_.items)
        present = " + ".join(
            f"CASE WHEN {column} IS NULL THEN 0 ELSE {number(item.worth)} END"
            for item, column in pairs
        )
        total = (
            f"CASE WHEN ({present}) IN (0, {all_worth}) THEN {total}"
            f" ELSE ({total}) * {all_worth} / ({present}) END"
        )
    clipped = f"LEAST({number(part_.full)}, {total})"
    if not part_.bonus:
        clipped = f"GREATEST(0, {clipped})"
    if not all(may_be_null(item) for item, _ in pairs):
        return f"ROUND({clipped}, 2)"
    nothing = " AND ".join(f"{column} IS NULL" for _, column in pairs)
    return f"CASE WHEN {nothing} THEN NULL ELSE ROUND({clipped}, 2) END"


def _worth_of_all(items: Iterable[Item]) -> str:
    """Return what the items that exist for the subject weigh together."""
    always = number(sum((item.worth for item in items if not item.types), Decimal(0)))
    for_some = [
        f"CASE WHEN {_exists_for(item)} THEN {number(item.worth)} ELSE 0 END"
        for item in items
        if item.types
    ]
    return f"({' + '.join([always, *for_some])})"


def total(scheme: Scheme, columns: Iterable[str]) -> str:
    """Return the weighted sum of the parts that count; NULL: none of them is present."""
    pairs = [(p, c) for p, c in zip(scheme.parts, columns, strict=True) if p.weight]
    weighted = " + ".join(f"COALESCE({c}, 0) * {number(p.weight)}" for p, c in pairs)
    nothing = " AND ".join(f"{column} IS NULL" for _, column in pairs)
    return f"CASE WHEN {nothing} THEN NULL ELSE ROUND({weighted}, 2) END"


def veto(vetoes: Iterable[tuple[Veto, str, str | None]]) -> str:
    """Return the label of the first veto that holds, from columns of what was recorded."""
    cases = []
    for rule, column, unless in vetoes:
        lifted = f" AND NOT COALESCE({unless} > 0, FALSE)" if unless else ""
        cases.append(f"WHEN {column} > 0{lifted} THEN {text(rule.label)}")
    return f"CASE {' '.join(cases)} ELSE '' END" if cases else "''"


def tier(outcome: Outcome, *, total: str, n: str, at_least: str, at_most: str) -> str:
    """Return the tier's label of a subject in the race (1261 and its like)."""
    cases = []
    if outcome.floor is not None:
        cases.append(
            f"WHEN {total} < {number(outcome.floor.below)} THEN {text(outcome.floor.label)}"
        )
    bottom, middle, cumulative = "", "''", Decimal(0)
    for rule in outcome.tiers:
        if rule.share is None:
            middle = text(rule.label)
        elif rule.from_bottom:
            seats = f"FLOOR({number(rule.share)} * {n})"
            bottom = f"WHEN {at_most} <= {seats} THEN {text(rule.label)}"
        else:
            cumulative += rule.share
            seats = f"FLOOR({number(cumulative)} * {n})"
            cases.append(f"WHEN {at_least} <= {seats} THEN {text(rule.label)}")
    cases += [bottom] if bottom else []
    return f"CASE {' '.join(cases)} ELSE {middle} END" if cases else middle


def band(outcome: Outcome, *, total: str) -> tuple[str, str]:
    """Return the expressions for the band's label and its star."""
    bands = sorted(outcome.bands, key=lambda rule: -rule.min)
    if not bands:
        return "''", "NULL::smallint"
    labels = [f"WHEN {total} >= {number(rule.min)} THEN {text(rule.label)}" for rule in bands]
    stars = [
        f"WHEN {total} >= {number(rule.min)} THEN {rule.star if rule.star is not None else 'NULL'}"
        for rule in bands
    ]
    return f"CASE {' '.join(labels)} ELSE '' END", f"(CASE {' '.join(stars)} END)::smallint"
