"""What makes a talk due, by when, and how far a year's talks reach."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from activities.rules.absences import Seen
from people.rules import talks
from people.rules.talks import TALK, Covered, Met, TalkForm, TalkReason, TalkState, Terms
from people.wording import talks as wording

DAY = dt.date(2026, 10, 20)
AT = dt.datetime(2026, 10, 20, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("reason", "form"),
    [(reason, "VISIT" if n in (6, 7, 8, 9) else "TALK") for n, reason in enumerate(TalkReason)],
)
def test_four_reasons_call_for_a_visit(reason, form):
    assert talks.form_of(reason) == form


@pytest.mark.parametrize(
    ("form", "terms", "due"),
    [
        (TalkForm.TALK, Terms(), dt.date(2026, 10, 27)),
        (TalkForm.VISIT, Terms(), dt.date(2026, 10, 23)),
        (TalkForm.TALK, Terms(talk_days=12), dt.date(2026, 11, 1)),
    ],
)
def test_a_talk_has_seven_days_and_a_visit_three(form, terms, due):
    assert talks.due_on(DAY, form, terms) == due


@pytest.mark.parametrize(
    ("parameters", "terms"),
    [
        ({}, Terms(7, 3, 2)),
        ({"talk_days": 10, "visit_days": 5, "absences_running": 3}, Terms(10, 5, 3)),
        ({"talk_days": 0, "visit_days": -1, "absences_running": 1}, Terms(1, 1, 2)),
    ],
)
def test_terms_are_parameters_of_p5(parameters, terms):
    assert talks.terms_of(parameters) == terms


@pytest.mark.parametrize(
    ("later", "may"),
    [(-SECOND, False), (0 * HOUR, True), (24 * HOUR, True), (24 * HOUR + SECOND, False)],
)
def test_a_note_is_corrected_within_24_hours(later, may):
    assert talks.may_be_corrected(AT, AT + later) == may


@pytest.mark.parametrize(
    ("state", "steps"),
    [(TalkState.DUE, ["HOLD", "DROP"]), (TalkState.HELD, []), (TalkState.DROPPED, [])],
)
def test_what_is_held_or_dropped_stays_so(state, steps):
    assert TALK.open_steps(state) == steps


def seen(letters: str) -> list[Seen]:
    """A: absent, x: absent while exempt, L: leave, P: came; a day each, up to 20 October."""
    words = {"A": "ABSENT", "x": "ABSENT", "L": "LEAVE", "P": "PRESENT"}
    first = DAY - dt.timedelta(days=len(letters) - 1)
    return [
        Seen(n, first + dt.timedelta(days=n), words[letter], letter == "x")
        for n, letter in enumerate(letters)
    ]


@pytest.mark.parametrize(
    ("letters", "ago", "least", "found"),
    [
        ("", 0, 2, []),
        ("A", 0, 2, []),
        ("AA", 0, 2, [[0, 1]]),
        ("AA", 0, 3, []),
        ("AAA", 0, 2, [[0, 1, 2]]),
        ("APA", 2, 2, []),
        ("ALA", 2, 2, [[0, 2]]),
        ("AxA", 2, 2, [[0, 2]]),
        ("Axx", 2, 2, []),
        ("AAPAA", 4, 2, [[0, 1], [3, 4]]),
        ("AAPAA", 3, 2, [[0, 1], [3, 4]]),
        ("AAPAA", 2, 2, [[3, 4]]),
        ("AAP", 1, 2, [[0, 1]]),
        ("AAP", 0, 2, []),
    ],
)
def test_runs_of_absence(letters, ago, least, found):
    first_day = DAY - dt.timedelta(days=ago)
    runs = talks.runs(seen(letters), first_day, least)
    assert [[one.key for one in run] for run in runs] == found


MARCH, MAY = dt.date(2026, 3, 1), dt.date(2026, 5, 1)


@pytest.mark.parametrize(
    ("people", "committee", "met", "found"),
    [
        # Two of the committee (1, 2) and two others (3, 4), nobody talked.
        ({1, 2, 3, 4}, {1, 2}, [], {1: Covered(), 2: Covered(), 3: Covered(), 4: Covered()}),
        # Both sides of a talk are covered by it.
        ({1, 2, 3, 4}, {1, 2}, [(1, 3, MARCH, True, False)],
         {1: Covered(None, MARCH), 2: Covered(), 3: Covered(MARCH, None), 4: Covered()}),
        # The last day of several; who was on the committee then counts, not who is now.
        ({1, 2, 3}, {1, 2}, [(3, 2, MAY, False, True), (1, 3, MARCH, False, False)],
         {1: Covered(None, MARCH, True, True), 2: Covered(None, MAY, True, True),
          3: Covered(MAY, MARCH, True, False)}),
        # The only one of the committee needs no talk with another.
        ({1, 3, 4}, {1}, [],
         {1: Covered(needs_committee=False), 3: Covered(), 4: Covered()}),
        # A branch without a committee.
        ({3, 4}, set(), [], {3: Covered(needs_committee=False), 4: Covered(needs_committee=False)}),
        # Alone.
        ({1}, {1}, [], {1: Covered(needs_committee=False, needs_member=False)}),
        # A secretary who belongs to another branch talks here.
        ({3}, {9}, [(9, 3, MAY, True, False)], {3: Covered(MAY, None, True, False)}),
    ],
)  # fmt: skip
def test_coverage(people, committee, met, found):
    assert talks.coverage(people, committee, [Met(*row) for row in met]) == found


@pytest.mark.parametrize(
    ("covered", "complete"),
    [
        (Covered(), False),
        (Covered(MARCH, None), False),
        (Covered(None, MARCH), False),
        (Covered(MARCH, MAY), True),
        (Covered(MARCH, None, needs_member=False), True),
        (Covered(needs_committee=False, needs_member=False), True),
    ],
)
def test_both_talks_make_it_complete(covered, complete):
    assert covered.is_complete == complete


def test_every_reason_stands_once_in_the_choice():
    listed = [reason for _, reasons in wording.REASON_GROUPS for reason in reasons]
    assert sorted(listed) == sorted(TalkReason)
    assert [len(reasons) for _, reasons in wording.REASON_GROUPS] == [6, 4, 5]
