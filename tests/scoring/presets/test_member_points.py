"""党员积分（加分、扣分、一票否决）: a hundred points a quarter, by type of branch."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from branches.rules.tree import OrganizationType
from scoring.rules import rating, reading, rollups, soundness, writing
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.rating import PastResult, SubjectFacts
from scoring.rules.scheme import Procedure, Rollup

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "member-points.toml").read_text(encoding="utf-8"))
ELIGIBLE, BARRED, TALK = "具备评先资格", "取消评先资格", "谈心谈话、制定改进措施"
REVIEWED = "提交民主评议重点评议"
LOW = (BARRED, TALK)
POSTS = {
    "ENTERPRISE_FRONT": "post_front",
    "ENTERPRISE_SURFACE": "post_surface",
    "ENTERPRISE_OFFICE": "post_office",
}


def facts(written):
    """Facts by item code, written as "code=quantity code=quantity/base"."""
    found = {}
    for pair in written.split():
        code, _, amount = pair.partition("=")
        quantity, _, base = amount.partition("/")
        found[code] = Fact(D(quantity), D(base) if base else None)
    return found


def rated(written, history=(), **more):
    subject = SubjectFacts("甲", "ENTERPRISE_FRONT", facts(written), **more)
    return rating.rate(SCHEME, [subject], history)[0]


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("member", "quarter", "type")
    assert SCHEME.procedure == Procedure(publicity=5)


def test_what_is_proposed_and_by_when():
    assert [(one.title, one.kind, one.days, one.periods) for one in SCHEME.consequences] == [
        (ELIGIBLE, "honour", None, 1),
        (BARRED, "bar", None, 1),
        (TALK, "talk", 15, 1),
        (REVIEWED, "warn", None, 2),
    ]


@pytest.mark.parametrize("group", OrganizationType)
def test_each_type_has_one_post_of_its_own_and_can_reach_a_hundred(group):
    own = [item for item in SCHEME.items if item.applies_to(group)]
    full = {item.code: Fact(D(99)) for item in own if item.rule == "each"}

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", group, full)])

    assert [item.code for item in own if item.types] == [POSTS.get(group, "post_other")]
    assert result.parts == {"life": D(30), "deductions": D(40), "additions": D(30)}


@pytest.mark.parametrize(
    ("found", "life", "deductions", "additions"),
    [
        ("", 30, 40, 0),
        ("attendance=3/4", "22.5", 40, 0),
        ("absent=1", 30, 35, 0),
        ("absent=3", 30, 25, 0),
        ("absent=4", 30, 25, 0),
        ("dues_late=3", 30, 34, 0),
        ("dues_late=4", 30, 34, 0),
        ("tasks_undone=3", 30, 31, 0),
        ("tasks_undone=4", 30, 31, 0),
        ("violations=2", 30, 30, 0),
        ("violations=3", 30, 30, 0),
        ("lectures_given=2", 30, 40, 6),
        ("lectures_given=3", 30, 40, 6),
        ("service=6.5", 30, 40, 6),
        ("ideas=1", 30, 40, 3),
        ("ideas=3", 30, 40, 6),
        ("post_front=6", 30, 40, 12),
        ("post_front=7", 30, 40, 12),
        ("attendance=0/4 absent=9 dues_late=9 tasks_undone=9 violations=9", 0, 0, 0),
    ],
)
def test_points(found, life, deductions, additions):
    result = rated(found)

    assert result.parts == {
        "life": D(life),
        "deductions": D(deductions),
        "additions": D(additions),
    }


@pytest.mark.parametrize(
    ("found", "total", "band", "proposals"),
    [
        ("lectures_given=2 service=6 post_front=4", "90", "优秀", (ELIGIBLE,)),
        ("lectures_given=2 service=5.99 post_front=4", "89.99", "良好", ()),
        ("lectures_given=2 service=4", "80", "良好", ()),
        ("lectures_given=2 service=3.99", "79.99", "合格", ()),
        ("violations=2", "60", "合格", ()),
        ("violations=2 attendance=2999/3000", "59.99", "待提高", LOW),
    ],
)
def test_grades(found, total, band, proposals):
    result = rated(found)

    assert (result.total, result.band, result.consequences) == (D(total), band, proposals)


@pytest.mark.parametrize(
    ("before", "proposals"),
    [
        ([], LOW),
        (["60"], LOW),
        (["59.99"], (*LOW, REVIEWED)),
        (["59.99", "60"], LOW),
        (["59.99", None], LOW),
    ],
)
def test_below_sixty_twice_running(before, proposals):
    history = [
        PastResult("甲", f"2025Q{n}", Standing(D(total)))
        for n, total in enumerate(before, start=1)
        if total
    ]
    history += [PastResult("乙", f"2025Q{n}", Standing(D(80))) for n in range(1, len(before) + 1)]

    assert rated("violations=2 absent=1", history).consequences == proposals


@pytest.mark.parametrize(
    "code", ["political_discipline", "disciplined", "crime", "accident_liable"]
)
def test_a_veto_leaves_no_grade_and_no_eligibility(code):
    result = rated("lectures_given=2 service=6 post_front=6", flags=frozenset({code}))

    assert (result.total, result.band, result.rank) == (D(94), None, None)
    assert (result.veto, result.consequences) == ("一票否决，取消评先资格", ())


@pytest.mark.parametrize("reason", ["ill", "away"])
def test_the_ill_and_the_away_are_not_rated(reason):
    assert rated("violations=2", exempt=reason).rated is False


@pytest.mark.parametrize(
    ("quarters", "year"),
    [
        (("90", "80", "70", "60"), "75.00"),
        (("90", "90", "90", "90.02"), "90.01"),
        (("90", "80", None, "60"), None),
    ],
)
def test_the_year_is_the_mean_of_its_quarters(quarters, year):
    assert SCHEME.rollups == (Rollup("quarter", "year"),)

    found = rollups.rolled_up(
        SCHEME.rollups[0], [D(total) if total else None for total in quarters]
    )

    assert found == (D(year) if year else None)


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        "甲,ENTERPRISE_FRONT,attendance,10,10\n甲,ENTERPRISE_FRONT,lectures_given,2,\n"
        "甲,ENTERPRISE_FRONT,service,4,\n甲,ENTERPRISE_FRONT,post_front,6,\n"
        "乙,ENTERPRISE_FRONT,attendance,9,10\n乙,ENTERPRISE_FRONT,ideas,1,\n"
        "丙,ENTERPRISE_FRONT,attendance,4,10\n丙,ENTERPRISE_FRONT,absent,3,\n"
        "丁,ENTERPRISE_FRONT,post_front,6,\n丁,ENTERPRISE_FRONT,service,6,\n"
        "丁,ENTERPRISE_FRONT,ideas,2,\n丁,ENTERPRISE_FRONT,disciplined,1,\n"
        "戊,ENTERPRISE_OFFICE,attendance,8,8\n戊,ENTERPRISE_OFFICE,post_office,4,\n"
        "己,ENTERPRISE_OFFICE,attendance,2,8\n己,ENTERPRISE_OFFICE,violations,1,\n"
        "庚,ENTERPRISE_OFFICE,exempt,away,\n",
        encoding="utf-8",
    )
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom\n"
        "丙,2026Q2,50.00,,,1\n己,2026Q1,50.00,,,1\n己,2026Q2,60.00,,,1\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "member-points",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.life,part.deductions,part.additions,"
        "rank,tier,star,band,veto,consequences\n"
        "甲,ENTERPRISE_FRONT,yes,92.00,30.00,40.00,22.00,1,,,优秀,,具备评先资格\n"
        "乙,ENTERPRISE_FRONT,yes,70.00,27.00,40.00,3.00,2,,,合格,,\n"
        "丙,ENTERPRISE_FRONT,yes,37.00,12.00,25.00,0.00,3,,,待提高,,"
        "取消评先资格;谈心谈话、制定改进措施;提交民主评议重点评议\n"
        "丁,ENTERPRISE_FRONT,yes,94.00,30.00,40.00,24.00,,,,,一票否决，取消评先资格,\n"
        "戊,ENTERPRISE_OFFICE,yes,82.00,30.00,40.00,12.00,1,,,良好,,\n"
        "己,ENTERPRISE_OFFICE,yes,42.50,7.50,35.00,0.00,2,,,待提高,,"
        "取消评先资格;谈心谈话、制定改进措施\n"
        "庚,ENTERPRISE_OFFICE,no,,,,,,,,,,\n"
    )
