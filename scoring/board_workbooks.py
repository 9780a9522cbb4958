"""Boards as workbooks: what is on the screen, row by row. Cells are text or numbers."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO

import xlsxwriter

from branches import wording
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.tree import OrganizationType
from branches.spreadsheets import neutralise
from scoring.models import Score
from scoring.queries.boards import Board
from scoring.queries.tiers import TierTable

Cell = str | int | Decimal | None
DASH = "—"


def stars(board: Board, period: Period, narrowed: str) -> IO[bytes]:
    """Return the star board as a workbook; ``narrowed`` says which branches are in it."""
    parts = board.scheme.parts
    titles = ["支部", "类型", "总分", "星级", "较上期", *(part.title for part in parts)]
    titles += (
        ["逾期未办"] * board.has_overdue + ["同类名次"] + ["结果运用建议"] * board.has_proposals
    )
    rows = []
    for row in board.rows:
        score = row.score
        cells: list[Cell] = [
            row.organization.short_name,
            _type(row.organization),
            score.total,
            grade(score),
            row.change,
            *(score.part(n) for n in range(len(parts))),
        ]
        cells += [row.overdue] * board.has_overdue + [score.rank]
        cells += ["；".join(row.proposals)] * board.has_proposals
        rows.append(cells)
    return _workbook("星级看板", _head(board.run.version.title, period, narrowed), titles, rows)


def tiers(table: TierTable, period: Period, narrowed: str) -> IO[bytes]:
    """Return the members by tier as a workbook: numbers, no names."""
    titles = ["支部", "类型", *table.labels, "免考评", "参评"]
    rows: list[list[Cell]] = [
        [row.organization.short_name, _type(row.organization), *row.counts, row.exempt, row.rated]
        for row in table.rows
    ]
    return _workbook("党员定档", _head(table.run.version.title, period, narrowed), titles, rows)


def grade(score: Score) -> str:
    """Return the star or grade in words, the veto's label above it."""
    if not score.is_rated:
        return "未评定"
    if score.veto:
        return score.veto
    return score.band or score.tier or DASH


def _type(organization: Organization) -> str:
    return wording.ORGANIZATION_TYPES[OrganizationType(organization.type)]


def _head(scheme: str, period: Period, narrowed: str) -> str:
    return f"{period.label} · {scheme} · {narrowed}"


def _workbook(
    title: str, head: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> IO[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the response
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # Otherwise the file would differ with every second that passes.
    book.set_properties({"created": dt.datetime(2000, 1, 1)})
    text = book.add_format({"num_format": "@"})
    whole = book.add_format({"num_format": "0"})
    points = book.add_format({"num_format": "0.00"})
    top = book.add_format({"bold": True, "bg_color": "#F3EFEA", "border": 1, "num_format": "@"})
    sheet = book.add_worksheet(title)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(titles) - 1, 12)
    sheet.write_string(0, 0, str(neutralise(head)))
    for column, name in enumerate(titles):
        sheet.write_string(1, column, str(neutralise(name)), top)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(number, column, float(value), points)
            elif isinstance(value, int):
                sheet.write_number(number, column, value, whole)
            else:
                sheet.write_string(number, column, str(neutralise(value or DASH)), text)
    sheet.freeze_panes(2, 1)
    book.close()
    file.seek(0)
    return file
