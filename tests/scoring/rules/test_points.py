from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import points
from scoring.rules.points import Fact
from scoring.rules.rounding import half_up
from scoring.rules.scheme import Item, Part, PointBand, Scheme


def item(rule, code="k", **parameters):
    numbers = {"points", "cap", "full"}
    return Item(code, code, rule, **{k: D(v) if k in numbers else v for k, v in parameters.items()})


def bands(*pairs):
    return tuple(PointBand(D(least), D(worth)) for least, worth in pairs)


def part(*items, full="100", code="p", **more):
    return Part(code, code, D(full), items, **more)


def scheme(*parts):
    return Scheme("s", "s", "member", "month", "type", parts)


STEPS = bands(("80", "10"), ("60", "6"), ("90", "15"))


@pytest.mark.parametrize(
    ("of", "quantity", "base", "expected"),
    [
        (item("each", points="2"), "3", None, "6.00"),
        (item("each", points="2"), None, None, "0.00"),  # absent is none
        (item("each", points="2", cap="6"), "2", None, "4.00"),
        (item("each", points="2", cap="6"), "3", None, "6.00"),  # at the cap
        (item("each", points="2", cap="6"), "4", None, "6.00"),  # above the cap
        (item("each", points="-3", cap="5"), "2", None, "-5.00"),  # a cap holds either way
        (item("each", points="0.005"), "1", None, "0.01"),  # half up
        (item("each", points="-0.005"), "1", None, "-0.01"),  # away from zero
        (item("each", points="-0.004"), "1", None, "0.00"),  # no negative zero
        (item("share", full="12"), "3", "4", "9.00"),
        (item("share", full="10"), "1", "3", "3.33"),
        (item("share", full="10"), "2", "3", "6.67"),
        (item("share", full="12"), "5", "4", "12.00"),  # never more than full
        (item("share", full="12"), "-1", "4", "-3.00"),
        (item("share", full="12"), None, None, "12.00"),  # nothing due, nothing lost
        (item("share", full="12"), "0", "0", "12.00"),
        (item("share", full="12"), "3", None, "12.00"),
        (item("share", full="12", empty="zero"), "3", "0", "0.00"),
        (item("share", full="12", empty="zero"), None, None, "0.00"),
        (item("share", full="12", empty="omit"), "3", "0", None),
        (item("share", full="12", empty="omit"), None, None, None),
        (item("share", full="12", empty="omit"), "0", "4", "0.00"),
        (item("mark", full="10"), "7.5", None, "7.50"),
        (item("mark", full="10"), "11", None, "10.00"),
        (item("mark", full="10"), "-1", None, "0.00"),
        (item("mark", full="10"), "4.555", None, "4.56"),
        (item("mark", full="10"), None, None, None),
        (item("deduct", full="20", points="6"), "2", None, "8.00"),
        (item("deduct", full="20", points="6"), "4", None, "0.00"),  # not below zero
        (item("deduct", full="20", points="6"), None, None, "20.00"),
        (item("band", bands=STEPS), "59.99", None, "0.00"),  # below the lowest band
        (item("band", bands=STEPS), "60", None, "6.00"),
        (item("band", bands=STEPS), "79.99", None, "6.00"),
        (item("band", bands=STEPS), "80", None, "10.00"),
        (item("band", bands=STEPS), "1000", None, "15.00"),
        (item("band", bands=STEPS), None, None, None),
        (item("band", bands=bands(("0.9", "5")), of="ratio"), "9", "10", "5.00"),
        (item("band", bands=bands(("0.9", "5")), of="ratio"), "8", "9", "0.00"),
        (item("band", bands=bands(("0.9", "5")), of="ratio"), "9", "0", None),
        (item("band", bands=bands(("0.9", "5")), of="ratio"), "9", None, None),
    ],
)
def test_points_of_one_item(of, quantity, base, expected):
    given_quantity = None if quantity is None else D(quantity)
    given_base = None if base is None else D(base)

    found = points.line_points(of, given_quantity, given_base)

    assert (found if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (D("0.005"), "0.01"),
        (D("0.0049999999999999999999999999999999999"), "0.00"),
        (D("-0.005"), "-0.01"),
        (D("-0.0049"), "0.00"),
        (D("2.675"), "2.68"),
        (D("1.045"), "1.05"),
        (Fraction(1, 200), "0.01"),
        (Fraction(2, 3), "0.67"),
        (Fraction(200, 3), "66.67"),
        (D("123456789012345678901234567890.125"), "123456789012345678901234567890.13"),
    ],
)
def test_a_half_goes_away_from_zero(value, expected):
    assert str(half_up(value)) == expected


A = item("mark", "a", full="30")
B = item("mark", "b", full="70")
EXTRA = item("each", "e", points="1")
BAND = item("band", "d", bands=bands(("1", "20"), ("2", "40")))
FINE = item("band", "f", bands=bands(("1", "-5"), ("3", "-9")))


@pytest.mark.parametrize(
    ("of", "facts", "expected"),
    [
        (part(A, B), {"a": "20", "b": "60"}, "80.00"),
        (part(A, B), {"a": "20"}, "66.67"),  # 20 × 100/30
        (part(A, B), {"b": "35"}, "50.00"),
        (part(A, B), {}, None),
        (part(A, EXTRA), {"e": "4"}, "4.00"),  # nothing to divide by: no scaling
        (part(A, EXTRA), {}, "0.00"),  # an each is always present
        (part(A, B, EXTRA), {"a": "15", "e": "3"}, "60.00"),  # (15+3) × 100/30
        (part(A, BAND), {"a": "15"}, "35.00"),  # a band weighs its highest points, 40
        (part(A, BAND), {"d": "1"}, "35.00"),  # 20 × 70/40
        (part(A, FINE), {"a": "15"}, "15.00"),  # a band of fines weighs nothing
        (part(A, B, full="60"), {"a": "20", "b": "60"}, "60.00"),  # clipped to full
        (part(item("each", "e", points="-2")), {"e": "4"}, "0.00"),
        (part(item("each", "e", points="-2"), bonus=True), {"e": "4"}, "-8.00"),
        (part(item("each", "e", points="2"), full="5", bonus=True), {"e": "4"}, "5.00"),
        (part(item("share", "s", full="8", empty="omit"), A), {"a": "15"}, "19.00"),  # 15 × 38/30
    ],
)
def test_sum_of_a_part(of, facts, expected):
    scored = points.score(scheme(of), {code: Fact(D(q)) for code, q in facts.items()}, "g")

    found = scored.parts["p"]
    assert (found if found is None else str(found)) == expected


def test_lines_are_rounded_before_they_are_summed():
    thirds = [item("share", code, full="10") for code in "abc"]

    scored = points.score(scheme(part(*thirds)), {c: Fact(D(1), D(3)) for c in "abc"}, "g")

    assert scored.total == D("9.99")


def test_the_total_weighs_parts_and_leaves_missing_ones_out():
    method = scheme(
        part(A, code="x", weight=D("0.35")),
        part(B, code="y", weight=D("0.65")),
    )

    both = points.score(method, {"a": Fact(D("15.5")), "b": Fact(D("60.5"))}, "g")
    one = points.score(method, {"a": Fact(D("15.5"))}, "g")
    none = points.score(method, {}, "g")

    assert both.total == D("44.75")  # 5.425 + 39.325
    assert (one.total, one.parts) == (D("5.43"), {"x": D("15.50"), "y": None})  # 5.425
    assert (none.total, none.parts) == (None, {"x": None, "y": None})


def test_every_item_has_a_line_that_says_what_was_missing():
    scored = points.score(scheme(part(A, B)), {"a": Fact(D(3)), "unknown": Fact(D(9))}, "g")

    assert [(line.item.code, line.quantity, line.points) for line in scored.lines] == [
        ("a", D(3), D("3.00")),
        ("b", None, None),
    ]
    assert scored.missing == (B,)


def test_a_part_of_no_weight_is_shown_and_not_counted():
    method = scheme(part(A, code="x"), part(B, code="y", weight=D(0)))

    both = points.score(method, {"a": Fact(D(20)), "b": Fact(D(60))}, "g")
    only_uncounted = points.score(method, {"b": Fact(D(60))}, "g")

    assert (both.total, both.parts) == (D(20), {"x": D(20), "y": D(60)})
    assert (only_uncounted.total, only_uncounted.parts) == (None, {"x": None, "y": D(60)})


FIELD = item("mark", "f", full="20", types=("RURAL", "COMMUNITY"))
DESK = item("mark", "o", full="40", types=("GOVERNMENT",))


@pytest.mark.parametrize(
    ("of", "group", "facts", "expected", "lines"),
    [
        (part(A, FIELD, DESK), "RURAL", {"a": "30", "f": "10"}, "40.00", ["a", "f"]),
        (part(A, FIELD, DESK), "COMMUNITY", {"a": "30", "f": "10"}, "40.00", ["a", "f"]),
        (part(A, FIELD, DESK), "GOVERNMENT", {"a": "30", "o": "10"}, "40.00", ["a", "o"]),
        (part(A, FIELD, DESK), "PRIVATE", {"a": "30"}, "30.00", ["a"]),  # nothing is missing
        # scaled by the items that exist only: 15 × 50/30
        (part(A, FIELD, DESK), "RURAL", {"a": "15"}, "25.00", ["a", "f"]),
        (part(A, FIELD, DESK), "GOVERNMENT", {"a": "15"}, "35.00", ["a", "o"]),  # 15 × 70/30
        (part(A, FIELD, DESK), "PRIVATE", {"a": "15", "f": "20"}, "15.00", ["a"]),
        (part(FIELD, DESK), "PRIVATE", {"f": "20"}, None, []),  # no item exists: missing
        (part(FIELD, DESK), "RURAL", {}, None, ["f"]),
    ],
)
def test_an_item_exists_only_for_its_types(of, group, facts, expected, lines):
    scored = points.score(scheme(of), {code: Fact(D(q)) for code, q in facts.items()}, group)

    found = scored.parts["p"]
    assert (found if found is None else str(found)) == expected
    assert [line.item.code for line in scored.lines] == lines


def test_an_item_that_does_not_exist_is_not_missing():
    scored = points.score(scheme(part(A, FIELD)), {}, "PRIVATE")

    assert scored.missing == (A,)


amounts = st.decimals(0, 100, places=3)
PRESENT_RULES = [
    item("each", points="1.5", cap="20"),
    item("share", full="33.33"),
    item("mark", full="12.5"),
    item("band", bands=bands(("1", "2"), ("10", "5"), ("50", "9"))),
]


@given(st.sampled_from(PRESENT_RULES), amounts, amounts, st.integers(1, 50))
def test_more_never_earns_less(of, one, other, base):
    low, high = sorted([one, other])

    less = points.line_points(of, low, D(base))
    more = points.line_points(of, high, D(base))

    assert less is not None and more is not None and less <= more


@given(st.lists(st.none() | amounts, min_size=3, max_size=3), st.integers(1, 50))
def test_a_part_stays_between_zero_and_full(quantities, base):
    items = [item("share", "s", full="40", empty="omit"), A, item("each", "e", points="-1")]
    facts = {
        of.code: Fact(q, D(base)) for of, q in zip(items, quantities, strict=True) if q is not None
    }

    found = points.score(scheme(part(*items, full="50")), facts, "g").parts["p"]

    assert found is not None and 0 <= found <= 50
