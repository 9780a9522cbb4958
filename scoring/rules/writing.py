"""A scheme written back as TOML, in the layout of the shipped schemes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from scoring.rules.scheme import (
    ONE,
    Band,
    Condition,
    Consequence,
    Floor,
    Item,
    Outcome,
    Part,
    Procedure,
    Rollup,
    Scheme,
    Tier,
    Veto,
)

_INDENT = "  "
_LONGEST_LINE = 100
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}

# A value ready to stand behind ``key =``; None: the key is left out.
_Keys = Mapping[str, str | None]


def write(scheme: Scheme) -> str:
    """Return the scheme's TOML text; ``reading.read`` of it gives the same scheme.

    One key a line, a blank line between tables, and no key that only repeats its default.
    Comments of a text that was read are not kept.
    """
    tables = [_table("", _head(scheme))]
    for part in scheme.parts:
        tables.append(_table("[[part]]", _part(part)))
        tables += [_table("[[part.item]]", _item(item), _INDENT) for item in part.items]
    tables.append(_table("[outcome]", _outcome(scheme.outcome)))
    tables += [_table("[[outcome.tier]]", _tier(tier)) for tier in scheme.outcome.tiers]
    tables += [_table("[[outcome.band]]", _band(band)) for band in scheme.outcome.bands]
    tables += [_table("[[veto]]", _veto(veto)) for veto in scheme.vetoes]
    tables += [_table("[[consequence]]", _consequence(one)) for one in scheme.consequences]
    header = "[rollup]" if len(scheme.rollups) == 1 else "[[rollup]]"
    tables += [_table(header, _rollup(rollup)) for rollup in scheme.rollups]
    tables.append(_table("[procedure]", _procedure(scheme.procedure)))
    tables.append(_table("[pay]", {"weight": _number(scheme.pay_weight)}))
    return "\n".join(table for table in tables if table)


def _table(header: str, keys: _Keys, indent: str = "") -> str:
    """Return the table's lines; nothing when it has no keys."""
    lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
    if not lines:
        return ""
    text = "\n".join([header, *lines] if header else lines)
    return "".join(f"{indent}{line}\n" for line in text.split("\n"))


def _head(scheme: Scheme) -> _Keys:
    return {
        "code": _text(scheme.code),
        "title": _text(scheme.title),
        "source": _text(scheme.source or None),
        "target": _text(scheme.target),
        "period": _text(scheme.period),
        "groups": _text(scheme.groups),
    }


def _part(part: Part) -> _Keys:
    return {
        "code": _text(part.code),
        "title": _text(part.title),
        "full": _number(part.full),
        "weight": _number(part.weight if part.weight != ONE else None),
        "bonus": "true" if part.bonus else None,
    }


def _item(item: Item) -> _Keys:
    bands = [_inline({"min": _number(b.min), "points": _number(b.points)}) for b in item.bands]
    return {
        "code": _text(item.code),
        "title": _text(item.title),
        "rule": _text(item.rule),
        "points": _number(item.points),
        "cap": _number(item.cap),
        "full": _number(item.full),
        "empty": _text(item.empty if item.empty != "full" else None),
        "of": _text(item.of if item.of != "quantity" else None),
        "bands": _array(bands, room=len(f"{_INDENT}bands = ")),
        "fact": _text(item.fact),
        "types": _array(map(_quoted, item.types), room=len(f"{_INDENT}types = ")),
        "standard": _text(item.standard or None),
        "owner": _text(item.owner or None),
        "note": _text(item.note or None),
    }


def _outcome(outcome: Outcome) -> _Keys:
    floor = outcome.floor
    return {
        "exempt": _array(map(_quoted, outcome.exempt), room=len("exempt = ")),
        "floor": None if floor is None else _floor(floor),
    }


def _floor(floor: Floor) -> str:
    return _inline({"below": _number(floor.below), "label": _text(floor.label)})


def _tier(tier: Tier) -> _Keys:
    return {
        "label": _text(tier.label),
        "share": _number(tier.share),
        "from": _text("bottom" if tier.from_bottom else None),
    }


def _band(band: Band) -> _Keys:
    return {
        "label": _text(band.label),
        "star": _whole(band.star),
        "min": _number(band.min),
        "coefficient": _number(band.coefficient),
    }


def _veto(veto: Veto) -> _Keys:
    return {
        "code": _text(veto.code),
        "title": _text(veto.title),
        "label": _text(veto.label),
        "unless": _text(veto.unless),
    }


def _consequence(one: Consequence) -> _Keys:
    return {
        "title": _text(one.title),
        "kind": _text(one.kind if one.kind != "other" else None),
        "any": _array(map(_condition, one.any), room=len("any = ")),
        "all": _array(map(_condition, one.all), room=len("all = ")),
        "periods": _whole(one.periods if one.periods != 1 else None),
        "within": _whole(one.within),
        "period": _text(one.period or None),
        "days": _whole(one.days),
        "coefficient": _number(one.coefficient),
        "withhold": _number(one.withhold),
    }


def _condition(condition: Condition) -> str:
    is_ = condition.is_
    return _inline(
        {
            "of": _text(condition.of),
            "below": _number(condition.below),
            "at_least": _number(condition.at_least),
            "at_most": _number(condition.at_most),
            "is": _text(is_) if isinstance(is_, str) else _number(is_),
        }
    )


def _rollup(rollup: Rollup) -> _Keys:
    # The weights' number already says how long the longer period is.
    return {
        "of": _text(rollup.of),
        "to": _text(None if rollup.weights else rollup.to),
        "weights": _array((f"{weight:f}" for weight in rollup.weights), room=len("weights = ")),
    }


def _procedure(procedure: Procedure) -> _Keys:
    usual = Procedure()
    return {
        key: _whole(days if days != default else None)
        for key, days, default in (
            ("comments", procedure.comments, usual.comments),
            ("publicity", procedure.publicity, usual.publicity),
            ("answers", procedure.answers, usual.answers),
        )
    }


def _quoted(value: str) -> str:
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _SHORT_ESCAPES.get(char) or f"\\u{ord(char):04X}"


def _text(value: str | None) -> str | None:
    return None if value is None else _quoted(value)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _whole(value: int | None) -> str | None:
    return None if value is None else str(value)


def _inline(keys: _Keys) -> str:
    return "{ " + ", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None) + " }"


def _array(values: Iterable[str], *, room: int) -> str | None:
    """Return an array on one line where it fits behind ``room`` columns; None when empty."""
    written = list(values)
    if not written:
        return None
    line = f"[{', '.join(written)}]"
    if room + len(line) <= _LONGEST_LINE:
        return line
    return "\n".join(["[", *(f"{_INDENT}{value}," for value in written), "]"])
