"""书记缺席: two absences in a year."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "secretary-absence.toml").read_text(encoding="utf-8"))


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period) == ("member", "year")
    assert [item.fact for item in SCHEME.items] == ["attendance", "absent_as_secretary"]
    assert [(one.kind, one.days) for one in SCHEME.consequences] == [("talk", 15), ("notice", 15)]


@pytest.mark.parametrize(
    ("absences", "proposals"),
    [(None, ()), (0, ()), (1, ()), (2, ("约谈", "通报")), (3, ("约谈", "通报"))],
)
def test_two_absences_of_a_secretary(absences, proposals):
    found = {} if absences is None else {"absences": Fact(D(absences))}

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "RURAL", found)])

    assert (result.total, result.consequences) == (D(100), proposals)


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        "甲,RURAL,attendance,10,12\n甲,RURAL,absences,2,\n"
        "乙,RURAL,attendance,11,12\n乙,RURAL,absences,1,\n"
        "丙,RURAL,attendance,6,12\n"
        "丁,COMMUNITY,attendance,9,12\n丁,COMMUNITY,absences,3,\n"
        "戊,RURAL,exempt,ill,\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "secretary-absence",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.life,part.absences,rank,tier,star,band,veto,consequences\n"
        "丁,COMMUNITY,yes,75.00,75.00,3.00,1,,,,,约谈;通报\n"
        "乙,RURAL,yes,91.67,91.67,1.00,1,,,,,\n"
        "甲,RURAL,yes,83.33,83.33,2.00,2,,,,,约谈;通报\n"
        "丙,RURAL,yes,50.00,50.00,0.00,3,,,,,\n"
        "戊,RURAL,no,,,,,,,,,\n"
    )
