"""The clocks of problems, their libraries, and what is proposed next."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.rules.supervision import (
    LIBRARIES_OF,
    Library,
    ProblemAct,
    Proposal,
    Satisfaction,
    Severity,
    Standing,
    Terms,
    due_day,
    is_begun,
    named,
    proposals,
    start_day,
    terms_of,
    top_of,
)
from branches.rules.tree import OrganizationKind
from branches.rules.working_days import WorkingCalendar

FRIDAY = dt.date(2026, 10, 16)
MONDAY_OFF = WorkingCalendar(days_off=frozenset({dt.date(2026, 10, 19)}))
ONE = dt.timedelta(days=1)
A, P, S = ProblemAct, Proposal, Severity


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (S.URGENT, dt.date(2026, 10, 22)),  # Tuesday, Wednesday, Thursday
        (S.MAJOR, dt.date(2026, 11, 9)),
        (S.ORDINARY, dt.date(2026, 11, 15)),
        (S.BUDDING, dt.date(2026, 12, 15)),
    ],
)
def test_every_severity_has_its_clock(severity, expected):
    assert due_day(severity, FRIDAY, MONDAY_OFF, Terms()) == expected


@pytest.mark.parametrize(
    ("severity", "terms", "expected"),
    [
        (S.URGENT, Terms(), dt.date(2026, 10, 20)),
        (S.URGENT, Terms(start=2), dt.date(2026, 10, 21)),
        (S.MAJOR, Terms(), None),
    ],
)
def test_an_urgent_one_is_begun_on_the_next_working_day(severity, terms, expected):
    assert start_day(severity, FRIDAY, MONDAY_OFF, terms) == expected


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([], False),
        ([A.RAISED], False),
        ([A.RAISED, A.PROGRESS], True),
        ([A.RAISED, A.ASSIGNED, A.SUPERVISED], True),
        ([A.RAISED, A.ANSWERED], True),
        ([A.RAISED, A.CHANGED], False),
        ([A.RAISED, A.PROGRESS, A.SEVERITY], False),
        ([A.RAISED, A.PROGRESS, A.ESCALATED], False),
        ([A.RAISED, A.PROGRESS, A.SEVERITY, A.ESCALATED, A.PROGRESS], True),
    ],
)
def test_only_what_was_done_since_the_clock_started_is_a_beginning(acts, expected):
    assert is_begun(acts) is expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, Terms()),
        ({"urgent_working_days": 2, "ordinary_days": 20}, Terms(urgent=2, ordinary=20)),
        ({"budding_days": 0, "look_back_days": "45"}, Terms(budding=1, look_back=45)),
    ],
)
def test_a_committee_may_set_the_clocks(parameters, expected):
    assert terms_of(parameters) == expected


def test_whose_problems_stand_in_which_library():
    assert dict(LIBRARIES_OF) == {
        OrganizationKind.GROUP: Library.TEAM,
        OrganizationKind.BRANCH: Library.DEPARTMENT,
        OrganizationKind.GENERAL_BRANCH: Library.DEPARTMENT,
        OrganizationKind.COMMITTEE: Library.COMPANY,
    }


K = OrganizationKind


@pytest.mark.parametrize(
    ("lineage", "expected"),
    [
        ([("A", K.COMMITTEE), ("AB", K.BRANCH), ("ABC", K.GROUP)], "A"),
        ([("A", K.COMMITTEE), ("AB", K.COMMITTEE), ("ABC", K.BRANCH)], "AB"),
        ([("A", K.COMMITTEE)], "A"),
        ([("A", K.BRANCH), ("AB", K.GROUP)], "A"),
    ],
)
def test_who_handles_an_urgent_one(lineage, expected):
    assert top_of(lineage) == expected


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(S.ORDINARY), ()),
        (Standing(S.ORDINARY, due_on=FRIDAY), ()),
        (Standing(S.ORDINARY, due_on=FRIDAY - ONE), (P.ESCALATE,)),
        (Standing(S.ORDINARY, due_on=FRIDAY - ONE, has_above=False), ()),
        (Standing(S.ORDINARY, has_owner=False, is_begun=False), (P.ASSIGN,)),
        (Standing(S.URGENT, is_begun=False), (P.BEGIN,)),
        (Standing(S.URGENT), ()),
        (Standing(S.MAJOR, has_measures=False), (P.MEASURES, P.SUPERVISE)),
        (Standing(S.MAJOR, is_supervised=True), ()),
        (Standing(S.MAJOR, has_above=False), ()),
        (Standing(S.MAJOR, is_closed=True, has_owner=False), (P.ASK,)),
        (Standing(S.ORDINARY, is_closed=True, satisfaction=Satisfaction.FAIR), ()),
        (Standing(S.ORDINARY, is_closed=True, satisfaction=Satisfaction.DISSATISFIED), (P.REOPEN,)),
        (
            Standing(S.ORDINARY, is_closed=True, satisfaction="FAIR", look_back_due_on=FRIDAY),
            (P.LOOK_BACK,),
        ),
        (
            Standing(
                S.ORDINARY, is_closed=True, satisfaction="FAIR", look_back_due_on=FRIDAY + ONE
            ),
            (),
        ),
        (
            Standing(
                S.ORDINARY, is_closed=True, satisfaction="FAIR", look_back_due_on=FRIDAY,
                is_looked_back=True,
            ),
            (),
        ),
    ],
)  # fmt: skip
def test_what_is_proposed_next(standing, expected):
    assert proposals(standing, FRIDAY) == expected


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("李敏牵头协调班车", ["李敏", "王强", "李敏"], ("李敏",)),
        ("班组牵头", ["李敏"], ()),
        ("班组牵头", ["", "班"], ()),
    ],
)
def test_names_in_a_case_are_found(text, names, expected):
    assert named(text, names) == expected
