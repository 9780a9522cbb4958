"""A part of the page on which somebody sees what is kept about him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from branches.access import Request
from members.models import Member


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    note: str = ""
    label: str = ""  # how it stands
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """``url`` is the noun's own page, where all of it stands; ``action`` the link's word."""

    title: str
    lines: tuple[Line, ...]
    url: str = ""
    action: str = "查看"
    note: str = ""


# Nothing kept of that noun: None.
Source = Callable[[Request, Member, date], Section | None]
