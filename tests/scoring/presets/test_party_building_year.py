"""党建年度考核: ninety points of marks, and the two indices together ten per cent."""

from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "party-building-year.toml").read_text(encoding="utf-8"))
INDICES = ("loyalty_index", "duty_index")


def branch(name, share="1", loyalty=None, duty=None):
    """A branch with every mark at ``share`` of its full, and its two indices."""
    facts = {item.code: Fact(item.full * D(share)) for item in SCHEME.items if item.fact is None}
    for code, index in zip(INDICES, (loyalty, duty), strict=True):
        if index is not None:
            facts[code] = Fact(D(index))
    return SubjectFacts(name, "RURAL", facts)


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME


def test_ninety_of_marks_and_ten_of_the_indices():
    assert (SCHEME.target, SCHEME.period) == ("organization", "year")
    assert [(part.title, part.full * part.weight) for part in SCHEME.parts] == [
        ("组织设置", 15),
        ("组织生活", 25),
        ("党员队伍管理", 20),
        ("组织保障", 15),
        ("四个清单", 15),
        ("忠诚指数", 5),
        ("担当指数", 5),
    ]
    assert [sum(item.full for item in part.items) for part in SCHEME.parts] == [
        part.full for part in SCHEME.parts
    ]
    assert [(item.code, item.rule, item.fact) for item in SCHEME.items if item.fact] == [
        ("loyalty_index", "mark", "score.loyalty-organizations"),
        ("duty_index", "mark", "score.duty-organizations"),
    ]
    assert {item.rule for item in SCHEME.items} == {"mark"}


@pytest.mark.parametrize(
    ("share", "loyalty", "duty", "total"),
    [
        ("1", "100", "100", "100.00"),
        ("1", "0", "0", "90.00"),
        ("0", "100", "100", "10.00"),
        ("0", "100", "0", "5.00"),
        ("0", "0", "100", "5.00"),
        ("0.8", "90", "70", "80.00"),  # 72 + 4.5 + 3.5
        ("1", "100.01", "100", "100.00"),  # a mark is clipped to its full
        ("0", "99.90", "0", "5.00"),  # 4.995
        ("0", "99.89", "0", "4.99"),  # 4.9945
    ],
)
def test_each_index_weighs_five_per_cent(share, loyalty, duty, total):
    [result] = rating.rate(SCHEME, [branch("甲", share, loyalty, duty)])

    assert result.total == D(total)


@pytest.mark.parametrize(
    ("loyalty", "duty", "parts", "total"),
    [
        (None, None, (None, None), "90.00"),
        ("80", None, (D(80), None), "94.00"),
        (None, "80", (None, D(80)), "94.00"),
    ],
)
def test_an_index_that_was_not_rated_is_left_out_and_named(loyalty, duty, parts, total):
    [result] = rating.rate(SCHEME, [branch("甲", "1", loyalty, duty)])

    assert (result.parts["loyalty"], result.parts["duty"]) == parts
    assert result.total == D(total)
    assert [item.code for item in result.points.missing] == [
        code for code, part in zip(INDICES, parts, strict=True) if part is None
    ]


def test_it_uses_the_two_indices_and_nobody_in_a_circle():
    used = soundness.references(SCHEME)

    assert used == ("loyalty-organizations", "duty-organizations")
    others = {
        code: soundness.references(
            reading.read((PRESETS / f"{code}.toml").read_text(encoding="utf-8"))
        )
        for code in used
    }
    assert soundness.cycle({SCHEME.code: used, **others}) is None


def facts_text(subjects):
    """The subjects' facts as the text of a facts file."""
    rows = [
        f"{entry.subject},{entry.group},{code},{found.quantity},{found.base or ''}\n"
        for entry in subjects
        for code, found in entry.facts.items()
    ]
    return "subject,group,item,quantity,base\n" + "".join(rows)


def test_a_trial_from_file_to_file(tmp_path):
    branches = [
        branch("甲", "0.9", "95.50", "88.40"),
        branch("乙", "1", "80", "80"),
        branch("丙", "0.8"),
    ]
    (tmp_path / "facts.csv").write_text(facts_text(branches), encoding="utf-8")

    call_command(
        "trial",
        "party-building-year",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.setting,part.life,part.members,part.support,part.lists,"
        "part.loyalty,part.duty,rank,tier,star,band,veto,consequences\n"
        "乙,RURAL,yes,98.00,15.00,25.00,20.00,15.00,15.00,80.00,80.00,1,,,,,\n"
        "甲,RURAL,yes,90.20,13.50,22.50,18.00,13.50,13.50,95.50,88.40,2,,,,,\n"
        "丙,RURAL,yes,72.00,12.00,20.00,16.00,12.00,12.00,,,3,,,,,\n"
    )
