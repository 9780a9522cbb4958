"""All checks in their order, and what they say of one organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from activities.queries.checks import meetings, people, setup
from activities.queries.checks.facts import Facts
from activities.queries.checks.finding import Finding, State
from branches.models import Organization, Regulation

Check = Callable[[Facts, Organization, Regulation], Finding | None]

_CHECKS: dict[str, Check] = {
    "O2": setup.size,
    "O7": setup.committee,
    "O8": setup.small,
    "O9": setup.term,
    "O10": setup.extension,
    "O12": setup.kind,
    "O12B": setup.kind,
    "O14": setup.secretary_standing,
    "O15": setup.vacancy,
    "O16": setup.groups,
    **dict.fromkeys(("M1", "M2", "M3", "M4", "M6", "M8"), meetings.rhythm),
    "M7": people.leaders,
    "M21": people.absent_in_a_row,
    "M22": people.absent_often,
}
CODES = tuple(_CHECKS)
PEOPLE_CODES = ("M7", "M21", "M22")
ORGANIZATION_CODES = tuple(code for code in CODES if code not in PEOPLE_CODES)


def judge(facts: Facts, organization: Organization, codes: Iterable[str] = CODES) -> list[Finding]:
    """Return what the rules say of an organisation, in their order; no query.

    A rule that does not concern it is left out; one whose reminder a committee has muted is
    told as muted. ``PEOPLE_CODES`` need facts loaded ``with_people``.
    """
    found = []
    rules = facts.rules(organization)
    for code in codes:
        rule = rules.get(code)
        muted = None if rule else facts.book.muted(organization, code, facts.on)
        speaking = rule or muted
        finding = _CHECKS[code](facts, organization, speaking) if speaking else None
        if finding is not None:
            found.append(replace(finding, state=State.MUTED, due_on=None) if muted else finding)
    return found
