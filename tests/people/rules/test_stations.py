"""Posts: seats and how many a member holds."""

from __future__ import annotations

import pytest

from people.rules.stations import Terms, claim_wrong, terms_of

FULL = "“安全岗”设 2 人，已经认满。请选别的岗位。"
MANY = "每人最多认领 3 个岗位，已经有 3 个。要换岗，请先请支部办理卸岗。"


@pytest.mark.parametrize(
    ("taken", "held", "expected"),
    [(0, 0, ""), (1, 2, ""), (2, 0, FULL), (1, 3, MANY), (2, 3, FULL)],
)
def test_a_seat_must_be_left_and_not_more_than_three(taken, held, expected):
    assert claim_wrong(title="安全岗", seats=2, taken=taken, held=held, most=3) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, Terms(1, 3)),
        ({"least": 0, "most": 2}, Terms(0, 2)),
        ({"least": 4}, Terms(4, 4)),
        ({"least": 0, "most": 0}, Terms(0, 1)),
    ],
)
def test_what_the_rule_leaves_out_stays(parameters, expected):
    assert terms_of(parameters) == expected
