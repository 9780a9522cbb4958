"""民主评议: the order of its parts (M9), the cap (M11), the grades (M12), the ballot (M13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.rules.appraisals import (
    APPRAISAL,
    AppraisalGrade,
    AppraisalState,
    AppraisalStep,
    Ballot,
    BallotFault,
    Lack,
    Missing,
    Person,
    Standing,
    Votes,
    ballot_faults,
    cap,
    digest,
    may_be_shown,
    missing,
)
from activities.wording import appraisals as wording
from branches.rules.workflow import StepNotAllowed

S, T, G = AppraisalState, AppraisalStep, AppraisalGrade
FORWARD = [T.TO_PEERS, T.TO_BALLOT, T.TO_OPINION, T.TO_FEEDBACK, T.FINISH]


def test_the_order():
    state = S.SELF
    seen = [state]
    for step in FORWARD:
        state = APPRAISAL.after(state, step)
        seen.append(state)

    assert seen == [S.SELF, S.PEER, S.BALLOT, S.OPINION, S.FEEDBACK, S.DONE]


@pytest.mark.parametrize(
    ("state", "step"),
    [(state, step) for place, state in enumerate(S) for step in FORWARD
     if place >= len(FORWARD) or step is not FORWARD[place]],
)  # fmt: skip
def test_no_part_is_left_out(state, step):
    with pytest.raises(StepNotAllowed):
        APPRAISAL.after(state, step)


@pytest.mark.parametrize("state", [S.SELF, S.DONE])
def test_no_way_back_from_the_beginning_and_the_end(state):
    with pytest.raises(StepNotAllowed):
        APPRAISAL.after(state, T.BACK)


@pytest.mark.parametrize(
    ("everybody", "graded", "base", "expected"),
    [
        (0, 0, "all", 0),
        (2, 2, "all", 0),
        (3, 3, "all", 1),
        (10, 10, "all", 3),
        (11, 9, "all", 3),
        (12, 11, "all", 4),
        (12, 11, "full", 3),
        (3, 2, "full", 0),
    ],
)
def test_a_third_rounded_down(everybody, graded, base, expected):
    assert cap(everybody=everybody, graded=graded, base=base) == expected


DONE = Person("甲", True, True, True, True, G.QUALIFIED, True)
NEW = Person("乙", False, True, True, False, None, True)  # probationary
WHOLE = Standing((DONE, NEW), has_meeting=True, has_ballot=True, cap=1)


@pytest.mark.parametrize("step", FORWARD)
def test_nothing_keeps_what_is_whole(step):
    assert missing(step, WHOLE) == ()


@pytest.mark.parametrize(
    ("step", "changes", "expected"),
    [
        (T.TO_PEERS, {"has_self": False}, (Missing(Lack.SELF, ("甲",)),)),
        (T.TO_BALLOT, {"has_peer": False}, (Missing(Lack.PEER, ("甲",)),)),
        (T.TO_OPINION, {"is_counted": False}, (Missing(Lack.COUNTS, ("甲",)),)),
        (T.TO_FEEDBACK, {"grade": None}, (Missing(Lack.GRADES, ("甲",)),)),
        (T.FINISH, {"is_fed_back": False}, (Missing(Lack.FEEDBACK, ("甲",)),)),
    ],
)
def test_what_one_person_lacks(step, changes, expected):
    assert missing(step, replace(WHOLE, people=(replace(DONE, **changes), NEW))) == expected


@pytest.mark.parametrize(
    ("step", "changes", "expected"),
    [
        (T.TO_PEERS, {"has_self": False}, (Missing(Lack.SELF, ("乙",)),)),
        (T.TO_BALLOT, {"has_peer": False}, (Missing(Lack.PEER, ("乙",)),)),
        (T.FINISH, {"is_fed_back": False}, (Missing(Lack.FEEDBACK, ("乙",)),)),
    ],
)
def test_the_probationary_take_part(step, changes, expected):
    assert missing(step, replace(WHOLE, people=(DONE, replace(NEW, **changes)))) == expected


@pytest.mark.parametrize(
    ("step", "changes", "expected"),
    [
        (T.TO_PEERS, {"people": ()}, (Missing(Lack.NOBODY),)),
        (T.TO_OPINION, {"has_meeting": False}, (Missing(Lack.MEETING),)),
        (T.TO_OPINION, {"has_ballot": False}, (Missing(Lack.BALLOT),)),
    ],
)
def test_what_the_whole_lacks(step, changes, expected):
    assert missing(step, replace(WHOLE, **changes)) == expected


@pytest.mark.parametrize(
    ("excellent", "most", "blocks", "reason", "expected"),
    [
        (1, 1, False, False, ()),
        (2, 1, False, False, (Missing(Lack.EXCESS),)),
        (2, 1, False, True, ()),
        (2, 1, True, True, (Missing(Lack.EXCESS),)),
        (1, 0, True, False, (Missing(Lack.EXCESS),)),
        (0, 0, True, False, ()),
    ],
)
def test_more_excellent_than_the_cap(excellent, most, blocks, reason, expected):
    people = tuple(
        replace(DONE, grade=G.EXCELLENT if n < excellent else G.QUALIFIED) for n in range(3)
    )
    standing = Standing(people, True, True, cap=most, cap_blocks=blocks, has_excess_reason=reason)

    assert missing(T.TO_FEEDBACK, standing) == expected


@pytest.mark.parametrize(
    ("ballot", "votes", "expected"),
    [
        (Ballot(10, 10), Votes(4, 5, 1, 0), ()),
        (Ballot(10, 10), Votes(4, 4, 1, 0), ()),  # one left this member blank
        (Ballot(10, 10), Votes(4, 6, 1, 0), ((BallotFault.MORE_VOTES, "甲"),)),
        (Ballot(10, 9, 1), Votes(8, 0, 0, 0), ()),
        (Ballot(10, 9, 1), Votes(9, 0, 0, 0), ((BallotFault.MORE_VOTES, "甲"),)),
        (Ballot(10, 11), Votes(1, 0, 0, 0), ((BallotFault.MORE_RETURNED, ""),)),
        (Ballot(10, 5, 6), Votes(0, 0, 0, 0), ((BallotFault.MORE_VOID, ""),)),
        (Ballot(10, 5, 5), Votes(0, 0, 0, 0), ((BallotFault.NONE_RETURNED, ""),)),
        (Ballot(10, 0), Votes(0, 0, 0, 0), ((BallotFault.NONE_RETURNED, ""),)),
    ],
)
def test_the_totals_of_a_ballot(ballot, votes, expected):
    assert ballot_faults(ballot, {"甲": votes}) == expected


@pytest.mark.parametrize(
    ("ballot", "expected"),
    [(Ballot(4, 4), False), (Ballot(5, 5), True), (Ballot(6, 6, 2), False), (Ballot(6, 5), True)],
)
def test_few_ballots_are_not_shown(ballot, expected):
    assert may_be_shown(ballot) is expected


def test_a_digest_knows_a_change():
    assert digest("甲") != digest("乙")
    assert digest("甲") == digest("甲")


def test_every_code_has_its_words():
    assert set(wording.STATES) == set(S)
    assert set(wording.STEPS) == set(T)
    assert set(wording.FAULTS) == set(BallotFault)
    for lack in Lack:
        assert wording.missing_words(Missing(lack, ("甲",)), cap_words="三分之一。", blocks=False)


def test_the_arithmetic_in_words():
    assert wording.cap_words(base="all", number=10, divisor=3, cap=3, excellent=4) == (
        "优秀一般不超过三分之一：参加评议的党员 10 人，10 ÷ 3 取整 3 人，现定优秀 4 人。"
    )
