"""The pay table (绩效系数表) as a workbook. Cells are text or numbers."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from typing import IO

import xlsxwriter
from django.utils import timezone

from branches.spreadsheets import neutralise
from scoring.models import Round
from scoring.queries import rounds, schemes
from scoring.queries.pay import NO_PAY, PayRow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def filename(round_: Round) -> str:
    return f"绩效系数表_{rounds.name_of(round_).replace(' ', '')}.xlsx"


def titles(round_: Round) -> list[str]:
    of_members = round_.run.version.rates_members
    return [
        "序号",
        "姓名" if of_members else "党组织",
        "所在支部" if of_members else "类型",
        "总分",
        "星级",
        "等次",
        "系数",
        "扣减比例",
        "本结果占绩效比例",
        "备注",
    ]


def written(round_: Round, rows: Iterable[PayRow]) -> IO[bytes]:
    """Return the table as a workbook, opened at its beginning."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # Otherwise the file would differ with every second that passes.
    book.set_properties({"created": dt.datetime(2000, 1, 1)})
    formats = {
        style: book.add_format({"num_format": style})
        for style in ("@", "0", "0.00", "0.0##", "0.00%")
    }
    head = book.add_format({"bold": True, "bg_color": "#F3EFEA", "border": 1, "num_format": "@"})
    sheet = book.add_worksheet("绩效系数表")
    decided = f"，{timezone.localdate(round_.decided_at)} 审定" if round_.decided_at else ""
    about = f"{round_.committee.name} · {rounds.name_of(round_)}{decided} · {NO_PAY}"
    sheet.write_string(0, 0, str(neutralise(about)), formats["@"])
    for column, (title, width) in enumerate(
        zip(titles(round_), (6, 28, 28, 9, 7, 14, 8, 10, 16, 50), strict=True)
    ):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, title, head)
    sheet.freeze_panes(2, 2)
    weight = schemes.scheme_of(round_.run.version).pay_weight
    for number, row in enumerate(rows, start=1):
        for column, (value, style) in enumerate(
            (
                (number, "0"),
                (row.subject, "@"),
                (row.place, "@"),
                (row.total, "0.00"),
                (row.star, "0"),
                (row.grade, "@"),
                (row.coefficient, "0.0##"),
                (row.withheld, "0.00%"),
                (weight, "0.00%"),
                (row.remarks, "@"),
            )
        ):
            if isinstance(value, int | Decimal):
                sheet.write_number(number + 1, column, value, formats[style])
            elif value:
                sheet.write_string(number + 1, column, str(neutralise(value)), formats["@"])
    book.close()
    file.seek(0)
    return file
