"""支书大比武（月度排名）: the contest's domains and items, every month, places only."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME, CONTEST = (
    reading.read((PRESETS / f"{code}.toml").read_text(encoding="utf-8"))
    for code in ("secretary-ranking", "secretary-contest")
)


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("organization", "month", "all")


def test_the_items_are_those_of_the_contest():
    assert [part.title for part in SCHEME.parts] == ["党的建设", "经济发展", "美丽乡村", "社会稳定"]
    assert SCHEME.parts == CONTEST.parts


def test_a_month_has_places_and_nothing_else():
    villages = [
        SubjectFacts(name, "县", {"economy_income": Fact(D(points))})
        for name, points in (("甲", 4), ("乙", 8), ("丙", 4), ("丁", 2))
    ]

    found = rating.rate(SCHEME, villages)

    assert [(one.subject, one.rank, one.rank_from_bottom) for one in found] == [
        ("乙", 1, 4), ("丙", 2, 2), ("甲", 2, 2), ("丁", 4, 1),
    ]  # fmt: skip
    assert [one.consequences for one in found] == [()] * 4


@pytest.mark.parametrize(
    ("held", "due", "points"), [(0, 1, 0), (1, 2, 15), (1, 1, 30), (2, 1, 30), (0, 0, 30)]
)
def test_meetings_held_of_those_due(held, due, points):
    """The other items of the domain are not marked yet: what is present is scaled to 30."""
    meetings = {item.code: Fact(D(held), D(due)) for item in SCHEME.parts[0].items if item.fact}

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "县", meetings)])

    assert result.parts["party"] == D(points)


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        "甲村,县,theme_day_held,1,1\n甲村,县,committee_held,1,1\n"
        "甲村,县,economy_income,6,\n甲村,县,village_clean,4,\n甲村,县,stability_safety,4,\n"
        "乙村,县,theme_day_held,0,1\n乙村,县,committee_held,1,1\n"
        "乙村,县,economy_income,8,\n乙村,县,village_clean,5,\n乙村,县,stability_safety,3,\n"
        "丙村,县,economy_income,3,\n丙村,县,village_clean,2.5,\n丙村,县,stability_safety,2,\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "secretary-ranking",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.party,part.economy,part.village,part.stability,"
        "rank,tier,star,band,veto,consequences\n"
        "甲村,县,yes,88.50,30.00,22.50,16.00,20.00,1,,,,,\n"
        "乙村,县,yes,87.50,22.50,30.00,20.00,15.00,2,,,,,\n"
        "丙村,县,yes,61.25,30.00,11.25,10.00,10.00,3,,,,,\n"
    )
