"""Minutes as kept data: their checksum, their lines, and what changed between two versions.

Content is a document as data: ``title``, ``organization``, ``facts`` as pairs of label and text,
``parts`` as pairs of heading and paragraphs, ``signature`` as lines.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Content = Mapping[str, Any]

# Comparing takes up to the square of either: within both it is done in a second or two.
MOST_LINES = 2_000
_MOST_PAIRS = 50_000


class Change(StrEnum):
    SAME = "SAME"
    ADDED = "ADDED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Line:
    change: Change
    text: str


def checksum(content: Content) -> str:
    """Return the SHA-256 of the content; the order in which its keys are kept does not matter."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def lines(content: Content) -> list[str]:
    """Return a document line by line: title, facts, each part under its heading, signature."""
    found = [content["title"]]
    found += [f"{_plain(label)}：{text}" for label, text in content["facts"]]
    for heading, paragraphs in content["parts"]:
        found += [heading, *paragraphs]
    return found + list(content["signature"])


def difference(before: Content, after: Content) -> list[Line] | None:
    """Return the lines of both versions in reading order, each the same, added or removed.

    None where too much has changed to be compared line by line: between the lines that both
    begin and both end with lie more than 2,000 of both, or nearly all of them are alike.
    """
    old, new = lines(before), lines(after)
    shorter = min(len(old), len(new))
    head = _common(old, new, shorter)
    tail = _common(old[::-1], new[::-1], shorter - head)
    middle = _compared(old[head : len(old) - tail], new[head : len(new) - tail])
    if middle is None:
        return None
    first, last = old[:head], old[len(old) - tail :]
    return [*_marked(Change.SAME, first), *middle, *_marked(Change.SAME, last)]


def _common(one: Sequence[str], other: Sequence[str], most: int) -> int:
    """Return with how many equal lines both begin, at most ``most``."""
    return next((place for place in range(most) if one[place] != other[place]), most)


def _compared(old: Sequence[str], new: Sequence[str]) -> list[Line] | None:
    times = Counter(new)
    pairs = sum(count * times[text] for text, count in Counter(old).items())
    if (len(old) + len(new) > MOST_LINES and old and new) or pairs > _MOST_PAIRS:
        return None
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            found += _marked(Change.SAME, old[old_from:old_to])
            continue
        found += _marked(Change.REMOVED, old[old_from:old_to])
        found += _marked(Change.ADDED, new[new_from:new_to])
    return found


def _marked(change: Change, texts: Sequence[str]) -> list[Line]:
    return [Line(change, text) for text in texts]


def _plain(label: str) -> str:
    """Labels are spread with wide and narrow blanks in print."""
    return label.replace("　", "").replace(" ", "")
