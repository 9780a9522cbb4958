"""The pay table (绩效系数表) of a final round, on the screen and as a workbook."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from typing import IO

import xlsxwriter
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.spreadsheets import neutralise
from scoring.models import Round
from scoring.operations import consequences as operations
from scoring.queries import pay, rounds, schemes
from scoring.queries.pay import PayRow

PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_PAY = (
    "本表只列评定结果、系数和扣减比例，软件不计算、不发放任何薪酬；绩效由薪酬部门按本单位办法核定。"
)


@access.requires(Capability.SEE_SCORES)
def pay_list(request: Request) -> HttpResponse:
    """Show the final rounds whose pay table one may open."""
    page = Paginator(pay.finals(request.scope), 30).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(row, rounds.name_of(row)) for row in page.object_list],
        "no_pay": NO_PAY,
    }
    return TemplateResponse(request, "scoring/pay_list.html", context)


@access.requires(Capability.SEE_SCORES)
def pay_table(request: Request, *, pk: int) -> HttpResponse:
    """Show what a final round says for performance pay."""
    round_ = get_object_or_404(pay.finals(request.scope), pk=pk)
    page = Paginator(pay.scores(round_), PAGE).get_page(request.GET.get("page"))
    weight = schemes.scheme_of(round_.run.version).pay_weight
    context = {
        "round": round_,
        "name": rounds.name_of(round_),
        "page_obj": page,
        "rows": pay.rows(round_, page.object_list),
        "undecided": pay.undecided(round_),
        "weight": "" if weight is None else pay.percent(weight),
        "of_members": round_.run.version.rates_members,
        "no_pay": NO_PAY,
    }
    return TemplateResponse(request, "scoring/pay_table.html", context)


@require_POST
@access.requires(Capability.SEE_SCORES)
def pay_table_xlsx(request: Request, *, pk: int) -> FileResponse:
    """The whole table as a workbook; each export leaves its row in the audit."""
    round_ = get_object_or_404(pay.finals(request.scope), pk=pk)
    rows = pay.rows(round_, pay.scores(round_).iterator(chunk_size=2000))
    operations.note_pay_table(round=round_, rows=len(rows), by=request.user, at=timezone.now())
    return FileResponse(
        _workbook(round_, rows),
        as_attachment=True,
        filename=f"绩效系数表_{rounds.name_of(round_).replace(' ', '')}.xlsx",
        content_type=XLSX,
    )


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


def _workbook(round_: Round, rows: Iterable[PayRow]) -> IO[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the response
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
