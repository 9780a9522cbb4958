"""Rows as COPY reads them, and tables as streams of such rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

CHUNK = 4000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one table: ``lines`` are blocks of finished text, in the order of ``columns``."""

    model: str
    columns: tuple[str, ...]
    lines: Iterable[str]


def line(*values: object) -> str:
    """Return one row in COPY's text format."""
    return "\t".join(map(field, values)) + "\n"


def field(value: object) -> str:
    if type(value) is str:
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)


def moment(day: dt.date, time: str) -> str:
    """Return a moment of a day in China as PostgreSQL reads it."""
    return f"{day.isoformat()} {time}+08"


def blocks(lines: Iterable[str]) -> Iterator[str]:
    """Join single rows into blocks worth a write."""
    rows = iter(lines)
    while block := "".join(islice(rows, CHUNK)):
        yield block
