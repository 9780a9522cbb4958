"""Conditions and rules in the words of those they concern."""

from decimal import Decimal as D

import pytest

from scoring.rules import explaining
from scoring.rules.scheme import Condition, Consequence, Item, Part, Scheme

SCHEME = Scheme(
    "s",
    "s",
    "organization",
    "month",
    "type",
    (Part("key", "重点项", D(45), (Item("k", "k", "mark", full=D(45)),)),),
)
LOW, FEW_KEY = Condition("total", below=D(60)), Condition("part.key", below=D("35.50"))


@pytest.mark.parametrize(
    ("consequence", "expected"),
    [
        (Consequence("一", any=(LOW,)), "总分低于 60 分"),
        (
            Consequence("一", any=(LOW, FEW_KEY), periods=2),
            "总分低于 60 分，或“重点项”低于 35.5 分，连续 2 期",
        ),
        (Consequence("一", all=(LOW, FEW_KEY)), "总分低于 60 分，且“重点项”低于 35.5 分"),
        (
            Consequence("一", any=(LOW,), periods=6, within=12),
            "总分低于 60 分，最近 12 期中至少 6 期（含本期）",
        ),
    ],
)
def test_when_a_consequence_is_proposed(consequence, expected):
    assert explaining.condition_in_words(SCHEME, consequence) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("total", at_least=D(90)), "总分不低于 90 分"),
        (Condition("total", at_most=D(60)), "总分不高于 60 分"),
        (Condition("total", is_=D(0)), "总分为 0 分"),
        (Condition("part.key", at_least=D(40)), "“重点项”不低于 40 分"),
        (Condition("tier", is_="需提高党员"), "档次为“需提高党员”"),
        (Condition("band", is_="第一步"), "等次为“第一步”"),
        (Condition("star", below=D(3)), "星级低于 3 星"),
        (Condition("star", is_=D(1)), "星级为 1 星"),
        (Condition("rank", below=D(3)), "名次在第 3 名之前"),
        (Condition("rank", at_most=D(3)), "名次在前 3 名"),
        (Condition("rank", at_least=D(3)), "名次在第 3 名或以后"),
        (Condition("rank", is_=D(1)), "名次为第 1 名"),
        (Condition("rank_from_bottom", below=D(3)), "名次在倒数第 3 名之后"),
        (Condition("rank_from_bottom", at_most=D(3)), "名次在后 3 名"),
        (Condition("rank_from_bottom", at_least=D(3)), "名次在倒数第 3 名或以前"),
        (Condition("rank_from_bottom", is_=D(1)), "名次为倒数第 1 名"),
    ],
)
def test_one_comparison(condition, expected):
    assert explaining.comparison_in_words(SCHEME, condition) == expected


@pytest.mark.parametrize(
    ("target", "item", "rule", "why"),
    [
        (
            "organization",
            Item("k", "k", "mark", full=D(100), fact="score.points-1261"),
            "按其他方案的得分计，满分 100 分",
            "其他方案得 86.5 分，满分 100 分",
        ),
        (
            "organization",
            Item("k", "k", "mark", full=D(100)),
            "检查打分，满分 100 分",
            "检查得 86.5 分，满分 100 分",
        ),
        (
            "member",
            Item("k", "k", "each", points=D("0.1"), fact="score.points-1261"),
            "每分 0.1 分",
            "86.5 分 × 0.1 分",
        ),
        (
            "organization",
            Item("k", "k", "deduct", full=D(100), points=D(1), fact="secretary_age"),
            "满分 100 分，每岁扣 1 分，扣完为止",
            "满分 100 分 − 86.5 岁 × 1 分",
        ),
        (
            "organization",
            Item("k", "k", "each", points=D(-1), fact="secretary_terms"),
            "每届 -1 分",
            "86.5 届 × -1 分",
        ),
        (
            "member",
            Item("k", "k", "each", points=D(-1), fact="absent_running"),
            "每次 -1 分",
            "86.5 次 × -1 分",
        ),
    ],
)
def test_rules_of_the_newer_feeds(target, item, rule, why):
    assert explaining.rule_in_words(target, item) == rule
    assert explaining.why(target, item, D("86.5"), None, D(0)) == why
