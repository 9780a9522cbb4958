"""Changing one place of a scheme: what stands there, what is put there, and where it is written.

A place is named as addresses name it: ``head``, ``grades``, ``bands``, ``rollups`` and
``procedure`` once each; ``part-0``, ``item-0-2`` (the third item of the first part), ``veto-1``
and ``consequence-0`` by their order, and with ``new`` for one that is to be added.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from scoring.rules.positions import Path, locate
from scoring.rules.problems import Problem
from scoring.rules.scheme import Consequence, Item, Part, Scheme, Veto

SECTIONS = ("head", "grades", "bands", "rollups", "procedure")
Element = Part | Item | Veto | Consequence

_FIELDS = {"part": "parts", "veto": "vetoes", "consequence": "consequences"}
_WHERE = re.compile(r"(?:(part|veto|consequence)|item-(\d{1,4}))-(\d{1,4}|new)", re.ASCII)
# The tables in which a section that stands once is written; head is what stands in none.
_TABLES = {
    "grades": (("outcome", "tier"), ("outcome", "floor"), ("outcome", "exempt")),
    "bands": (("outcome", "band"),),
    "rollups": (("rollup",),),
    "procedure": (("procedure",), ("pay",)),
}


@dataclass(frozen=True, slots=True)
class Where:
    """One place. ``number`` None in an element's place: a new one at the end."""

    kind: str
    number: int | None = None
    part: int | None = None

    @classmethod
    def parse(cls, text: str) -> Where:
        """Read a place.

        :raises ValueError: any other text.
        """
        if text in SECTIONS:
            return cls(text)
        match = _WHERE.fullmatch(text)
        if match is None:
            raise ValueError(f"not a place: {text!r}")
        number = None if match[3] == "new" else int(match[3])
        if match[1]:
            return cls(match[1], number)
        return cls("item", number, int(match[2]))

    @property
    def is_section(self) -> bool:
        return self.kind in SECTIONS

    @property
    def is_new(self) -> bool:
        return not self.is_section and self.number is None

    def __str__(self) -> str:
        if self.is_section:
            return self.kind
        number = "new" if self.number is None else self.number
        return f"item-{self.part}-{number}" if self.kind == "item" else f"{self.kind}-{number}"


def found(scheme: Scheme, where: Where) -> Element | None:
    """Return what stands there; None for a section, and where something new is to be added.

    :raises LookupError: the scheme has no such place.
    """
    if where.is_section:
        return None
    siblings = _siblings(scheme, where)
    return None if where.number is None else siblings[where.number]


def identity(element: Element | None) -> str:
    """Return what tells an element from its neighbours though its order changes."""
    if element is None:
        return ""
    return element.title if isinstance(element, Consequence) else element.code


def put(scheme: Scheme, where: Where, element: Any) -> Scheme:
    """Return the scheme with ``element`` in that place, or at the end when it is new."""
    siblings = _siblings(scheme, where)
    number = len(siblings) if where.number is None else where.number
    return _with(scheme, where, (*siblings[:number], element, *siblings[number + 1 :]))


def without(scheme: Scheme, where: Where) -> Scheme:
    """Return the scheme without what stands there."""
    assert where.number is not None
    siblings = _siblings(scheme, where)
    return _with(scheme, where, (*siblings[: where.number], *siblings[where.number + 1 :]))


def moved(scheme: Scheme, where: Where, by: int) -> tuple[Scheme, Where]:
    """Return the scheme with an element ``by`` places further on, and its place then.

    At the end of its list nothing moves.
    """
    assert where.number is not None
    siblings = list(_siblings(scheme, where))
    to = min(max(where.number + by, 0), len(siblings) - 1)
    siblings.insert(to, siblings.pop(where.number))
    return _with(scheme, where, tuple(siblings)), dataclasses.replace(where, number=to)


def count(scheme: Scheme, where: Where) -> int:
    """Return how many stand in the same list."""
    return len(_siblings(scheme, where))


def fresh_code(prefix: str, used: Collection[str]) -> str:
    """Return the first of prefix-1, prefix-2 … that is not used."""
    number = 1
    while f"{prefix}-{number}" in used:
        number += 1
    return f"{prefix}-{number}"


def places(scheme: Scheme) -> Iterator[tuple[Where, Element]]:
    """Give every element with its place, in file order."""
    for p, part in enumerate(scheme.parts):
        yield Where("part", p), part
        for i, item in enumerate(part.items):
            yield Where("item", i, p), item
    for kind, field in _FIELDS.items():
        if kind != "part":
            for number, element in enumerate(getattr(scheme, field)):
                yield Where(kind, number), element


def path(scheme: Scheme, where: Where) -> Path:
    """Return where an element is written in the scheme's text."""
    number = count(scheme, where) if where.number is None else where.number
    if where.kind == "item":
        assert where.part is not None
        return ("part", where.part, "item", number)
    return (where.kind, number)


def path_of(text: str, problem: Problem) -> Path:
    """Return the path of the value or table at which a mistake was noted; () when unknown."""
    at = (problem.line, problem.column)
    positions = locate(text)
    for known in (positions.values, positions.keys):
        paths = [path for path, place in known.items() if (place.line, place.column) == at]
        if paths:
            return max(paths, key=len)
    return ()


def where_of(path: Path) -> Where:
    """Return the place in which something written at a path is changed."""
    match path:
        case ("part", int() as part, "item", int() as number, *_):
            return Where("item", number, part)
        case (("part" | "veto" | "consequence") as kind, int() as number, *_):
            return Where(str(kind), number)
    for section, tables in _TABLES.items():
        if any(path[: len(table)] == table for table in tables):
            return Where(section)
    return Where("grades" if path[:1] == ("outcome",) else "head")


def _siblings(scheme: Scheme, where: Where) -> tuple[Any, ...]:
    if where.kind == "item":
        assert where.part is not None
        return scheme.parts[where.part].items
    found: tuple[Any, ...] = getattr(scheme, _FIELDS[where.kind])
    return found


def _with(scheme: Scheme, where: Where, siblings: tuple[Any, ...]) -> Scheme:
    if where.kind == "item":
        assert where.part is not None
        part = dataclasses.replace(scheme.parts[where.part], items=siblings)
        parts = (*scheme.parts[: where.part], part, *scheme.parts[where.part + 1 :])
        return dataclasses.replace(scheme, parts=parts)
    changed: dict[str, Any] = {_FIELDS[where.kind]: siblings}
    return dataclasses.replace(scheme, **changed)
