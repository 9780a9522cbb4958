import dataclasses
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import rating
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.rating import PastResult, SubjectFacts
from scoring.rules.scheme import (
    Band,
    Condition,
    Consequence,
    Floor,
    Item,
    Outcome,
    Part,
    Scheme,
    Tier,
    Veto,
)

SCHEME = Scheme(
    "s",
    "s",
    "organization",
    "month",
    "type",
    (Part("key", "重点", D(100), (Item("k", "k", "mark", full=D(100)),)),),
    outcome=Outcome(
        exempt=("ill",),
        floor=Floor(D(60), "不合格"),
        tiers=(Tier("优", D("0.5")), Tier("良")),
        bands=(Band("五星", D(90), 5, D("1.0")), Band("一星", D(0), 1, D("0.7"))),
    ),
    vetoes=(Veto("accident", "安全事故", "不予评星", "reported"),),
    consequences=(
        Consequence("通报", any=(Condition("star", below=D(3)),)),
        Consequence("谈话", any=(Condition("total", below=D(60)),)),
        Consequence("末位", any=(Condition("rank_from_bottom", is_=D(1)),)),
        Consequence("免职", any=(Condition("total", below=D(60)),), periods=2),
    ),
)


def subject(name, mark, group="g", **more):
    facts = {} if mark is None else {"k": Fact(D(mark))}
    return SubjectFacts(name, group, facts, **more)


def rows(results):
    return [
        (r.subject, r.rated, r.total, r.rank, r.tier, r.star, r.band, r.veto, r.consequences)
        for r in results
    ]


def test_everything_a_result_carries():
    found = rating.rate(
        SCHEME,
        [
            subject("低", "50"),
            subject("高", "95"),
            subject("免", "99", exempt="ill"),
            subject("否", "98", flags=frozenset({"accident"})),
            subject("缺", None),
            subject("主动", "92", flags=frozenset({"accident", "reported"})),
        ],
    )

    assert rows(found) == [
        ("高", True, D(95), 1, "优", 5, "五星", None, ()),
        ("主动", True, D(92), 2, "良", 5, "五星", None, ()),
        ("低", True, D(50), 3, "不合格", 1, "一星", None, ("通报", "谈话", "末位")),
        ("免", False, None, None, None, None, None, None, ()),
        ("否", True, D(98), None, None, None, None, "不予评星", ()),
        ("缺", False, None, None, None, None, None, None, ()),
    ]
    assert [r.coefficient for r in found] == [D("1.0"), D("1.0"), D("0.7"), None, None, None]
    assert [r.rank_from_bottom for r in found] == [3, 2, 1, None, None, None]


def test_the_vetoed_keep_parts_and_the_consequences_of_their_total():
    [found] = rating.rate(SCHEME, [subject("否", "50", flags=frozenset({"accident"}))])

    assert (found.parts, found.consequences) == ({"key": D(50)}, ("谈话",))


def test_an_exemption_stands_above_a_veto():
    [found] = rating.rate(
        SCHEME, [subject("免", "50", flags=frozenset({"accident"}), exempt="ill")]
    )

    assert (found.rated, found.veto, found.parts, found.consequences) == (False, None, {}, ())


def test_a_reason_that_the_scheme_does_not_list_exempts_nobody():
    [found] = rating.rate(SCHEME, [subject("甲", "95", exempt="busy")])

    assert found.rated


def test_groups_are_compared_apart_and_come_in_order():
    found = rating.rate(
        SCHEME, [subject("丙", "80", "b"), subject("乙", "70", "a"), subject("甲", "90", "a")]
    )

    assert [(r.group, r.rank, r.subject) for r in found] == [
        ("a", 1, "甲"),
        ("a", 2, "乙"),
        ("b", 1, "丙"),
    ]


def test_equal_ranks_come_by_code_point():
    found = rating.rate(SCHEME, [subject(name, "80") for name in ("乙", "b", "𬱖", "A", "甲")])

    assert [(r.rank, r.subject) for r in found] == [
        (1, "A"),
        (1, "b"),
        (1, "乙"),
        (1, "甲"),
        (1, "𬱖"),
    ]


def past(name, period, total):
    return PastResult(name, period, Standing(D(total)))


def test_a_period_in_which_only_others_have_a_result_breaks_the_run():
    history = [past("甲", "2026-01", 50), past("乙", "2026-02", 50), past("丙", "2026-02", 70)]

    found = rating.rate(SCHEME, [subject(name, "50") for name in "甲乙丙"], history)

    assert {r.subject: "免职" in r.consequences for r in found} == {
        "甲": False,  # nothing in 2026-02
        "乙": True,
        "丙": False,
    }


def test_no_history_means_no_run():
    [found] = rating.rate(SCHEME, [subject("甲", "50")])

    assert "免职" not in found.consequences


def test_the_group_decides_which_items_exist():
    both = Part(
        "p",
        "部",
        D(100),
        (
            Item("k", "k", "mark", full=D(50)),
            Item("r", "r", "mark", full=D(50), types=("RURAL",)),
        ),
    )
    method = dataclasses.replace(SCHEME, parts=(both,), consequences=())

    found = rating.rate(method, [subject("甲", "40", "RURAL"), subject("乙", "40", "PRIVATE")])

    assert [(r.subject, r.total) for r in found] == [("乙", D(40)), ("甲", D(80))]


def with_consequences(*consequences):
    return dataclasses.replace(SCHEME, consequences=consequences)


LOW = (Condition("total", below=D(60)),)
BEST = (Condition("rank", is_=D(1)),)


@pytest.mark.parametrize(
    ("consequences", "mark", "coefficient", "withhold"),
    [
        ([], "50", "0.7", None),  # the band's
        ([Consequence("一", any=LOW)], "50", "0.7", None),
        ([Consequence("一", any=LOW, coefficient=D("0.9"))], "50", "0.9", None),  # replaces it
        (
            [
                Consequence("一", any=LOW, coefficient=D("0.5"), withhold=D("0.3")),
                Consequence("二", any=LOW, coefficient=D(0), withhold=D("0.2")),
            ],
            "50",
            "0",
            "0.5",
        ),
        ([Consequence(n, any=LOW, withhold=D("0.6")) for n in "一二"], "50", "0.7", "1"),  # capped
        ([Consequence("一", any=LOW, coefficient=D(0), withhold=D(1))], "60", "0.7", None),
    ],
)
def test_what_consequences_do_to_pay(consequences, mark, coefficient, withhold):
    [found] = rating.rate(with_consequences(*consequences), [subject("甲", mark)])

    assert (found.coefficient, found.withhold) == (
        D(coefficient),
        None if withhold is None else D(withhold),
    )


def test_rank_and_band_of_this_period_can_be_looked_at():
    method = with_consequences(
        Consequence("流动红旗", any=BEST), Consequence("整顿", any=(Condition("band", is_="一星"),))
    )

    found = rating.rate(
        method,
        [
            subject("高", "95"),
            subject("低", "50"),
            subject("否", "99", flags=frozenset({"accident"})),
        ],
    )

    assert {r.subject: r.consequences for r in found} == {
        "高": ("流动红旗",),
        "低": ("整顿",),
        "否": (),  # the vetoed have no place and no band
    }


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"2026-05": 50}, ("累计",)),
        ({"2026-04": 50, "2026-05": 70}, ("累计",)),
        # outside the latest three periods
        ({"2026-03": 50, "2026-04": 70, "2026-05": 70}, ()),
        ({"2026-04": 70, "2026-05": 70}, ()),
        ({}, ()),
    ],
)
def test_the_history_reaches_back_as_far_as_within(before, expected):
    method = with_consequences(Consequence("累计", any=LOW, periods=2, within=3))
    history = [past("甲", period, total) for period, total in before.items()]

    [found] = rating.rate(method, [subject("甲", "50")], history)

    assert found.consequences == expected


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(0, 100),
            st.sampled_from("ab"),
            st.frozensets(st.sampled_from(["accident", "reported"])),
            st.none() | st.just("ill"),
        ),
        max_size=30,
    )
)
def test_places_are_among_the_rated_and_not_vetoed_of_the_group(entries):
    subjects = [
        subject(f"{n:02}", mark, group, flags=flags, exempt=exempt)
        for n, (mark, group, flags, exempt) in enumerate(entries)
    ]

    found = rating.rate(SCHEME, subjects)

    assert sorted(r.subject for r in found) == [s.subject for s in subjects]
    for group in "ab":
        placed = [r for r in found if r.group == group and r.rated and r.veto is None]
        totals = [r.total for r in placed if r.total is not None]
        assert [r.rank for r in placed] == [1 + sum(t > r.total for t in totals) for r in placed]
        assert sum(r.tier == "优" for r in placed) <= len(placed) / 2
    assert all(r.rank is None for r in found if not r.rated or r.veto)
