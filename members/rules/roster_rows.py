"""One row of a roster: its cells read and held against each other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from branches.rules import text
from members.rules import id_numbers, roster_cells
from members.rules.roster_header import RosterField, RosterHeader, RowProblem
from members.rules.status import MemberStatus

EMPLOYEE_NUMBER_LENGTH = 30
WORK_POST_LENGTH = 60

_F = RosterField
_DATE_ATTRIBUTES = {
    _F.BIRTH_DATE: "birth_date",
    _F.JOINED_DATE: "admitted_on",
    _F.FULL_DATE: "regularised_on",
}
_MONTH_ONLY = re.compile(r"(?:19|20)\d{2}(?:[-./年、。]\d{1,2}[月.。]?|\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """What a row says. ``""`` and None: the cell is blank, so nothing is said.

    ``row`` is Excel's number; ``branch`` and ``group`` are as written. ``months_only`` names
    the dates that were given to the month, and so stand at its first day.
    """

    row: int
    name: str = ""
    id_number: str = ""
    employee_number: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    education: str = ""
    work_post: str = ""
    phone: str = ""
    status: str = ""
    admitted_on: dt.date | None = None
    regularised_on: dt.date | None = None
    branch: str = ""
    group: str = ""
    months_only: frozenset[str] = frozenset()


def read_row(
    cells: Sequence[object], header: RosterHeader, row: int, *, today: dt.date
) -> tuple[RosterRow | None, list[RowProblem]]:
    """Return what a row says and what is wrong with it; (None, []) for an empty row.

    Sex and birth date are taken from the ID number where the row leaves them out; a birth
    date given to the month only is completed from it. Notes below the table, which fill no
    column of the roster, count as empty.
    """
    found = {
        field: cells[column]
        for field, column in header.columns.items()
        if column < len(cells) and not roster_cells.is_blank(cells[column])
    }
    if not found:
        return None, []
    problems: list[RowProblem] = []

    def problem(field: RosterField, message: str) -> None:
        problems.append(header.problem(row, field, found.get(field), message))

    def read(field: RosterField, parse: Callable[[object], Any], blank: Any) -> Any:
        if field not in found:
            return blank
        try:
            return parse(found[field])
        except ValueError as error:
            problem(field, str(error))
            return blank

    def short(length: int) -> Callable[[object], str]:
        return lambda value: roster_cells.parse_text(value, max_length=length)

    def date(value: object) -> dt.date:
        return roster_cells.parse_date(value, today=today)

    if _F.NAME not in found:
        problem(_F.NAME, "没有填姓名")
    if _F.ID_NUMBER not in found and _F.EMPLOYEE_NUMBER not in found:
        problem(_F.ID_NUMBER, "公民身份号码和工号至少填一项，否则无法辨认是哪一位党员")
    number = read(_F.ID_NUMBER, lambda value: roster_cells.parse_id_number(value, today=today), "")
    sex = read(_F.SEX, roster_cells.parse_sex, "")
    born = read(_F.BIRTH_DATE, date, None)
    admitted = read(_F.JOINED_DATE, date, None)
    regularised = read(_F.FULL_DATE, date, None)
    status = read(_F.STATUS, lambda value: str(roster_cells.parse_status(value)), "")

    if number:
        by_number = id_numbers.birth_date(number)
        if born is None or (born.day == 1 and born == by_number.replace(day=1)):
            born = by_number
        elif born != by_number:
            problem(_F.BIRTH_DATE, f"与公民身份号码中的出生日期 {by_number} 不一致，请核对")
        sex_by_number = id_numbers.sex(number)
        if sex and sex != sex_by_number:
            problem(_F.SEX, "与公民身份号码中的性别不一致，请核对")
        sex = sex or sex_by_number
    if born and admitted and admitted <= born:
        problem(_F.JOINED_DATE, f"入党日期 {admitted} 不晚于出生日期 {born}，请核对")
    if admitted and regularised and regularised < admitted:
        problem(_F.FULL_DATE, f"转正日期 {regularised} 早于入党日期 {admitted}，请核对")
    if status == MemberStatus.PROBATIONARY and regularised:
        problem(_F.FULL_DATE, "预备党员不应有转正日期：请改党员类别，或删去转正日期")

    return (
        RosterRow(
            row=row,
            name=read(_F.NAME, roster_cells.parse_name, ""),
            id_number=number,
            employee_number=read(_F.EMPLOYEE_NUMBER, short(EMPLOYEE_NUMBER_LENGTH), ""),
            sex=sex,
            birth_date=born,
            education=read(
                _F.EDUCATION, lambda value: str(roster_cells.parse_education(value)), ""
            ),
            work_post=read(_F.POSITION, short(WORK_POST_LENGTH), ""),
            phone=read(_F.PHONE, roster_cells.parse_phone, ""),
            status=status,
            admitted_on=admitted,
            regularised_on=regularised,
            branch=read(_F.BRANCH, roster_cells.parse_text, ""),
            group=read(_F.GROUP, roster_cells.parse_text, ""),
            months_only=frozenset(
                attribute
                for field, attribute in _DATE_ATTRIBUTES.items()
                if _is_month_only(found.get(field))
            ),
        ),
        problems,
    )


def _is_month_only(value: object) -> bool:
    if value is None or isinstance(value, dt.date):
        return False
    return _MONTH_ONLY.fullmatch(text.without_spaces(str(value))) is not None


def match_key(name: str) -> str:
    """Return the spelling under which names of organisations are compared."""
    return text.without_spaces(name).lower()
