"""A table ledger (台账) as plain data: the page, the PDF and the workbook show the same."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

Cell = str | int | float | Decimal | dt.date | None
Row = tuple[Cell, ...]

PORTRAIT_WIDTH_MM = 180
LANDSCAPE_WIDTH_MM = 267


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """``width_mm`` is a share: the widths of a table are scaled to fill the page."""

    title: str
    width_mm: int
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Section:
    """One run of rows under its own heading (a month, a branch, a kind of meeting).

    An empty ``title`` prints no heading; ``note`` stands below the rows. ``titles`` name the
    columns of this section where they mean something else than the table's.
    """

    title: str
    rows: tuple[Row, ...]
    note: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryLine:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TableLedger:
    """``as_of`` is the time of the data (数据截止), never that of the printing.

    ``basis`` names what the figures rest on (scheme version, audit anchor); ``signatures``
    are the blanks to be filled by hand at the end. ``empty`` is told on the screen while there
    is no row: what it waits for.
    """

    code: str
    title: str
    organization: str
    period: str
    as_of: dt.datetime
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    summary: tuple[SummaryLine, ...] = ()
    basis: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ("党组织负责人", "审核人", "填表人")
    is_landscape: bool = False
    empty: str = ""

    def __post_init__(self) -> None:
        for section in self.sections:
            if section.titles and len(section.titles) != len(self.columns):
                raise ValueError(f"{self.code}: {len(section.titles)} titles do not fit")
            for row in section.rows:
                if len(row) != len(self.columns):
                    raise ValueError(
                        f"{self.code}: a row of {len(row)} cells under {len(self.columns)} columns"
                    )

    @property
    def row_count(self) -> int:
        return sum(len(section.rows) for section in self.sections)

    @property
    def checksum(self) -> str:
        """SHA-256 over everything printed, as 64 hexadecimal digits."""
        content = (
            self.code,
            self.title,
            self.organization,
            self.period,
            self.as_of.isoformat(),
            [column.title for column in self.columns],
            [
                [section.title, [list(map(shown, row)) for row in section.rows], section.note]
                + ([list(section.titles)] if section.titles else [])
                for section in self.sections
            ],
            [[line.label, line.value] for line in self.summary],
            self.basis,
            self.signatures,
        )
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def column_shares(self) -> tuple[str, ...]:
        """The widths as per cent of the table, in the order of the columns."""
        total = sum(column.width_mm for column in self.columns)
        return tuple(f"{100 * column.width_mm / total:.3f}%" for column in self.columns)

    def titles_of(self, section: Section) -> tuple[str, ...]:
        """What the columns of a section are called."""
        return section.titles or tuple(column.title for column in self.columns)

    def parts(self, rows_a_part: int) -> Iterator["TableLedger"]:
        """Cut into ledgers of at most so many rows, in order, none of them empty.

        A section that is cut keeps its heading on each part and its note on the last; the
        summary stays with the first part and the signatures with the last.
        """
        parts = list(_cut(self.sections, rows_a_part)) or [()]
        last = len(parts) - 1
        for position, sections in enumerate(parts):
            yield replace(
                self,
                sections=sections,
                summary=self.summary if position == 0 else (),
                signatures=self.signatures if position == last else (),
            )


def shown(cell: Cell) -> str:
    """A cell as printed: dates as 2026-10-05, an empty one as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell)


def _cut(sections: tuple[Section, ...], limit: int) -> Iterator[tuple[Section, ...]]:
    part: list[Section] = []
    room = limit
    for section in sections:
        rows = section.rows
        while len(rows) > room:
            if room:
                part.append(Section(section.title, rows[:room], titles=section.titles))
            yield tuple(part)
            rows, part, room = rows[room:], [], limit
        part.append(Section(section.title, rows, section.note, section.titles))
        room -= len(rows)
    if part:
        yield tuple(part)
