"""Where the keys and values of a TOML text stand, which the standard library's reader forgets."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

# Keys and the places (from 0) in arrays that lead to a value: ("part", 0, "item", 2, "full").
Path = tuple[str | int, ...]

_BLANK = " \t"
_DELIMITERS = ",]}#\r\n"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Line and column in characters, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Positions:
    """``keys``: where a key or a table's header begins; ``values``: where its value begins."""

    keys: Mapping[Path, Position] = field(default_factory=dict)
    values: Mapping[Path, Position] = field(default_factory=dict)

    def of_key(self, path: Path) -> Position:
        """Return where ``path`` is written, or the nearest table around it."""
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, Position(1, 1))

    def of_value(self, path: Path) -> Position:
        """Return where the value of ``path`` begins; for a table with a header, the header."""
        return self.values[path] if path in self.values else self.of_key(path)


def locate(text: str) -> Positions:
    """Return the positions in ``text``, which ``tomllib`` must already have accepted."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks valid TOML once, so it need not look for mistakes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line_starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]
        self.keys: dict[Path, Position] = {}
        self.values: dict[Path, Position] = {}
        self.array_sizes: dict[Path, int] = {}  # of arrays of tables

    def scan(self) -> Positions:
        table: Path = ()
        while self._skip_to_content():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return Positions(self.keys, self.values)

    def _position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def _skip_to_content(self) -> bool:
        """Pass blanks, line ends and comments; False at the end of the text."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in " \t\r\n":
                self.at += 1
            else:
                return True
        return False

    def _skip_blanks(self) -> None:
        while self.text[self.at] in _BLANK:
            self.at += 1

    def _header(self) -> Path:
        here = self._position(self.at)
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *parents, last = self._key()
        self.at += brackets
        path: Path = ()
        for name in parents:
            path += (name,)
            self.keys.setdefault(path, here)
            if path in self.array_sizes:
                path += (self.array_sizes[path] - 1,)
        path += (last,)
        if brackets == 2:
            self.keys.setdefault(path, here)
            self.array_sizes[path] = self.array_sizes.get(path, 0) + 1
            path += (self.array_sizes[path] - 1,)
        self.keys[path] = here
        return path

    def _pair(self, table: Path) -> None:
        here = self._position(self.at)
        path = table
        for name in self._key():
            path += (name,)
            self.keys.setdefault(path, here)
        self.at += 1  # the equals sign
        self._skip_blanks()
        self._value(path)

    def _key(self) -> list[str]:
        """Read a dotted key and the blanks after it."""
        names = []
        while True:
            self._skip_blanks()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                # Escapes in quoted keys stay as written: such a key is unknown anyway.
                names.append(self.text[start + 1 : self.at - 1])
            else:
                start = self.at
                while self.text[self.at].isalnum() or self.text[self.at] in "_-":
                    self.at += 1
                names.append(self.text[start : self.at])
            self._skip_blanks()
            if self.text[self.at] != ".":
                return names
            self.at += 1

    def _value(self, path: Path) -> None:
        here = self._position(self.at)
        self.values[path] = here
        self.keys.setdefault(path, here)
        char = self.text[self.at]
        if char in "\"'":
            self._string()
        elif char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _DELIMITERS:
                self.at += 1

    def _array(self, path: Path) -> None:
        self.at += 1
        place = 0
        while self._skip_to_content() and self.text[self.at] != "]":
            self._value((*path, place))
            place += 1
            self._skip_to_content()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_to_content() and self.text[self.at] != "}":
            self._pair(path)
            self._skip_to_content()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(fence)
        # A multi-line string may end in one or two quotes of its own.
        if len(fence) == 3:
            while self.text.startswith(quote, self.at):
                self.at += 1
