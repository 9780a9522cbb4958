"""Workbooks of rosters: the export, the template and the list of errors.

The columns of export and template are those the import reads, under the same titles, so an
export comes back unchanged. Cells are text or dates, never formulas.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any

import xlsxwriter

from branches.models import Organization
from branches.spreadsheets import neutralise
from members import wording
from members.models import Membership
from members.rules.roster_header import TITLES, RosterField

_F = RosterField
COLUMNS = (
    _F.NAME,
    _F.ID_NUMBER,
    _F.EMPLOYEE_NUMBER,
    _F.SEX,
    _F.BIRTH_DATE,
    _F.EDUCATION,
    _F.POSITION,
    _F.STATUS,
    _F.JOINED_DATE,
    _F.FULL_DATE,
    _F.BRANCH,
    _F.GROUP,
    _F.PHONE,
)
_WIDTHS = {_F.NAME: 14, _F.ID_NUMBER: 22, _F.POSITION: 20, _F.BRANCH: 28, _F.GROUP: 18}
_EXAMPLE: Mapping[RosterField, str] = {
    _F.NAME: "张三",
    _F.ID_NUMBER: "11010519491231002X",
    _F.EMPLOYEE_NUMBER: "20150012",
    _F.SEX: "女",
    _F.BIRTH_DATE: "1949-12-31",
    _F.EDUCATION: "大专",
    _F.POSITION: "采煤机司机",
    _F.STATUS: "正式党员",
    _F.JOINED_DATE: "1975-07-01",
    _F.FULL_DATE: "1976-07-01",
    _F.BRANCH: "综采一队党支部",
    _F.GROUP: "第一党小组",
    _F.PHONE: "13800000000",
}
_RULES: Mapping[RosterField, str] = {
    _F.NAME: "必填。姓名中间的空格会自动去掉；少数民族姓名用间隔号“·”。",
    _F.ID_NUMBER: "18 位。与工号至少填一项，用来辨认是哪一位党员。",
    _F.EMPLOYEE_NUMBER: "没有公民身份号码时，按工号辨认。",
    _F.SEX: "男、女。填了公民身份号码可不填。",
    _F.BIRTH_DATE: "填了公民身份号码可不填。",
    _F.EDUCATION: "博士研究生、研究生、本科、大专、中专、高中、初中及以下。",
    _F.POSITION: "不超过 60 个字。",
    _F.STATUS: "正式党员、预备党员。不填按正式党员。",
    _F.JOINED_DATE: "1998-07-01、1998.07、1998年7月1日都可以。",
    _F.FULL_DATE: "预备党员不填。",
    _F.BRANCH: "必填。支部的全称、简称或组织编码。",
    _F.GROUP: "党小组名称，没有可不填。",
    _F.PHONE: "手机号码，或带区号的固定电话。",
}


class _Sheet:
    """A workbook written row by row, in constant memory."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the response
        self.book = xlsxwriter.Workbook(
            self.file,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        # Otherwise the file would differ with every second that passes.
        self.book.set_properties({"created": dt.datetime(2000, 1, 1)})
        self.text = self.book.add_format({"num_format": "@"})
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#F3EFEA", "border": 1, "num_format": "@"}
        )
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})

    def write(self, sheet: Any, row: int, values: Iterable[object]) -> None:
        for column, value in enumerate(values):
            if isinstance(value, dt.date):
                sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), self.date)
            elif isinstance(value, int):
                sheet.write_number(row, column, value)
            elif value:
                sheet.write_string(row, column, str(neutralise(value)), self.text)

    def titles(self, sheet: Any, titles: Sequence[str], widths: Sequence[int]) -> None:
        for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
            sheet.set_column(column, column, width, self.text)
            sheet.write_string(0, column, title, self.head)
        sheet.freeze_panes(1, 0)

    def done(self) -> IO[bytes]:
        self.book.close()
        self.file.seek(0)
        return self.file


def roster(
    rows: Iterable[Membership],
    *,
    branch_name: Callable[[Organization], str],
    is_open: Callable[[Membership], bool],
) -> tuple[IO[bytes], int]:
    """Return a roster and its number of rows.

    ``branch_name`` says how a branch is named so that it is found again; ``is_open`` whether
    ID number and phone of a row may be read. Where not, their cells stay empty, and an import
    leaves empty cells alone.
    """
    made = _Sheet()
    sheet = made.book.add_worksheet("党员花名册")
    made.titles(sheet, [TITLES[column][0] for column in COLUMNS], _widths())
    count = 0
    for count, row in enumerate(rows, start=1):
        member = row.member
        shown = is_open(row)
        values: dict[RosterField, object] = {
            _F.NAME: member.name,
            _F.ID_NUMBER: member.id_number if shown else "",
            _F.EMPLOYEE_NUMBER: member.employee_number,
            _F.SEX: member.get_sex_display(),
            _F.BIRTH_DATE: member.birth_date,
            _F.EDUCATION: member.get_education_display(),
            _F.POSITION: member.work_post,
            _F.STATUS: member.get_status_display(),
            _F.JOINED_DATE: member.admitted_on,
            _F.FULL_DATE: member.regularised_on,
            _F.BRANCH: branch_name(row.branch),
            _F.GROUP: row.group.name if row.group else "",
            _F.PHONE: member.phone if shown else "",
        }
        made.write(sheet, count, (values[column] for column in COLUMNS))
    return made.done(), count


def template() -> IO[bytes]:
    """Return an empty roster with choices to pick from, and a sheet that explains it."""
    made = _Sheet()
    sheet = made.book.add_worksheet("党员花名册")
    made.titles(sheet, [TITLES[column][0] for column in COLUMNS], _widths())
    for field, choices in (
        (_F.SEX, list(wording.SEXES.values())),
        (_F.STATUS, ["正式党员", "预备党员"]),
        (_F.EDUCATION, ["博士研究生", "研究生", "本科", "大专", "中专", "高中", "初中及以下"]),
    ):
        column = COLUMNS.index(field)
        choice = {"validate": "list", "source": choices, "error_type": "warning"}
        sheet.data_validation(1, column, 5000, column, choice)
    notes = made.book.add_worksheet("填写说明")
    made.titles(notes, ["列", "怎么填", "示例"], [16, 56, 24])
    for number, field in enumerate(COLUMNS, start=1):
        made.write(notes, number, (TITLES[field][0], _RULES[field], _EXAMPLE[field]))
    return made.done()


def problems(found: Iterable[Mapping[str, Any]]) -> IO[bytes]:
    """Return the problems of an import as a workbook."""
    made = _Sheet()
    sheet = made.book.add_worksheet("错误清单")
    made.titles(sheet, ["行", "列", "列名", "原内容", "错误原因"], [8, 6, 18, 28, 60])
    for number, problem in enumerate(found, start=1):
        values = (
            problem["row"] or "整个文件",
            problem["column"],
            problem["title"],
            problem["value"],
            problem["message"],
        )
        made.write(sheet, number, values)
    return made.done()


def _widths() -> list[int]:
    return [_WIDTHS.get(column, 13) for column in COLUMNS]
