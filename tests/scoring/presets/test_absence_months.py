"""无故缺席（按月）: three months running, or six of the latest twelve."""

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
SCHEME = reading.read((PRESETS / "absence-months.toml").read_text(encoding="utf-8"))
RUNNING, IN_TOTAL = "按规定处理建议（连续 3 个月无故缺席）", "按规定处理建议（累计 6 个月无故缺席）"


def proposed(months):
    """The proposals of the last of some months, oldest first.

    Each is the number of absences, or - for a month in which the member was not rated.
    """
    *before, now = months
    history = [
        PastResult("甲", f"{n:02}", Standing(D(100), parts={"absences": D(absences)}))
        for n, absences in enumerate(before)
        if absences != "-"
    ]
    # Somebody else was rated in every month, so the period itself is there.
    history += [PastResult("乙", f"{n:02}", Standing(D(100))) for n in range(len(before))]
    subject = SubjectFacts("甲", "RURAL", {"absences": Fact(D(now))})
    return rating.rate(SCHEME, [subject], history)[0].consequences


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period) == ("member", "month")
    assert [(one.kind, one.days) for one in SCHEME.consequences] == [("other", 30)] * 2


@pytest.mark.parametrize(
    ("months", "proposals"),
    [
        ("1", ()),
        ("11", ()),
        ("111", (RUNNING,)),
        ("231", (RUNNING,)),
        ("1111", (RUNNING,)),
        ("011", ()),
        ("101", ()),
        ("1-11", ()),
        ("1101", ()),
        ("1110", ()),
        ("11-1", ()),
    ],
)
def test_three_months_running(months, proposals):
    assert proposed(months) == proposals


@pytest.mark.parametrize(
    ("months", "proposals"),
    [
        ("1010101001", ()),
        ("10101010101", (IN_TOTAL,)),
        # the sixth month back is the oldest of twelve, then one too old
        ("110101010001", (IN_TOTAL,)),
        ("1101010100001", ()),
        # several absences of one month are one month
        ("5050505", ()),
        # months without a rating break a run, not the sum
        ("11-11-11", (IN_TOTAL,)),
        # not absent this month: nothing new
        ("1010101010100", ()),
        ("10101010111", (RUNNING, IN_TOTAL)),
    ],
)
def test_six_of_twelve_months(months, proposals):
    assert proposed(months) == proposals


@pytest.mark.parametrize("reason", ["ill", "away"])
def test_the_ill_and_the_away_are_not_called_to_account(reason):
    subject = SubjectFacts("甲", "RURAL", {"absences": Fact(D(1))}, exempt=reason)

    [result] = rating.rate(SCHEME, [subject])

    assert (result.rated, result.consequences) == (False, ())


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        "甲,RURAL,attendance,0,1\n甲,RURAL,absences,1,\n"
        "乙,RURAL,attendance,0,1\n乙,RURAL,absences,1,\n"
        "丙,RURAL,attendance,1,3\n丙,RURAL,absences,2,\n"
        "丁,RURAL,attendance,1,1\n"
        "戊,RURAL,exempt,ill,\n",
        encoding="utf-8",
    )
    rows = [("甲", 9, 1), ("甲", 10, 1), ("乙", 9, 0), ("乙", 10, 1), ("丁", 9, 1), ("丁", 10, 1)]
    rows += [("丙", month, month % 2) for month in range(1, 11)]
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom,part.absences\n"
        + "".join(f"{name},2026-{month:02},0,,,,{times}\n" for name, month, times in rows),
        encoding="utf-8",
    )

    call_command(
        "trial",
        "absence-months",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.life,part.absences,rank,tier,star,band,veto,consequences\n"
        "丁,RURAL,yes,100.00,100.00,0.00,1,,,,,\n"
        "丙,RURAL,yes,33.33,33.33,2.00,2,,,,,按规定处理建议（累计 6 个月无故缺席）\n"
        "乙,RURAL,yes,0.00,0.00,1.00,3,,,,,\n"
        "甲,RURAL,yes,0.00,0.00,1.00,3,,,,,按规定处理建议（连续 3 个月无故缺席）\n"
        "戊,RURAL,no,,,,,,,,,\n"
    )
