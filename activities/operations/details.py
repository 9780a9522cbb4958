"""What somebody writes down about an activity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What is written about an activity apart from its roll."""

    title: str
    held_on: dt.date
    starts_at: dt.time
    place: str
    ends_at: dt.time | None = None
    host: str = ""
    recorder: str = ""
    summary: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    status: str
    reason: str = ""
    is_lecturer: bool = False


Marks = Mapping[int, Mark]  # by member; whoever is missing keeps the mark he has
