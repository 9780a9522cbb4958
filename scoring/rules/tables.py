"""Read values out of a TOML table by type, noting every mistake instead of stopping at one."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from scoring.rules.positions import Path, Position, Positions
from scoring.rules.problems import Problem

CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")

# Larger or finer numbers have no use in a scheme and could stall exact arithmetic.
_MOST_WHOLE_DIGITS = 9
_MOST_DECIMALS = 10
# What the tables and the columns of a ledger hold.
MOST_POINTS = 100_000
MOST_WHOLE = 1000
MOST_STARS = 10
_LONGEST = {"code": 60, "label": 30, "title": 80}
_LONGEST_TEXT = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Notes:
    """The mistakes found so far in one file."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions
        self.problems: list[Problem] = []

    def add(self, position: Position, message: str) -> None:
        self.problems.append(Problem(position.line, position.column, message))


class Table:
    """One table of the file.

    Every reading method notes a missing or wrong value and then returns a harmless stand-in
    of the right type, so that reading goes on and finds the other mistakes.
    """

    def __init__(self, values: Mapping[str, object], path: Path, notes: Notes) -> None:
        self.values = values
        self.path = path
        self.notes = notes

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def blame(self, key: str, message: str) -> None:
        """Note a mistake at the value of ``key``."""
        self.notes.add(self.notes.positions.of_value((*self.path, key)), message)

    def blame_key(self, key: str, message: str) -> None:
        """Note a mistake at ``key`` itself."""
        self.notes.add(self.notes.positions.of_key((*self.path, key)), message)

    def blame_table(self, message: str) -> None:
        """Note a mistake at the table's header."""
        self.notes.add(self.notes.positions.of_value(self.path), message)

    def accept(self, *accepted: str) -> None:
        """Note every key that is not ``accepted``, with the nearest one that is."""
        for key in self.values:
            if key not in accepted:
                near = nearest(key, accepted)
                hint = f"是否为“{near}”？" if near else ""
                self.blame_key(key, f"不认识的键“{key}”；{hint}可用的键：{'、'.join(accepted)}")

    def require(self, key: str, expected: str) -> bool:
        """Return whether ``key`` is there; note its absence at the table's header."""
        if key not in self.values:
            self.blame_table(f"缺少键“{key}”，应为{expected}")
        return key in self.values

    def text(self, key: str) -> str:
        """Return a required text that is not blank."""
        return self.optional_text(key) if self.require(key, "文字") else ""

    def optional_text(self, key: str) -> str:
        """Return a text; empty when absent."""
        if key not in self.values:
            return ""
        value = self.values[key]
        if not isinstance(value, str):
            self.blame(key, f"“{key}”应为文字（写在引号内），实为{shown(value)}")
            return ""
        if not value.strip():
            self.blame(key, f"“{key}”不能为空")
            return ""
        if _CONTROL.search(value):
            self.blame(key, f"“{key}”不能含控制字符")
            return ""
        longest = _LONGEST.get(key, _LONGEST_TEXT)
        if len(value) > longest:
            self.blame(key, f"“{key}”最多 {longest} 个字，实有 {len(value)} 个")
            return ""
        return value

    def code(self, key: str, *, required: bool = True) -> str:
        """Return a code in lower-case letters, digits, single hyphens and underscores."""
        value = self.text(key) if required else self.optional_text(key)
        if value and not CODE.fullmatch(value):
            self.blame(
                key,
                f"“{key}”应由小写字母、数字和连字符或下划线组成（如 key-item、k01），实为“{value}”",
            )
            return ""
        return value

    def number(
        self, key: str, *, above: int | None = None, at_most: int | None = None
    ) -> Decimal | None:
        """Return a required number within the bounds given; None after noting a mistake."""
        self.require(key, "数字")
        return self.optional_number(key, above=above, at_most=at_most)

    def optional_number(
        self,
        key: str,
        *,
        above: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> Decimal | None:
        """Return a number within the bounds given; None when absent or wrong."""
        if key not in self.values:
            return None
        value = self.values[key]
        number = as_number(value)
        if number is None:
            self.blame(key, f"“{key}”应为数字（如 2 或 1.5），实为{shown(value)}")
        elif above is not None and number <= above:
            self.blame(key, f"“{key}”应大于 {above}，实为 {shown(value)}")
            return None
        elif at_least is not None and number < at_least:
            self.blame(key, f"“{key}”应不小于 {at_least}，实为 {shown(value)}")
            return None
        elif at_most is not None and number > at_most:
            self.blame(key, f"“{key}”应不大于 {at_most}，实为 {shown(value)}")
            return None
        return number

    def whole(self, key: str, *, at_least: int, at_most: int = MOST_WHOLE) -> int | None:
        """Return a whole number; None when absent or wrong."""
        if key not in self.values:
            return None
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            self.blame(key, f"“{key}”应为不小于 {at_least} 的整数，实为{shown(value)}")
            return None
        if value > at_most:
            self.blame(key, f"“{key}”应为不大于 {at_most} 的整数，实为{shown(value)}")
            return None
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false when absent."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.blame(key, f"“{key}”应为 true 或 false，实为{shown(value)}")
            return False
        return value

    def choice(self, key: str, options: Sequence[str], default: str = "") -> str:
        """Return one of ``options``; required when there is no ``default``."""
        expected = f"下列之一：{'、'.join(options)}"
        if key not in self.values:
            if not default:
                self.require(key, expected)
            return default
        value = self.values[key]
        if not isinstance(value, str) or value not in options:
            near = nearest(value, options) if isinstance(value, str) else None
            hint = f"（是否为“{near}”？）" if near else ""
            self.blame(key, f"“{key}”应为{expected}，实为{shown(value)}{hint}")
            return default
        return value

    def table(self, key: str) -> "Table | None":
        """Return a sub-table; None when absent or wrong."""
        if key not in self.values:
            return None
        value = self.values[key]
        if not isinstance(value, dict):
            self.blame(key, f"“{key}”应为一个表，实为{shown(value)}")
            return None
        return Table(value, (*self.path, key), self.notes)

    def one_or_more(self, key: str) -> list["Table"]:
        """Return the table of ``[key]``, or the tables of ``[[key]]``; empty when absent."""
        if isinstance(self.values.get(key), dict):
            table = self.table(key)
            return [table] if table else []
        return self.tables(key, header=f"[[{key}]]")

    def tables(self, key: str, *, header: str) -> list["Table"]:
        """Return the tables of an array; empty when absent. ``header`` shows how to write one."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            self.blame(key, f"“{key}”应为一组表（写作 {header}），实为{shown(values)}")
            return []
        found = []
        for place, value in enumerate(values):
            path = (*self.path, key, place)
            if isinstance(value, dict):
                found.append(Table(value, path, self.notes))
            else:
                self.notes.add(
                    self.notes.positions.of_value(path),
                    f"“{key}”的第 {place + 1} 项应为一个表（写作 {header}），实为{shown(value)}",
                )
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Return an array of texts that are not blank, each once; empty when absent."""
        found: list[str] = []
        for place, value in self._array(key, "文字数组"):
            if not isinstance(value, str) or not value.strip():
                self._blame_place(key, place, f"应为不空的文字，实为{shown(value)}")
            elif value in found:
                self._blame_place(key, place, f"“{value}”重复")
            else:
                found.append(value)
        return tuple(found)

    def choices(self, key: str, options: Sequence[str]) -> tuple[str, ...]:
        """Return an array of ``options``, each once; empty when absent."""
        entries = self._array(key, "文字数组")
        if self.values.get(key) == []:
            self.blame(key, f"“{key}”应至少有一项；可用的：{'、'.join(options)}")
        found: list[str] = []
        for place, value in entries:
            if not isinstance(value, str) or value not in options:
                near = nearest(value, options) if isinstance(value, str) else None
                hint = f"（是否为“{near}”？）" if near else ""
                self._blame_place(
                    key, place, f"应为下列之一：{'、'.join(options)}，实为{shown(value)}{hint}"
                )
            elif value in found:
                self._blame_place(key, place, f"“{value}”重复")
            else:
                found.append(value)
        return tuple(found)

    def numbers(self, key: str, *, above: int) -> tuple[Decimal, ...] | None:
        """Return a required array of numbers; None after noting a mistake."""
        if not self.require(key, "数字数组"):
            return None
        found: list[Decimal] = []
        entries = self._array(key, "数字数组")
        for place, value in entries:
            number = as_number(value)
            if number is None or number <= above:
                self._blame_place(key, place, f"应为大于 {above} 的数字，实为{shown(value)}")
            else:
                found.append(number)
        if not isinstance(self.values[key], list) or len(found) < len(entries):
            return None
        return tuple(found)

    def _array(self, key: str, expected: str) -> list[tuple[int, object]]:
        values = self.values.get(key, [])
        if not isinstance(values, list):
            self.blame(key, f"“{key}”应为{expected}，实为{shown(values)}")
            return []
        return list(enumerate(values))

    def _blame_place(self, key: str, place: int, message: str) -> None:
        self.notes.add(
            self.notes.positions.of_value((*self.path, key, place)),
            f"“{key}”的第 {place + 1} 项{message}",
        )


def as_number(value: object) -> Decimal | None:
    """Return a TOML integer or float exactly; None for anything else, or beyond use."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MOST_DECIMALS:
        return None
    return number if number.adjusted() < _MOST_WHOLE_DIGITS else None


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option that ``word`` is most likely a slip for."""
    return next(iter(difflib.get_close_matches(word, list(options), n=1, cutoff=0.6)), None)


def shown(value: object) -> str:
    """Return a wrong value as its writer will recognise it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{Decimal(value):.12g}"
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, list):
        return "数组"
    return "表" if isinstance(value, dict) else "日期或时间"
