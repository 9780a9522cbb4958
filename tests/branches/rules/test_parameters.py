"""What the parameters of a rule are called, within which bounds, and how they are told."""

import datetime as dt
import itertools
import tomllib

import pytest

from branches import wording
from branches.rules import parameters
from branches.rules.parameters import PARAMETERS, Kind, Parameter
from tests.conftest import REGULATIONS

RULES = tomllib.loads(REGULATIONS.read_text(encoding="utf-8"))["regulation"]
NAMED = [
    (rule["code"], name, value) for rule in RULES for name, value in rule["parameters"].items()
]


@pytest.mark.parametrize(("code", "name", "value"), NAMED)
def test_every_parameter_is_described_and_within_its_bounds(code, name, value):
    meaning = parameters.parameter(code, name)

    assert meaning is not None
    assert meaning.words(value)
    assert meaning.kind is Kind.FIXED or meaning.accepts(value)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["code"])
def test_every_rule_is_whole(rule):
    assert set(rule) - {"effective_to"} == {
        "code", "title", "source", "article", "evidence", "severity", "effective_from",
        "parameters",
    }  # fmt: skip
    assert rule["code"][0] in wording.REGULATION_CHAPTERS
    assert rule["evidence"] in wording.EVIDENCES
    assert rule["severity"] in wording.SEVERITIES
    assert rule["severity"] != "BLOCK" or rule["evidence"] == "A"
    assert (len(rule["title"]) <= 120, len(rule["source"]) <= 80, len(rule["article"]) <= 30) == (
        True, True, True,
    )  # fmt: skip


def test_no_two_editions_of_a_rule_run_at_once():
    runs = sorted(
        (rule["code"], rule["effective_from"], rule.get("effective_to", dt.date.max))
        for rule in RULES
    )

    assert [
        (one, two) for one, two in itertools.pairwise(runs)
        if one[0] == two[0] and one[2] > two[1]
    ] == []  # fmt: skip


@pytest.mark.parametrize(
    ("code", "values", "told"),
    [
        ("M1", {"count": 1, "every": "quarter", "warn_from_day": 60},
         "每季度 1 次，从期初第 60 天起提醒"),
        ("M2", {"count": 2, "every": "month"}, "每月 2 次"),
        ("O9", {"remind_months": [6, 3, 1]}, "届满前 6、3、1 个月各提醒一次"),
        ("E3", {"strict": False}, "达到五分之四即可"),
        ("M16", {}, ""),
        ("M1", {"nobody_knows": 3}, ""),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_a_sentence(code, values, told):
    assert parameters.sentence(code, values) == told


@pytest.mark.parametrize(
    ("meaning", "value", "accepted"),
    [
        (PARAMETERS["count"], 1, True),
        (PARAMETERS["count"], 0, False),
        (PARAMETERS["count"], 32, False),
        (PARAMETERS["count"], True, False),
        (PARAMETERS["count"], "1", False),
        (PARAMETERS["remind_months"], [6, 3, 1], True),
        (PARAMETERS["remind_months"], [], False),
        (PARAMETERS["remind_months"], [6, 6], False),
        (PARAMETERS["remind_months"], [25], False),
        (PARAMETERS["every"], "quarter", True),
        (PARAMETERS["every"], "week", False),
        (PARAMETERS["strict"], True, True),
        (PARAMETERS["strict"], 1, False),
        (PARAMETERS["thresholds"], [3000], False),  # the article's own
        (Parameter("", "{}", Kind.TEXT, most=3), "三个字", True),
        (Parameter("", "{}", Kind.TEXT, most=3), "四个字吧", False),
        (Parameter("", "{}", Kind.TEXT, most=3), " ", False),
    ],
)
def test_values_are_of_their_kind_and_within_bounds(meaning, value, accepted):
    assert meaning.accepts(value) is accepted
