"""How an organisation is set up, at the boundaries."""

from decimal import Decimal

import pytest

from branches.rules import establishment
from branches.rules.establishment import Funds
from branches.rules.tree import OrganizationKind

K = OrganizationKind


@pytest.mark.parametrize(
    ("full", "has_branch", "expected"),
    [(2, False, False), (3, False, True), (3, True, False), (0, False, False)],
)
def test_o1_three_full_members_set_up_a_branch(full, has_branch, expected):
    assert establishment.needs_branch(full_members=full, has_branch=has_branch) is expected


@pytest.mark.parametrize(("members", "expected"), [(49, False), (50, False), (51, True)])
def test_o2_fifty_members_are_not_too_many(members, expected):
    assert establishment.is_too_large(members) is expected


@pytest.mark.parametrize(("full", "expected"), [(6, False), (7, True), (8, True)])
def test_o8_a_committee_from_seven_full_members(full, expected):
    assert establishment.has_committee(full) is expected


@pytest.mark.parametrize(
    ("size", "deputies", "slips"),
    [
        (0, 0, ["没有登记支部委员会"]),
        (2, 0, ["委员 2 人，少于 3 人"]),
        (3, 1, []),
        (5, 1, []),
        (6, 0, ["委员 6 人，一般不超过 5 人"]),
        (7, 0, ["委员 7 人，一般不超过 5 人"]),
        (8, 0, ["委员 8 人，超过 7 人"]),
        (5, 2, ["副书记 2 人，超过 1 人"]),
    ],
)
def test_o7_three_to_five_at_most_seven(size, deputies, slips):
    assert establishment.committee_slips(size, deputies) == slips


@pytest.mark.parametrize(
    ("members", "kind"),
    [(49, K.BRANCH), (50, K.GENERAL_BRANCH), (99, K.GENERAL_BRANCH), (100, K.COMMITTEE)],
)
def test_o12_a_hundred_members_have_a_committee(members, kind):
    assert establishment.fitting_kind(members) is kind


@pytest.mark.parametrize(
    ("groups", "without", "leaderless", "slips"),
    [
        (0, ["甲"], [], []),  # not divided
        (2, [], [], []),
        (2, ["甲", "乙"], [], ["2 名党员没有编入党小组"]),
        (2, [], ["一组"], ["一组没有组长"]),
        (2, ["甲"], ["一组", "二组"], ["1 名党员没有编入党小组", "一组、二组没有组长"]),
    ],
)
def test_o16_everybody_has_a_group_and_every_group_a_leader(groups, without, leaderless, slips):
    assert (
        establishment.group_slips(groups=groups, without_group=without, leaderless=leaderless)
        == slips
    )


@pytest.mark.parametrize(
    ("payroll", "carried", "expected"),
    [
        ("1000000", "0", Funds(Decimal("10000"), False)),
        ("1000000", "20000", Funds(Decimal("10000"), False)),  # exactly 2 %
        ("1000000", "20000.01", Funds(Decimal(0), True)),
    ],
)
def test_o17_one_percent_unless_two_are_left_over(payroll, carried, expected):
    assert establishment.work_funds(Decimal(payroll), Decimal(carried)) == expected


@pytest.mark.parametrize(
    ("members", "scattered", "expected"),
    [(499, False, False), (500, False, True), (499, True, True)],
)
def test_e2_five_hundred_members_or_scattered_may_send_delegates(members, scattered, expected):
    assert establishment.may_use_delegates(members, is_scattered=scattered) is expected
