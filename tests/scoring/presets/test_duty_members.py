"""担当指数 of members: 23 items, 1261 and its proposals."""

from collections import Counter
from decimal import Decimal as D
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from branches.rules.tree import OrganizationType
from scoring.rules import rating, reading, rollups, soundness, writing
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.rating import PastResult, SubjectFacts

PRESETS = Path(__file__).resolve().parents[3] / "scoring" / "presets"
SCHEME = reading.read((PRESETS / "duty-members.toml").read_text(encoding="utf-8"))
BEST, GOOD, PLAIN, LAST, UNFIT = "优秀党员", "先锋党员", "合格党员", "需提高党员", "不合格党员"
TALK = "谈心谈话、制定提高措施"
TWICE = "不合格党员建议（连续两期需提高，以年度汇总为准）"
BELOW_60 = "不合格党员建议（低于 60 分）"


def scored(name, common, specific, group="RURAL", **more):
    """A subject whose items give these sums: each item in turn its full, while points last."""
    facts = {}
    for part, left in zip(SCHEME.parts, (D(common), D(specific)), strict=True):
        for item in part.items:
            if item.applies_to(group):
                points = min(left, item.full)
                facts[item.code] = Fact(points)
                left -= points
    return SubjectFacts(name, group, facts, **more)


def group_of(count, tied=1):
    """Subjects from best to last, one point apart and all above 60; the first ``tied`` equal."""
    steps = [max(0, n - tied + 1) for n in range(count)]
    return [scored(f"{n:02}", 80 - step, 20) for n, step in enumerate(steps)]


def test_the_scheme_is_sound_and_is_written_back_whole():
    assert soundness.unsound(SCHEME) == []
    assert reading.read(writing.write(SCHEME)) == SCHEME


def test_half_yearly_eighty_common_and_twenty_specific():
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("member", "half-year", "type")
    assert [(part.code, part.full, part.weight) for part in SCHEME.parts] == [
        ("common", 80, 1),
        ("specific", 20, 1),
    ]


@pytest.mark.parametrize("group", OrganizationType)
def test_twenty_three_items_for_every_type(group):
    own = [item for item in SCHEME.items if item.applies_to(group)]
    specific = [item for item in own if item.types]

    assert Counter(item.title.partition("·")[0] for item in own) == {
        "能够担当": 6,
        "主动担当": 6,
        "敢于担当": 5,
        "善于担当": 6,
    }
    assert (len(own), len(specific)) == (23, 4)
    assert sum(item.full for item in own if not item.types) == 80
    assert sum(item.full for item in specific) == 20


def test_the_specific_items_differ_by_type():
    common, specific = SCHEME.parts

    assert {item.types for item in common.items} == {()}
    assert Counter(item.types for item in specific.items) == {
        ("ENTERPRISE_FRONT", "ENTERPRISE_SURFACE", "ENTERPRISE_OFFICE"): 4,
        ("RURAL",): 4,
        ("COMMUNITY",): 4,
        ("GOVERNMENT", "INSTITUTION"): 4,
        ("PRIVATE", "SOCIAL"): 4,
    }


@pytest.mark.parametrize("group", OrganizationType)
@pytest.mark.parametrize(
    ("common", "specific", "total"),
    [("80", "20", "100.00"), ("80", "0", "80.00"), ("0", "20", "20.00"), ("61.5", "7.25", "68.75")],
)
def test_a_score_is_common_and_specific(group, common, specific, total):
    [result] = rating.rate(SCHEME, [scored("甲", common, specific, group)])

    assert result.parts == {"common": D(common), "specific": D(specific)}
    assert (result.total, result.points.missing) == (D(total), ())


def test_specific_items_of_another_type_do_not_count():
    rural = scored("甲", 70, 20, "RURAL")

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "COMMUNITY", rural.facts)])

    assert result.parts == {"common": D(70), "specific": None}
    assert [item.code for item in result.points.missing] == [
        item.code for item in SCHEME.items if item.types == ("COMMUNITY",)
    ]


def test_every_item_is_marked_by_people():
    assert Counter((item.rule, item.fact) for item in SCHEME.items) == {("mark", None): 39}


def test_who_has_no_mark_yet_is_not_rated():
    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "RURAL")])

    assert (result.rated, result.tier, result.consequences) == (False, None, ())


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, (0, 0, 1, 0)),
        (3, (0, 0, 3, 0)),
        (4, (0, 1, 3, 0)),
        (9, (0, 2, 7, 0)),
        (10, (1, 2, 6, 1)),
        (13, (1, 2, 9, 1)),
        (19, (1, 4, 13, 1)),
        (20, (2, 4, 12, 2)),
        (29, (2, 6, 19, 2)),
        (30, (3, 6, 18, 3)),
    ],
)
def test_1261_by_size_of_the_group(count, expected):
    found = [result.tier for result in rating.rate(SCHEME, group_of(count))]

    best, good, plain, last = expected
    assert found == [BEST] * best + [GOOD] * good + [PLAIN] * plain + [LAST] * last


@pytest.mark.parametrize(
    ("tied", "expected"),
    [
        (2, [GOOD] * 3 + [PLAIN] * 6 + [LAST]),
        (3, [GOOD] * 3 + [PLAIN] * 6 + [LAST]),
        (4, [PLAIN] * 9 + [LAST]),
        (9, [PLAIN] * 9 + [LAST]),
        (10, [PLAIN] * 10),
    ],
)
def test_equal_totals_are_never_parted(tied, expected):
    assert [result.tier for result in rating.rate(SCHEME, group_of(10, tied))] == expected


def test_types_are_graded_apart():
    offices = [scored(f"机{n}", 79 - n, 20, "GOVERNMENT") for n in range(4)]

    found = rating.rate(SCHEME, [*group_of(10), *offices])

    assert [(result.group, result.rank, result.tier) for result in found] == [
        ("GOVERNMENT", 1, GOOD),
        *(("GOVERNMENT", n, PLAIN) for n in (2, 3, 4)),
        ("RURAL", 1, BEST),
        *(("RURAL", n, GOOD) for n in (2, 3)),
        *(("RURAL", n, PLAIN) for n in range(4, 10)),
        ("RURAL", 10, LAST),
    ]


def test_the_exempt_are_neither_rated_nor_counted():
    exempt = [SubjectFacts(f"免{n}", "RURAL", exempt=why) for n, why in enumerate(["ill", "away"])]

    found = rating.rate(SCHEME, [*group_of(9), *exempt])

    assert Counter(result.tier for result in found) == {GOOD: 2, PLAIN: 7, None: 2}


@pytest.mark.parametrize(
    ("common", "tier", "proposals"),
    [
        ("39.99", UNFIT, (BELOW_60,)),
        ("40", PLAIN, ()),
        ("40.01", PLAIN, ()),
    ],
)
def test_below_sixty_is_unfit_at_once(common, tier, proposals):
    [result] = rating.rate(SCHEME, [scored("甲", common, 20)])

    assert (result.total, result.tier, result.consequences) == (D(common) + 20, tier, proposals)


def test_below_sixty_is_unfit_whatever_the_place():
    found = rating.rate(SCHEME, [scored(f"{n:02}", 38 - n, 20) for n in range(10)])

    assert [(result.rank, result.tier) for result in found] == [(n, UNFIT) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("earlier", "proposals"),
    [
        ({}, (TALK,)),
        ({"2025": LAST}, (TALK, TWICE)),
        ({"2025": PLAIN}, (TALK,)),
        ({"2025": UNFIT}, (TALK,)),
        ({"2024": LAST, "2025": PLAIN}, (TALK,)),
        ({"2024": PLAIN, "2025": LAST}, (TALK, TWICE)),
        ({"2024": LAST, "2025": LAST}, (TALK, TWICE)),
        # not rated in 2025: the run is broken
        ({"2024": LAST, "2025": None}, (TALK,)),
    ],
)
def test_lowest_tier_twice_running(earlier, proposals):
    history = [
        PastResult("09" if tier else "另一人", period, Standing(tier=tier or PLAIN))
        for period, tier in earlier.items()
    ]

    last = rating.rate(SCHEME, group_of(10), history)[-1]

    assert (last.subject, last.tier, last.consequences) == ("09", LAST, proposals)


def test_lowest_tier_before_and_not_now_proposes_nothing():
    history = [PastResult("08", "2025", Standing(tier=LAST))]

    found = {result.subject: result for result in rating.rate(SCHEME, group_of(10), history)}

    assert (found["08"].tier, found["08"].consequences) == (PLAIN, ())


def test_what_the_proposals_are():
    assert [(one.title, one.kind, one.days, one.span) for one in SCHEME.consequences] == [
        (TALK, "talk", 30, 1),
        (TWICE, "unqualified", None, 2),
        (BELOW_60, "unqualified", None, 1),
    ]


@pytest.mark.parametrize(
    ("middle", "end", "year"),
    [
        ("80", "90", "86.00"),
        ("90", "80", "84.00"),
        ("0", "100", "60.00"),
        ("59.99", "60.00", "60.00"),  # 59.996
        ("60.00", "59.99", "59.99"),  # 59.994
        (None, "90", None),
        ("90", None, None),
    ],
)
def test_the_year_is_forty_and_sixty(middle, end, year):
    [rollup] = SCHEME.rollups

    found = rollups.rolled_up(rollup, [D(value) if value else None for value in (middle, end)])

    assert (rollup.of, rollup.to) == ("half-year", "year")
    assert found == (D(year) if year else None)


FACTS = [
    scored("甲", "78", "20"),
    scored("乙", "76", "20"),
    scored("丙", "76", "19"),
    scored("丁", "75", "18"),
    scored("戊", "74.5", "18"),
    scored("己", "72", "16"),
    scored("庚", "70", "16"),
    scored("辛", "66", "14"),
    scored("壬", "64", "10.5"),
    scored("癸", "56", "5"),
    scored("子", "50", "9.99", "COMMUNITY"),
]
HEADING = "subject,group,rated,total,part.common,part.specific,"
HEADING += "rank,tier,star,band,veto,consequences\n"


def facts_text(subjects):
    """The subjects' facts as the text of a facts file."""
    rows = [
        f"{entry.subject},{entry.group},{code},{found.quantity},{found.base or ''}\n"
        for entry in subjects
        for code, found in entry.facts.items()
    ]
    return "subject,group,item,quantity,base\n" + "".join(rows)


def test_a_trial_from_file_to_file(tmp_path):
    (tmp_path / "facts.csv").write_text(
        facts_text(FACTS) + "丑,COMMUNITY,exempt,ill,\n", encoding="utf-8"
    )
    (tmp_path / "previous.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom\n"
        "壬,2025H2,62.00,需提高党员,,1\n"
        "癸,2025H1,63.00,合格党员,,2\n"
        "癸,2025H2,62.50,需提高党员,,1\n",
        encoding="utf-8",
    )

    call_command(
        "trial",
        "duty-members",
        facts=tmp_path / "facts.csv",
        previous=tmp_path / "previous.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == HEADING + (
        "子,COMMUNITY,yes,59.99,50.00,9.99,1,不合格党员,,,,不合格党员建议（低于 60 分）\n"
        "丑,COMMUNITY,no,,,,,,,,,\n"
        "甲,RURAL,yes,98.00,78.00,20.00,1,优秀党员,,,,\n"
        "乙,RURAL,yes,96.00,76.00,20.00,2,先锋党员,,,,\n"
        "丙,RURAL,yes,95.00,76.00,19.00,3,先锋党员,,,,\n"
        "丁,RURAL,yes,93.00,75.00,18.00,4,合格党员,,,,\n"
        "戊,RURAL,yes,92.50,74.50,18.00,5,合格党员,,,,\n"
        "己,RURAL,yes,88.00,72.00,16.00,6,合格党员,,,,\n"
        "庚,RURAL,yes,86.00,70.00,16.00,7,合格党员,,,,\n"
        "辛,RURAL,yes,80.00,66.00,14.00,8,合格党员,,,,\n"
        "壬,RURAL,yes,74.50,64.00,10.50,9,合格党员,,,,\n"
        "癸,RURAL,yes,61.00,56.00,5.00,10,需提高党员,,,,"
        "谈心谈话、制定提高措施;不合格党员建议（连续两期需提高，以年度汇总为准）\n"
    )
