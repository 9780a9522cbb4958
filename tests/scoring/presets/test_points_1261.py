"""党员积分（1261 定档）: the months of a member, the four grades and what follows."""

from collections import Counter
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
MEMBERS = reading.read((PRESETS / "points-1261.toml").read_text(encoding="utf-8"))


def facts(written):
    """Facts by item code, written as "code=quantity code=quantity/base"."""
    found = {}
    for pair in written.split():
        code, _, amount = pair.partition("=")
        quantity, _, base = amount.partition("/")
        found[code] = Fact(D(quantity), D(base) if base else None)
    return found


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(MEMBERS) == []
    assert reading.read(writing.write(MEMBERS)) == MEMBERS


def test_what_is_proposed_and_by_when():
    assert [(one.title, one.kind, one.days, one.periods) for one in MEMBERS.consequences] == [
        ("谈心谈话、制定提高措施", "talk", 15, 1),
        ("不合格党员建议（连续两期需提高）", "unqualified", 30, 2),
        ("不合格党员建议（低于 60 分）", "unqualified", 30, 1),
    ]


@pytest.mark.parametrize(
    ("found", "common", "specific"),
    [
        # everything done: 80 + 20
        (
            "attendance=5/5 theme_day=1 lecture=1 assembly=1 group_meeting=1 service=3 "
            "lectures_given=1 duties=3 pledges=2 ideas=1",
            "80.00",
            "20.00",
        ),
        # an ordinary month: no lecture, a late leave, two duties, one promise
        (
            "attendance=3/4 theme_day=1 group_meeting=1 service=2 duties=2 pledges=1",
            "71.00",
            "7.00",
        ),
        # nothing due, nothing done
        ("", "68.00", "0.00"),
        # two absences without cause
        ("daily=2 attendance=2/4 group_meeting=1", "52.00", "0.00"),
    ],
)
def test_points_of_a_member(found, common, specific):
    [result] = rating.rate(MEMBERS, [SubjectFacts("甲", "国企", facts(found))])

    assert result.parts == {"common": D(common), "specific": D(specific)}
    assert result.total == D(common) + D(specific)


def members(count, tied=1):
    """Members from best to last, 0.12 points apart and all above 60; the first ``tied`` equal."""
    steps = [min(n, max(0, n - tied + 1)) for n in range(count)]
    return [
        SubjectFacts(f"{n:02}", "国企", facts(f"attendance={100 - step}/100"))
        for n, step in enumerate(steps)
    ]


BEST, GOOD, PLAIN, LAST, UNFIT = "优秀党员", "先锋党员", "合格党员", "需提高党员", "不合格党员"


def test_1261_of_twenty_three():
    found = [result.tier for result in rating.rate(MEMBERS, members(23))]

    assert found == [BEST] * 2 + [GOOD] * 4 + [PLAIN] * 15 + [LAST] * 2


def test_1261_of_ten_with_the_two_best_tied():
    found = [(result.rank, result.tier) for result in rating.rate(MEMBERS, members(10, tied=2))]

    assert found[:3] == [(1, GOOD), (1, GOOD), (3, GOOD)]
    assert found[3:] == [(n, PLAIN) for n in range(4, 10)] + [(10, LAST)]


def test_the_ill_and_the_away_are_neither_rated_nor_counted():
    exempt = [SubjectFacts(f"免{n}", "国企", exempt=why) for n, why in enumerate(["ill", "away"])]

    found = rating.rate(MEMBERS, [*members(9), *exempt])

    assert Counter(result.tier for result in found) == {GOOD: 2, PLAIN: 7, None: 2}


@pytest.mark.parametrize(
    ("absences", "total", "tier", "proposals"),
    [
        (1, "62", PLAIN, ()),
        (2, "56", UNFIT, ("不合格党员建议（低于 60 分）",)),
    ],
)
def test_below_sixty_is_unfit_at_once(absences, total, tier, proposals):
    [result] = rating.rate(MEMBERS, [SubjectFacts("甲", "国企", facts(f"daily={absences}"))])

    assert (result.total, result.tier, result.consequences) == (D(total), tier, proposals)


@pytest.mark.parametrize(
    ("before", "proposals"),
    [
        (None, ("谈心谈话、制定提高措施",)),
        (PLAIN, ("谈心谈话、制定提高措施",)),
        (LAST, ("谈心谈话、制定提高措施", "不合格党员建议（连续两期需提高）")),
    ],
)
def test_lowest_tier_twice_running(before, proposals):
    subjects = members(10)
    history = [PastResult("09", "2026-01", Standing(tier=before))] if before else []

    last = rating.rate(MEMBERS, subjects, history)[-1]

    assert (last.subject, last.tier, last.consequences) == ("09", LAST, proposals)


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n"
        + "".join(f"{n:02},国企,attendance,{100 - n},100\n" for n in range(10))
        + "10,机关,daily,2,\n11,机关,exempt,ill,\n",
        encoding="utf-8",
    )
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom\n"
        "09,2026-01,66.00,需提高党员,,1\n08,2026-01,67.00,需提高党员,,1\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "points-1261",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.common,part.specific,"
        "rank,tier,star,band,veto,consequences\n"
        "00,国企,yes,68.00,68.00,0.00,1,优秀党员,,,,\n"
        "01,国企,yes,67.88,67.88,0.00,2,先锋党员,,,,\n"
        "02,国企,yes,67.76,67.76,0.00,3,先锋党员,,,,\n"
        "03,国企,yes,67.64,67.64,0.00,4,合格党员,,,,\n"
        "04,国企,yes,67.52,67.52,0.00,5,合格党员,,,,\n"
        "05,国企,yes,67.40,67.40,0.00,6,合格党员,,,,\n"
        "06,国企,yes,67.28,67.28,0.00,7,合格党员,,,,\n"
        "07,国企,yes,67.16,67.16,0.00,8,合格党员,,,,\n"
        "08,国企,yes,67.04,67.04,0.00,9,合格党员,,,,\n"
        "09,国企,yes,66.92,66.92,0.00,10,需提高党员,,,,"
        "谈心谈话、制定提高措施;不合格党员建议（连续两期需提高）\n"
        "10,机关,yes,56.00,56.00,0.00,1,不合格党员,,,,不合格党员建议（低于 60 分）\n"
        "11,机关,no,,,,,,,,,\n"
    )
