"""书记任期与退出: the last 5 %, satisfaction, promises, terms and age."""

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
SCHEME = reading.read((PRESETS / "secretary-term.toml").read_text(encoding="utf-8"))
TOP, MIDDLE, LAST = "前 20%", "中间", "末位 5%"
LAST_TWICE = "引咎辞职建议（连续两年末位 5%）"
DISLIKED_TWICE = "引咎辞职建议（满意度连续两年低于 60%）"
UNMET = "责令辞职建议（承诺未兑现）"
TERMS, MAY_STAY = "期满离任提醒（任职超过 5 届）", "经考核批准可留任（前 20%）"
AGE = "离任建议（年满 70 岁）"


def village(name="甲", economy=20, **counted):
    """A village with full marks but for the economy, of 20 points."""
    found = {item.code: Fact(item.full) for item in SCHEME.parts[0].items if item.rule == "mark"}
    found["duty_economy"] = Fact(D(economy))
    found |= {code: Fact(D(quantity)) for code, quantity in counted.items()}
    return SubjectFacts(name, "县", found)


def villages(count):
    """Villages from best to last, 0.1 points apart."""
    return [village(f"{n:02}", D(20) - D(n) / 10) for n in range(count)]


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("organization", "year", "all")


def test_only_the_yearly_assessment_counts():
    assert [(part.code, part.full, part.weight) for part in SCHEME.parts] == [
        ("duty", 100, 1),
        ("satisfaction", 100, 0),
        ("pledges", 100, 0),
        ("terms", 20, 0),
        ("age", 120, 0),
    ]
    [result] = rating.rate(SCHEME, [village(satisfaction=40, terms=9, age=80, pledges_unmet=5)])
    assert result.total == D(100)


def test_what_is_proposed_and_by_when():
    assert [(one.title, one.kind, one.days, one.periods) for one in SCHEME.consequences] == [
        (LAST_TWICE, "resign", 30, 2),
        (DISLIKED_TWICE, "resign", 30, 2),
        (UNMET, "resign", 30, 1),
        (TERMS, "other", None, 1),
        (MAY_STAY, "other", None, 1),
        (AGE, "other", None, 1),
    ]


@pytest.mark.parametrize(
    ("count", "top", "last"),
    [(4, 0, 0), (5, 1, 0), (19, 3, 0), (20, 4, 1), (39, 7, 1), (40, 8, 2), (525, 105, 26)],
)
def test_first_fifth_and_last_twentieth(count, top, last):
    totals = [SubjectFacts(f"{n:03}", "县", {"duty_team": Fact(D(n) / 100)}) for n in range(count)]

    found = [result.tier for result in rating.rate(SCHEME, totals)]

    assert found == [TOP] * top + [MIDDLE] * (count - top - last) + [LAST] * last


def test_two_who_share_the_last_place_of_twenty_are_not_parted():
    tied = [*villages(19), village("19", D(20) - D(18) / 10)]

    found = [(result.rank, result.tier) for result in rating.rate(SCHEME, tied)][-2:]

    assert found == [(19, MIDDLE), (19, MIDDLE)]


@pytest.mark.parametrize(
    ("before", "proposals"),
    [
        ([], ()),
        ([MIDDLE], ()),
        ([LAST], (LAST_TWICE,)),
        ([LAST, MIDDLE], ()),
        ([LAST, None], ()),
    ],
)
def test_last_two_years_running(before, proposals):
    history = [
        PastResult("19", str(2024 + n), Standing(D(80), tier=tier))
        for n, tier in enumerate(before)
        if tier
    ]
    history += [PastResult("00", str(2024 + n), Standing(D(90))) for n in range(len(before))]

    last = rating.rate(SCHEME, villages(20), history)[-1]

    assert (last.subject, last.tier, last.consequences) == ("19", LAST, proposals)


@pytest.mark.parametrize(
    ("before", "now", "proposals"),
    [
        ([], "59.99", ()),
        (["60"], "59.99", ()),
        (["59.99"], "60", ()),
        (["59.99"], "59.99", (DISLIKED_TWICE,)),
        (["59.99", "60"], "59.99", ()),
        (["59.99", None], "59.99", ()),
        (["59.99"], None, ()),
    ],
)
def test_satisfaction_below_sixty_two_years_running(before, now, proposals):
    history = [
        PastResult(
            "甲",
            str(2024 + n),
            Standing(D(80), parts={"satisfaction": None if past is None else D(past)}),
        )
        for n, past in enumerate(before)
    ]
    subject = village(satisfaction=now) if now else village()

    [result] = rating.rate(SCHEME, [subject], history)

    assert result.consequences == proposals


@pytest.mark.parametrize(
    ("unmet", "points", "proposals"),
    [(0, 100, ()), (1, 80, (UNMET,)), (5, 0, (UNMET,)), (6, 0, (UNMET,))],
)
def test_a_promise_that_was_not_kept(unmet, points, proposals):
    [result] = rating.rate(SCHEME, [village(pledges_unmet=unmet)])

    assert (result.parts["pledges"], result.consequences) == (D(points), proposals)


@pytest.mark.parametrize(("terms", "proposals"), [(1, ()), (5, ()), (6, (TERMS,)), (7, (TERMS,))])
def test_more_than_five_terms(terms, proposals):
    [result] = rating.rate(SCHEME, [village(terms=terms)])

    assert (result.tier, result.consequences) == (MIDDLE, proposals)


def test_the_first_fifth_may_stay_once_approved():
    five = [village(f"{n}", 20 - n, terms=6) for n in range(5)]

    found = [(result.tier, result.consequences) for result in rating.rate(SCHEME, five)]

    assert found == [(TOP, (TERMS, MAY_STAY))] + [(MIDDLE, (TERMS,))] * 4


def test_the_first_fifth_with_five_terms_has_nothing_to_leave():
    five = [village(f"{n}", 20 - n, terms=5) for n in range(5)]

    assert [result.consequences for result in rating.rate(SCHEME, five)] == [()] * 5


@pytest.mark.parametrize(("age", "proposals"), [(69, ()), (70, (AGE,)), (71, (AGE,))])
def test_seventy(age, proposals):
    [result] = rating.rate(SCHEME, [village(age=age)])

    assert result.consequences == proposals


def test_a_trial_from_file_to_file(tmp_path):
    names = [f"村{n:02}" for n in range(1, 21)]
    more = {"村01": ["terms,6", "age,71"], "村02": ["terms,5"], "村05": ["terms,6"]}
    more |= {"村06": ["satisfaction,59.5"], "村07": ["satisfaction,59.5"]}
    more |= {"村08": ["pledges_unmet,2"], "村20": ["age,69"]}
    rows = [f"{name},县,duty_economy,{21 - n},\n" for n, name in enumerate(names, start=1)]
    rows += [f"{name},县,{one},\n" for name, several in more.items() for one in several]
    (tmp_path / "facts.csv").write_text(
        "subject,group,item,quantity,base\n" + "".join(rows), encoding="utf-8"
    )
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom,part.satisfaction\n"
        "村06,2025,90.00,中间,,5,59.99\n"
        "村07,2024,90.00,中间,,6,50.00\n"
        "村07,2025,90.00,中间,,6,60.00\n"
        "村20,2025,70.00,末位 5%,,1,80.00\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "secretary-term",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    # Three items are counted and one is marked: 50 points, scaled to 100.
    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == (
        "subject,group,rated,total,part.duty,part.satisfaction,part.pledges,part.terms,part.age,"
        "rank,tier,star,band,veto,consequences\n"
        "村01,县,yes,100.00,100.00,,100.00,6.00,71.00,1,前 20%,,,,"
        "期满离任提醒（任职超过 5 届）;经考核批准可留任（前 20%）;离任建议（年满 70 岁）\n"
        "村02,县,yes,98.00,98.00,,100.00,5.00,0.00,2,前 20%,,,,\n"
        "村03,县,yes,96.00,96.00,,100.00,0.00,0.00,3,前 20%,,,,\n"
        "村04,县,yes,94.00,94.00,,100.00,0.00,0.00,4,前 20%,,,,\n"
        "村05,县,yes,92.00,92.00,,100.00,6.00,0.00,5,中间,,,,期满离任提醒（任职超过 5 届）\n"
        "村06,县,yes,90.00,90.00,59.50,100.00,0.00,0.00,6,中间,,,,"
        "引咎辞职建议（满意度连续两年低于 60%）\n"
        "村07,县,yes,88.00,88.00,59.50,100.00,0.00,0.00,7,中间,,,,\n"
        "村08,县,yes,86.00,86.00,,60.00,0.00,0.00,8,中间,,,,责令辞职建议（承诺未兑现）\n"
        "村09,县,yes,84.00,84.00,,100.00,0.00,0.00,9,中间,,,,\n"
        "村10,县,yes,82.00,82.00,,100.00,0.00,0.00,10,中间,,,,\n"
        "村11,县,yes,80.00,80.00,,100.00,0.00,0.00,11,中间,,,,\n"
        "村12,县,yes,78.00,78.00,,100.00,0.00,0.00,12,中间,,,,\n"
        "村13,县,yes,76.00,76.00,,100.00,0.00,0.00,13,中间,,,,\n"
        "村14,县,yes,74.00,74.00,,100.00,0.00,0.00,14,中间,,,,\n"
        "村15,县,yes,72.00,72.00,,100.00,0.00,0.00,15,中间,,,,\n"
        "村16,县,yes,70.00,70.00,,100.00,0.00,0.00,16,中间,,,,\n"
        "村17,县,yes,68.00,68.00,,100.00,0.00,0.00,17,中间,,,,\n"
        "村18,县,yes,66.00,66.00,,100.00,0.00,0.00,18,中间,,,,\n"
        "村19,县,yes,64.00,64.00,,100.00,0.00,0.00,19,中间,,,,\n"
        "村20,县,yes,62.00,62.00,,100.00,0.00,69.00,20,末位 5%,,,,引咎辞职建议（连续两年末位 5%）\n"
    )
