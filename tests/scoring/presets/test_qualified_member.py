"""合格党员记实: a hundred points, sixty divides, and what follows below the lines."""

from collections import Counter
from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from members.rules.status import ExemptionReason
from scoring.rules import rating, reading, soundness, writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "qualified-member.toml").read_text(encoding="utf-8"))
WARNING = "预警谈话"
DISPOSAL = "不合格处置建议（“2+1”帮教一年）"


def member(name, written="", **more):
    """A member with facts written as "code=quantity"."""
    pairs = [pair.split("=") for pair in written.split()]
    return SubjectFacts(name, "RURAL", {code: Fact(D(n)) for code, n in pairs}, **more)


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME


def test_eleven_kinds_of_deduction_and_six_aspects_make_a_hundred():
    daily, evaluation = SCHEME.parts

    assert (SCHEME.target, SCHEME.period) == ("member", "half-year")
    assert [(part.title, part.full, part.weight) for part in SCHEME.parts] == [
        ("日常表现记实", 70, 1),
        ("民主评议", 30, 1),
    ]
    assert (len(daily.items), sum(item.full for item in daily.items)) == (11, 70)
    assert Counter(item.rule for item in daily.items) == {"deduct": 11}
    assert [(item.title, item.full) for item in evaluation.items] == [
        (title, 5)
        for title in ("理想信念", "宗旨观念", "组织纪律", "工作作风", "廉洁自律", "道德行为")
    ]


@pytest.mark.parametrize(
    ("code", "quantity", "left"),
    [
        ("discipline", "1", "5"), ("discipline", "2", "0"), ("discipline", "3", "0"),
        ("law", "1", "0"), ("law", "2", "0"),
        ("complaints", "1", "3"), ("complaints", "2", "0"), ("complaints", "3", "0"),
        ("meetings", "3", "2"), ("meetings", "4", "0"), ("meetings", "5", "0"),
        ("dues", "5", "1"), ("dues", "6", "0"), ("dues", "7", "0"),
        ("tasks", "1", "3"), ("tasks", "2", "0"), ("tasks", "3", "0"),
        ("pledges", "2", "2"), ("pledges", "3", "0"), ("pledges", "4", "0"),
        ("ethics", "1", "3"), ("ethics", "2", "0"), ("ethics", "3", "0"),
        ("decisions", "1", "2"), ("decisions", "2", "0"), ("decisions", "3", "0"),
        ("service", "1", "2"), ("service", "2", "0"), ("service", "3", "0"),
        ("reporting", "1", "2"), ("reporting", "2", "0"), ("reporting", "3", "0"),
        ("belief", "4", "1"), ("belief", "5", "0"), ("belief", "6", "0"),
        ("purpose", "4.5", "0.5"), ("organization", "5", "0"), ("work_style", "1", "4"),
        ("integrity", "2", "3"), ("morals", "0", "5"),
    ],
)  # fmt: skip
def test_what_each_item_takes(code, quantity, left):
    [result] = rating.rate(SCHEME, [member("甲", f"{code}={quantity}")])
    item = next(item for item in SCHEME.items if item.code == code)

    assert {line.item.code: line.points for line in result.points.lines}[code] == D(left)
    assert result.total == 100 - item.full + D(left)


def test_absences_without_cause_are_counted_from_the_records():
    assert [(item.code, item.fact) for item in SCHEME.items if item.fact] == [
        ("meetings", "absent_without_cause")
    ]


def test_at_midyear_without_an_evaluation_nobody_loses_for_it():
    [result] = rating.rate(SCHEME, [member("甲", "law=1 meetings=4 dues=6 tasks=2")])

    assert result.parts == {"daily": D(40), "evaluation": D(30)}
    assert (result.total, result.band) == (D(70), "合格")
    assert result.points.missing == ()


# 68 of a hundred are left by all that is taken for the following, before the aspects.
TAKEN = "law=1 meetings=4 dues=6 tasks=2 pledges=1"


@pytest.mark.parametrize(
    ("more", "total", "band", "proposals"),
    [
        ("", "68.00", "合格", (WARNING,)),
        ("belief=5 purpose=3", "60.00", "合格", (WARNING,)),
        ("belief=5 purpose=2.99", "60.01", "合格", (WARNING,)),
        ("belief=5 purpose=3.01", "59.99", "不合格", (DISPOSAL,)),
        ("belief=5 purpose=5", "58.00", "不合格", (DISPOSAL,)),
    ],
)
def test_sixty_divides(more, total, band, proposals):
    [result] = rating.rate(SCHEME, [member("甲", f"{TAKEN} {more}")])

    assert (result.total, result.band, result.consequences) == (D(total), band, proposals)


@pytest.mark.parametrize(
    ("written", "total", "proposals"),
    [
        ("", "100.00", ()),
        ("law=1 meetings=4 dues=6 tasks=1 service=1 belief=0.99", "70.01", ()),
        ("law=1 meetings=4 dues=6 tasks=1 service=1 belief=1", "70.00", ()),
        ("law=1 meetings=4 dues=6 tasks=1 service=1 belief=1.01", "69.99", (WARNING,)),
    ],
)
def test_the_warning_line(written, total, proposals):
    [result] = rating.rate(SCHEME, [member("甲", written)])

    assert (result.total, result.band, result.consequences) == (D(total), "合格", proposals)


def test_a_year_of_help_and_thirty_days_for_the_talk():
    assert [(one.title, one.kind, one.days, one.span) for one in SCHEME.consequences] == [
        (WARNING, "warn", 30, 1),
        (DISPOSAL, "unqualified", 365, 1),
    ]


def test_published_for_seven_days():
    procedure = SCHEME.procedure

    assert (procedure.comments, procedure.publicity, procedure.answers) == (3, 7, 5)


def test_every_reason_of_the_product_exempts():
    assert SCHEME.outcome.exempt == tuple(ExemptionReason)


@pytest.mark.parametrize(("why", "rated"), [("ill", False), ("away", False), (None, True)])
def test_the_exempt_are_not_rated(why, rated):
    [result] = rating.rate(SCHEME, [member("甲", f"{TAKEN} belief=5 purpose=5", exempt=why)])

    assert (result.rated, result.band) == (rated, "不合格" if rated else None)
    assert result.consequences == ((DISPOSAL,) if rated else ())


FACTS = """\
subject,group,item,quantity,base
甲,RURAL,meetings,0,
乙,RURAL,meetings,2,
乙,RURAL,service,1,
乙,RURAL,belief,1.5,
丙,RURAL,law,1,
丙,RURAL,meetings,4,
丙,RURAL,dues,6,
丙,RURAL,tasks,1,
丙,RURAL,service,1,
丙,RURAL,belief,1,
丁,RURAL,law,1,
丁,RURAL,meetings,4,
丁,RURAL,dues,6,
丁,RURAL,tasks,2,
丁,RURAL,purpose,5,
丁,RURAL,morals,5,
戊,RURAL,law,1,
戊,RURAL,discipline,2,
戊,RURAL,meetings,4,
戊,RURAL,dues,6,
戊,RURAL,complaints,2,
戊,RURAL,integrity,0.01,
己,RURAL,exempt,away,
"""
RESULT = """\
subject,group,rated,total,part.daily,part.evaluation,rank,tier,star,band,veto,consequences
甲,RURAL,yes,100.00,70.00,30.00,1,,,合格,,
乙,RURAL,yes,92.50,64.00,28.50,2,,,合格,,
丙,RURAL,yes,70.00,41.00,29.00,3,,,合格,,
丁,RURAL,yes,60.00,40.00,20.00,4,,,合格,,预警谈话
戊,RURAL,yes,59.99,30.00,29.99,5,,,不合格,,不合格处置建议（“2+1”帮教一年）
己,RURAL,no,,,,,,,,,
"""


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")

    call_command(
        "trial",
        "qualified-member",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == RESULT
