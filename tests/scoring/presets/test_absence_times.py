"""无故缺席（按次）: three times in a year, three times running."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "absence-times.toml").read_text(encoding="utf-8"))
TALK, HANDLED = "书记诫勉谈话", "组织处理建议（连续 3 次无故缺席）"


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period) == ("member", "year")
    assert [item.fact for item in SCHEME.items] == [
        "attendance", "absent_without_cause", "absent_running",
    ]  # fmt: skip
    assert [(one.kind, one.days) for one in SCHEME.consequences] == [
        ("admonish", 15),
        ("other", 30),
    ]


@pytest.mark.parametrize(
    ("absences", "running", "proposals"),
    [
        (0, 0, ()),
        (2, 2, ()),
        (3, 1, (TALK,)),
        (3, 2, (TALK,)),
        (3, 3, (TALK, HANDLED)),
        (4, 2, (TALK,)),
        (9, 4, (TALK, HANDLED)),
        # a run begun last year: three running, only two of them this year
        (2, 3, (HANDLED,)),
    ],
)
def test_three_times_and_three_running(absences, running, proposals):
    found = {"absences": Fact(D(absences)), "running": Fact(D(running))}

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "RURAL", found)])

    assert result.parts == {"life": D(100), "absences": D(absences), "running": D(running)}
    assert (result.total, result.consequences) == (D(100), proposals)


@pytest.mark.parametrize("reason", ["ill", "away"])
def test_the_ill_and_the_away_are_not_called_to_account(reason):
    subject = SubjectFacts("甲", "RURAL", {"absences": Fact(D(9))}, exempt=reason)

    [result] = rating.rate(SCHEME, [subject])

    assert (result.rated, result.consequences) == (False, ())


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        "甲,RURAL,attendance,9,12\n甲,RURAL,absences,3,\n甲,RURAL,running,3,\n"
        "乙,RURAL,attendance,9,12\n乙,RURAL,absences,3,\n乙,RURAL,running,1,\n"
        "丙,RURAL,attendance,10,12\n丙,RURAL,absences,2,\n丙,RURAL,running,2,\n"
        "丁,RURAL,attendance,12,12\n"
        "戊,RURAL,exempt,away,\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "absence-times",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.life,part.absences,part.running,"
        "rank,tier,star,band,veto,consequences\n"
        "丁,RURAL,yes,100.00,100.00,0.00,0.00,1,,,,,\n"
        "丙,RURAL,yes,83.33,83.33,2.00,2.00,2,,,,,\n"
        "乙,RURAL,yes,75.00,75.00,3.00,1.00,3,,,,,书记诫勉谈话\n"
        "甲,RURAL,yes,75.00,75.00,3.00,3.00,3,,,,,"
        "书记诫勉谈话;组织处理建议（连续 3 次无故缺席）\n"
        "戊,RURAL,no,,,,,,,,,,\n"
    )
