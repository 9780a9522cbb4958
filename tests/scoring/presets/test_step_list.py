"""清单管理、台阶考核: 38 items in four levels, steps, coefficients and what follows."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.rating import PastResult, SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "step-list.toml").read_text(encoding="utf-8"))
ANALYSIS, COEFFICIENT, TALK = "会上自我剖析", "考核系数按 0.7 执行", "诫勉谈话"
DISMISSED, REMOVED = "免职建议", "撤职建议（须有严重失职）"


def fact(item, points):
    """The fact that gives the item these points."""
    return Fact(points, item.full if item.rule == "share" else None)


def sums(**wanted):
    """Facts by item whose parts give these sums: each item in turn its full, while points last."""
    facts = {}
    for part in SCHEME.parts:
        left = D(wanted.get(part.code, 0))
        for item in part.items:
            points = min(left, item.cap or item.full)
            facts[item.code] = fact(item, points)
            left -= points
    return facts


def branch(name="甲", **wanted):
    return SubjectFacts(name, "ENTERPRISE_FRONT", sums(**wanted))


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period) == ("organization", "quarter")


def test_thirty_eight_items_in_four_levels():
    assert [
        (part.code, len(part.items), part.full, part.weight, part.bonus) for part in SCHEME.parts
    ] == [
        ("key", 10, 45, 1, False),
        ("basic", 12, 55, 1, False),
        ("innovation", 5, 10, 1, False),
        ("own", 11, 11, 0, False),
    ]
    assert [sum(item.cap or item.full for item in part.items) for part in SCHEME.parts] == [
        45, 55, 10, 11,
    ]  # fmt: skip
    assert all(item.standard and item.owner for item in SCHEME.items)


def test_what_is_proposed_and_by_when():
    assert [
        (one.title, one.kind, one.days, one.periods, one.coefficient) for one in SCHEME.consequences
    ] == [
        (ANALYSIS, "other", None, 1, None),
        (COEFFICIENT, "coefficient", None, 1, D("0.7")),
        (TALK, "admonish", 15, 1, None),
        (DISMISSED, "dismiss", 30, 2, None),
        (REMOVED, "dismiss", 30, 3, None),
    ]


@pytest.mark.parametrize(
    ("basic", "innovation", "total", "band", "coefficient", "proposals"),
    [
        (55, 10, "110", "第三台阶", "1.0", ()),
        (45, 0, "90", "第三台阶", "1.0", ()),
        ("44.99", 0, "89.99", "第二台阶", "0.9", ()),
        (35, 0, "80", "第二台阶", "0.9", ()),
        ("34.99", 0, "79.99", "第一台阶", "0.8", ()),
        (25, 0, "70", "第一台阶", "0.8", ()),
        ("24.99", 0, "69.99", "未上台阶", "0.7", (ANALYSIS, COEFFICIENT)),
        (15, 0, "60", "未上台阶", "0.7", (ANALYSIS, COEFFICIENT)),
        ("14.99", 0, "59.99", "未上台阶", "0.7", (ANALYSIS, COEFFICIENT, TALK)),
        (15, 10, "70", "第一台阶", "0.8", ()),
    ],
)
def test_steps_by_the_total(basic, innovation, total, band, coefficient, proposals):
    [result] = rating.rate(SCHEME, [branch(key=45, basic=basic, innovation=innovation)])

    assert (result.total, result.band) == (D(total), band)
    assert (result.coefficient, result.consequences) == (D(coefficient), proposals)


@pytest.mark.parametrize(
    ("key", "band", "coefficient", "proposals"),
    [
        (40, "第三台阶", "1.0", ()),
        ("39.99", "第三台阶", "0.7", (ANALYSIS, COEFFICIENT)),
        (35, "第三台阶", "0.7", (ANALYSIS, COEFFICIENT)),
        ("34.99", "第二台阶", "0.7", (ANALYSIS, COEFFICIENT, TALK)),
    ],
)
def test_the_key_items_decide_whatever_the_total(key, band, coefficient, proposals):
    [result] = rating.rate(SCHEME, [branch(key=key, basic=55)])

    assert (result.band, result.coefficient) == (band, D(coefficient))
    assert result.consequences == proposals


@pytest.mark.parametrize(
    ("before", "proposals"),
    [
        ([], (TALK,)),
        ([("60", "35")], (TALK,)),
        ([("59.99", "45")], (TALK, DISMISSED)),
        ([("90", "34.99")], (TALK, DISMISSED)),
        ([("59.99", "45"), None], (TALK,)),
        ([("59.99", "45"), ("60", "45")], (TALK,)),
        ([("60", "45"), ("59.99", "45")], (TALK, DISMISSED)),
        ([("90", "34.99"), ("59.99", "45")], (TALK, DISMISSED, REMOVED)),
        ([("59", "40"), ("60", "45"), ("59", "40")], (TALK, DISMISSED)),
    ],
)
def test_two_and_three_quarters_running(before, proposals):
    history = [
        PastResult("甲", f"2025Q{n}", Standing(D(past[0]), parts={"key": D(past[1])}))
        for n, past in enumerate(before, start=1)
        if past
    ]
    # Another branch was rated in every quarter, so the quarter itself is there.
    history += [
        PastResult("乙", f"2025Q{n}", Standing(D(90), parts={"key": D(45)}))
        for n in range(1, len(before) + 1)
    ]

    [result] = rating.rate(SCHEME, [branch(key=45, basic="14.99")], history)

    assert result.consequences == (ANALYSIS, COEFFICIENT, *proposals)


@pytest.mark.parametrize(
    ("key", "proposals"),
    [("35", ()), ("34.99", (TALK, DISMISSED, REMOVED))],
)
def test_a_third_quarter_of_few_key_points(key, proposals):
    history = [
        PastResult("甲", f"2025Q{n}", Standing(D(90), parts={"key": D("34.99")})) for n in (1, 2)
    ]

    [result] = rating.rate(SCHEME, [branch(key=key, basic=55)], history)

    assert result.consequences == (ANALYSIS, COEFFICIENT, *proposals)


def test_the_steps_and_their_coefficients():
    assert [(band.label, band.min, band.coefficient) for band in SCHEME.outcome.bands] == [
        ("第三台阶", 90, D("1.0")),
        ("第二台阶", 80, D("0.9")),
        ("第一台阶", 70, D("0.8")),
        ("未上台阶", 0, D("0.7")),
    ]


def test_own_items_are_shown_and_not_counted():
    none, all_ = rating.rate(
        SCHEME, [branch("甲", key=45, basic=45), branch("乙", key=45, basic=45, own=11)]
    )[::-1]

    assert (none.parts["own"], all_.parts["own"]) == (D(0), D(11))
    assert (none.total, all_.total) == (D(90), D(90))


def test_an_innovation_that_was_not_accepted_counts_nothing():
    """Only one of five was declared: it must not be scaled up to the whole part."""
    facts = sums(key=45, basic=55)
    for item in SCHEME.parts[2].items[1:]:
        del facts[item.code]
    facts["new_brand"] = Fact(D(2))

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "ENTERPRISE_FRONT", facts)])

    assert (result.parts["innovation"], result.total) == (D(2), D(102))
    assert result.points.missing == ()


def row(subject, group, code, amount):
    base = "" if amount.base is None else amount.base
    return f"{subject},{group},{code},{amount.quantity},{base}\n"


def test_a_trial_from_file_to_file(tmp_path):
    front, surface = "ENTERPRISE_FRONT", "ENTERPRISE_SURFACE"
    branches = [
        ("采一", front, sums(key=45, basic=55, innovation=10, own=11)),
        ("采二", front, sums(key=41, basic=40, own=5)),
        ("掘一", front, sums(key=38, basic=55)),
        ("掘二", front, sums(key=34, basic=30)),
        ("机电", surface, sums(key=42, basic=17)),
        ("运输", surface, sums(key=40, basic=30)),
    ]
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        + "".join(
            row(name, group, code, amount)
            for name, group, facts in branches
            for code, amount in facts.items()
        ),
        encoding="utf-8",
    )
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom,part.key,band\n"
        "掘二,2026Q1,58.00,,,1,36.00,未上台阶\n"
        "掘二,2026Q2,75.00,,,1,34.50,第一台阶\n"
        "机电,2026Q1,50.00,,,1,40.00,未上台阶\n"
        "机电,2026Q2,72.00,,,1,41.00,第一台阶\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "step-list",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.key,part.basic,part.innovation,part.own,"
        "rank,tier,star,band,veto,consequences\n"
        "采一,ENTERPRISE_FRONT,yes,110.00,45.00,55.00,10.00,11.00,1,,,第三台阶,,\n"
        "掘一,ENTERPRISE_FRONT,yes,93.00,38.00,55.00,0.00,0.00,2,,,第三台阶,,"
        "会上自我剖析;考核系数按 0.7 执行\n"
        "采二,ENTERPRISE_FRONT,yes,81.00,41.00,40.00,0.00,5.00,3,,,第二台阶,,\n"
        "掘二,ENTERPRISE_FRONT,yes,64.00,34.00,30.00,0.00,0.00,4,,,未上台阶,,"
        "会上自我剖析;考核系数按 0.7 执行;诫勉谈话;免职建议;撤职建议（须有严重失职）\n"
        "运输,ENTERPRISE_SURFACE,yes,70.00,40.00,30.00,0.00,0.00,1,,,第一台阶,,\n"
        "机电,ENTERPRISE_SURFACE,yes,59.00,42.00,17.00,0.00,0.00,2,,,未上台阶,,"
        "会上自我剖析;考核系数按 0.7 执行;诫勉谈话\n"
    )
