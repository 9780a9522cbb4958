"""Who is on duty when, and until when a visitor is answered (C10)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from activities.rules import duty
from activities.rules.duty import Person, Terms, VisitState, VisitStep
from branches.rules.workflow import StepNotAllowed
from branches.rules.working_days import WorkingCalendar

D = dt.date
# The National Day of 2026: 1 to 7 October off, 20 September and 10 October worked in exchange.
CALENDAR = WorkingCalendar(
    frozenset(D(2026, 10, day) for day in range(1, 8)),
    frozenset({D(2026, 9, 20), D(2026, 10, 10)}),
)
SECRETARY = 9


def proposed(first: dt.date, last: dt.date, people, *, secretary=SECRETARY, terms=None, taken=None):
    return duty.propose(
        days=duty.days_between(first, last), calendar=CALENDAR, people=people,
        secretary=secretary, terms=terms or Terms(), taken=taken,
    )  # fmt: skip


def crowd(*keys: int) -> list[Person]:
    return [Person(key) for key in (*keys, SECRETARY)]


def test_a_week_goes_round_and_the_weekend_is_the_secretarys():
    found = proposed(D(2026, 11, 2), D(2026, 11, 8), crowd(1, 2, 3, 4, 5))

    assert list(found.values()) == [(1, 2), (3, 4), (5, 1), (2, 3), (4, 5), (9,), (9,)]


def test_a_week_of_exchanged_days_follows_the_calendar():
    found = proposed(D(2026, 10, 5), D(2026, 10, 11), crowd(1, 2, 3))

    # Monday to Wednesday are holidays; Saturday the 10th is worked.
    assert list(found.values()) == [(9,), (9,), (9,), (1, 2), (3, 1), (2, 3), (9,)]


def test_whoever_was_on_duty_longest_ago_comes_first():
    people = [
        Person(1, D(2026, 10, 30)),
        Person(2, D(2026, 10, 28)),
        Person(3),
        Person(4, D(2026, 10, 29)),
        Person(SECRETARY),
    ]
    found = proposed(D(2026, 11, 2), D(2026, 11, 3), people)

    assert list(found.values()) == [(3, 2), (4, 1)]


def test_nobody_has_two_turns_more_than_another_in_a_month():
    found = proposed(D(2026, 11, 1), D(2026, 11, 30), crowd(1, 2, 3, 4, 5, 6, 7))
    turns = Counter(key for keys in found.values() for key in keys if key != SECRETARY)

    assert sum(turns.values()) == 42  # 21 working days
    assert max(turns.values()) - min(turns.values()) <= 1
    assert len(turns) == 7


@pytest.mark.parametrize(
    ("person", "day", "is_free"),
    [
        (Person(1), D(2026, 11, 2), True),
        (Person(1, away=((D(2026, 11, 2), D(2026, 11, 4)),)), D(2026, 11, 1), True),
        (Person(1, away=((D(2026, 11, 2), D(2026, 11, 4)),)), D(2026, 11, 2), False),
        (Person(1, away=((D(2026, 11, 2), D(2026, 11, 4)),)), D(2026, 11, 3), False),
        (Person(1, away=((D(2026, 11, 2), D(2026, 11, 4)),)), D(2026, 11, 4), True),
        (Person(1, away=((D(2026, 11, 2), None),)), D(2030, 1, 1), False),
        (Person(1, since=D(2026, 11, 2)), D(2026, 11, 1), False),
        (Person(1, since=D(2026, 11, 2)), D(2026, 11, 2), True),
        (Person(1, until=D(2026, 11, 2)), D(2026, 11, 1), True),
        (Person(1, until=D(2026, 11, 2)), D(2026, 11, 2), False),
    ],
)
def test_when_somebody_can_be_put_on_duty(person, day, is_free):
    assert person.is_free(day) is is_free


def test_the_exempted_are_left_out():
    people = [Person(1), Person(2, away=((D(2026, 1, 1), None),)), Person(3), Person(SECRETARY)]
    found = proposed(D(2026, 11, 2), D(2026, 11, 3), people)

    assert list(found.values()) == [(1, 3), (1, 3)]


@pytest.mark.parametrize(
    ("people", "secretary", "terms", "expected"),
    [
        # Friday and Saturday
        (crowd(1), SECRETARY, Terms(), [(1, 9), (9,)]),  # too few: the secretary helps
        (crowd(), SECRETARY, Terms(), [(9,), (9,)]),
        ([], SECRETARY, Terms(), [(), ()]),
        (crowd(1, 2), None, Terms(), [(1, 2), ()]),  # no account of a secretary is linked
        # without the secretary at weekends all take turns on all days
        (crowd(1, 2), SECRETARY, Terms(weekend_secretary=False), [(1, 2), (9, 1)]),
        (crowd(1, 2), 1, Terms(weekend_secretary=False), [(1, 2), (9, 1)]),
        (crowd(1, 2, 3), SECRETARY, Terms(per_day=1), [(1,), (9,)]),
        (crowd(1, 2, 3), SECRETARY, Terms(per_day=3), [(1, 2, 3), (9,)]),
    ],
)
def test_few_people_and_other_terms(people, secretary, terms, expected):
    found = proposed(D(2026, 11, 6), D(2026, 11, 7), people, secretary=secretary, terms=terms)

    assert list(found.values()) == expected


def test_days_already_settled_stay_and_count_for_the_turns():
    taken = {D(2026, 11, 2): (1, 2), D(2026, 11, 4): (3, 4)}
    found = proposed(D(2026, 11, 2), D(2026, 11, 5), crowd(1, 2, 3, 4), taken=taken)

    assert found == {D(2026, 11, 3): (3, 4), D(2026, 11, 5): (1, 2)}


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (D(2026, 11, 2), D(2026, 11, 9)),  # Monday: the Monday after
        (D(2026, 11, 6), D(2026, 11, 13)),  # Friday
        (D(2026, 11, 7), D(2026, 11, 13)),  # Saturday: Monday is the first day
        (D(2026, 9, 30), D(2026, 10, 13)),  # over the holiday: 8, 9, 10 (worked), 12, 13
        (D(2026, 9, 18), D(2026, 9, 24)),  # a Friday; Sunday the 20th is worked
    ],
)
def test_five_working_days_to_answer(received_on, due_on):
    assert duty.answer_due(received_on, CALENDAR, Terms()) == due_on


def test_the_terms_are_those_of_the_rule():
    assert duty.terms_of({}) == Terms(2, True, duty.HOURS, 5)
    assert duty.terms_of(
        {"per_day": 3, "weekend_secretary": False, "hours": "全天", "answer_working_days": 3}
    ) == Terms(3, False, "全天", 3)


_S, _T = VisitState, VisitStep


@pytest.mark.parametrize("state", list(VisitState))
@pytest.mark.parametrize("step", list(VisitStep))
def test_the_way_of_a_matter(state, step):
    allowed = {
        (_S.BRANCH, _T.ANSWER): _S.ANSWERED,
        (_S.BRANCH, _T.SEND_UP): _S.UPWARD,
        (_S.UPWARD, _T.ANSWER): _S.ANSWERED,
    }
    if (state, step) in allowed:
        assert duty.VISIT.after(state, step) == allowed[state, step]
    else:
        with pytest.raises(StepNotAllowed):
            duty.VISIT.after(state, step)
