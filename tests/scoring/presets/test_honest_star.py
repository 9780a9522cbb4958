"""诚信星级: five aspects, sixteen standards, one to three stars, and what takes a star."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "honest-star.toml").read_text(encoding="utf-8"))
BREACHES = [item.code for item in SCHEME.items if item.rule == "each"]


def shop(name="甲", lost="0", breaches=(), **more):
    """One with full marks but for ``lost`` points, from the first standard on, and breaches."""
    facts, left = {}, D(lost)
    for item in SCHEME.items:
        if item.rule == "mark":
            taken = min(left, item.full)
            facts[item.code] = Fact(item.full - taken)
            left -= taken
    facts |= {code: Fact(D(1)) for code in breaches}
    return SubjectFacts(name, "PRIVATE", facts, **more)


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME


def test_five_aspects_and_sixteen_standards_make_a_hundred():
    assert (SCHEME.target, SCHEME.period, len(SCHEME.items)) == ("organization", "year", 16)
    assert [(part.title, len(part.items), part.full) for part in SCHEME.parts] == [
        ("服务", 3, 20),
        ("信用", 4, 20),
        ("经营", 3, 20),
        ("安全", 3, 20),
        ("守法", 3, 20),
    ]
    assert [sum(item.full or 0 for item in part.items) for part in SCHEME.parts] == [20] * 5
    assert [f"{part.code}_breach" for part in SCHEME.parts] == BREACHES


@pytest.mark.parametrize(
    ("lost", "total", "star", "band"),
    [
        ("0", "100.00", 3, "三星"),
        ("5", "95.00", 3, "三星"),
        ("5.01", "94.99", 2, "二星"),
        ("15", "85.00", 2, "二星"),
        ("15.01", "84.99", 1, "一星"),
        ("25", "75.00", 1, "一星"),
        ("25.01", "74.99", None, None),
        ("50", "50.00", None, None),
    ],
)
def test_one_to_three_stars(lost, total, star, band):
    [result] = rating.rate(SCHEME, [shop(lost=lost)])

    assert (result.total, result.star, result.band) == (D(total), star, band)


@pytest.mark.parametrize("breach", BREACHES)
@pytest.mark.parametrize(
    ("lost", "before", "after"),
    [
        ("0", 3, 2),
        ("5", 3, 2),
        ("5.01", 2, 1),
        ("15", 2, 1),
        ("15.01", 1, None),
        ("25", 1, None),
    ],
)
def test_a_breach_lowers_by_exactly_one_star(breach, lost, before, after):
    kept, broken = (
        rating.rate(SCHEME, [shop(lost=lost, breaches=breaches)])[0] for breaches in ((), (breach,))
    )

    assert (kept.star, broken.star) == (before, after)
    assert kept.total - broken.total == 10


@pytest.mark.parametrize(
    ("number", "total", "star"), [(1, "90", 2), (2, "80", 1), (3, "70", None), (5, "50", None)]
)
def test_breaches_of_several_aspects_add_up(number, total, star):
    [result] = rating.rate(SCHEME, [shop(breaches=BREACHES[:number])])

    assert (result.total, result.star) == (D(total), star)


@pytest.mark.parametrize("breach", BREACHES)
@pytest.mark.parametrize(
    ("times", "total", "star"), [(0, 100, 3), (1, 90, 2), (2, 80, 1), (3, 70, None)]
)
def test_every_breach_of_an_aspect_lowers_again(breach, times, total, star):
    facts = shop().facts | {breach: Fact(D(times))}

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "PRIVATE", facts)])

    assert (result.total, result.star) == (total, star)


def test_a_breach_lowers_even_where_the_aspect_has_no_points_left():
    [result] = rating.rate(SCHEME, [shop(lost="20", breaches=["service_breach"])])

    assert (result.parts["service"], result.total, result.star) == (D(-10), D(70), None)


def test_who_was_not_inspected_has_no_star():
    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "PRIVATE")])

    assert (result.total, result.star) == (D(0), None)
    assert len(result.points.missing) == 11


def test_a_veto_removes_the_star_and_the_place():
    found = rating.rate(SCHEME, [shop("甲", flags=frozenset({"dishonest"})), shop("乙", "10")])

    assert [(one.subject, one.total, one.rank, one.star, one.band, one.veto) for one in found] == [
        ("乙", D(90), 1, 2, "二星", None),
        ("甲", D(100), None, None, None, "失信"),
    ]


def test_nothing_lifts_the_veto():
    assert [(veto.code, veto.label, veto.unless) for veto in SCHEME.vetoes] == [
        ("dishonest", "失信", None)
    ]


RESULT = """\
subject,group,rated,total,part.service,part.credit,part.business,part.safety,part.law,\
rank,tier,star,band,veto,consequences
甲,PRIVATE,yes,100.00,20.00,20.00,20.00,20.00,20.00,1,,3,三星,,
乙,PRIVATE,yes,94.99,14.99,20.00,20.00,20.00,20.00,2,,2,二星,,
丙,PRIVATE,yes,90.00,20.00,10.00,20.00,20.00,20.00,3,,2,二星,,
丁,PRIVATE,yes,75.00,5.00,10.00,20.00,20.00,20.00,4,,1,一星,,
戊,PRIVATE,yes,70.00,10.00,20.00,20.00,10.00,10.00,5,,,,,
己,PRIVATE,yes,100.00,20.00,20.00,20.00,20.00,20.00,,,,,失信,
"""


def test_a_trial_from_file_to_file(tmp_path):
    shops = [
        shop("甲"),
        shop("乙", "5.01"),
        shop("丙", breaches=["credit_breach"]),
        shop("丁", "15", ["credit_breach"]),
        shop("戊", breaches=["service_breach", "safety_breach", "law_breach"]),
        shop("己"),
    ]
    rows = [
        f"{entry.subject},{entry.group},{code},{found.quantity},\n"
        for entry in shops
        for code, found in entry.facts.items()
    ]
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n" + "".join(rows) + "己,PRIVATE,dishonest,1,\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "honest-star",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == RESULT
