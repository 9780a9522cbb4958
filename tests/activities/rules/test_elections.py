"""Elections: exactly four fifths, exactly half, ties, too few (E3, E5, E7 to E10, E12)."""

import pytest

from activities.rules import elections
from activities.rules.elections import Count, Office
from activities.rules.kinds import ActivityKind

COMMITTEE, DELEGATE = Office.COMMITTEE, Office.DELEGATE
SECRETARY, DEPUTY = Office.SECRETARY, Office.DEPUTY


@pytest.mark.parametrize(
    ("due", "present", "is_strict", "holds"),
    [
        (10, 7, False, False),
        (10, 8, False, True),
        (10, 9, False, True),
        # The rules of 1990 differ exactly at four fifths.
        (10, 8, True, False),
        (10, 9, True, True),
        (20, 15, False, False),
        (20, 16, False, True),
        (21, 16, False, False),
        (21, 17, False, True),
        (0, 0, False, False),
    ],
)
def test_four_fifths(due, present, is_strict, holds):
    assert elections.quorum(due=due, present=present, is_strict=is_strict).holds is holds


@pytest.mark.parametrize(
    ("due", "present", "is_strict", "words"),
    [
        (
            20, 16, False,
            "应到 20 人的五分之四是 16 人，实到 16 人，符合规定人数",
        ),
        (
            20, 16, True,
            "应到 20 人的五分之四是 16 人，应当超过，实到 16 人，没有达到规定人数",
        ),
        (
            20, 15, False,
            "应到 20 人的五分之四是 16 人，实到 15 人，没有达到规定人数",
        ),
    ],
)  # fmt: skip
def test_four_fifths_in_words(due, present, is_strict, words):
    assert elections.quorum(due=due, present=present, is_strict=is_strict).words == words


@pytest.mark.parametrize(
    ("office", "seats", "needed"),
    [
        (COMMITTEE, 1, 2),
        (COMMITTEE, 3, 4),
        (COMMITTEE, 5, 6),
        (COMMITTEE, 6, 8),
        (COMMITTEE, 7, 9),
        (COMMITTEE, 10, 12),
        (DELEGATE, 5, 6),
        (SECRETARY, 1, 1),
        (DEPUTY, 2, 2),
    ],
)
def test_a_fifth_more_than_seats(office, seats, needed):
    assert elections.candidates_needed(office, seats) == needed


@pytest.mark.parametrize(
    ("office", "seats", "candidates", "is_revote", "holds"),
    [
        (COMMITTEE, 3, 3, False, False),
        (COMMITTEE, 3, 4, False, True),
        (COMMITTEE, 3, 6, False, True),
        (SECRETARY, 1, 1, False, True),
        (SECRETARY, 1, 2, False, False),
        (COMMITTEE, 1, 1, True, True),
        (COMMITTEE, 2, 1, True, False),
    ],
)
def test_enough_candidates(office, seats, candidates, is_revote, holds):
    found = elections.enough_candidates(
        office, seats=seats, candidates=candidates, is_revote=is_revote
    )
    assert found.holds is holds


ASSEMBLY, BOARD = ActivityKind.ASSEMBLY, ActivityKind.COMMITTEE


@pytest.mark.parametrize(
    ("office", "meeting", "has_committee", "holds"),
    [
        (COMMITTEE, ASSEMBLY, True, True),
        (COMMITTEE, BOARD, True, False),
        (DELEGATE, BOARD, True, False),
        (SECRETARY, BOARD, True, True),
        (SECRETARY, ASSEMBLY, True, False),
        (SECRETARY, ASSEMBLY, False, True),
        (DEPUTY, BOARD, False, False),
    ],
)
def test_which_meeting_elects(office, meeting, has_committee, holds):
    assert elections.fit(office, meeting, has_committee=has_committee).holds is holds


@pytest.mark.parametrize(
    ("issued", "returned", "annulled"), [(16, 15, False), (16, 16, False), (16, 17, True)]
)
def test_more_papers_back_than_given_out_annul(issued, returned, annulled):
    assert elections.is_annulled(issued=issued, returned=returned) is annulled


@pytest.mark.parametrize(("yes", "chosen"), [(9, False), (10, False), (11, True)])
def test_exactly_half_of_those_present_is_not_elected(yes, chosen):
    assert elections.is_chosen(yes=yes, present=20) is chosen


@pytest.mark.parametrize(
    ("yes", "words"),
    [
        (9, "赞成 9 票，不到实到 20 人的一半（10），不能当选"),
        (10, "赞成 10 票，正好是实到 20 人的一半（10），不能当选"),
        (11, "赞成 11 票，超过实到 20 人的一半（10）"),
    ],
)
def test_half_in_words(yes, words):
    assert elections.standing(yes=yes, present=20) == words


@pytest.mark.parametrize(
    ("what", "votes", "elected", "tied", "open_seats"),
    [
        ("as many as seats", [18, 16, 12, 5], {1, 2, 3}, set(), 0),
        ("more winners than seats", [18, 16, 14, 12], {1, 2, 3}, set(), 0),
        ("a tie at the last seat", [18, 16, 12, 12], {1, 2}, {3, 4}, 1),
        ("a tie that leaves all open", [12, 12, 12, 12], set(), {1, 2, 3, 4}, 3),
        ("a tie above the last seat", [16, 16, 14, 12], {1, 2, 3}, set(), 0),
        ("exactly half", [18, 16, 10, 4], {1, 2}, set(), 1),
        ("nobody", [10, 10, 10, 10], set(), set(), 3),
    ],
)
def test_three_seats_and_twenty_present(what, votes, elected, tied, open_seats):
    counts = [Count(number, yes) for number, yes in enumerate(votes, start=1)]
    found = elections.outcome(counts, seats=3, present=20)
    assert (found.elected, found.tied, found.open_seats) == (elected, tied, open_seats), what


def test_among_the_tied_most_votes_are_enough():
    counts = [Count(3, 9), Count(4, 8)]
    found = elections.outcome(counts, seats=1, present=20, among_tied=True)
    assert (found.elected, found.open_seats) == ({3}, 0)


def test_the_tied_may_be_tied_again():
    counts = [Count(3, 9), Count(4, 9)]
    found = elections.outcome(counts, seats=1, present=20, among_tied=True)
    assert (found.elected, found.tied, found.open_seats) == (set(), {3, 4}, 1)


@pytest.mark.parametrize(
    ("votes", "seats", "candidates"),
    [
        ([18, 16, 14, 5], 0, set()),
        ([18, 16, 12, 12], 1, {3, 4}),
        ([18, 16, 10, 4], 1, {3, 4}),
    ],
)
def test_who_stands_again(votes, seats, candidates):
    counts = [Count(number, yes) for number, yes in enumerate(votes, start=1)]
    found = elections.outcome(counts, seats=3, present=20)
    assert elections.again(counts, found) == (seats, candidates)


@pytest.mark.parametrize(
    ("what", "counts", "numbers", "slips"),
    [
        ("sound", [Count(1, 10, 4, 2)], (16, 16, 0), 0),
        ("fewer back", [Count(1, 10, 4, 1)], (16, 15, 0), 0),
        ("more given out than present", [Count(1, 10)], (17, 16, 0), 1),
        ("more void than back", [Count(1, 0)], (16, 2, 3), 1),
        ("more marks than valid papers", [Count(1, 10, 4, 2)], (16, 16, 1), 1),
        ("annulled: nothing is counted", [Count(1, 99)], (16, 17, 0), 0),
        # Each paper names two at most: 16 × 2 = 32.
        ("as many names as seats", [Count(1, 16), Count(2, 16)], (16, 16, 0), 0),
        ("too many names", [Count(1, 16), Count(2, 16), Count(3, 1)], (16, 16, 0), 1),
    ],
)
def test_counts_that_cannot_be(what, counts, numbers, slips):
    issued, returned, void = numbers
    found = elections.slips(
        counts, present=16, issued=issued, returned=returned, void=void, seats=2
    )
    assert len(found) == slips, what
