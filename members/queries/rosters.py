"""What an uploaded roster would change: the dry run, and the plan of the import itself."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from branches import keys
from branches.models import Job, Organization
from branches.rules.tree import OrganizationKind
from branches.spreadsheets import MAX_DATA_ROWS, restore
from members import name_keys
from members.models import Member, Membership, RosterImport
from members.models.member import ID_PURPOSE
from members.rules import roster_header
from members.rules.roster_header import RosterField, RosterHeader, RowProblem
from members.rules.roster_rows import RosterRow, match_key, read_row
from members.rules.status import MemberStatus

Tell = Callable[[int, int], None]  # (rows done, rows in all)
ROWS_A_STEP = 1000
SUGGESTIONS_FOR = 50  # unknown names; looking for likenesses is slow

# The columns of a member that a roster says something about, in the order of the resource.
SAID = (
    "name",
    "sex",
    "birth_date",
    "id_number",
    "phone",
    "employee_number",
    "education",
    "work_post",
    "status",
    "admitted_on",
    "regularised_on",
)
DERIVED = ("name_pinyin", "name_strokes", "id_number_digest")
_F = RosterField


@dataclass(frozen=True, slots=True)
class Home:
    """An open or ended home membership as far as an import needs it."""

    pk: int
    branch_id: int
    branch_path: str
    group_id: int | None
    started_on: dt.date
    is_open: bool


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


@dataclass(slots=True)
class Plan:
    """What taking a roster over would do. Nothing may be written while there are problems."""

    rows: int = 0
    creates: list[Entry] = field(default_factory=list)
    updates: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """A member who is in the tables already."""

    pk: int
    values: dict[str, Any]
    digest: str
    home: Home | None


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
    places = _Places(organization, header, today)
    people = _People([row for row, _ in read], lock=lock)
    for row, is_sound in read:
        problems = _settle(row, is_sound, header, places, people, organization, effective_on, made)
        made.problems += problems
    made.problems.sort(key=lambda problem: (problem.row, problem.column_letter))
    return made


def last_job(roster: RosterImport) -> Job | None:
    """Return the job that last worked on an import."""
    return Job.objects.filter(
        task__startswith="members.", arguments={"roster": roster.pk}
    ).first()


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


class _Places:
    """The branches and groups a roster may name, loaded once."""

    def __init__(self, organization: Organization, header: RosterHeader, today: dt.date) -> None:
        self._header = header
        self._only = organization if organization.is_branch else None
        self._suggested = 0
        self._unknown: dict[str, str] = {}
        self._branches: dict[str, list[Organization]] = defaultdict(list)
        self._groups: dict[tuple[int, str], list[Organization]] = defaultdict(list)
        self._names: dict[str, str] = {}
        standing = Organization.objects.subtree_of(organization).standing_on(today)
        for place in standing.of_kind(OrganizationKind.BRANCH, OrganizationKind.GROUP):
            for name in {match_key(name) for name in (place.name, place.short_name, place.code)}:
                if place.kind == OrganizationKind.BRANCH:
                    self._branches[name].append(place)
                    self._names.setdefault(name, place.name)
                elif place.parent_id is not None:
                    self._groups[place.parent_id, name].append(place)

    def find(
        self, row: RosterRow
    ) -> tuple[Organization | None, Organization | None, list[RowProblem]]:
        branch, message = self._branch(row.branch)
        if branch is None:
            return None, None, [self._header.problem(row.row, _F.BRANCH, row.branch, message)]
        if not row.group:
            return branch, None, []
        found = self._groups[branch.pk, match_key(row.group)]
        if len(found) == 1:
            return branch, found[0], []
        message = (
            f"{branch.short_name}有 {len(found)} 个小组叫这个名字，请改填组织编码"
            if found
            else f"{branch.short_name}没有这个党小组，请核对，或先在“组织”中设立"
        )
        return branch, None, [self._header.problem(row.row, _F.GROUP, row.group, message)]

    def _branch(self, written: str) -> tuple[Organization | None, str]:
        if not written:
            return self._only, "没有填所在党支部"
        key = match_key(written)
        found = self._branches.get(key, [])
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"有 {len(found)} 个支部叫这个名字，请改填全称或组织编码"
        if key not in self._unknown:
            self._unknown[key] = self._say_unknown(key)
        return None, self._unknown[key]

    def _say_unknown(self, key: str) -> str:
        near: list[str] = []
        if self._suggested < SUGGESTIONS_FOR:
            self._suggested += 1
            likely = difflib.get_close_matches(key, self._names, n=6, cutoff=0.5)
            near = list(dict.fromkeys(self._names[name] for name in likely))[:3]
        hint = f"，是不是{'、'.join(f'“{name}”' for name in near)}？" if near else ""
        return f"所选组织下没有这个党支部{hint or '，请核对名称，或先在“组织”中设立'}"


class _People:
    """The members whom the rows may mean, loaded once (two queries)."""

    def __init__(self, rows: list[RosterRow], *, lock: bool) -> None:
        self._digests = {
            row.id_number: keys.digest(row.id_number, purpose=ID_PURPOSE)
            for row in rows
            if row.id_number
        }
        numbers = {row.employee_number for row in rows if row.employee_number}
        members = Member.objects.order_by().filter(
            Q(id_number_digest__in=self._digests.values()) | Q(employee_number__in=numbers)
        )
        if lock:
            members = members.select_for_update()
        found = list(members.values("pk", *SAID, "id_number_digest"))
        homes: dict[int, Home] = {}
        rows_of_homes = (
            Membership.objects.home()
            .filter(member_id__in=[values["pk"] for values in found])
            .order_by("started_on")
            .values_list(
                "member_id", "pk", "branch_id", "branch__path", "group_id", "started_on", "ended_on"
            )
        )
        for member_id, pk, branch_id, path, group_id, started_on, ended_on in rows_of_homes:
            homes[member_id] = Home(pk, branch_id, path, group_id, started_on, ended_on is None)
        self._by_digest: dict[str, _Known] = {}
        self._by_number: dict[str, _Known] = {}
        for values in found:
            known = _Known(
                pk=values["pk"],
                values={name: values[name] for name in SAID},
                digest=values["id_number_digest"],
                home=homes.get(values["pk"]),
            )
            if known.digest:
                self._by_digest[known.digest] = known
            if known.values["employee_number"]:
                self._by_number[known.values["employee_number"]] = known

    def digest(self, id_number: str) -> str:
        return self._digests.get(id_number, "")

    def find(self, row: RosterRow) -> tuple[_Known | None, str]:
        """Return who a row means, and why it cannot be told."""
        digest = self.digest(row.id_number)
        by_digest = self._by_digest.get(digest) if digest else None
        by_number = self._by_number.get(row.employee_number)
        if by_digest is not None:
            if by_number is not None and by_number.pk != by_digest.pk:
                return None, "这个工号已登记在另一名党员名下，请核对工号"
            return by_digest, ""
        if by_number is not None and digest and by_number.digest:
            return None, "这个工号的党员已登记了另一个公民身份号码，请核对工号和号码"
        return by_number, ""


def _settle(
    row: RosterRow,
    is_sound: bool,
    header: RosterHeader,
    places: _Places,
    people: _People,
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
    entry = Entry(
        row=row,
        member_id=known.pk if known else None,
        values=values,
        branch=branch,
        group=group,
        home=home,
        moves=moves,
    )
    if known is None:
        made.creates.append(entry)
    elif moves or any(values[name] != known.values[name] for name in SAID):
        made.updates.append(entry)
    else:
        made.unchanged += 1
        return []
    values["name_pinyin"] = name_keys.pinyin_key(values["name"])
    values["name_strokes"] = name_keys.stroke_key(values["name"])
    values["id_number_digest"] = people.digest(row.id_number) or (known.digest if known else "")
    return []


def _not_ours(known: _Known, organization: Organization) -> str:
    """Return why somebody in the tables cannot be taken over; whose roll it is stays untold."""
    if known.home is None or not known.home.branch_path.startswith(organization.path):
        return (
            "此人已在所选组织以外的名册上登记，不能重复登记；"
            "如已转入，请由上级党组织办理组织关系调整"
        )
    if not known.home.is_open:
        return "此人已离开名册（转出、出党、去世或停止党籍），请先在党员档案中办理转入"
    return ""


def _merged(row: RosterRow, known: _Known | None) -> dict[str, Any]:
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


def _against(values: dict[str, Any], known: _Known | None) -> tuple[RosterField, str] | None:
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
