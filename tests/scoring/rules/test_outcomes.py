"""Ranks, tiers, bands, vetoes, consequences and roll-ups, each by its table."""

from collections import Counter
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import bands, consequences, ranks, rollups, tiers, vetoes
from scoring.rules.consequences import Standing
from scoring.rules.scheme import (
    Band,
    Condition,
    Consequence,
    Floor,
    Outcome,
    Rollup,
    Tier,
    Veto,
)

BEST, GOOD, PLAIN, LAST = "优秀党员", "先锋党员", "合格党员", "需提高党员"
TIERS_1261 = (
    Tier(BEST, D("0.10")),
    Tier(GOOD, D("0.20")),
    Tier(PLAIN),
    Tier(LAST, D("0.10"), from_bottom=True),
)
BY_SHARE = Outcome(tiers=TIERS_1261)


def totals(*values):
    return dict(enumerate(map(D, values)))


def labels(outcome, *values):
    return list(tiers.tier_labels(totals(*values), outcome).values())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([5], [(1, 1)]),
        ([9, 8, 8, 7], [(1, 4), (2, 2), (2, 2), (4, 1)]),
        ([7, 9, 8, 8], [(4, 1), (1, 4), (2, 2), (2, 2)]),  # order of entry does not matter
        ([6, 6, 6], [(1, 1)] * 3),
        (["80.00", "80.0", "79.99"], [(1, 2), (1, 2), (3, 1)]),
    ],
)
def test_equal_totals_share_the_best_rank(values, expected):
    found = ranks.ranks(totals(*values)).values()

    assert [(rank.from_top, rank.from_bottom) for rank in found] == expected


def test_1261_of_twenty_three_without_ties_is_2_4_15_2():
    found = labels(BY_SHARE, *range(99, 76, -1))

    assert found == [BEST] * 2 + [GOOD] * 4 + [PLAIN] * 15 + [LAST] * 2


def test_1261_of_ten_with_the_two_best_tied_names_nobody_best_and_both_good():
    found = labels(BY_SHARE, 95, 95, *range(88, 80, -1))

    # The seat that the tie forgoes goes to the third: A = 3 of the cumulative three.
    assert found == [GOOD] * 3 + [PLAIN] * 6 + [LAST]


def test_a_group_of_nine_names_nobody_best_or_worst():
    assert labels(BY_SHARE, *range(99, 90, -1)) == [GOOD] * 2 + [PLAIN] * 7


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([*range(99, 89, -1)], [BEST] + [GOOD] * 2 + [PLAIN] * 6 + [LAST]),
        # two tied at the bottom of ten: both stay in the middle
        ([*range(99, 91, -1), 70, 70], [BEST] + [GOOD] * 2 + [PLAIN] * 7),
        # a tie over the last seat of a top tier goes whole to the next tier
        ([99, 98, 97, 97, *range(90, 84, -1)], [BEST, GOOD] + [PLAIN] * 7 + [LAST]),
        # a seat lost by a tie at the top is open to the cumulative share below
        ([99, 99, 98, *range(90, 83, -1)], [GOOD] * 3 + [PLAIN] * 6 + [LAST]),
        ([80] * 30, [PLAIN] * 30),
        ([80], [PLAIN]),
        ([], []),
    ],
)
def test_ties_over_a_seat(values, expected):
    assert labels(BY_SHARE, *values) == expected


def test_a_share_that_binary_floats_would_miss_is_exact():
    # 0.1 + 0.2 of ten is three seats, and 0.29 of 100 is 29.
    outcome = Outcome(tiers=(Tier("A", D("0.29")), Tier("B")))

    assert Counter(labels(outcome, *range(100))) == {"A": 29, "B": 71}


@pytest.mark.parametrize(
    ("total", "expected"),
    [("60", "合格"), ("59.99", "不合格"), ("0", "不合格")],
)
def test_the_floor_overrides_whatever_the_place(total, expected):
    outcome = Outcome(floor=Floor(D(60), "不合格"), tiers=(Tier("合格"),))

    assert labels(outcome, total) == [expected]


def test_the_floor_overrides_even_the_best_of_a_weak_group():
    outcome = Outcome(floor=Floor(D(60), "不合格"), tiers=TIERS_1261)

    assert labels(outcome, *range(59, 49, -1)) == ["不合格"] * 10


def test_a_floor_without_tiers_names_only_those_below_it():
    outcome = Outcome(floor=Floor(D(60), "不合格"))

    assert labels(outcome, 80, 59) == [None, "不合格"]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60))
def test_shares_are_ceilings_and_equal_totals_are_never_parted(values):
    found = tiers.tier_labels(totals(*values), BY_SHARE)
    n = len(values)
    count = Counter(found.values())

    assert count[BEST] <= Fraction(1, 10) * n
    assert count[BEST] + count[GOOD] <= Fraction(3, 10) * n
    assert count[LAST] <= Fraction(1, 10) * n
    by_total: dict[int, set[str | None]] = {}
    for place, label in found.items():
        by_total.setdefault(values[place], set()).add(label)
    assert all(len(names) == 1 for names in by_total.values())


@given(st.lists(st.integers(0, 30), min_size=2, max_size=60))
def test_a_higher_total_never_has_a_lower_tier_or_rank(values):
    order = [BEST, GOOD, PLAIN, LAST]
    found = tiers.tier_labels(totals(*values), BY_SHARE)
    places = ranks.ranks(totals(*values))

    best_first = sorted(found, key=lambda place: -values[place])
    steps = [order.index(found[place] or "") for place in best_first]
    assert steps == sorted(steps)
    rank_steps = [places[place].from_top for place in best_first]
    assert rank_steps == sorted(rank_steps)


STARS = (
    Band("三星", D(70), star=3),
    Band("五星", D(90), star=5),
    Band("四星", D(80), star=4),
)


@pytest.mark.parametrize(
    ("total", "expected"),
    [("90", 5), ("89.99", 4), ("80", 4), ("79.99", 3), ("70", 3), ("69.99", None), ("110", 5)],
)
def test_the_highest_band_reached_counts_in_any_file_order(total, expected):
    band = bands.band_of(D(total), STARS)

    assert (band and band.star) == expected


CRIME = Veto("crime", "刑事案件", "不予评星", "reported")
ACCIDENT = Veto("accident", "安全事故", "降星")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], None),
        (["reported"], None),
        (["crime"], CRIME),
        (["accident", "crime"], CRIME),  # the first in file order
        (["crime", "reported"], None),  # lifted
        (["crime", "reported", "accident"], ACCIDENT),  # only the first is lifted
        (["accident", "reported"], ACCIDENT),  # nothing lifts it
    ],
)
def test_the_first_veto_that_holds_names_the_label(flags, expected):
    assert vetoes.holding([CRIME, ACCIDENT], flags) == expected


NOW = Standing(D("59.50"), "需提高", 2, 1, {"key": D("34.99"), "gone": None}, rank=9, band="二星")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("total", below=D("59.51")), True),
        (Condition("total", below=D("59.50")), False),
        (Condition("total", at_least=D("59.50")), True),
        (Condition("total", at_least=D("59.51")), False),
        (Condition("total", at_most=D("59.50")), True),
        (Condition("total", at_most=D("59.49")), False),
        (Condition("part.key", below=D(35)), True),
        (Condition("part.gone", below=D(35)), False),  # absent satisfies nothing
        (Condition("part.other", below=D(35)), False),
        (Condition("tier", is_="需提高"), True),
        (Condition("tier", is_="合格"), False),
        (Condition("star", is_=D(2)), True),
        (Condition("star", below=D(3)), True),
        (Condition("star", at_least=D(3)), False),
        (Condition("rank_from_bottom", is_=D(1)), True),
        (Condition("rank_from_bottom", at_most=D(3)), True),
        (Condition("rank", at_least=D(9)), True),
        (Condition("rank", at_least=D(10)), False),
        (Condition("rank", below=D(9)), False),
        (Condition("band", is_="二星"), True),
        (Condition("band", is_="三星"), False),
    ],
)
def test_one_condition(condition, expected):
    titles = consequences.proposed([Consequence("谈话", any=(condition,))], NOW, [])

    assert titles == (("谈话",) if expected else ())


@pytest.mark.parametrize(
    "of", ["total", "tier", "band", "star", "rank", "rank_from_bottom", "part.key"]
)
def test_what_is_absent_satisfies_nothing(of):
    conditions = [
        Condition(of, below=D(1000)),
        Condition(of, at_least=D(0)),
        Condition(of, at_most=D(1000)),
        Condition(of, is_="" if of in ("tier", "band") else D(0)),
    ]

    assert consequences.proposed([Consequence("谈话", any=tuple(conditions))], Standing(), []) == ()


LOW = Condition("total", below=D(60))
FEW_KEY = Condition("part.key", below=D(35))


@pytest.mark.parametrize(
    ("total", "key", "any_holds", "all_hold"),
    [(59, 34, True, True), (59, 35, True, False), (60, 34, True, False), (60, 35, False, False)],
)
def test_any_and_all(total, key, any_holds, all_hold):
    now = Standing(D(total), parts={"key": D(key)})

    titles = consequences.proposed(
        [Consequence("任一", any=(LOW, FEW_KEY)), Consequence("全部", all=(LOW, FEW_KEY))], now, []
    )

    assert titles == ("任一",) * any_holds + ("全部",) * all_hold


BAD, FINE = Standing(D(50)), Standing(D(70))


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (BAD, [], ["1"]),
        (BAD, [BAD], ["1", "2"]),
        (BAD, [BAD, BAD], ["1", "2", "3"]),
        (BAD, [BAD, FINE], ["1", "2"]),
        (BAD, [FINE, BAD], ["1"]),  # not running
        (BAD, [None, BAD], ["1"]),  # no result in between
        (FINE, [BAD, BAD], []),
        (BAD, [BAD, BAD, FINE], ["1", "2", "3"]),  # older periods do not matter
    ],
)
def test_periods_running(now, before, expected):
    rules = [Consequence(str(k), any=(LOW,), periods=k) for k in (1, 2, 3)]

    assert list(consequences.proposed(rules, now, before)) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (BAD, [], []),
        (BAD, [BAD], ["2/2", "2/4"]),
        (BAD, [FINE, BAD], ["2/4"]),
        (BAD, [FINE, FINE, BAD], ["2/4"]),  # the last of the four
        (BAD, [FINE, FINE, FINE, BAD], []),  # one too early
        (BAD, [None, BAD], ["2/4"]),  # no result in between
        (FINE, [BAD, BAD, BAD], []),  # it must hold now
        (BAD, [FINE, BAD, BAD], ["2/4", "3/4"]),
        (BAD, [BAD, BAD], ["2/2", "2/4", "3/4"]),  # fewer periods than the span
    ],
)
def test_periods_within_a_span(now, before, expected):
    rules = [
        Consequence(f"{k}/{n}", any=(LOW,), periods=k, within=n)
        for k, n in ((2, 2), (2, 4), (3, 4))
    ]

    assert list(consequences.proposed(rules, now, before)) == expected
    assert [rule.title for rule in consequences.holding(rules, now, before)] == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], 0),
        ([Consequence("一", any=(LOW,))], 0),
        ([Consequence("一", any=(LOW,), periods=3)], 2),
        ([Consequence("一", any=(LOW,), periods=3), Consequence("二", periods=2, within=6)], 5),
    ],
)
def test_how_far_back_consequences_look(rules, expected):
    assert consequences.lookback(rules) == expected


def test_different_conditions_of_any_may_hold_in_different_periods():
    rule = Consequence("免职建议", any=(LOW, FEW_KEY), periods=2)
    now = Standing(D(50), parts={"key": D(40)})
    before = Standing(D(70), parts={"key": D(30)})

    assert consequences.proposed([rule], now, [before]) == ("免职建议",)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ()),
        (1, ("2026-03",)),
        (2, ("2026-03", "2026-02")),
        (9, ("2026-03", "2026-02", "2025-12")),
    ],
)
def test_the_latest_periods_sort_as_text(count, expected):
    found = consequences.latest_periods(["2026-02", "2026-03", "2025-12", "2026-02"], count)

    assert found == expected


HALVES = Rollup("half-year", "year", (D("0.4"), D("0.6")))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("80", "90", D("86.00")),
        ("80.01", "80.02", D("80.02")),  # 80.016
        ("0.02", "0.005", D("0.01")),  # 0.011
        ("0.0125", "0", D("0.01")),  # 0.005, a half
        (None, "90", None),
        ("80", None, None),
    ],
)
def test_a_year_from_two_halves(first, second, expected):
    halves = [None if half is None else D(half) for half in (first, second)]

    assert rollups.rolled_up(HALVES, halves) == expected


def test_a_rollup_wants_one_total_for_each_weight():
    with pytest.raises(ValueError, match="longer"):
        rollups.rolled_up(HALVES, [D(1), D(2), D(3)])


@pytest.mark.parametrize(
    ("to", "totals", "expected"),
    [
        ("quarter", "80 81 81", D("80.67")),  # 80.666…
        ("quarter", "80.01 80.01 80.02", D("80.01")),  # 80.01333…
        ("quarter", "0.01 0.01 0.025", D("0.02")),  # 0.015 exactly: a half
        ("half-year", "1 2 3 4 5 6", D("3.50")),
    ],
)
def test_without_weights_every_period_weighs_the_same(to, totals, expected):
    assert rollups.rolled_up(Rollup("month", to), [D(t) for t in totals.split()]) == expected


def test_an_equal_rollup_wants_every_total():
    assert rollups.rolled_up(Rollup("month", "quarter"), [D(1), None, D(3)]) is None
    with pytest.raises(ValueError, match="shorter"):
        rollups.rolled_up(Rollup("month", "quarter"), [D(1), D(2)])


@pytest.mark.parametrize(
    ("of", "to", "expected"),
    [
        ("month", "quarter", 3),
        ("month", "half-year", 6),
        ("month", "year", 12),
        ("quarter", "half-year", 2),
        ("quarter", "year", 4),
        ("half-year", "year", 2),
        ("year", "year", 1),
        ("year", "month", 0),
    ],
)
def test_how_many_shorter_periods_make_a_longer_one(of, to, expected):
    assert rollups.count(of, to) == expected
