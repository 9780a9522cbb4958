"""星级党支部（五标）: months of five standards, the quarter's flag, the year."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import consequences, rating, reading, rollups, soundness, writing
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts
from scoring.rules.scheme import Procedure, Rollup

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
STARS = reading.read((PRESETS / "star-branch.toml").read_text(encoding="utf-8"))
UNDER_THREE, ONE = ("通报", "限期整改"), ("通报", "限期整改", "软弱涣散党组织集中整顿")
FLAG = "流动红旗（红旗党支部）"


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
    ("share", "less", "total", "star", "proposals"),
    [
        ("1", 0, "100.00", 5, ()),
        ("0.9", 0, "90.00", 5, ()),
        ("0.9", "0.05", "89.99", 4, ()),
        ("0.8", 0, "80.00", 4, ()),
        ("0.8", "0.05", "79.99", 3, ()),
        ("0.7", 0, "70.00", 3, ()),
        ("0.7", "0.05", "69.99", 2, UNDER_THREE),
        ("0.6", 0, "60.00", 2, UNDER_THREE),
        ("0.6", "0.05", "59.99", 1, ONE),
        ("0", 0, "0.00", 1, ONE),
    ],
)
def test_one_to_five_stars(share, less, total, star, proposals):
    """``less`` is taken from a mark of a part that weighs a fifth."""
    subject = branch(share=share)
    subject.facts["clean_conduct"] = Fact(subject.facts["clean_conduct"].quantity - D(less))

    [result] = rating.rate(STARS, [subject])

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


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(STARS) == []
    assert reading.read(writing.write(STARS)) == STARS
    assert (STARS.target, STARS.period, STARS.groups) == ("organization", "month", "type")
    assert STARS.procedure == Procedure(comments=3, publicity=5, answers=5)


def test_the_month_decides_a_fifth_of_pay():
    assert STARS.pay_weight == D("0.20")


def test_what_is_proposed_and_by_when():
    assert [(one.title, one.kind, one.days, one.period) for one in STARS.consequences] == [
        ("通报", "notice", 10, ""),
        ("限期整改", "rectify", 30, ""),
        ("软弱涣散党组织集中整顿", "weak-list", 90, ""),
        (FLAG, "flag", None, "quarter"),
    ]


@pytest.mark.parametrize(
    ("period", "rank", "proposals"),
    [
        ("month", 1, ()),
        ("quarter", 1, (FLAG,)),
        ("quarter", 2, ()),
        ("quarter", None, ()),
        ("year", 1, ()),
    ],
)
def test_the_flag_goes_to_the_first_of_a_quarter(period, rank, proposals):
    standing = Standing(D(95), star=5, rank=rank)

    assert consequences.proposed(STARS.consequences_of(period), standing, []) == proposals


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_few_stars_count_in_every_period(period):
    standing = Standing(D(50), star=1, rank=12)

    assert consequences.proposed(STARS.consequences_of(period), standing, []) == ONE


def test_three_months_make_a_quarter_and_four_quarters_a_year():
    months, quarters = STARS.rollups

    assert (months, quarters) == (Rollup("month", "quarter"), Rollup("quarter", "year"))
    assert rollups.rolled_up(months, [D(90), D(80), D("70.01")]) == D("80.00")
    assert rollups.rolled_up(months, [D(90), D(80), D("70.02")]) == D("80.01")
    assert rollups.rolled_up(months, [D(90), None, D(70)]) is None
    assert rollups.rolled_up(quarters, [D(90), D(80), D(70), D(60)]) == D(75)


def test_a_trial_from_file_to_file(tmp_path):
    marked = {
        part.code: [item for item in part.items if item.rule == "mark"] for part in STARS.parts
    }
    branches = {
        "一支部": ("1", {"service": 1, "integrity": 1, "performance": 1, "innovation": 1}),
        "二支部": ("1", {"service": 0, "integrity": 1, "performance": 1, "innovation": 1}),
        "三支部": ("0", {"service": 1, "integrity": 1, "performance": 1, "innovation": 1}),
        "四支部": ("0", {"service": 1, "integrity": 1, "performance": 0, "innovation": 0}),
        "五支部": ("1", {"service": 1, "integrity": 1, "performance": 1, "innovation": 0}),
        "六支部": ("1", {"service": 1, "integrity": 1, "performance": 0, "innovation": 1}),
    }
    rows = []
    for name, (held, shares) in branches.items():
        rows += [f"{name},电力,{item.code},{held},1\n" for item in STARS.parts[0].items]
        for part, share in shares.items():
            rows += [f"{name},电力,{item.code},{item.full * share},\n" for item in marked[part]]
    rows += ["五支部,电力,criminal_case,1,\n", "六支部,电力,criminal_case,1,\n"]
    rows.append("六支部,电力,self_reported,1,\n")
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n" + "".join(rows), encoding="utf-8"
    )

    call_command(
        "trial",
        "star-branch",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    # The best month carries no flag: that is for the quarter.
    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.base,part.service,part.integrity,part.performance,"
        "part.innovation,rank,tier,star,band,veto,consequences\n"
        "一支部,电力,yes,100.00,100.00,100.00,100.00,100.00,100.00,1,,5,五星,,\n"
        "六支部,电力,yes,88.00,100.00,100.00,100.00,0.00,100.00,2,,4,四星,,\n"
        "二支部,电力,yes,80.00,100.00,0.00,100.00,100.00,100.00,3,,4,四星,,\n"
        "三支部,电力,yes,60.00,0.00,100.00,100.00,100.00,100.00,4,,2,二星,,通报;限期整改\n"
        "四支部,电力,yes,40.00,0.00,100.00,100.00,0.00,0.00,5,,1,一星,,"
        "通报;限期整改;软弱涣散党组织集中整顿\n"
        "五支部,电力,yes,92.00,100.00,100.00,100.00,100.00,0.00,,,,,不予评星,\n"
    )
