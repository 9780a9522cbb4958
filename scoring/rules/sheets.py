"""CSV texts read strictly, with every mistake noted at its line and field."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.problems import BadFile, Problem

# Plain decimal notation in ASCII digits; 15 on either side are beyond any real count.
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_CSV_ERRORS = (
    ("field larger", "字段过长"),
    ("unexpected end of data", "引号未结束"),
    ("expected after", "结束引号的后面应为逗号或换行"),
    ("new-line character", "换行符不正确，应为 \\n 或 \\r\\n"),
)


def decoded(data: bytes) -> str:
    """Return a file's text: UTF-8 with or without a byte order mark, else GB 18030.

    :raises BadFile: the bytes are neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile([Problem(1, 1, "文字编码无法识别，应为 UTF-8 或 GB 18030")])


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line it starts on, and its fields."""

    line: int
    cells: Sequence[str]


class Sheet:
    """One CSV text with the problems found in it."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.header: list[str] = []
        # The reader counts lines itself, so quoted line breaks keep the numbers right.
        self._lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
        self._reader = csv.reader(self._lines, strict=True)

    def blame(self, line: int, place: int, message: str) -> None:
        """Note a problem in the field at ``place`` (from 0)."""
        name = self.header[place] if place < len(self.header) else ""
        self.problems.append(Problem(line, place + 1, message, name))

    def has_header(self, columns: Sequence[str], more: Sequence[str] | None = None) -> bool:
        """Return whether the first row is ``columns``, then some of ``more`` in any order."""
        first = next(self._records(), None)
        if first is None:
            if not self.problems:
                self.problems.append(Problem(1, 1, f"文件是空的，首行应为 {','.join(columns)}"))
            return False
        for place, expected in enumerate(columns):
            actual = first.cells[place] if place < len(first.cells) else None
            if actual is None:
                self.blame(first.line, place, f"缺少列“{expected}”，首行应为 {','.join(columns)}")
            elif actual != expected:
                self.blame(first.line, place, f"列名应为“{expected}”，实为“{actual}”")
        extra = list(first.cells[len(columns) :])
        for place, name in enumerate(extra, start=len(columns)):
            if more is None:
                self.blame(first.line, place, f"多出一列“{name}”，首行应为 {','.join(columns)}")
            elif name not in more:
                known = "、".join(more)
                self.blame(first.line, place, f"不认识的列“{name}”，此处应为下列之一：{known}")
            elif name in extra[: place - len(columns)]:
                self.blame(first.line, place, f"列“{name}”重复")
        self.header = list(first.cells)
        return not self.problems

    def rows(self) -> Iterator[Row]:
        """Yield the rows that have as many fields as the header; note the others."""
        for row in self._records():
            if len(row.cells) == len(self.header):
                yield row
            else:
                place = min(len(row.cells), len(self.header))  # the first missing or extra one
                expected = f"应有 {len(self.header)} 个字段（{','.join(self.header)}）"
                self.blame(row.line, place, f"{expected}，实有 {len(row.cells)} 个")

    def name(self, row: Row, place: int) -> str:
        """Return a required name without blanks around it, lest one subject become two.

        Empty after noting that it is missing or unprintable.
        """
        value = row.cells[place].strip(" \u3000")
        if not value:
            self.blame(row.line, place, "不能为空")
            return ""
        if _CONTROL.search(value):
            self.blame(row.line, place, "不能含换行、制表符等控制字符")
            return ""
        return value

    def number(self, row: Row, place: int, *, required: bool = False) -> Decimal | None:
        """Return a number; None when empty or, after noting it, wrong."""
        value = row.cells[place]
        if not value and not required:
            return None
        if not _NUMBER.fullmatch(value):
            self.blame(row.line, place, f"应为数字（如 2 或 1.5），实为“{value}”")
            return None
        return Decimal(value)

    def whole(self, row: Row, place: int, *, at_least: int) -> int | None:
        """Return a whole number; None when empty or, after noting it, wrong."""
        value = row.cells[place]
        if not value:
            return None
        if not _WHOLE.fullmatch(value) or int(value) < at_least:
            self.blame(row.line, place, f"应为不小于 {at_least} 的整数或空，实为“{value}”")
            return None
        return int(value)

    def _records(self) -> Iterator[Row]:
        """Yield records that are not blank lines, each with the line it starts on."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                words = next(
                    (words for part, words in _CSV_ERRORS if part in str(error)), "无法读取"
                )
                self.problems.append(Problem(line, 1, f"不是合格的 CSV：{words}"))
                return
            if cells:
                yield Row(line, cells)
