"""结对: kinds, styles, rhythm of contact, load.

Source: practices C28 (1+1, three styles), C29 (党群连心网: each member answers for one to three
colleagues), C05 (联摊: at least ten households a member), C07 (联络).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.terms import months_later
from members.rules.probation import standing_years
from members.rules.status import Education


class PairKind(StrEnum):
    OLD_NEW = "OLD_NEW"
    EDUCATION = "EDUCATION"
    APPLICANT = "APPLICANT"
    SKILL = "SKILL"
    COLLEAGUE = "COLLEAGUE"  # 党群连心网
    HOUSEHOLD = "HOUSEHOLD"  # 联摊、联户


class PairStyle(StrEnum):
    INTERACTIVE = "INTERACTIVE"
    LEADING = "LEADING"
    COMPLEMENTARY = "COMPLEMENTARY"


class Rhythm(StrEnum):
    """How often a pair is in touch at least."""

    WEEK = "WEEK"
    FORTNIGHT = "FORTNIGHT"
    MONTH = "MONTH"
    QUARTER = "QUARTER"


class Way(StrEnum):
    MEETING = "MEETING"
    WORK = "WORK"
    CALL = "CALL"
    VISIT = "VISIT"


# Members alone are paired so; an applicant, a colleague or a household is written by name.
BETWEEN_MEMBERS = frozenset({PairKind.OLD_NEW, PairKind.EDUCATION})
BY_NAME = frozenset({PairKind.APPLICANT, PairKind.COLLEAGUE, PairKind.HOUSEHOLD})

DAYS_BACK = 31  # how long a contact may be written down afterwards

# How long a rhythm lasts, in days or in calendar months.
DAYS = {Rhythm.WEEK: 7, Rhythm.FORTNIGHT: 14}
MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3}


class PairState(StrEnum):
    """How a pair stands on a day."""

    FINE = "FINE"
    DUE = "DUE"  # out of rhythm
    APART = "APART"  # one of the two belongs to the branch no longer
    ENDED = "ENDED"


def due_by(last: dt.date, rhythm: Rhythm) -> dt.date:
    """Return the last day for the next contact, from the last one or from the beginning.

    >>> due_by(dt.date(2026, 1, 31), Rhythm.MONTH)
    datetime.date(2026, 2, 28)
    """
    if rhythm in DAYS:
        return last + dt.timedelta(days=DAYS[rhythm])
    return months_later(last, MONTHS[rhythm])


@dataclass(frozen=True, slots=True)
class Terms:
    """How many each member answers for: the parameters of rule P3."""

    least: int = 1
    most: int = 3
    households: int = 10


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P3 says them; what it leaves out stays as the practices have it."""
    least = max(0, int(parameters.get("least", Terms().least)))
    return Terms(
        least=least,
        most=max(least, 1, int(parameters.get("most", Terms().most))),
        households=max(0, int(parameters.get("households", Terms().households))),
    )


def is_over(people: int, terms: Terms) -> bool:
    """Return whether somebody answers for more persons than one can (households not counted)."""
    return people > terms.most


def may_enter(
    contact_on: dt.date, *, pair_from: dt.date, ended_on: dt.date | None, today: dt.date
) -> str:
    """Return why a contact of a day cannot be written down, in Chinese; "" if it can."""
    if contact_on > today:
        return "联系日期不能晚于今天。"
    if contact_on < today - dt.timedelta(days=DAYS_BACK):
        return f"只能补记 {DAYS_BACK} 天以内的联系。"
    if contact_on < pair_from:
        return "联系日期不能早于结对日期。"
    if ended_on is not None and contact_on >= ended_on:
        return "这对结对已经结束，不再登记联系。"
    return ""


# Who could go with whom


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the branch as far as pairing goes. ``joined_on``: from when 党龄 counts,
    None where nothing is known of it; ``people``: for how many persons one answers already.
    """

    key: int
    joined_on: dt.date | None = None
    is_probationary: bool = False
    education: str = ""
    group: int | None = None
    people: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    kind: PairKind
    helper: int
    helped: int


OLD_YEARS, NEW_YEARS = 10, 3
_HIGH = frozenset({Education.BACHELOR, Education.MASTER, Education.DOCTOR})
_LOW = frozenset({Education.JUNIOR, Education.SENIOR})


def propose(
    people: Sequence[Person],
    on: dt.date,
    terms: Terms,
    *,
    helped: Mapping[PairKind, AbstractSet[int]] | None = None,
) -> list[Proposal]:
    """Return who could go with whom: 老带新 (ten years of 党龄 and more with three and fewer) and
    高低学历 (a degree with secondary school or less).

    Everybody is proposed as helped once a kind, unless ``helped`` says that somebody helps already
    in that way; nobody gets more than the terms allow. Of several who could help comes first who
    is in the same group, then who answers for the fewest, then the order given.
    """
    load = {person.key: person.people for person in people}
    order = {person.key: place for place, person in enumerate(people)}
    found: list[Proposal] = []
    for kind, helpers, others in (
        (PairKind.OLD_NEW, *_by_standing(people, on)),
        (PairKind.EDUCATION, *_by_education(people)),
    ):
        known = (helped or {}).get(kind, frozenset())
        for other in others:
            if other.key in known:
                continue
            free = [each for each in helpers if load[each.key] < terms.most]
            if not free:
                break
            best = min(
                free,
                key=lambda each: (
                    other.group is None or each.group != other.group,
                    load[each.key],
                    order[each.key],
                ),
            )
            load[best.key] += 1
            found.append(Proposal(kind, best.key, other.key))
    return found


def _by_standing(people: Sequence[Person], on: dt.date) -> tuple[list[Person], list[Person]]:
    """Return the old and the new; whose dates are unknown is neither."""
    years: dict[int, int] = {}
    for person in people:
        if person.is_probationary:
            years[person.key] = 0
        elif person.joined_on is not None:
            years[person.key] = standing_years(person.joined_on, on)
    old = [person for person in people if years.get(person.key, -1) >= OLD_YEARS]
    new = [person for person in people if 0 <= years.get(person.key, -1) <= NEW_YEARS]
    return old, new


def _by_education(people: Sequence[Person]) -> tuple[list[Person], list[Person]]:
    high = [person for person in people if person.education in _HIGH]
    return high, [person for person in people if person.education in _LOW]
