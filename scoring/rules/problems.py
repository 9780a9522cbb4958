"""What is wrong with a file that somebody wrote: where, what, and what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. Line and column count from 1.

    In a scheme file the column counts characters; in a CSV file it counts fields, and
    ``name`` is the column's heading.
    """

    line: int
    column: int
    message: str
    name: str = ""

    def described(self, file: str) -> str:
        """Return ``file:line:column:`` for tools, then the same for people, and the mistake."""
        heading = f"（{self.name}）" if self.name else ""
        return (
            f"{file}:{self.line}:{self.column}: "
            f"第 {self.line} 行第 {self.column} 列{heading}：{self.message}"
        )


class BadFile(Exception):
    """The file is refused whole. ``problems`` holds every mistake, in order of position."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("；".join(problem.message for problem in self.problems))

    def described(self, file: str) -> list[str]:
        """Return one line for each problem, naming ``file``."""
        return [problem.described(file) for problem in self.problems]
