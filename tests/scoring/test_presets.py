"""The presets that ship, run with their sources' own figures."""

from collections import Counter
from decimal import Decimal as D
from pathlib import Path

import pytest

from scoring.rules import feeds, rating, reading
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.rating import PastResult, SubjectFacts

PRESETS = Path(__file__).resolve().parents[2] / "scoring" / "presets"
ALL = sorted(PRESETS.glob("*.toml"))


def preset(code):
    return reading.read((PRESETS / f"{code}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_preset_is_sound_and_named_for_its_code(path):
    scheme = preset(path.stem)

    assert scheme.code == path.stem
    assert scheme.source
    assert all(item.standard for item in scheme.items)
    named = [item.fact for item in scheme.items if item.fact]
    assert [name for name in named if feeds.find(scheme.target, name) is None] == []


def facts(written):
    """Facts by item code, written as "code=quantity code=quantity/base"."""
    found = {}
    for pair in written.split():
        code, _, amount = pair.partition("=")
        quantity, _, base = amount.partition("/")
        found[code] = Fact(D(quantity), D(base) if base else None)
    return found


MEMBERS = preset("points-1261")


@pytest.mark.parametrize(
    ("found", "common", "specific"),
    [
        # everything done: 80 + 20
        (
            "attendance=5/5 theme_day=1 lecture=1 assembly=1 group_meeting=1 service=3 "
            "lectures_given=1 duties=3 pledges=2 ideas=1",
            "80.00",
            "20.00",
        ),
        # an ordinary month: no lecture, a late leave, two duties, one promise
        (
            "attendance=3/4 theme_day=1 group_meeting=1 service=2 duties=2 pledges=1",
            "71.00",
            "7.00",
        ),
        # nothing due, nothing done
        ("", "68.00", "0.00"),
        # two absences without cause
        ("daily=2 attendance=2/4 group_meeting=1", "52.00", "0.00"),
    ],
)
def test_points_of_a_member(found, common, specific):
    [result] = rating.rate(MEMBERS, [SubjectFacts("甲", "国企", facts(found))])

    assert result.parts == {"common": D(common), "specific": D(specific)}
    assert result.total == D(common) + D(specific)


def members(count, tied=1):
    """Members from best to last, 0.12 points apart and all above 60; the first ``tied`` equal."""
    steps = [min(n, max(0, n - tied + 1)) for n in range(count)]
    return [
        SubjectFacts(f"{n:02}", "国企", facts(f"attendance={100 - step}/100"))
        for n, step in enumerate(steps)
    ]


BEST, GOOD, PLAIN, LAST, UNFIT = "优秀党员", "先锋党员", "合格党员", "需提高党员", "不合格党员"


def test_1261_of_twenty_three():
    found = [result.tier for result in rating.rate(MEMBERS, members(23))]

    assert found == [BEST] * 2 + [GOOD] * 4 + [PLAIN] * 15 + [LAST] * 2


def test_1261_of_ten_with_the_two_best_tied():
    found = [(result.rank, result.tier) for result in rating.rate(MEMBERS, members(10, tied=2))]

    assert found[:3] == [(1, GOOD), (1, GOOD), (3, GOOD)]
    assert found[3:] == [(n, PLAIN) for n in range(4, 10)] + [(10, LAST)]


def test_the_ill_and_the_away_are_neither_rated_nor_counted():
    exempt = [SubjectFacts(f"免{n}", "国企", exempt=why) for n, why in enumerate(["ill", "away"])]

    found = rating.rate(MEMBERS, [*members(9), *exempt])

    assert Counter(result.tier for result in found) == {GOOD: 2, PLAIN: 7, None: 2}


@pytest.mark.parametrize(
    ("absences", "total", "tier", "proposals"),
    [
        (1, "62", PLAIN, ()),
        (2, "56", UNFIT, ("不合格党员建议（低于 60 分）",)),
    ],
)
def test_below_sixty_is_unfit_at_once(absences, total, tier, proposals):
    [result] = rating.rate(MEMBERS, [SubjectFacts("甲", "国企", facts(f"daily={absences}"))])

    assert (result.total, result.tier, result.consequences) == (D(total), tier, proposals)


@pytest.mark.parametrize(
    ("before", "proposals"),
    [
        (None, ("谈心谈话、制定提高措施",)),
        (PLAIN, ("谈心谈话、制定提高措施",)),
        (LAST, ("谈心谈话、制定提高措施", "不合格党员建议（连续两期需提高）")),
    ],
)
def test_lowest_tier_twice_running(before, proposals):
    subjects = members(10)
    history = [PastResult("09", "2026-01", Standing(tier=before))] if before else []

    last = rating.rate(MEMBERS, subjects, history)[-1]

    assert (last.subject, last.tier, last.consequences) == ("09", LAST, proposals)


STARS = preset("star-branch")


def branch(name="一支部", share=1, **more):
    """A branch with every item at ``share`` of its full."""
    found = {
        item.code: Fact(item.full * D(share)) if item.rule == "mark" else Fact(D(share), D(1))
        for item in STARS.items
        if item.full is not None
    }
    return SubjectFacts(name, "国企", found, **more)


def test_five_standards_of_a_hundred_make_a_hundred():
    assert [(part.title, part.full) for part in STARS.parts] == [
        (title, D(100)) for title in ("基础标", "服务标", "廉洁标", "业绩标", "创新标")
    ]
    assert [sum(item.full or 0 for item in part.items) for part in STARS.parts] == [D(100)] * 5
    assert sum(part.weight for part in STARS.parts) == 1


@pytest.mark.parametrize(
    ("share", "total", "star", "proposals"),
    [
        ("1", "100.00", 5, ()),
        ("0.9", "90.00", 5, ()),
        ("0.85", "85.00", 4, ()),
        ("0.8", "80.00", 4, ()),
        ("0.7", "70.00", 3, ()),
        ("0.65", "65.00", 2, ("通报并限期整改",)),
        ("0.6", "60.00", 2, ("通报并限期整改",)),
        ("0.5", "50.00", 1, ("通报并限期整改", "软弱涣散党组织集中整顿")),
        ("0", "0.00", 1, ("通报并限期整改", "软弱涣散党组织集中整顿")),
    ],
)
def test_one_to_five_stars(share, total, star, proposals):
    [result] = rating.rate(STARS, [branch(share=share)])

    assert (result.total, result.star, result.consequences) == (D(total), star, proposals)


@pytest.mark.parametrize("code", ["criminal_case", "safety_accident", "head_disciplined"])
def test_a_veto_bars_the_star_unless_the_branch_reported_itself(code):
    hidden, reported = rating.rate(
        STARS,
        [
            branch("一", flags=frozenset({code})),
            branch("二", flags=frozenset({code, "self_reported"})),
        ],
    )[::-1]

    assert (hidden.star, hidden.band, hidden.rank, hidden.veto) == (None, None, None, "不予评星")
    assert (hidden.total, hidden.consequences) == (D(100), ())
    assert (reported.star, reported.rank, reported.veto) == (5, 1, None)
