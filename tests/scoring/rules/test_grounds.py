"""Why a consequence is proposed: the condition, and the numbers as they held."""

from decimal import Decimal as D

import pytest

from scoring.rules.consequences import Standing
from scoring.rules.grounds import Result, grounds
from scoring.rules.scheme import Condition, Consequence, Item, Part, Scheme

SCHEME = Scheme(
    code="s",
    title="方案",
    target="organization",
    period="month",
    groups="all",
    parts=(Part("key", "重点项", D(50), (Item("a", "甲", "mark", full=D(50)),)),),
)
LOW = Condition("total", below=D(60))
KEY = Condition("part.key", below=D(35))


def result(period: str, total: float | None, key: float | None = None, **more: object) -> Result:
    parts = {"key": None if key is None else D(str(key))}
    number = None if total is None else D(str(total))
    return Result(period, SCHEME, Standing(total=number, parts=parts, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("consequence", "now", "before", "expected"),
    [
        (
            Consequence("通报", any=(LOW,)),
            result("2026 年 9 月", 58.5),
            [],
            "总分低于 60 分：2026 年 9 月总分 58.5 分",
        ),
        (  # of two alternatives only the one that holds
            Consequence("通报", any=(LOW, KEY)),
            result("9 月", 80, 30),
            [],
            "总分低于 60 分，或“重点项”低于 35 分：9 月“重点项” 30 分",
        ),
        (
            Consequence("通报", all=(LOW, KEY)),
            result("9 月", 50, 30),
            [],
            "总分低于 60 分，且“重点项”低于 35 分：9 月总分 50 分、“重点项” 30 分",
        ),
        (  # two bounds of one value are one value
            Consequence("通报", all=(Condition("total", at_least=D(50)), LOW)),
            result("9 月", 55),
            [],
            "总分不低于 50 分，且总分低于 60 分：9 月总分 55 分",
        ),
        (
            Consequence("免职", any=(LOW,), periods=2),
            result("9 月", 58),
            [result("8 月", 55), result("7 月", 50)],
            "总分低于 60 分，连续 2 期：9 月总分 58 分；8 月总分 55 分",
        ),
        (  # a period in which it did not hold, or without a result, is not told
            Consequence("预警", any=(LOW,), periods=2, within=4),
            result("9 月", 58),
            [result("8 月", 60), None, result("6 月", 59)],
            "总分低于 60 分，最近 4 期中至少 2 期（含本期）：9 月总分 58 分；6 月总分 59 分",
        ),
        (
            Consequence("红旗", all=(Condition("rank", is_=D(1)), Condition("star", is_=D(5)))),
            result("三季度", 99, rank=1, star=5),
            [],
            "名次为第 1 名，且星级为 5 星：三季度第 1 名、5 星",
        ),
        (
            Consequence("末位", any=(Condition("rank_from_bottom", at_most=D(2)),)),
            result("9 月", 99, rank_from_bottom=2),
            [],
            "名次在后 2 名：9 月倒数第 2 名",
        ),
        (
            Consequence("谈话", any=(Condition("tier", is_="合格"), Condition("band", is_="差"))),
            result("9 月", 9, tier="合格", band="差"),
            [],
            "档次为“合格”，或等次为“差”：9 月档次“合格”、等次“差”",
        ),
    ],
)
def test_what_held_is_told(consequence, now, before, expected):
    assert grounds(consequence, now, before) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (49, "总分低于 60 分，连续 3 期：9 月总分 58 分；8 月总分 57 分；7 月总分 56 分"),
        (48, "总分低于 60 分，连续 3 期：9 月总分 58 分；8 月总分 57 分；等共 3 期"),
        (45, "总分低于 60 分，连续 3 期：9 月总分 58 分；8 月总分 57 分；等共 3 期"),
        (44, "总分低于 60 分，连续 3 期：9 月总分 58 分；等共 3 期"),
        (20, "总分低于 60 分，连续 3 期：9 …"),
    ],
)
def test_what_does_not_fit_is_left_out_from_the_oldest_on(limit, expected):
    thrice = Consequence("免职", any=(LOW,), periods=3)
    before = [result("8 月", 57), result("7 月", 56)]

    text = grounds(thrice, result("9 月", 58), before, limit)

    assert (text, len(text) <= limit) == (expected, True)
