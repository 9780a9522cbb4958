"""集中学习次数: at least four study sessions a year."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from activities.rules.kinds import ActivityKind
from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "study-sessions.toml").read_text(encoding="utf-8"))
ENOUGH, TOO_FEW, AGAIN = "达到 4 次", "不足 4 次", ("提醒并补学",)


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period) == ("member", "year")
    assert [item.fact for item in SCHEME.items] == [f"attended.{ActivityKind.STUDY.lower()}"]
    assert [(one.kind, one.days) for one in SCHEME.consequences] == [("rectify", 90)]


@pytest.mark.parametrize(
    ("sessions", "total", "band", "proposals"),
    [
        (None, 0, TOO_FEW, AGAIN),
        (0, 0, TOO_FEW, AGAIN),
        (3, 75, TOO_FEW, AGAIN),
        (4, 100, ENOUGH, ()),
        (5, 100, ENOUGH, ()),
    ],
)
def test_at_least_four_a_year(sessions, total, band, proposals):
    found = {} if sessions is None else {"sessions": Fact(D(sessions))}

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "RURAL", found)])

    assert (result.total, result.band, result.consequences) == (D(total), band, proposals)


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        "甲,GOVERNMENT,sessions,4,\n乙,GOVERNMENT,sessions,3,\n丙,GOVERNMENT,sessions,7,\n"
        "丁,COMMUNITY,sessions,0,\n戊,COMMUNITY,exempt,away,\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "study-sessions",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.study,rank,tier,star,band,veto,consequences\n"
        "丁,COMMUNITY,yes,0.00,0.00,1,,,不足 4 次,,提醒并补学\n"
        "戊,COMMUNITY,no,,,,,,,,\n"
        "丙,GOVERNMENT,yes,100.00,100.00,1,,,达到 4 次,,\n"
        "甲,GOVERNMENT,yes,100.00,100.00,1,,,达到 4 次,,\n"
        "乙,GOVERNMENT,yes,75.00,75.00,3,,,不足 4 次,,提醒并补学\n"
    )
