"""How a total can rise: the gains, and the fewest items that reach a grade."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules import heat, lifting
from scoring.rules.points import Line, part_points
from scoring.rules.rounding import half_up
from scoring.rules.scheme import Band, Item, Outcome, Part, PointBand, Scheme


def _d(text: str | int | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _item(code: str, rule: str = "mark", **values) -> Item:
    if rule in ("mark", "share", "deduct"):
        values.setdefault("full", Decimal(10))
    return Item(code, code, rule, **values)


def _scheme(*parts: Part, bands: tuple[Band, ...] = ()) -> Scheme:
    return Scheme("s", "方案", "organization", "month", "all", parts, outcome=Outcome(bands=bands))


def _part(*items: Item, weight: str = "1", full: int = 100, bonus: bool = False) -> Part:
    return Part("p" + items[0].code, "部分", Decimal(full), items, Decimal(weight), bonus)


NEG = Decimal(-2)
TWO = Decimal(2)


@pytest.mark.parametrize(
    ("item", "now", "gain", "how"),
    [
        (_item("a", "share"), "4", "6.00", "应完成的全部完成"),
        (_item("a", "mark"), "9.5", "0.50", "得满分 10 分"),
        (_item("a", "deduct", points=TWO), "0", "10.00", "不发生扣分"),
        (_item("a", "each", points=NEG, cap=Decimal(6)), "-4", "4.00", "不发生扣分"),
        (
            _item("a", "each", points=TWO, cap=Decimal(9)), "4", "5.00",
            "再有 3 次，加到最高 9 分",
        ),
        (_item("a", "each", points=TWO), "4", "96.00", "每次加 2 分"),
        (
            _item("a", "band", bands=(PointBand(Decimal(1), Decimal(5)),
                                      PointBand(Decimal(3), Decimal(8)))),
            "5", "3.00", "达到 3，得最高档 8 分",
        ),
    ],
)  # fmt: skip
def test_an_item_that_is_not_at_its_best_says_what_it_would_add(item, now, gain, how):
    scheme = _scheme(_part(item, bonus=True))

    (lift,) = lifting.lifting(scheme, {"a": _d(now)}, "").lifts

    assert (lift.gain, lifting.how("organization", lift)) == (_d(gain), how)


@pytest.mark.parametrize(
    ("item", "now"),
    [
        (_item("a", "share"), "10"),
        (_item("a", "mark"), None),
        (_item("a", "deduct", points=TWO), "10"),
        (_item("a", "each", points=NEG), "0"),
        (_item("a", "each", points=TWO, cap=Decimal(6)), "6"),
        (_item("a", types=("RURAL",)), None),
    ],
)
def test_what_is_at_its_best_or_missing_is_not_suggested(item, now):
    scheme = _scheme(_part(item, _item("b")))

    found = lifting.lifting(scheme, {"a": _d(now), "b": Decimal(10)}, "COMMUNITY")

    assert found.lifts == ()


def test_gains_carry_the_weight_and_the_scaling_of_what_is_missing():
    scheme = _scheme(_part(_item("a"), _item("b"), weight="0.5"))

    found = lifting.lifting(scheme, {"a": Decimal(4), "b": None}, "")

    # Half the part is missing, so a point of the other half counts double, times 0.5.
    assert [(lift.item.code, lift.gain) for lift in found.lifts] == [("a", Decimal("6.00"))]
    assert [item.code for item in found.missing] == ["b"]


def test_a_part_that_is_full_gains_nothing_and_one_without_weight_neither():
    scheme = _scheme(
        _part(_item("a"), _item("b"), full=10), _part(_item("c"), weight="0"), _part(_item("d"))
    )
    points = {"a": Decimal(10), "b": Decimal(3), "c": Decimal(0), "d": Decimal(9)}

    assert [lift.item.code for lift in lifting.lifting(scheme, points, "").lifts] == ["d"]


def test_nobody_unrated_is_told_how_to_rise():
    assert lifting.lifting(_scheme(_part(_item("a"))), {"a": None}, "") is None


STARS = (Band("三星", Decimal(70)), Band("四星", Decimal(80)), Band("五星", Decimal(90)))
FOUR = _scheme(
    _part(*(_item(code, full=Decimal(25)) for code in "abcd")), bands=STARS
)  # fmt: skip


@pytest.mark.parametrize(
    ("points", "target", "needed", "enough"),
    [
        ((25, 20, 15, 10), "四星", "10", ("d",)),
        ((25, 20, 12, 14), "四星", "9", ("c",)),
        ((25, 15, 15, 15), "四星", "10", ("b",)),
        ((20, 20, 20, 20), "五星", "10", ("a", "b")),
        ((24, 22, 22, 22), None, None, ()),
        ((10, 10, 10, 10), "三星", "30", ("a", "b")),
    ],
)
def test_the_fewest_items_that_reach_the_next_grade(points, target, needed, enough):
    given_points = {code: Decimal(value) for code, value in zip("abcd", points, strict=True)}

    found = lifting.lifting(FOUR, given_points, "")

    assert (
        found.target and found.target.label,
        found.needed,
        tuple(lift.item.code for lift in found.enough),
    ) == (target, _d(needed), enough)


def test_what_cannot_be_reached_says_how_far_it_goes():
    scheme = _scheme(_part(_item("a"), _item("b")), _part(_item("c"), weight="8"), bands=STARS)

    found = lifting.lifting(scheme, {"a": Decimal(1), "b": Decimal(1), "c": None}, "")

    assert (found.target.label, found.reach, found.enough) == ("三星", Decimal("20.00"), ())


_points = st.decimals(-12, 12, places=2)


@st.composite
def _cases(draw):
    codes = iter("abcdefgh")
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        items = []
        for _ in range(draw(st.integers(1, 2))):
            rule = draw(st.sampled_from(["mark", "deduct", "each"]))
            more = {"points": draw(st.sampled_from([TWO, NEG]))} if rule == "each" else {}
            more |= {"points": TWO} if rule == "deduct" else {}
            more |= {"cap": draw(st.sampled_from([None, Decimal(8)]))} if rule == "each" else {}
            items.append(_item(next(codes), rule, **more))
        parts.append(
            _part(*items, weight=draw(st.sampled_from(["0.3", "1"])),
                  full=draw(st.integers(5, 25)), bonus=draw(st.booleans()))
        )  # fmt: skip
    scheme = _scheme(*parts, bands=(Band("好", Decimal(draw(st.integers(1, 40)))),))
    points = {}
    for item in scheme.items:
        most = {"each": item.cap if item.points and item.points > 0 else Decimal(0)}.get(
            item.rule, Decimal(10)
        )
        least = Decimal(0) if item.rule != "each" or item.points > 0 else Decimal(-8)
        points[item.code] = draw(st.decimals(least, most or 12, places=2))
    return scheme, points


@settings(max_examples=300, deadline=None)
@given(_cases())
def test_no_smaller_set_of_items_reaches_the_grade(case):
    """Against every subset of the items there are."""
    scheme, points = case
    found = lifting.lifting(scheme, points, "")
    could = [item for item in scheme.items if lifting.best(item) is None
             or points[item.code] < lifting.best(item)]  # fmt: skip

    def total(raised) -> Decimal:
        whole = Decimal(0)
        for part in scheme.parts:
            lines = [
                Line(item, None, None, _best(item) if item in raised else points[item.code])
                for item in part.items
            ]
            whole += part_points(part, lines) * part.weight
        return half_up(whole)

    sets = chain.from_iterable(combinations(could, n) for n in range(len(could) + 1))
    reaching = [
        len(chosen) for chosen in sets if found.target and total(chosen) >= found.target.min
    ]
    assert found.total == total(())
    assert found.reach == total(could)
    assert len(found.enough) == (min(reaching) if reaching else 0)
    for lift in found.lifts:
        assert abs(lift.gain - (total((lift.item,)) - found.total)) <= Decimal("0.01")


def _best(item: Item) -> Decimal:
    most = lifting.best(item)
    return Decimal(1000) if most is None else most


@pytest.mark.parametrize(
    ("item", "points", "level"),
    [
        (_item("a"), None, 0), (_item("a"), "10", 5), (_item("a"), "9.99", 4), (_item("a"), "9", 4),
        (_item("a"), "8.99", 3), (_item("a"), "7.5", 3), (_item("a"), "7.49", 2),
        (_item("a"), "6", 2), (_item("a"), "5.99", 1), (_item("a"), "0", 1), (_item("a"), "-1", 1),
        (_item("a", "each", points=NEG), "0", 5), (_item("a", "each", points=NEG), "-2", 1),
        (_item("a", "each", points=TWO), "0", 0), (_item("a", "each", points=TWO), "2", 4),
        (_item("a", "each", points=TWO, cap=Decimal(4)), "4", 5),
        (_item("a", "each", points=TWO, cap=Decimal(4)), "2", 1),
    ],
)  # fmt: skip
def test_a_cell_is_as_warm_as_its_share_of_the_most(item, points, level):
    assert heat.level(item, _d(points)) == level
