"""What somebody writes down about an activity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields

from activities.models import Activity


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
    host_note: str = ""
    recorder: str = ""
    summary: str = ""
    parts: tuple[Part, ...] = ()


def of_activity(activity: Activity) -> Details:
    """Return what is written about an activity now."""
    written = {
        each.name: getattr(activity, each.name) for each in fields(Details) if each.name != "parts"
    }
    parts = tuple(Part(part.title, part.content) for part in activity.parts.all())
    return Details(**written, parts=parts)


@dataclass(frozen=True, slots=True)
class Mark:
    status: str
    reason: str = ""
    is_lecturer: bool = False
    sitting: int | None = None  # None keeps the sitting there is


Marks = Mapping[int, Mark]  # by member; whoever is missing keeps the mark he has
