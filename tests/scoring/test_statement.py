"""The set-based run against the pure rules, on random facts with ties, gaps and vetoes."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone

from branches.models import Organization, User
from members.models import Member, Membership
from scoring.models import Line, Mark, PointEntry, Round, Score
from scoring.operations import runs, schemes
from scoring.queries import explanations
from scoring.rules import rating, reading
from scoring.rules.rounds import RoundState
from tests.scoring.decided import opened
from tests.scoring.random_months import (
    AT,
    DAY,
    FOUNDED,
    MARCH,
    MEMBERS,
    adopt,
    facts_by_hand,
    organization,
    random_month,
)

# 43.20 is the total of the many who have nothing but their daily mark: the floor's very edge.
AT_THE_EDGE = MEMBERS.replace("below = 12", "below = 43.2")


@pytest.fixture
def author(db) -> User:
    return User.objects.create(username="author", name="登记人", created_at=AT)


@pytest.fixture
def committee(db) -> Organization:
    return organization("C", "COMMITTEE", None)


@pytest.mark.parametrize("text", [MEMBERS, AT_THE_EDGE], ids=["plain", "edge"])
@pytest.mark.parametrize("seed", range(5))
def test_the_statement_agrees_with_the_rules(committee, author, seed, text):
    random_month(committee, author, random.Random(seed))
    version = adopt(committee, text)

    run = runs.compute(version=version, period=MARCH, by=None, at=AT)

    scheme = reading.read(text)
    by_rule = {result.subject: result for result in rating.rate(scheme, facts_by_hand())}
    by_statement = {str(score.member_id): score for score in Score.objects.filter(run=run)}
    assert by_statement.keys() == by_rule.keys()
    for subject, result in by_rule.items():
        score = by_statement[subject]
        assert (
            score.is_rated,
            score.total,
            score.parts if score.is_rated else [],
            score.rank,
            score.rank_from_bottom,
            score.tier or None,
            score.band or None,
            score.star,
            score.veto or None,
        ) == (
            result.rated,
            result.total,
            list(result.parts.values()),
            result.rank,
            result.rank_from_bottom,
            result.tier,
            result.band,
            result.star,
            result.veto,
        ), subject


def test_lines_are_those_of_the_rules(committee, author):
    random_month(committee, author, random.Random(99))
    version = adopt(committee, MEMBERS)

    run = runs.compute(version=version, period=MARCH, by=None, at=AT)

    expected = {
        (int(result.subject), line.item.code, line.points)
        for result in rating.rate(reading.read(MEMBERS), facts_by_hand())
        if result.points is not None
        for line in result.points.lines
        if line.points is not None and not (line.item.rule == "each" and not line.quantity)
    }
    written = set(Line.objects.filter(run=run).values_list("subject_id", "item__code", "points"))
    assert written == expected


MARKED = """
code = "marked"
title = "检查"
target = "organization"
period = "month"
groups = "all"

[[part]]
code = "base"
title = "基础"
full = 20

  [[part.item]]
  code = "first"
  title = "第一项"
  rule = "mark"
  full = 12

  [[part.item]]
  code = "second"
  title = "第二项"
  rule = "mark"
  full = 8
"""


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({"first": "9", "second": "4"}, "13.00"),
        ({"first": "9"}, "15.00"),  # the missing item's share is carried by the present one
        ({"second": "3.33"}, "8.33"),  # × 20 ÷ 8 = 8.325, half up
        ({"first": "99", "second": "8"}, "20.00"),  # clipped to its full mark
        ({}, None),
    ],
)
def test_marks_of_an_organisation(committee, author, marks, expected):
    branch = organization("B", "BRANCH", committee)
    for code, value in marks.items():
        PointEntry.objects.create(
            scheme_code="marked",
            item_code=code,
            organization=branch,
            quantity=Decimal(value),
            happened_on=DAY,
            evidence="检查",
            entered_by=author,
            entered_at=AT,
        ) if "." in value else Mark.objects.create(
            scheme_code="marked",
            item_code=code,
            organization=branch,
            period_start=MARCH.first_day,
            value=Decimal(value),
            marked_by=author,
            marked_at=AT,
        )

    run = runs.compute(version=adopt(committee, MARKED), period=MARCH, by=None, at=AT)

    total = Score.objects.get(run=run).total
    assert total == (None if expected is None else Decimal(expected))


def test_recomputing_adds_a_run_and_moves_the_pointer(committee):
    version = adopt(committee, MARKED)
    first = runs.compute(version=version, period=MARCH, by=None, at=AT)

    second = runs.compute(version=version, period=MARCH, by=None, at=timezone.now())

    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)


def test_below_a_committee_that_rates_by_itself_nobody_is_rated_twice(committee):
    outer = organization("B", "BRANCH", committee)
    nested = organization("D", "COMMITTEE", committee)
    inner = organization("E", "BRANCH", nested)
    for branch in (outer, inner):
        member = Member.objects.create(name="某人", name_pinyin="m", name_strokes="1")
        Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
    for text in (MEMBERS, MARKED):
        for version in [adopt(place, text) for place in (committee, nested)]:
            runs.compute(version=version, period=MARCH, by=None, at=AT)

    rated = Score.objects.current().values_list("run__committee__code", "organization__code")

    assert sorted(rated) == [("C", "B"), ("C", "B"), ("D", "E"), ("D", "E")]


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("members_member", "member"),
        ("branches_organization", "organization"),
        ("scoring_run", "run"),
    ],
)
def test_what_has_scores_cannot_be_deleted(committee, table, where):
    branch = organization("B", "BRANCH", committee)
    member = Member.objects.create(name="某人", name_pinyin="m", name_strokes="1")
    Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
    run = runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=AT)
    key = {"member": member.pk, "organization": branch.pk, "run": run.pk}[where]

    with pytest.raises(IntegrityError, match="has scores"), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])


@pytest.mark.parametrize("change", ["total = 0", "veto = '优秀'"])
def test_a_score_is_never_changed(committee, change):
    organization("B", "BRANCH", committee)
    runs.compute(version=adopt(committee, MARKED), period=MARCH, by=None, at=AT)

    with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE scoring_score SET {change}")


def test_an_item_without_a_source_of_facts_is_refused(committee):
    text = MEMBERS.replace('fact = "attendance"', 'fact = "dues_on_time"')

    with pytest.raises(schemes.CannotAdopt, match="参加率"):
        adopt(committee, text)


def test_a_consequence_looks_at_the_parts_of_the_version_then_in_force(committee, author):
    """Two parts change places between versions; February must be read by February's order."""
    branch = organization("B", "BRANCH", committee)
    text = MARKED.replace(
        "[[part]]",
        '[[consequence]]\ntitle = "连续两期"\nperiods = 2\n'
        'any = [{ of = "part.base", below = 4 }]\n\n[[part]]',
        1,
    )
    other = text.replace('code = "marked"', 'code = "marked"', 1) + (
        '\n[[part]]\ncode = "more"\ntitle = "更多"\nfull = 5\n\n'
        '  [[part.item]]\n  code = "third"\n  title = "第三项"\n  rule = "mark"\n  full = 5\n'
    )
    swapped = (
        other.replace('code = "base"', 'code = "x"')
        .replace('code = "more"', 'code = "base"')
        .replace('code = "x"', 'code = "more"')
    )
    first = adopt(committee, other)
    for month, third in ((MARCH.previous, 5), (MARCH, 3)):
        for code, value in (("first", 2), ("second", 1), ("third", third)):
            Mark.objects.create(
                scheme_code="marked", item_code=code, organization=branch,
                period_start=month.first_day, value=value, marked_by=author, marked_at=AT,
            )  # fmt: skip
    opened(runs.compute(version=first, period=MARCH.previous, by=None, at=AT), author)
    Round.objects.update(state=RoundState.FINAL, decided_by=author, decided_at=AT)
    second = schemes.adopt(committee=committee, text=swapped, effective_from=MARCH, by=None, at=AT)
    run = runs.compute(version=second, period=MARCH, by=None, at=AT)

    # In February base was the 20-point part, with 3 points; in March it is the other, with 3.
    [score] = Score.objects.filter(run=run)
    assert explanations.proposals(run, [score]) == {score.pk: ("连续两期",)}


def test_a_member_who_left_stays_in_the_months_before(committee):
    branch = organization("B", "BRANCH", committee)
    member = Member.objects.create(name="转出者", name_pinyin="z", name_strokes="1")
    Membership.objects.create(
        member=member, branch=branch, started_on=FOUNDED, ended_on=dt.date(2026, 3, 31)
    )
    version = adopt(committee, MEMBERS)

    february = runs.compute(version=version, period=MARCH.previous, by=None, at=AT)
    march = runs.compute(version=version, period=MARCH, by=None, at=AT)

    assert (february.subjects, march.subjects) == (1, 0)


def test_the_number_of_statements_does_not_depend_on_the_number_of_members(
    committee, author, django_assert_num_queries
):
    version = adopt(committee, MEMBERS)
    branch = organization("B", "BRANCH", committee)
    for size in (1, 30):
        for n in range(size):
            member = Member.objects.create(name=f"{n}", name_pinyin="n", name_strokes="1")
            Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
        with django_assert_num_queries(14):
            runs.compute(version=version, period=MARCH, by=None, at=AT)
