"""What an uploaded roster would change: the dry run, and the plan of the import itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from branches.models import Job, Organization
from branches.spreadsheets import MAX_DATA_ROWS, restore
from members import name_keys
from members.models import RosterImport
from members.queries.roster_people import SAID, Home, Known, People
from members.queries.roster_places import Places
from members.rules import roster_header
from members.rules.roster_header import RosterField, RosterHeader, RowProblem
from members.rules.roster_rows import RosterRow, read_row
from members.rules.status import MemberStatus

Tell = Callable[[int, int], None]  # (rows done, rows in all)
ROWS_A_STEP = 1000
DERIVED = ("name_pinyin", "name_strokes", "id_number_digest")
_F = RosterField


@dataclass(slots=True)
class Entry:
    """One row to be written. ``member_id`` None: a new member.

    ``home`` is where the member is now; ``moves`` says whether that changes.
    """

    row: RosterRow
    member_id: int | None
    values: dict[str, Any]
    branch: Organization
    group: Organization | None
    home: Home | None
    moves: bool
    changed: tuple[str, ...] = ()  # the columns of a known member that get another value


@dataclass(slots=True)
class Plan:
    """What taking a roster over would do. Nothing may be written while there are problems."""

    rows: int = 0
    creates: list[Entry] = field(default_factory=list)
    updates: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def plan(
    rows: Sequence[Sequence[object]],
    *,
    organization: Organization,
    effective_on: dt.date,
    today: dt.date,
    tell: Tell,
    lock: bool = False,
) -> Plan:
    """Return what the sheet ``rows`` would change below ``organization``.

    Blank cells never erase what is known. Members are found by ID number, else by employee
    number. Four queries, whatever the number of rows; ``lock`` holds the members found until
    the transaction ends.
    """
    required = {_F.NAME} if organization.is_branch else {_F.NAME, _F.BRANCH}
    header = roster_header.find_header(rows, required=required)
    made = Plan(problems=list(header.problems))
    if not header.problems and not {_F.ID_NUMBER, _F.EMPLOYEE_NUMBER} & header.columns.keys():
        message = "缺少“公民身份号码”或“工号”列：至少要有一列，才能辨认是哪一位党员"
        made.problems.append(RowProblem(header.row, "公民身份号码", "", "", message))
    if made.problems:
        return made
    made.remarks = _remarks(header)
    data = rows[header.row :]
    if len(data) > MAX_DATA_ROWS:
        message = f"数据超过 {MAX_DATA_ROWS} 行，请分成几个文件导入"
        made.problems.append(RowProblem(0, "", "", "", message))
        return made

    read: list[tuple[RosterRow, bool]] = []
    for offset, cells in enumerate(data, start=1):
        row, problems = read_row(
            [restore(cell) for cell in cells], header, header.row + offset, today=today
        )
        if row is not None:
            read.append((row, not problems))
            made.problems += problems
        if offset % ROWS_A_STEP == 0:
            tell(offset, len(data))
    made.rows = len(read)
    if not read:
        message = "表头下面没有数据"
        made.problems.append(RowProblem(header.row, "", "", "", message))
        return made

    made.problems += _doubles([row for row, _ in read], header)
    places = Places(organization, header, today)
    people = People([row for row, _ in read], lock=lock)
    for row, is_sound in read:
        problems = _settle(row, is_sound, header, places, people, organization, effective_on, made)
        made.problems += problems
    made.problems.sort(key=lambda problem: (problem.row, problem.column_letter))
    return made


def last_job(roster: RosterImport) -> Job | None:
    """Return the job that last worked on an import."""
    return Job.objects.filter(task__startswith="members.", arguments={"roster": roster.pk}).first()


def _remarks(header: RosterHeader) -> list[str]:
    said = [f"“{title}”列不是花名册的内容，已忽略" for title in header.unknown_titles]
    if _F.ETHNICITY in header.columns:
        said.append("“民族”列不在党员档案中保存，已忽略")
    absent = [
        roster_header.TITLES[column][0]
        for column in RosterField
        if column not in header.columns and column is not _F.ETHNICITY
    ]
    if absent:
        said.append(f"表中没有{'、'.join(f'“{title}”' for title in absent)}列，这些内容保持不变")
    return said


def _doubles(rows: list[RosterRow], header: RosterHeader) -> Iterator[RowProblem]:
    for column, attribute in ((_F.ID_NUMBER, "id_number"), (_F.EMPLOYEE_NUMBER, "employee_number")):
        first: dict[str, int] = {}
        for row in rows:
            value = getattr(row, attribute)
            if not value:
                continue
            if value in first:
                message = f"与第 {first[value]} 行重复，同一人只能有一行"
                yield header.problem(row.row, column, value, message)
            first.setdefault(value, row.row)


def _settle(
    row: RosterRow,
    is_sound: bool,
    header: RosterHeader,
    places: Places,
    people: People,
    organization: Organization,
    effective_on: dt.date,
    made: Plan,
) -> list[RowProblem]:
    """Put a sound row into the plan; return what stands against it."""
    branch, group, problems = places.find(row)
    known, doubt = people.find(row)
    key = _F.ID_NUMBER if row.id_number else _F.EMPLOYEE_NUMBER
    shown = row.id_number or row.employee_number
    if doubt:
        return [*problems, header.problem(row.row, _F.EMPLOYEE_NUMBER, row.employee_number, doubt)]
    if known is not None:
        against = _not_ours(known, organization)
        if against:
            return [*problems, header.problem(row.row, key, shown, against)]
    if problems or not is_sound or branch is None:
        return problems

    values = _merged(row, known)
    against_values = _against(values, known)
    if against_values:
        column, message = against_values
        return [header.problem(row.row, column, "", message)]
    home = known.home if known else None
    if home is not None and group is None and home.branch_id == branch.pk and not row.group:
        group_id = home.group_id
    else:
        group_id = group.pk if group else None
    moves = home is not None and (home.branch_id, home.group_id) != (branch.pk, group_id)
    if moves and home is not None and effective_on < home.started_on:
        message = (
            f"起算日期 {effective_on} 早于此人现有组织关系的起始日期 {home.started_on}，"
            "不能按这份花名册调整支部或小组"
        )
        return [header.problem(row.row, _F.BRANCH, row.branch, message)]
    changed = tuple(name for name in SAID if known and values[name] != known.values[name])
    entry = Entry(
        row=row,
        member_id=known.pk if known else None,
        values=values,
        branch=branch,
        group=group,
        home=home,
        moves=moves,
        changed=changed,
    )
    if known is None:
        made.creates.append(entry)
    elif moves or changed:
        made.updates.append(entry)
    else:
        made.unchanged += 1
        return []
    values["name_pinyin"] = name_keys.pinyin_key(values["name"])
    values["name_strokes"] = name_keys.stroke_key(values["name"])
    values["id_number_digest"] = people.digest(row.id_number) or (known.digest if known else "")
    return []


def _not_ours(known: Known, organization: Organization) -> str:
    """Return why somebody in the tables cannot be taken over; whose roll it is stays untold."""
    if known.home is None or not known.home.branch_path.startswith(organization.path):
        return (
            "此人已在所选组织以外的名册上登记，不能重复登记；"
            "如已转入，请由上级党组织办理组织关系调整"
        )
    if not known.home.is_open:
        return "此人已离开名册（转出、出党、去世或停止党籍），请先在党员档案中办理转入"
    return ""


def _merged(row: RosterRow, known: Known | None) -> dict[str, Any]:
    """Return a member's values after the row has spoken.

    Blanks leave what is known, and so does a month where the day is known.
    """
    old = known.values if known else {}
    values = {name: getattr(row, name) or old.get(name, getattr(row, name)) for name in SAID}
    for name in row.months_only:
        day = old.get(name)
        if day is not None and values[name] == day.replace(day=1):
            values[name] = day
    if not row.status and (known is None or row.regularised_on):
        values["status"] = str(MemberStatus.FULL)
    return values


def _against(values: dict[str, Any], known: Known | None) -> tuple[RosterField, str] | None:
    """Return what contradicts what is known already: the column and the reason."""
    admitted, regularised = values["admitted_on"], values["regularised_on"]
    was_full = known is not None and known.values["status"] == MemberStatus.FULL
    was_probationary = known is not None and known.values["status"] == MemberStatus.PROBATIONARY
    if values["status"] == MemberStatus.PROBATIONARY:
        if was_full:
            return _F.STATUS, "此人在名册上已是正式党员，不能改为预备党员，请核对"
        if regularised:
            return _F.FULL_DATE, "预备党员不应有转正日期，请核对"
    elif was_probationary and not regularised:
        return _F.FULL_DATE, "此人在名册上是预备党员，改为正式党员须填转正日期"
    if admitted and regularised and regularised < admitted:
        return _F.FULL_DATE, f"转正日期 {regularised} 早于入党日期 {admitted}，请核对"
    return None
