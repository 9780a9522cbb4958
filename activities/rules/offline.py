"""A roll taken without a connection, and what becomes of it where the record has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activities.rules.attendance import AttendanceStatus


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides have marked the same person since, and not the same."""

    device: str
    server: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What is taken over, where the two differ, and who is no longer on the roll (by member)."""

    taken: dict[int, str]
    conflicts: dict[int, Conflict]
    strangers: tuple[int, ...]


def merge(
    *, base: Mapping[int, str], marks: Mapping[int, str], server: Mapping[int, str]
) -> Merged:
    """Return what the marks of a device come to against those that stand here now.

    ``base`` is what the device started from; whoever is missing there was unmarked. What the
    device did not change says nothing. A change is taken where nothing stands here yet, where
    the same stands here, and where nothing has changed here since.
    """
    unmarked = str(AttendanceStatus.UNMARKED)
    taken: dict[int, str] = {}
    conflicts: dict[int, Conflict] = {}
    strangers = []
    for member, mark in marks.items():
        if mark == base.get(member, unmarked):
            continue
        if member not in server:
            strangers.append(member)
            continue
        stands = server[member]
        if stands in (unmarked, mark, base.get(member, unmarked)):
            taken[member] = mark
        else:
            conflicts[member] = Conflict(mark, stands)
    return Merged(taken, conflicts, tuple(strangers))
