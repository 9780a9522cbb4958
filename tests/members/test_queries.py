"""Finding people by what is typed; orders; what is due; the roster ledger."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches import ledgers
from branches.access import Grants
from branches.rules.ledger_table import shown
from branches.rules.periods import Period
from branches.scope import Scope
from members.duties import regularisations
from members.operations import memberships
from members.queries import members as queries
from members.rules.name_search import pinyin_pattern
from members.rules.probation import probation_ends_on, standing_on
from members.rules.status import EventKind
from tests.members.conftest import id_number

NAMES = ("曾三", "张三丰", "章珊", "单于秋", "买买提·艾力")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("zs", ["章珊", "张三丰", "曾三"]),
        ("ZSF", ["张三丰"]),
        ("zhangsan", ["张三丰"]),
        ("zhang s", ["章珊", "张三丰"]),
        ("zengs", ["曾三"]),
        ("cengs", []),
        ("三", ["张三丰", "曾三"]),
        ("sf", ["张三丰"]),
        ("艾力", ["买买提·艾力"]),
        ("e00", ["买买提·艾力", "单于秋", "章珊", "张三丰", "曾三"]),
        ("E0002", ["张三丰"]),
        ("%", []),
        ("(", []),
        ("  ", ["买买提·艾力", "单于秋", "章珊", "张三丰", "曾三"]),
    ],
)
def test_names_are_found_by_characters_pinyin_and_initials(branch_a, enrol, typed, names):
    for name in NAMES:
        enrol(name, branch_a)
    rows = queries.on_list(Scope((branch_a.path,)), search=typed)
    assert sorted(home.member.name for home in rows) == sorted(names)


@pytest.mark.parametrize("typed", ["张", "12", "z1", "", "z*", "a" * 31])
def test_only_letters_are_taken_for_pinyin(typed):
    pattern = pinyin_pattern(typed)
    assert (pattern is None) == (typed != "a" * 31)
    assert pattern is None or pattern.count("a") == 30


@pytest.mark.parametrize(
    ("order", "names"),
    [("pinyin", ["丁一", "曾三", "张三"]), ("strokes", ["丁一", "张三", "曾三"])],
)
def test_a_list_sorts_by_pinyin_or_strokes(branch_a, enrol, order, names):
    for name in ("曾三", "张三", "丁一"):
        enrol(name, branch_a)
    rows = queries.on_list(Scope((branch_a.path,)), order=order)
    assert [home.member.name for home in rows] == names


@pytest.mark.parametrize(
    ("admitted", "ends"),
    [
        (dt.date(2025, 7, 1), dt.date(2026, 7, 1)),
        (dt.date(2024, 2, 29), dt.date(2025, 2, 28)),
    ],
)
def test_probation_lasts_a_year(admitted, ends):
    assert probation_ends_on(admitted) == ends


@pytest.mark.parametrize(
    ("status", "regularised", "standing"),
    [
        ("PROBATIONARY", None, "PROBATIONARY"),
        ("FULL", None, "FULL"),
        ("FULL", dt.date(2026, 9, 30), "FULL"),
        ("FULL", dt.date(2026, 10, 1), "PROBATIONARY"),
        ("LEFT", None, "FULL"),
    ],
)
def test_standing_on_a_past_day_follows_the_dates(status, regularised, standing):
    day = dt.date(2026, 9, 30)
    assert standing_on(day, status=status, regularised_on=regularised) == standing


TODAY = dt.date(2026, 10, 20)


@pytest.mark.parametrize(
    ("admitted", "due"),
    [
        (dt.date(2025, 11, 21), []),
        (dt.date(2025, 11, 20), [dt.date(2026, 11, 20)]),
        (dt.date(2025, 10, 20), [dt.date(2026, 10, 20)]),
        (dt.date(2025, 3, 1), [dt.date(2026, 3, 1)]),
    ],
)
def test_regularisation_is_due_a_month_ahead_and_stays_when_overdue(
    branch_a, enrol, person, admitted, due
):
    enrol("张三", branch_a, status="PROBATIONARY", admitted_on=admitted)
    user = person("SECRETARY", branch_a).user
    found = regularisations(user, Grants.of(user, TODAY), TODAY)
    assert [duty.due_on for duty in found] == due


def test_regularisation_concerns_those_who_keep_the_roll(branch_a, branch_b, enrol, person):
    enrol("张三", branch_a, status="PROBATIONARY", admitted_on=dt.date(2025, 10, 20))

    def told(role, place):
        user = person(role, place).user
        grants = Grants.of(user, TODAY)
        return [duty.title for duty in regularisations(user, grants, TODAY)]

    assert told("SECRETARY", branch_a) == ["预备党员张三（采煤党支部）办理转正"]
    assert told("SECRETARY", branch_b) == []
    assert told("COMMITTEE_MEMBER", branch_a) == []


@pytest.mark.parametrize("count", [1, 30])
def test_duties_need_one_query(branch_a, enrol, person, count):
    for _ in range(count):
        enrol("张三", branch_a, status="PROBATIONARY", admitted_on=dt.date(2025, 10, 20))
    user = person("SECRETARY", branch_a).user
    grants = Grants.of(user, TODAY)
    with CaptureQueriesContext(connection) as made:
        assert len(regularisations(user, grants, TODAY)) == count
    assert len(made) == 1


def test_the_roster_ledger_shows_the_roll_of_the_last_day(
    branch_a, branch_b, group_a, committee, enrol, keeper, at
):
    enrol("曾三", branch_a, group_a, sex="M", birth_date=dt.date(1980, 5, 6), education="BACHELOR",
          admitted_on=dt.date(1998, 7, 1), regularised_on=dt.date(1999, 7, 1), work_post="电工",
          id_number=id_number(1))  # fmt: skip
    enrol("丁一", branch_a, status="PROBATIONARY", admitted_on=dt.date(2026, 7, 1))
    gone = enrol("王五", branch_b)
    memberships.leave(
        member=gone, way=EventKind.DIED, on=dt.date(2026, 9, 30), note="", by=keeper, at=at
    )
    enrol("后来", branch_b, started_on=dt.date(2026, 10, 1))
    ledger = ledgers.get("roster").build(committee, Period.parse("2026Q3"))
    assert [
        (section.title, [tuple(map(shown, row)) for row in section.rows])
        for section in ledger.sections
    ] == [
        ("青峰能源采煤党支部", [
            ("1", "丁一", "", "", "", "2026-07-01", "", "预备党员", "", ""),
            ("2", "曾三", "男", "1980-05", "本科", "1998-07-01", "1999-07-01", "正式党员",
             "电工", "采煤一组"),
        ]),
    ]  # fmt: skip
    assert (ledger.period, [line.value for line in ledger.summary]) == (
        "截至2026年9月30日", ["2 人", "1 人", "1 人"],
    )  # fmt: skip
    august = ledgers.get("roster").build(committee, Period.parse("2026-08"))
    assert [section.title for section in august.sections] == [
        "青峰能源采煤党支部", "青峰能源机电党支部",
    ]  # fmt: skip
