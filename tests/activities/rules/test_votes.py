"""Quorum and majority: exactly half, one below, one above (M2, M16, M17, M18, M19, step 15)."""

import pytest

from activities.rules import votes
from activities.rules.kinds import ActivityKind
from activities.rules.votes import DecisionKind, Method, Tally

ASSEMBLY, COMMITTEE = ActivityKind.ASSEMBLY, ActivityKind.COMMITTEE
ORDINARY, ADMISSION = DecisionKind.ORDINARY, DecisionKind.ADMISSION


def broken(meeting: ActivityKind, kind: DecisionKind, due: int, present: int) -> list[str]:
    checks = votes.quorum(meeting, kind, due=due, present=present)
    return [check.code for check in checks if not check.holds]


@pytest.mark.parametrize(
    ("meeting", "kind", "due", "present", "missing"),
    [
        # 党员大会: half is enough for an ordinary decision.
        (ASSEMBLY, ORDINARY, 20, 9, ["M17"]),
        (ASSEMBLY, ORDINARY, 20, 10, []),
        (ASSEMBLY, ORDINARY, 20, 11, []),
        (ASSEMBLY, ORDINARY, 21, 10, ["M17"]),
        (ASSEMBLY, ORDINARY, 21, 11, []),
        (ASSEMBLY, DecisionKind.DISCIPLINE, 20, 10, []),
        # Membership: more than half.
        (ASSEMBLY, ADMISSION, 20, 9, ["M17", "F15"]),
        (ASSEMBLY, ADMISSION, 20, 10, ["F15"]),
        (ASSEMBLY, ADMISSION, 20, 11, []),
        (ASSEMBLY, DecisionKind.REGULARISATION, 20, 10, ["F15"]),
        (ASSEMBLY, DecisionKind.EXTENSION, 20, 10, ["F15"]),
        (ASSEMBLY, DecisionKind.CANCELLATION, 20, 10, ["F15"]),
        # 支委会: half of the committee.
        (COMMITTEE, ORDINARY, 5, 2, ["M2Q"]),
        (COMMITTEE, ORDINARY, 5, 3, []),
        (COMMITTEE, ORDINARY, 4, 2, []),
        (COMMITTEE, ORDINARY, 4, 1, ["M2Q"]),
        # Nobody due decides nothing.
        (ASSEMBLY, ORDINARY, 0, 0, ["M17"]),
        (COMMITTEE, ORDINARY, 0, 0, ["M2Q"]),
    ],
)
def test_quorum(meeting, kind, due, present, missing):
    assert broken(meeting, kind, due, present) == missing


@pytest.mark.parametrize(
    ("due", "yes", "written", "carried"),
    [
        (20, 10, 0, False),
        (20, 11, 0, True),
        (21, 10, 0, False),
        (21, 11, 0, True),
        # A written opinion is a vote.
        (20, 10, 1, True),
        (20, 9, 1, False),
        (0, 0, 0, False),
    ],
)
def test_carried_by_more_than_half_of_those_due(due, yes, written, carried):
    tally = Tally(yes=yes, written_yes=written)
    assert votes.majority(ASSEMBLY, due=due, tally=tally).holds is carried


def test_those_present_are_not_the_denominator():
    """9 of 10 present are for it, of 20 due: not carried."""
    found = votes.majority(ASSEMBLY, due=20, tally=Tally(yes=9, no=1))
    assert (found.holds, found.words) == (
        False, "赞成 9 票，没有超过应到 20 人的一半（10），未通过",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            votes.quorum(ASSEMBLY, ORDINARY, due=20, present=10)[0],
            "应到 20 人的一半是 10 人，实到 10 人，达到规定人数",
        ),
        (
            votes.quorum(ASSEMBLY, ADMISSION, due=20, present=10)[1],
            "应到 20 人的一半是 10 人，实到 10 人，没有超过一半",
        ),
        (
            votes.quorum(COMMITTEE, ORDINARY, due=5, present=2)[0],
            "应到委员 5 人的一半是 2.5 人，实到 2 人，没有达到规定人数",
        ),
        (
            votes.majority(ASSEMBLY, due=20, tally=Tally(yes=10, written_yes=1)),
            "赞成 11 票（含会前书面 1 票），超过应到 20 人的一半（10），通过",
        ),
    ],
)
def test_the_arithmetic_is_spelled_out(check, words):
    assert check.words == words


@pytest.mark.parametrize("meeting", [ASSEMBLY, COMMITTEE, ActivityKind.APPRAISAL])
@pytest.mark.parametrize("kind", list(DecisionKind))
def test_what_only_a_general_meeting_decides(meeting, kind):
    expected = meeting is ASSEMBLY or kind is ORDINARY
    assert votes.fit(meeting, kind).holds is expected


@pytest.mark.parametrize(
    ("has_committee", "kind", "has_prior", "holds"),
    [
        (True, ADMISSION, False, False),
        (True, ADMISSION, True, True),
        (True, ORDINARY, False, True),
        (False, ADMISSION, False, True),
    ],
)
def test_important_matters_go_through_the_committee_first(has_committee, kind, has_prior, holds):
    found = votes.prior_item(has_committee=has_committee, kind=kind, has_prior=has_prior)
    assert found.holds is holds


@pytest.mark.parametrize(
    ("meeting", "host", "entitled", "has_note", "holds"),
    [
        (ASSEMBLY, "周岚", ["周岚", "李敏"], False, True),
        (ASSEMBLY, "周岚、李敏", ["周岚"], False, True),
        (ASSEMBLY, "王强", ["周岚", "李敏"], False, False),
        (ASSEMBLY, "王强", ["周岚", "李敏"], True, True),
        (ASSEMBLY, "", ["周岚"], False, True),
        (ActivityKind.GROUP_MEETING, "周岚", ["王强"], False, False),
        (ActivityKind.LECTURE, "王强", ["周岚"], False, True),
    ],
)
def test_who_takes_the_chair(meeting, host, entitled, has_note, holds):
    found = votes.chair(meeting, host=host, entitled=entitled, has_note=has_note)
    assert found.holds is holds


HANDS, BALLOT = Method.SHOW_OF_HANDS, Method.BALLOT


@pytest.mark.parametrize(
    ("kind", "method", "tally", "slips"),
    [
        (ORDINARY, HANDS, Tally(yes=12, no=2, abstain=2), 0),
        (ORDINARY, HANDS, Tally(yes=12), 0),
        (ORDINARY, HANDS, Tally(yes=15, no=1, abstain=1), 1),
        # Of 20 due 16 are present: four can have written.
        (ADMISSION, HANDS, Tally(yes=12, written_yes=4), 0),
        (ADMISSION, HANDS, Tally(yes=12, written_yes=5), 1),
        (ORDINARY, HANDS, Tally(yes=12, written_yes=1), 1),
        (ORDINARY, BALLOT, Tally(yes=12, no=3, issued=16, returned=16, void=1), 0),
        (ORDINARY, BALLOT, Tally(yes=12, no=3, issued=16, returned=15), 0),
        (ORDINARY, BALLOT, Tally(yes=12, no=3, issued=16, returned=16), 1),
        (ORDINARY, BALLOT, Tally(yes=12, issued=12, returned=13), 1),
        (ORDINARY, BALLOT, Tally(yes=12, issued=17, returned=12), 1),
        (ORDINARY, BALLOT, Tally(yes=12), 1),
    ],
)
def test_numbers_that_cannot_be(kind, method, tally, slips):
    assert len(votes.slips(kind, method, due=20, present=16, tally=tally)) == slips
