"""Random schemes that can be carried out, for properties that must hold of every scheme."""

from decimal import Decimal

from hypothesis import strategies as st

from branches.rules.tree import OrganizationType
from scoring.rules import scheme as words
from scoring.rules.scheme import (
    Band,
    Condition,
    Consequence,
    Floor,
    Item,
    Outcome,
    Part,
    PointBand,
    Procedure,
    Rollup,
    Scheme,
    Tier,
    Veto,
)

# Quotes, backslashes, line ends, Chinese and what needs escaping; never blank, never too long.
texts = st.text(st.sampled_from("甲乙a1 \"'\\\n\t#=[]{},\u3000𬱖"), min_size=1, max_size=12).filter(
    str.strip
)
titles = texts.map(lambda text: text.replace(";", "；"))
amounts = st.decimals(0, 1000, places=3).filter(bool)
numbers = st.decimals(-1000, 1000, places=2)
shares = st.sampled_from([Decimal("0.05"), Decimal("0.10"), Decimal("0.2")])


def codes(prefix: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.integers(0, 99), min_size=1, max_size=3, unique=True).map(
        lambda found: [f"{prefix}{number}" for number in found]
    )


@st.composite
def items(draw, code, *, typed):
    rule = draw(st.sampled_from(words.RULES))
    value = draw(numbers.filter(bool))
    own = {
        "each": {"points": value, "cap": draw(st.none() | amounts)},
        "share": {"full": draw(amounts), "empty": draw(st.sampled_from(words.EMPTY))},
        "mark": {"full": draw(amounts)},
        "deduct": {"full": draw(amounts), "points": abs(value)},
        "band": {
            "bands": tuple(
                PointBand(least, draw(numbers))
                for least in draw(st.lists(numbers, min_size=1, max_size=6, unique=True))
            ),
            "of": draw(st.sampled_from(words.BAND_VALUES)),
        },
    }[rule]
    fact = st.sampled_from(["attendance", "score.another", "dues_on_time"])
    types = st.lists(st.sampled_from(tuple(OrganizationType)), unique=True, max_size=9)
    return Item(
        code,
        draw(titles),
        rule,
        standard=draw(st.just("") | texts),
        owner=draw(st.just("") | texts),
        note=draw(st.just("") | texts),
        fact=draw(st.none() | fact),
        types=tuple(map(str, draw(types))) if typed else (),
        **own,
    )


@st.composite
def outcomes(draw):
    tiers: list[Tier] = []
    if draw(st.booleans()):
        tiers += [Tier("优", draw(shares)), Tier('"良"', draw(shares)), Tier("中")]
        tiers += [Tier("末", draw(shares), from_bottom=True)] if draw(st.booleans()) else []
    least = draw(st.lists(numbers, unique=True, max_size=3))
    return Outcome(
        exempt=tuple(draw(st.lists(texts, unique=True, max_size=9))),
        floor=draw(st.none() | st.builds(Floor, numbers, titles)),
        tiers=tuple(tiers),
        bands=tuple(
            Band(draw(titles), low, draw(st.none() | st.integers(0, 5)), draw(st.none() | amounts))
            for low in least
        ),
    )


@st.composite
def conditions(draw, parts, outcome):
    labelled = {"tier": outcome.tier_labels, "band": outcome.band_labels}
    looked_at = ["total", "rank", "rank_from_bottom", *(f"part.{part.code}" for part in parts)]
    looked_at += [of for of, labels in labelled.items() if labels]
    looked_at += ["star"] if outcome.stars else []
    of = draw(st.sampled_from(looked_at))
    if of in labelled:
        return Condition(of, is_=draw(st.sampled_from(labelled[of])))
    bound = draw(st.sampled_from(["below", "at_least", "at_most", "is_"]))
    if of == "star" and bound == "is_":
        return Condition(of, is_=Decimal(draw(st.sampled_from(outcome.stars))))
    return Condition(of, **{bound: draw(numbers)})


@st.composite
def consequences(draw, parts, outcome, period):
    periods = draw(st.integers(1, 5))
    longer = st.none() | st.integers(periods, 12)
    found = tuple(draw(st.lists(conditions(parts, outcome), min_size=1, max_size=4)))
    return Consequence(
        draw(titles),
        **{draw(st.sampled_from(["any", "all"])): found},
        periods=periods,
        within=draw(longer) if periods > 1 else None,
        kind=draw(st.sampled_from(words.KINDS)),
        days=draw(st.none() | st.integers(1, 400)),
        coefficient=draw(st.none() | st.just(Decimal(0)) | amounts),
        withhold=draw(st.none() | st.just(Decimal(1)) | shares),
        period=draw(st.sampled_from(["", period])),
    )


ROLLUPS = {
    "month": [
        (),
        (Rollup("month", "year"),),
        (Rollup("month", "quarter"), Rollup("quarter", "year", (Decimal("0.25"),) * 4)),
    ],
    "quarter": [(), (Rollup("quarter", "half-year", (Decimal("0.4"), Decimal("0.6"))),)],
    "half-year": [(), (Rollup("half-year", "year"),)],
    "year": [()],
}


@st.composite
def schemes(draw):
    target = draw(st.sampled_from(words.TARGETS))
    period = draw(st.sampled_from(words.PERIODS))
    groups = draw(st.sampled_from(words.GROUPS))
    parts = []
    for place, code in enumerate(draw(codes("p"))):
        parts.append(
            Part(
                code,
                draw(titles),
                draw(amounts),
                tuple(draw(items(own, typed=groups == "type")) for own in draw(codes(f"{code}-"))),
                weight=draw(amounts) if place == 0 else draw(st.just(Decimal(0)) | amounts),
                bonus=draw(st.booleans()),
            )
        )
    outcome = draw(outcomes())
    days = st.integers(1, 30)
    unless = st.none() | st.just("reported")
    return Scheme(
        "own",
        draw(titles),
        target,
        period,
        groups,
        tuple(parts),
        source=draw(st.just("") | texts),
        outcome=outcome,
        vetoes=tuple(
            Veto(code, draw(titles), draw(titles), draw(unless))
            for code in draw(st.just([]) | codes("v"))
        ),
        consequences=tuple(draw(st.lists(consequences(parts, outcome, period), max_size=3))),
        rollups=draw(st.sampled_from(ROLLUPS[period])),
        procedure=draw(st.builds(Procedure, days, days, days)),
        pay_weight=draw(st.none() | st.just(Decimal(1)) | shares),
    )
