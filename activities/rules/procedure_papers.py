"""Fill model documents: every ``{name}`` has its value, or room to write it by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from activities.rules.procedures import About, Field, FieldKind, Paper, PaperKind, Step

BLANK = "＿＿＿＿＿＿"
_NAME = re.compile(r"\{([a-z_0-9]+(?:\.[a-z_0-9]+)?)\}")

BRANCH_NAMES = ("branch", "committee", "secretary", "date", "year")
PERSON_NAMES = ("name",)
MEMBER_NAMES = ("name", "sex", "birth", "admitted", "probation_end")
MEETING_NAMES = (
    "meeting_title", "meeting_date", "meeting_place", "host", "recorder", "roll_due",
    "roll_attended",
)  # fmt: skip
VOTE_NAMES = ("due", "present", "yes", "no", "abstain", "verdict")


@dataclass(frozen=True, slots=True)
class Filled:
    """A document ready to be read or drawn."""

    kind: PaperKind
    title: str
    to: str
    paragraphs: tuple[str, ...]
    blanks: int  # places left to be written by hand


def names_in(paper: Paper) -> Iterator[str]:
    """Yield the placeholders of a document."""
    for text in (paper.title, paper.to, *paper.paragraphs):
        yield from _NAME.findall(text)


def allowed_names(earlier: Mapping[str, Step], step: Step, about: About) -> set[str]:
    """Return what a document of ``step`` may name: what will be known when it is done.

    Of the branch and the person; its own fields; date and fields of the steps before it; of
    its meeting, as ``meeting_…``, and of the vote there.
    """
    people: tuple[str, ...] = ()
    if about is not About.BRANCH:
        people = MEMBER_NAMES if about is About.MEMBER else PERSON_NAMES
    found = {*BRANCH_NAMES, *people, *(field.name for field in step.fields)}
    if step.meetings:
        found |= {*MEETING_NAMES, *VOTE_NAMES}
    for code in _before(earlier, step.after):
        found |= {f"{code}.date", *(f"{code}.{field.name}" for field in earlier[code].fields)}
        if earlier[code].meetings:
            found |= {f"{code}.{name}" for name in (*MEETING_NAMES, *VOTE_NAMES)}
    return found


def _before(steps: Mapping[str, Step], after: Iterable[str]) -> set[str]:
    """Return these steps and all before them."""
    found: set[str] = set()
    waiting = list(after)
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting.extend(steps[code].after)
    return found


def fill(paper: Paper, values: Mapping[str, str]) -> Filled:
    """Return the document with its values; what is not known is left blank."""
    blanks = 0

    def value(match: re.Match[str]) -> str:
        nonlocal blanks
        found = values.get(match[1], "")
        blanks += not found
        return found or BLANK

    title = _NAME.sub(value, paper.title)
    to = _NAME.sub(value, paper.to)
    paragraphs = tuple(
        line
        for text in paper.paragraphs
        for line in _NAME.sub(value, text).splitlines()
        if line.strip()
    )
    return Filled(paper.kind, title, to, paragraphs, blanks)


def in_words(field: Field, value: object) -> str:
    """Return what was filled in, as a document or a page says it."""
    if value in (None, "", []):
        return ""
    if field.kind is FieldKind.MEMBERS and isinstance(value, list):
        return "、".join(str(each["name"]) for each in value)
    if field.kind is FieldKind.DATE:
        year, month, day = str(value).split("-")
        return f"{int(year)}年{int(month)}月{int(day)}日"
    return str(value)
