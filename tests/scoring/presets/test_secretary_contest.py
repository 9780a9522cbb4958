"""支书大比武（半年）: four domains, the last places, and the first thirty."""

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
SCHEME = reading.read((PRESETS / "secretary-contest.toml").read_text(encoding="utf-8"))
FIRST, NEXT = "优胜", "获胜"
NOT_EXCELLENT, NOT_COMPETENT = "本年度不得评为优秀", "本年度不得评为称职及以上"


def villages(count, tied_last=1):
    """Villages from best to last, 0.01 points apart; the last ``tied_last`` equal."""
    steps = [min(n, count - tied_last) for n in range(count)]
    return [
        SubjectFacts(f"{n:03}", "县", {"economy_income": Fact(D(8) - D(step) / 100)})
        for n, step in enumerate(steps)
    ]


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("organization", "half-year", "all")


def test_four_domains_and_more_than_twenty_items():
    assert [(part.title, part.full, len(part.items)) for part in SCHEME.parts] == [
        ("党的建设", 30, 7),
        ("经济发展", 30, 5),
        ("美丽乡村", 20, 5),
        ("社会稳定", 20, 5),
    ]
    assert [sum(item.full for item in part.items) for part in SCHEME.parts] == [30, 30, 20, 20]


def test_what_is_proposed():
    assert [(one.title, one.kind, one.periods) for one in SCHEME.consequences] == [
        (FIRST, "honour", 1),
        (NEXT, "honour", 1),
        (NOT_EXCELLENT, "bar", 1),
        (NOT_COMPETENT, "bar", 2),
    ]


def test_ten_then_twenty_of_525_and_the_last():
    found = [result.consequences for result in rating.rate(SCHEME, villages(525))]

    assert found == [(FIRST,)] * 10 + [(NEXT,)] * 20 + [()] * 494 + [(NOT_EXCELLENT,)]


@pytest.mark.parametrize(
    ("equal", "rewards"),
    [
        # places 10 and 10: eleven first, the next is twelfth
        ((9, 10), [(FIRST,)] * 11 + [(NEXT,)] * 19 + [()] * 9),
        # places 11 and 11
        ((10, 11), [(FIRST,)] * 10 + [(NEXT,)] * 20 + [()] * 9),
        # places 30 and 30: the one behind is 32nd
        ((29, 30), [(FIRST,)] * 10 + [(NEXT,)] * 21 + [()] * 8),
    ],
)
def test_equal_places_share_the_reward(equal, rewards):
    one, other = equal
    subjects = villages(40)
    subjects[other] = SubjectFacts(f"{other:03}", "县", subjects[one].facts)

    found = [result.consequences for result in rating.rate(SCHEME, subjects)]

    assert found == [*rewards, (NOT_EXCELLENT,)]


def test_the_last_share_the_last_place():
    found = [result.consequences for result in rating.rate(SCHEME, villages(40, tied_last=2))]

    assert found[-3:] == [(), (NOT_EXCELLENT,), (NOT_EXCELLENT,)]


@pytest.mark.parametrize(("count", "tied"), [(1, 1), (3, 3)])
def test_where_all_are_equal_nobody_is_last(count, tied):
    found = [result.consequences for result in rating.rate(SCHEME, villages(count, tied))]

    assert found == [(FIRST,)] * count


@pytest.mark.parametrize(
    ("before", "proposals"),
    [
        ([], (NOT_EXCELLENT,)),
        # (place, place from the bottom) of earlier contests, oldest first
        ([(39, 2)], (NOT_EXCELLENT,)),
        ([(40, 1)], (NOT_EXCELLENT, NOT_COMPETENT)),
        ([(40, 1), (39, 2)], (NOT_EXCELLENT,)),
        ([(40, 1), None], (NOT_EXCELLENT,)),
        ([(39, 2), (40, 1)], (NOT_EXCELLENT, NOT_COMPETENT)),
    ],
)
def test_last_twice_running(before, proposals):
    history = [
        PastResult("039", f"2025H{n}", Standing(D(50), rank=past[0], rank_from_bottom=past[1]))
        for n, past in enumerate(before, start=1)
        if past
    ]
    history += [
        PastResult("000", f"2025H{n}", Standing(D(90), rank=1, rank_from_bottom=40))
        for n in range(1, len(before) + 1)
    ]

    found = rating.rate(SCHEME, villages(40), history)

    assert (found[-1].subject, found[-1].consequences) == ("039", proposals)


def test_last_before_and_not_now():
    history = [PastResult("038", "2025H2", Standing(D(50), rank=40, rank_from_bottom=1))]

    assert rating.rate(SCHEME, villages(40), history)[-2].consequences == ()


def test_a_trial_from_file_to_file(tmp_path):
    rows = [f"村{n:02},县,economy_income,{D(8) - D(n) / 10},\n" for n in range(1, 34)]
    for domain, points in (("village_clean", 5), ("stability_order", "1.5")):
        rows += [f"村{n:02},县,{domain},{points},\n" for n in range(1, 34)]
    rows.append("村01,县,assembly_held,1,2\n")
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n" + "".join(rows), encoding="utf-8"
    )
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom,rank\n"
        "村32,2025H2,40.00,,,2,32\n村33,2025H2,39.00,,,1,33\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "secretary-contest",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    # Party building: 14 of the 16 points present for the first village, scaled to 30.
    # Economy: 8 - n / 10 of the 8 points present, scaled to 30.
    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.party,part.economy,part.village,part.stability,"
        "rank,tier,star,band,veto,consequences\n"
        "村02,县,yes,89.25,30.00,29.25,20.00,10.00,1,,,,,优胜\n"
        "村03,县,yes,88.88,30.00,28.88,20.00,10.00,2,,,,,优胜\n"
        "村04,县,yes,88.50,30.00,28.50,20.00,10.00,3,,,,,优胜\n"
        "村05,县,yes,88.13,30.00,28.13,20.00,10.00,4,,,,,优胜\n"
        "村06,县,yes,87.75,30.00,27.75,20.00,10.00,5,,,,,优胜\n"
        "村07,县,yes,87.38,30.00,27.38,20.00,10.00,6,,,,,优胜\n"
        "村08,县,yes,87.00,30.00,27.00,20.00,10.00,7,,,,,优胜\n"
        "村09,县,yes,86.63,30.00,26.63,20.00,10.00,8,,,,,优胜\n"
        "村10,县,yes,86.25,30.00,26.25,20.00,10.00,9,,,,,优胜\n"
        "村01,县,yes,85.88,26.25,29.63,20.00,10.00,10,,,,,优胜\n"
        "村11,县,yes,85.88,30.00,25.88,20.00,10.00,10,,,,,优胜\n"
        "村12,县,yes,85.50,30.00,25.50,20.00,10.00,12,,,,,获胜\n"
        "村13,县,yes,85.13,30.00,25.13,20.00,10.00,13,,,,,获胜\n"
        "村14,县,yes,84.75,30.00,24.75,20.00,10.00,14,,,,,获胜\n"
        "村15,县,yes,84.38,30.00,24.38,20.00,10.00,15,,,,,获胜\n"
        "村16,县,yes,84.00,30.00,24.00,20.00,10.00,16,,,,,获胜\n"
        "村17,县,yes,83.63,30.00,23.63,20.00,10.00,17,,,,,获胜\n"
        "村18,县,yes,83.25,30.00,23.25,20.00,10.00,18,,,,,获胜\n"
        "村19,县,yes,82.88,30.00,22.88,20.00,10.00,19,,,,,获胜\n"
        "村20,县,yes,82.50,30.00,22.50,20.00,10.00,20,,,,,获胜\n"
        "村21,县,yes,82.13,30.00,22.13,20.00,10.00,21,,,,,获胜\n"
        "村22,县,yes,81.75,30.00,21.75,20.00,10.00,22,,,,,获胜\n"
        "村23,县,yes,81.38,30.00,21.38,20.00,10.00,23,,,,,获胜\n"
        "村24,县,yes,81.00,30.00,21.00,20.00,10.00,24,,,,,获胜\n"
        "村25,县,yes,80.63,30.00,20.63,20.00,10.00,25,,,,,获胜\n"
        "村26,县,yes,80.25,30.00,20.25,20.00,10.00,26,,,,,获胜\n"
        "村27,县,yes,79.88,30.00,19.88,20.00,10.00,27,,,,,获胜\n"
        "村28,县,yes,79.50,30.00,19.50,20.00,10.00,28,,,,,获胜\n"
        "村29,县,yes,79.13,30.00,19.13,20.00,10.00,29,,,,,获胜\n"
        "村30,县,yes,78.75,30.00,18.75,20.00,10.00,30,,,,,获胜\n"
        "村31,县,yes,78.38,30.00,18.38,20.00,10.00,31,,,,,\n"
        "村32,县,yes,78.00,30.00,18.00,20.00,10.00,32,,,,,\n"
        "村33,县,yes,77.63,30.00,17.63,20.00,10.00,33,,,,,本年度不得评为优秀;本年度不得评为称职及以上\n"
    )
