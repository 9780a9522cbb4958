"""星级党支部（年度定星）: the year's stars from inspections, report and satisfaction."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME, MONTHS = (
    reading.read((PRESETS / f"{code}.toml").read_text(encoding="utf-8"))
    for code in ("star-year", "star-branch")
)
UNDER_THREE, ONE = ("通报", "限期整改"), ("通报", "限期整改", "软弱涣散党组织集中整顿")
EVENTS = ("criminal_case", "safety_accident", "head_disciplined")


def branch(name="甲", monthly=100, report=100, satisfaction=100, **more):
    given = {"monthly": monthly, "report": report, "satisfaction": satisfaction}
    found = {code: Fact(D(points)) for code, points in given.items() if points is not None}
    return SubjectFacts(name, "国企", found, **more)


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("organization", "year", "type")


def test_three_results_of_a_hundred_make_a_hundred():
    assert [(part.title, part.full, part.weight) for part in SCHEME.parts] == [
        ("平时检查", 100, D("0.60")),
        ("书记述职述廉", 100, D("0.20")),
        ("党员群众满意度", 100, D("0.20")),
    ]
    assert [item.fact for item in SCHEME.items] == ["score.star-branch", None, "satisfaction"]
    assert soundness.references(SCHEME) == (MONTHS.code,)


def test_the_stars_and_the_vetoes_are_those_of_the_months():
    assert SCHEME.outcome.bands == MONTHS.outcome.bands
    assert [(veto.code, veto.title, veto.label) for veto in SCHEME.vetoes] == [
        (veto.code, veto.title, veto.label) for veto in MONTHS.vetoes
    ]


def test_what_is_proposed_and_by_when():
    assert [(one.title, one.kind, one.days) for one in SCHEME.consequences] == [
        ("通报", "notice", 10),
        ("限期整改", "rectify", 90),
        ("软弱涣散党组织集中整顿", "weak-list", 180),
    ]


@pytest.mark.parametrize(
    ("monthly", "report", "satisfaction", "total"),
    [(90, 80, 70, "84.00"), (100, 0, 0, "60.00"), (0, 100, 0, "20.00"), (0, 0, 100, "20.00")],
)
def test_sixty_twenty_twenty(monthly, report, satisfaction, total):
    [result] = rating.rate(SCHEME, [branch("甲", monthly, report, satisfaction)])

    assert result.total == D(total)


@pytest.mark.parametrize(
    ("points", "star", "proposals"),
    [
        ("100", 5, ()),
        ("90", 5, ()),
        ("89.99", 4, ()),
        ("80", 4, ()),
        ("79.99", 3, ()),
        ("70", 3, ()),
        ("69.99", 2, UNDER_THREE),
        ("60", 2, UNDER_THREE),
        ("59.99", 1, ONE),
        ("0", 1, ONE),
    ],
)
def test_one_to_five_stars(points, star, proposals):
    [result] = rating.rate(SCHEME, [branch("甲", points, points, points)])

    assert (result.total, result.star, result.consequences) == (D(points), star, proposals)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("reported", [None, *EVENTS])
def test_each_veto_is_lifted_only_by_its_own_report(event, reported):
    flags = {event} | ({f"{reported}_self_reported"} if reported else set())

    [result] = rating.rate(SCHEME, [branch(flags=frozenset(flags))])

    if event == reported:
        assert (result.star, result.rank, result.veto) == (5, 1, None)
    else:
        assert (result.star, result.rank, result.veto) == (None, None, "不予评星")


def test_what_is_not_there_yet_is_missing_and_lowers_the_total():
    [result] = rating.rate(SCHEME, [branch(satisfaction=None)])

    assert (result.total, result.parts["satisfaction"]) == (D(80), None)
    assert [item.code for item in result.points.missing] == ["satisfaction"]


def test_a_trial_from_file_to_file(tmp_path):
    rows = [("一支部", 95, 92, "97.5"), ("二支部", 85, 80, 78), ("三支部", 72, 68, 65)]
    rows += [("四支部", 58, 50, 55), ("五支部", 96, 90, 90), ("六支部", 88, 90, 90)]
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        + "".join(
            f"{name},电力,monthly,{monthly},\n{name},电力,report,{report},\n"
            f"{name},电力,satisfaction,{satisfaction},\n"
            for name, monthly, report, satisfaction in rows
        )
        + "五支部,电力,safety_accident,1,\n"
        "六支部,电力,head_disciplined,1,\n六支部,电力,head_disciplined_self_reported,1,\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "star-year",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.inspection,part.report,part.satisfaction,"
        "rank,tier,star,band,veto,consequences\n"
        "一支部,电力,yes,94.90,95.00,92.00,97.50,1,,5,五星,,\n"
        "六支部,电力,yes,88.80,88.00,90.00,90.00,2,,4,四星,,\n"
        "二支部,电力,yes,82.60,85.00,80.00,78.00,3,,4,四星,,\n"
        "三支部,电力,yes,69.80,72.00,68.00,65.00,4,,2,二星,,通报;限期整改\n"
        "四支部,电力,yes,55.80,58.00,50.00,55.00,5,,1,一星,,通报;限期整改;软弱涣散党组织集中整顿\n"
        "五支部,电力,yes,93.60,96.00,90.00,90.00,,,,,不予评星,\n"
    )
