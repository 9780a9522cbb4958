"""Where the names and lines of the map of pairs stand: helpers at the left, helped at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ROW = 30  # from one name to the next
TOP = 22
WIDTH, LEFT, RIGHT = 720, 220, 500  # the names end at LEFT and begin at RIGHT
_GAP = 8


@dataclass(frozen=True, slots=True)
class Link:
    """One pair: the keys and names of the two, and how it stands ("" or a tone)."""

    helper: str
    helper_name: str
    helped: str
    helped_name: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    y: int
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    tone: str


@dataclass(frozen=True, slots=True)
class Drawing:
    height: int
    helpers: tuple[Name, ...]
    helped: tuple[Name, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH


def draw(links: Sequence[Link], over: frozenset[str] = frozenset()) -> Drawing:
    """Return the drawing of some pairs, in their order; ``over`` are helpers to mark.

    Who is helped by two stands once. Names keep their distance on both sides.
    """
    right: dict[str, int] = {}
    left: dict[str, list[str]] = {}
    names: dict[tuple[str, str], str] = {}
    for link in links:
        right.setdefault(link.helped, len(right))
        left.setdefault(link.helper, []).append(link.helped)
        names["helper", link.helper] = link.helper_name
        names["helped", link.helped] = link.helped_name
    tall = max(len(right), len(left))
    right_y = _spread(len(right), tall)
    left_y = _spread(len(left), tall)
    places = {key: left_y[place] for place, key in enumerate(left)}
    ends = {key: right_y[place] for key, place in right.items()}
    return Drawing(
        height=TOP * 2 + ROW * max(tall - 1, 0),
        helpers=tuple(Name(names["helper", key], y, key in over) for key, y in places.items()),
        helped=tuple(Name(names["helped", key], y) for key, y in ends.items()),
        lines=tuple(
            Line(_curve(places[link.helper], ends[link.helped]), link.tone) for link in links
        ),
    )


def _spread(count: int, most: int) -> list[int]:
    """Return the heights of ``count`` names spread evenly over the room of ``most``."""
    room = ROW * max(most - 1, 0)
    if count <= 1:
        return [TOP + room // 2] * count
    return [TOP + room * place // (count - 1) for place in range(count)]


def _curve(start: int, end: int) -> str:
    first, last = LEFT + _GAP, RIGHT - _GAP
    middle = (first + last) // 2
    return f"M{first} {start}C{middle} {start} {middle} {end} {last} {end}"
