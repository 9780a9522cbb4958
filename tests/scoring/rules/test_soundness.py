"""What can be carried out and cannot be meant is named, with how to mend it."""

import dataclasses
from decimal import Decimal as D
from pathlib import Path

import pytest

from scoring.rules import reading, soundness
from scoring.rules.scheme import (
    Band,
    Condition,
    Consequence,
    Floor,
    Item,
    Outcome,
    Part,
    PointBand,
    Scheme,
    Tier,
)

PRESETS = sorted((Path(__file__).resolve().parents[3] / "scoring" / "presets").glob("*.toml"))


def item(rule, code="k", **parameters):
    numbers = {"points", "cap", "full"}
    return Item(code, code, rule, **{k: D(v) if k in numbers else v for k, v in parameters.items()})


def bands(*points):
    return tuple(PointBand(D(n), D(worth)) for n, worth in enumerate(points))


def part(*items, full="60", code="key", **more):
    return Part(code, "重点项", D(full), items, **more)


WHOLE = part(item("mark", full="60"))
MORE = Part("more", "加减分", D(20), (item("each", "e", points="-5"),), bonus=True)
SOUND = Scheme("s", "s", "organization", "month", "type", (WHOLE,))


def unsound(**changes):
    return soundness.unsound(dataclasses.replace(SOUND, **changes))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_is_sound(path):
    assert soundness.unsound(reading.read(path.read_text(encoding="utf-8"))) == []


SHORT = (
    "部分“重点项”：各项目最多共得 {} 分，达不到满分 60 分；"
    "请增加项目或提高项目的分值，或把“full”改为 {}。"
)


@pytest.mark.parametrize(
    ("of", "best"),
    [
        (part(item("mark", full="60")), None),
        (part(item("mark", full="59.99")), "59.99"),
        (part(item("mark", full="70")), None),  # exceeded is fine
        (part(item("share", full="30"), item("deduct", full="29", points="1")), "59"),
        (part(item("share", full="30"), item("deduct", full="30", points="1")), None),
        (part(item("each", points="0.1")), None),  # nothing limits it
        (part(item("each", points="2", cap="59")), "59"),
        (part(item("each", points="-2", cap="99"), item("mark", full="59")), "59"),
        (part(item("band", bands=bands("5", "60", "8"))), None),
        (part(item("band", bands=bands("5", "50"))), "50"),
        (part(item("band", bands=bands("-5", "-9")), item("mark", full="59")), "59"),
        (part(item("each", points="2", cap="10"), bonus=True), "10"),
        # a bonus part that only takes away has no full to reach
        (part(item("each", points="-2"), bonus=True), None),
    ],
)
def test_a_part_whose_items_cannot_reach_its_full(of, best):
    assert unsound(parts=(of,)) == ([] if best is None else [SHORT.format(best, best)])


EXCEEDED = (
    "部分“重点项”：{}最多共得 {} 分，超过满分 60 分，超出的 {} 分不计入；"
    "如果不是有意这样封顶，请降低项目的分值，或把“full”改为 {}。"
)
ENDLESS = (
    "部分“重点项”：项目“{}”加分没有封顶，各项目合计可能超过满分 60 分，超出的不计入；"
    "如果不是有意这样封顶，请写明“cap”。"
)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (part(item("mark", full="60")), []),
        (part(item("mark", full="59")), []),
        (part(item("mark", full="60.01")), [EXCEEDED.format("各项目", "60.01", "0.01", "60.01")]),
        (
            part(item("share", full="50"), item("band", bands=bands("5", "20"))),
            [EXCEEDED.format("各项目", "70", "10", "70")],
        ),
        (part(item("mark", full="60"), item("each", points="-2")), []),
        (part(item("mark", full="60"), item("each", "e", points="2")), [ENDLESS.format("e")]),
        (
            part(item("each", "e", points="2"), item("each", "f", points="1")),
            [ENDLESS.format("e”“f")],
        ),
        (part(item("each", points="-2"), bonus=True), []),
        (
            part(item("mark", full="50"), item("mark", "s", full="11", types=("RURAL",))),
            [EXCEEDED.format("类型“RURAL”的项目", "61", "1", "61")],
        ),
    ],
)
def test_a_part_whose_items_can_exceed_its_full_is_to_be_looked_at_again(of, expected):
    scheme = dataclasses.replace(SOUND, parts=(of,))
    assert soundness.doubtful(scheme) == expected


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_nothing_in_a_preset_is_doubtful(path):
    assert soundness.doubtful(reading.read(path.read_text(encoding="utf-8"))) == []


def test_a_part_in_which_nothing_can_be_earned():
    assert unsound(parts=(part(item("each", points="-2")),)) == [
        "部分“重点项”：各项目都不能得分，达不到满分 60 分；请增加能得分的项目。"
    ]


def test_each_type_has_to_reach_full_with_its_own_items():
    of = part(
        item("mark", "a", full="40", types=("RURAL", "COMMUNITY", "SOCIAL")),
        item("mark", "b", full="20", types=("RURAL", "PRIVATE")),
        item("mark", "c", full="30", types=("COMMUNITY",)),
        item("each", "d", points="1", types=("SOCIAL",)),
    )

    # SOCIAL is unlimited, COMMUNITY has more than enough, GOVERNMENT lacks the whole part.
    assert unsound(parts=(of,)) == [
        SHORT.format(20, 20).replace("各项目", "类型“PRIVATE”的项目"),
    ]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(bands=(Band("五星", D(60)), Band("一星", D(10)))), []),  # lowest above 0 is fine
        (
            Outcome(bands=(Band("五星", D("60.01")),)),
            ["等次“五星”：下限 60.01 分高于最高总分 60 分，没有人能达到；请降低“min”。"],
        ),
        (Outcome(floor=Floor(D(60), "差")), []),
        (
            Outcome(floor=Floor(D(61), "差")),
            ["底线“差”：61 分高于最高总分 60 分，所有人都会落入；请降低“below”。"],
        ),
        (Outcome(bands=(Band("二", D(20), 2), Band("一", D(10), 1))), []),
        (Outcome(bands=(Band("二", D(20), 2), Band("也二", D(10), 2))), []),
        (
            Outcome(bands=(Band("甲", D(30), 1), Band("乙", D(20)), Band("丙", D(10), 2))),
            ["等次“甲”：下限高于“丙”，星级（1 星）却更低（“丙”为 2 星）；"
             "请核对两档的“min”和“star”。"],
        ),
        (Outcome(bands=(Band("甲", D(30), None, D("0.9")), Band("乙", D(20), None, D("0.9")))), []),
        (
            Outcome(bands=(Band("甲", D(30), None, D("0.8")), Band("乙", D(20), None, D("0.9")))),
            ["等次“甲”：下限高于“乙”，系数（0.8）却更低（“乙”为 0.9）；"
             "请核对两档的“min”和“coefficient”。"],
        ),
        (Outcome(tiers=(Tier("优", D("0.9")), Tier("中"), Tier("末", D("0.09"), True))), []),
        (
            Outcome(tiers=(Tier("优", D("0.9")), Tier("中"), Tier("末", D("0.1"), True))),
            ["档次“中”：其他各档的比例合计已为 1，没有人能归入这一档；请降低其他档次的“share”。"],
        ),
    ],
)  # fmt: skip
def test_grades_that_cannot_be_meant(outcome, expected):
    assert unsound(outcome=outcome) == expected


@pytest.mark.parametrize(
    ("parts", "best"),
    [
        ((WHOLE,), 60),
        ((dataclasses.replace(WHOLE, weight=D("0.5")),), 30),
        # a bonus counts likewise
        ((WHOLE, part(item("mark", "m", full="20"), full="20", code="m", bonus=True)), 80),
        ((WHOLE, MORE), 60),  # it can only take away
        # shown, not counted
        ((WHOLE, part(item("mark", "m", full="20"), full="20", code="m", weight=D(0))), 60),
    ],
)
def test_the_best_total(parts, best):
    reachable, beyond = (Outcome(bands=(Band("五星", D(least)),)) for least in (best, best + 1))

    assert unsound(parts=parts, outcome=reachable) == []
    assert unsound(parts=parts, outcome=beyond) == [
        f"等次“五星”：下限 {best + 1} 分高于最高总分 {best} 分，没有人能达到；请降低“min”。"
    ]


NEVER, ALWAYS = "永远不会成立", "永远成立"


@pytest.mark.parametrize(
    ("condition", "words", "verdict", "possible"),
    [
        (Condition("total", below=D(0)), "总分低于 0 分", NEVER, "在 0 至 60 分之间"),
        (Condition("total", below=D("0.01")), None, None, None),
        (Condition("total", below=D(60)), None, None, None),
        (Condition("total", below=D(61)), "总分低于 61 分", ALWAYS, "在 0 至 60 分之间"),
        (Condition("total", at_least=D(61)), "总分不低于 61 分", NEVER, "在 0 至 60 分之间"),
        (Condition("total", at_least=D(60)), None, None, None),
        (Condition("total", at_least=D(0)), "总分不低于 0 分", ALWAYS, "在 0 至 60 分之间"),
        (Condition("total", at_most=D(-1)), "总分不高于 -1 分", NEVER, "在 0 至 60 分之间"),
        (Condition("total", at_most=D(0)), None, None, None),
        (Condition("total", at_most=D(60)), "总分不高于 60 分", ALWAYS, "在 0 至 60 分之间"),
        (Condition("total", is_=D(61)), "总分为 61 分", NEVER, "在 0 至 60 分之间"),
        (Condition("total", is_=D(60)), None, None, None),
        (Condition("part.key", below=D(61)), "“重点项”低于 61 分", ALWAYS, "在 0 至 60 分之间"),
        (Condition("part.key", below=D(60)), None, None, None),
        (Condition("part.more", below=D(-9)), None, None, None),  # a bonus may be negative
        (Condition("part.more", at_least=D(1)), "“加减分”不低于 1 分", NEVER, "不高于 0 分"),
        (Condition("rank", below=D(1)), "名次在第 1 名之前", NEVER, "不小于 1"),
        (Condition("rank", at_most=D(0)), "名次在前 0 名", NEVER, "不小于 1"),
        (Condition("rank", at_most=D(1)), None, None, None),
        (Condition("rank", at_least=D(1)), "名次在第 1 名或以后", ALWAYS, "不小于 1"),
        (Condition("rank_from_bottom", is_=D(0)), "名次为倒数第 0 名", NEVER, "不小于 1"),
        (Condition("rank_from_bottom", is_=D(1)), None, None, None),
        (Condition("star", below=D(1)), "星级低于 1 星", NEVER, "在 1 至 5 星之间"),
        (Condition("star", below=D(2)), None, None, None),
        (Condition("star", at_least=D(6)), "星级不低于 6 星", NEVER, "在 1 至 5 星之间"),
        (Condition("star", at_most=D(5)), "星级不高于 5 星", ALWAYS, "在 1 至 5 星之间"),
        (Condition("tier", is_="差"), None, None, None),
        (Condition("band", is_="五星"), None, None, None),
    ],
)
def test_a_condition_that_depends_on_nothing(condition, words, verdict, possible):
    outcome = Outcome(
        floor=Floor(D(20), "差"), bands=(Band("五星", D(50), 5), Band("一星", D(0), 1))
    )
    # An uncounted bonus leaves the total between 0 and 60.
    parts = (WHOLE, dataclasses.replace(MORE, weight=D(0)))

    for key in ("any", "all"):
        found = unsound(
            parts=parts, outcome=outcome, consequences=(Consequence("通报", **{key: (condition,)}),)
        )
        assert found == (
            [
                f"结果运用“通报”：条件“{words}”{verdict}（可能的值{possible}）；"
                "请改正数值，或删去这个条件。"
            ]
            if verdict
            else []
        )


def test_a_counted_bonus_lets_the_total_fall_below_zero():
    below = Consequence("通报", any=(Condition("total", below=D(0)),))

    assert unsound(parts=(WHOLE, MORE), consequences=(below,)) == []


def test_two_consequences_of_one_title():
    low = (Condition("total", below=D(30)),)

    assert unsound(consequences=tuple(Consequence(title, any=low) for title in "甲乙甲")) == [
        "结果运用“甲”：同名的写了 2 条，无法分清；请改用不同的“title”。"
    ]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({}, None),
        ({"a": []}, None),
        ({"a": ["b"]}, None),  # b itself is not known here
        ({"a": ["b", "c"], "b": ["c"], "c": []}, None),
        ({"a": ["a"]}, ("a",)),
        ({"b": ["a"], "a": ["b"]}, ("a", "b")),
        ({"x": ["c"], "c": ["a"], "a": ["b"], "b": ["c"]}, ("a", "b", "c")),
    ],
)
def test_schemes_that_use_each_other_in_a_circle(codes, expected):
    assert soundness.cycle(codes) == expected


def test_the_schemes_that_a_scheme_uses():
    of = part(
        item("mark", "a", full="60", fact="score.points-1261"),
        item("mark", "b", full="60", fact="attendance"),
        item("mark", "c", full="60", fact="score.star-branch"),
        item("mark", "d", full="60", fact="score.points-1261"),
        item("mark", "e", full="60"),
    )

    assert soundness.references(dataclasses.replace(SOUND, parts=(of,))) == (
        "points-1261",
        "star-branch",
    )
