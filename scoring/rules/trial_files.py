"""The spreadsheets of a trial: facts and earlier results in, results out.

A bad file is refused whole, with every mistake at its line and field.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.rules import scheme as schemes
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.problems import BadFile
from scoring.rules.rating import PastResult, Result, SubjectFacts
from scoring.rules.scheme import Scheme
from scoring.rules.sheets import Row, Sheet
from scoring.rules.tables import nearest

FACT_COLUMNS = ("subject", "group", "item", "quantity", "base")
PREVIOUS_COLUMNS = ("subject", "period", "total", "tier", "star", "rank_from_bottom")
MORE_PREVIOUS_COLUMNS = ("rank", "band")


def parse_facts(text: str, scheme: Scheme) -> list[SubjectFacts]:
    """Return the subjects of a facts file, in order of first appearance.

    A veto's or ``unless`` row with quantity 0 says that it does not hold.

    :raises BadFile: with every problem found.
    """
    sheet = Sheet(text)
    if not sheet.has_header(FACT_COLUMNS):
        raise BadFile(sheet.problems)
    reader = _Facts(sheet, scheme)
    rows = list(sheet.rows())
    if not rows and not sheet.problems:
        sheet.blame(1, 0, "没有一行数据，表头之后应至少有一行")
    for row in rows:
        reader.take(row)
    if sheet.problems:
        raise BadFile(sheet.problems)
    return reader.subjects()


def parse_previous(text: str, scheme: Scheme) -> list[PastResult]:
    """Return the earlier results of a previous file; a header alone means none.

    Columns of parts, ``rank`` and ``band`` may be left out and stand in any order.

    :raises BadFile: with every problem found.
    """
    sheet = Sheet(text)
    codes = [f"part.{part.code}" for part in scheme.parts]
    if not sheet.has_header(PREVIOUS_COLUMNS, more=[*codes, *MORE_PREVIOUS_COLUMNS]):
        raise BadFile(sheet.problems)
    places = {name: place for place, name in enumerate(sheet.header) if place > 5}
    found: list[PastResult] = []
    seen: set[tuple[str, str]] = set()
    for row in sheet.rows():
        subject, period = sheet.name(row, 0), sheet.name(row, 1)
        if subject and period and (subject, period) in seen:
            sheet.blame(row.line, 1, f"“{subject}”的“{period}”重复，每个时期只能有一行")
        seen.add((subject, period))
        standing = Standing(
            total=sheet.number(row, 2),
            tier=row.cells[3] or None,
            star=sheet.whole(row, 4, at_least=0),
            rank_from_bottom=sheet.whole(row, 5, at_least=1),
            parts={
                name.removeprefix("part."): sheet.number(row, place)
                for name, place in places.items()
                if name in codes
            },
            rank=sheet.whole(row, places["rank"], at_least=1) if "rank" in places else None,
            band=(row.cells[places["band"]] or None) if "band" in places else None,
        )
        found.append(PastResult(subject, period, standing))
    if sheet.problems:
        raise BadFile(sheet.problems)
    return found


def result_rows(scheme: Scheme, results: Iterable[Result]) -> list[list[str]]:
    """Return the header and one row for each result, in the order given."""
    parts = [part.code for part in scheme.parts]
    rows = [
        [
            *("subject", "group", "rated", "total"),
            *(f"part.{code}" for code in parts),
            *("rank", "tier", "star", "band", "veto", "consequences"),
        ]
    ]
    for result in results:
        rows.append(
            [
                result.subject,
                result.group,
                "yes" if result.rated else "no",
                _points(result.total),
                *(_points(result.parts.get(code)) for code in parts),
                _written(result.rank),
                _written(result.tier),
                _written(result.star),
                _written(result.band),
                _written(result.veto),
                ";".join(result.consequences),
            ]
        )
    return rows


def result_text(
    scheme: Scheme, results: Iterable[Result], *, cell: Callable[[str], object] = str
) -> str:
    """Return the result file's text: CSV with line feeds.

    :param cell: what makes a cell safe for the spreadsheet program that opens the file.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in result_rows(scheme, results):
        writer.writerow([cell(value) for value in row])
    return out.getvalue()


def _points(points: Decimal | None) -> str:
    return "" if points is None else f"{points:.2f}"


def _written(value: str | int | None) -> str:
    return "" if value is None else str(value)


@dataclass(slots=True)
class _Subject:
    group: str
    facts: dict[str, Fact] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    exempt: str | None = None
    seen: set[str] = field(default_factory=set)


class _Facts:
    """Gathers the rows of a facts file by subject."""

    def __init__(self, sheet: Sheet, scheme: Scheme) -> None:
        self.sheet = sheet
        self.items = {item.code: item for item in scheme.items}
        self.flags = frozenset(scheme.flags)
        self.reasons = scheme.outcome.exempt
        self.codes = [*(item.code for item in scheme.items), *scheme.flags, schemes.EXEMPT]
        self.found: dict[str, _Subject] = {}

    def take(self, row: Row) -> None:
        subject, group = self.sheet.name(row, 0), self.sheet.name(row, 1)
        item = self.sheet.name(row, 2)
        base = self.sheet.number(row, 4)
        if base is not None and base < 0:
            self.sheet.blame(row.line, 4, f"应不小于 0，实为“{row.cells[4]}”")
        entry = self.found.setdefault(subject, _Subject(group))
        if subject and group and entry.group and entry.group != group:
            self.sheet.blame(row.line, 1, f"“{subject}”已属于“{entry.group}”，不能又属于“{group}”")
        if subject and item and item in entry.seen:
            self.sheet.blame(row.line, 2, f"“{subject}”的“{item}”重复，每个项目只能有一行")
        entry.seen.add(item)
        if item == schemes.EXEMPT:
            entry.exempt = self._reason(row)
        elif item in self.flags:
            if self._holds(row):
                entry.flags.add(item)
        elif item in self.items:
            self._check_group(row, item, group)
            quantity = self.sheet.number(row, 3, required=True)
            if quantity is not None:
                entry.facts[item] = Fact(quantity, base)
        elif item:
            near = nearest(item, self.codes)
            hint = f"是否为“{near}”？" if near else ""
            self.sheet.blame(
                row.line, 2, f"方案中没有项目“{item}”；{hint}应为下列之一：{'、'.join(self.codes)}"
            )

    def subjects(self) -> list[SubjectFacts]:
        return [
            SubjectFacts(name, entry.group, entry.facts, frozenset(entry.flags), entry.exempt)
            for name, entry in self.found.items()
        ]

    def _check_group(self, row: Row, item: str, group: str) -> None:
        if group and not self.items[item].applies_to(group):
            types = "、".join(self.items[item].types)
            existing = [code for code, of in self.items.items() if of.applies_to(group)]
            codes = "、".join(existing) or "（没有）"
            self.sheet.blame(
                row.line,
                2,
                f"项目“{item}”只用于 {types}，不用于“{group}”；“{group}”的项目：{codes}",
            )

    def _reason(self, row: Row) -> str:
        reason = row.cells[3]
        if reason not in self.reasons:
            expected = (
                f"应为下列之一：{'、'.join(self.reasons)}"
                if self.reasons
                else ("本方案没有规定免评情形")
            )
            self.sheet.blame(row.line, 3, f"免评理由不在方案之内，{expected}；实为“{reason}”")
        return reason

    def _holds(self, row: Row) -> bool:
        quantity = self.sheet.number(row, 3, required=True)
        if quantity is not None and quantity not in (0, 1):
            self.sheet.blame(row.line, 3, f"应为 1（成立）或 0（不成立），实为“{row.cells[3]}”")
        return quantity == 1
