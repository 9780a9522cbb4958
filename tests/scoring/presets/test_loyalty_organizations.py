"""忠诚指数 of organisations: 31 items, 1261 and the list of the weak."""

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
SCHEME = reading.read((PRESETS / "loyalty-organizations.toml").read_text(encoding="utf-8"))
BEST, GOOD, PLAIN, LAST = "先进基层党组织", "良好", "合格", "软弱涣散"
WEAK = "列入软弱涣散党组织集中整顿名单"


def fact(item, points):
    """The fact that gives the item these points."""
    if item.rule == "deduct":
        return Fact((item.full - points) / item.points)
    if item.rule == "each":
        return Fact(points / item.points)
    return Fact(points, item.full if item.rule == "share" else None)


def scored(name, common, specific, group="RURAL", **more):
    """A subject whose items give these sums: each item in turn its full, while points last."""
    facts = {}
    for part, left in zip(SCHEME.parts, (D(common), D(specific)), strict=True):
        for item in part.items:
            if item.applies_to(group):
                points = min(left, item.cap or item.full)
                facts[item.code] = fact(item, points)
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
    assert (SCHEME.target, SCHEME.period, SCHEME.groups) == ("organization", "half-year", "type")
    assert [(part.code, part.full, part.weight) for part in SCHEME.parts] == [
        ("common", 80, 1),
        ("specific", 20, 1),
    ]


@pytest.mark.parametrize("group", OrganizationType)
def test_thirty_one_items_for_every_type(group):
    own = [item for item in SCHEME.items if item.applies_to(group)]
    specific = [item for item in own if item.types]

    assert Counter(item.title.partition("·")[0] for item in own) == {
        "信仰忠诚": 6,
        "组织忠诚": 7,
        "人民忠诚": 6,
        "事业忠诚": 6,
        "同志忠诚": 6,
    }
    assert (len(own), len(specific)) == (31, 5)
    assert sum(item.cap or item.full for item in own if not item.types) == 80
    assert sum(item.cap or item.full for item in specific) == 20


def test_the_specific_items_differ_by_type():
    common, specific = SCHEME.parts

    assert {item.types for item in common.items} == {()}
    assert Counter(item.types for item in specific.items) == {
        ("ENTERPRISE_FRONT", "ENTERPRISE_SURFACE", "ENTERPRISE_OFFICE"): 5,
        ("RURAL",): 5,
        ("COMMUNITY",): 5,
        ("GOVERNMENT", "INSTITUTION"): 5,
        ("PRIVATE", "SOCIAL"): 5,
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


def test_which_items_are_counted_from_the_records():
    assert {item.code: (item.rule, item.fact) for item in SCHEME.items if item.fact} == {
        "belief_theme_day": ("share", "theme_day_held"),
        "belief_lecture": ("share", "lecture_held"),
        "organization_assembly": ("share", "assembly_held"),
        "organization_committee": ("share", "committee_held"),
        "organization_group_meeting": ("share", "group_meeting_held"),
        "organization_attendance": ("share", "attendance"),
        "organization_records": ("share", "records_on_time"),
    }
    assert {item.rule for item in SCHEME.items if item.fact is None} == {"mark"}


@pytest.mark.parametrize(
    ("code", "quantity", "base", "points"),
    [
        ("belief_theme_day", "0", "4", "0"),
        ("belief_theme_day", "3", "4", "2.25"),
        ("belief_theme_day", "4", "4", "3"),
        ("belief_theme_day", "0", "0", "3"),
        ("belief_lecture", "0", "4", "0"),
        ("belief_lecture", "3", "4", "2.25"),
        ("belief_lecture", "4", "4", "3"),
        ("belief_lecture", "0", "0", "3"),
        ("organization_assembly", "0", "4", "0"),
        ("organization_assembly", "3", "4", "2.25"),
        ("organization_assembly", "4", "4", "3"),
        ("organization_assembly", "0", "0", "3"),
        ("organization_committee", "0", "4", "0"),
        ("organization_committee", "3", "4", "2.25"),
        ("organization_committee", "4", "4", "3"),
        ("organization_committee", "0", "0", "3"),
        ("organization_group_meeting", "0", "4", "0"),
        ("organization_group_meeting", "3", "4", "2.25"),
        ("organization_group_meeting", "4", "4", "3"),
        ("organization_group_meeting", "0", "0", "3"),
        ("organization_attendance", "0", "4", "0"),
        ("organization_attendance", "3", "4", "2.25"),
        ("organization_attendance", "4", "4", "3"),
        ("organization_attendance", "0", "0", "3"),
        ("organization_records", "0", "4", "0"),
        ("organization_records", "3", "4", "1.5"),
        ("organization_records", "4", "4", "2"),
        ("organization_records", "0", "0", "2"),
    ],
)
def test_items_counted_from_the_records(code, quantity, base, points):
    found = Fact(D(quantity), D(base) if base else None)

    [result] = rating.rate(SCHEME, [SubjectFacts("甲", "RURAL", {code: found})])

    assert {line.item.code: line.points for line in result.points.lines}[code] == D(points)


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


@pytest.mark.parametrize("common", ["0", "39.99", "40"])
def test_no_floor_stands_under_an_organisation(common):
    [result] = rating.rate(SCHEME, [scored("甲", common, 20)])

    assert (result.total, result.tier, result.consequences) == (D(common) + 20, PLAIN, ())


@pytest.mark.parametrize(("count", "named"), [(9, 0), (10, 1), (19, 1), (20, 2)])
def test_the_weak_go_on_the_list_at_once(count, named):
    found = [result.consequences for result in rating.rate(SCHEME, group_of(count))]

    assert found == [()] * (count - named) + [(WEAK,)] * named


def test_the_weak_are_listed_whatever_they_were_before():
    history = [PastResult("09", "2025", Standing(tier=BEST))]

    assert rating.rate(SCHEME, group_of(10), history)[-1].consequences == (WEAK,)


def test_what_the_proposals_are():
    assert [(one.title, one.kind, one.days, one.span) for one in SCHEME.consequences] == [
        (WEAK, "weak-list", 180, 1)
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
    (tmp_path / "facts.csv").write_text(facts_text(FACTS), encoding="utf-8")

    call_command(
        "trial",
        "loyalty-organizations",
        facts=tmp_path / "facts.csv",
        out=tmp_path / "result.csv",
        stdout=StringIO(),
    )

    assert (tmp_path / "result.csv").read_text(encoding="utf-8") == HEADING + (
        "子,COMMUNITY,yes,59.99,50.00,9.99,1,合格,,,,\n"
        "甲,RURAL,yes,98.00,78.00,20.00,1,先进基层党组织,,,,\n"
        "乙,RURAL,yes,96.00,76.00,20.00,2,良好,,,,\n"
        "丙,RURAL,yes,95.00,76.00,19.00,3,良好,,,,\n"
        "丁,RURAL,yes,93.00,75.00,18.00,4,合格,,,,\n"
        "戊,RURAL,yes,92.50,74.50,18.00,5,合格,,,,\n"
        "己,RURAL,yes,88.00,72.00,16.00,6,合格,,,,\n"
        "庚,RURAL,yes,86.00,70.00,16.00,7,合格,,,,\n"
        "辛,RURAL,yes,80.00,66.00,14.00,8,合格,,,,\n"
        "壬,RURAL,yes,74.50,64.00,10.50,9,合格,,,,\n"
        "癸,RURAL,yes,61.00,56.00,5.00,10,软弱涣散,,,,列入软弱涣散党组织集中整顿名单\n"
    )
