"""Find the header of a roster under its title rows, and say which column is which."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from branches.rules import text

ROWS_SEARCHED = 15
_BRACKETS = re.compile(r"[(\[【〔][^()\[\]【】〔〕]{0,40}[)\]】〕]")
_MARKS = str.maketrans("", "", "*:：、/ ★※\"'“”")


class RosterField(StrEnum):
    NAME = "NAME"
    ID_NUMBER = "ID_NUMBER"
    SEX = "SEX"
    ETHNICITY = "ETHNICITY"
    BIRTH_DATE = "BIRTH_DATE"
    JOINED_DATE = "JOINED_DATE"
    FULL_DATE = "FULL_DATE"
    STATUS = "STATUS"
    BRANCH = "BRANCH"
    GROUP = "GROUP"
    EDUCATION = "EDUCATION"
    POSITION = "POSITION"
    PHONE = "PHONE"
    EMPLOYEE_NUMBER = "EMPLOYEE_NUMBER"


# The first word of each is the one used in templates and messages.
TITLES: Mapping[RosterField, tuple[str, ...]] = {
    RosterField.NAME: ("姓名", "党员姓名", "名字"),
    RosterField.ID_NUMBER: (
        "公民身份号码", "身份证号", "身份证号码", "身份证", "证件号码", "居民身份证号码",
    ),
    RosterField.SEX: ("性别",),
    RosterField.ETHNICITY: ("民族",),
    RosterField.BIRTH_DATE: ("出生日期", "出生年月", "出生年月日", "出生时间", "生日"),
    RosterField.JOINED_DATE: (
        "入党日期", "入党时间", "入党年月", "加入党组织日期", "加入中共组织日期", "加入党组织时间",
    ),
    RosterField.FULL_DATE: ("转正日期", "转正时间", "转为正式党员日期", "转正年月"),
    RosterField.STATUS: ("党员类别", "人员类别", "党员类型", "政治面貌", "类别"),
    RosterField.BRANCH: (
        "所在党支部", "党支部", "所属支部", "所属党支部", "所在支部", "支部", "支部名称",
        "党支部名称", "所在党组织", "所属党组织",
    ),
    RosterField.GROUP: ("党小组", "所在党小组", "所属党小组"),
    RosterField.EDUCATION: ("学历", "文化程度", "最高学历"),
    RosterField.POSITION: ("工作岗位", "职务", "岗位", "现任职务", "工作职务", "行政职务"),
    RosterField.PHONE: (
        "手机号码", "联系电话", "手机", "手机号", "电话", "移动电话", "联系方式", "电话号码",
    ),
    RosterField.EMPLOYEE_NUMBER: ("工号", "职工编号", "员工编号", "职工号", "人员编号"),
}  # fmt: skip
_FIELD_OF_TITLE = {title: field for field, titles in TITLES.items() for title in titles}
_WITHOUT_MEANING = frozenset({"序号", "编号", "行号", "no", "no."})
REQUIRED = frozenset({RosterField.NAME, RosterField.ID_NUMBER, RosterField.BRANCH})


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a cell cannot be taken; ``row`` and ``column_letter`` as Excel shows them.

    Row 0 is the file as a whole; a missing column has no letter.
    """

    row: int
    column_title: str
    column_letter: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class RosterHeader:
    """``row`` is Excel's number of the header; the data starts in the row after it."""

    row: int
    columns: Mapping[RosterField, int]
    titles: Mapping[int, str]
    unknown_titles: tuple[str, ...]
    problems: tuple[RowProblem, ...]

    def problem(self, row: int, field: RosterField, value: object, message: str) -> RowProblem:
        """The problem of one cell, under the title the user's own file gives the column."""
        column = self.columns.get(field)
        title = TITLES[field][0] if column is None else self.titles[column]
        letter = "" if column is None else column_letter(column)
        return RowProblem(row, title, letter, "" if value is None else str(value), message)


def find_header(
    rows: Sequence[Sequence[object]], *, required: Collection[RosterField] = REQUIRED
) -> RosterHeader:
    """The header is the row, among the first 15, that names the most fields; the upper of two.

    ``columns`` maps fields to zero-based columns. Problems: no header at all, a required
    column that is missing, two columns for one field (the first is then in ``columns``).
    """
    candidates = [_fields(row) for row in rows[:ROWS_SEARCHED]]
    best = max(range(len(candidates)), key=lambda i: len(set(candidates[i].values())), default=0)
    found = candidates[best] if candidates else {}
    if RosterField.NAME not in found.values() or len(set(found.values())) < 2:
        message = (
            f"前 {ROWS_SEARCHED} 行里没有找到表头：表头至少应有"
            f"{'、'.join(f'“{TITLES[field][0]}”' for field in _in_order(required))}"
        )
        return RosterHeader(0, {}, {}, (), (RowProblem(0, "", "", "", message),))

    titles = {i: _shown(cell) for i, cell in enumerate(rows[best]) if _shown(cell)}
    columns: dict[RosterField, int] = {}
    problems = []
    for column, field in found.items():
        if field not in columns:
            columns[field] = column
            continue
        first = columns[field]
        message = (
            f"第 {column_letter(first)} 列“{titles[first]}”与第 {column_letter(column)} 列"
            f"“{titles[column]}”重复，请只保留一列"
        )
        problems.append(
            RowProblem(best + 1, titles[column], column_letter(column), titles[column], message)
        )
    problems += [
        RowProblem(best + 1, TITLES[field][0], "", "", f"缺少“{TITLES[field][0]}”这一列")
        for field in _in_order(required)
        if field not in columns
    ]
    unknown = tuple(
        title
        for column, title in titles.items()
        if column not in found and _bare(title).lower() not in _WITHOUT_MEANING
    )
    return RosterHeader(best + 1, columns, titles, unknown, tuple(problems))


def column_letter(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _fields(row: Sequence[object]) -> dict[int, RosterField]:
    return {
        column: _FIELD_OF_TITLE[title]
        for column, cell in enumerate(row)
        if isinstance(cell, str) and (title := _bare(cell)) in _FIELD_OF_TITLE
    }


def _bare(title: str) -> str:
    """The title without spaces, line breaks, stars and what stands in brackets."""
    return _BRACKETS.sub("", text.without_spaces(title)).translate(_MARKS)


def _shown(cell: object) -> str:
    return "" if cell is None else text.one_line(str(cell))


def _in_order(fields: Collection[RosterField]) -> list[RosterField]:
    return [field for field in RosterField if field in fields]
