"""Feeds counted by other apps inside a run: measures without a row, and late facts."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.models import (
    Activity,
    Attendance,
    Enrolment,
    Lesson,
    MakeUp,
    StudyCredit,
    TrainingClass,
)
from branches.models import Organization, Post, Term, User
from branches.rules.periods import Period
from members.models import Member, Membership
from scoring.models import Line, PointEntry, Score
from scoring.operations import amendments, runs
from scoring.queries import changes, fingerprints, schemes
from scoring.rules import reading
from tests.scoring.random_months import AT, DAY, FOUNDED, MARCH, adopt, organization

D = Decimal
HALF = Period.parse("2026H1")

MEMBERS = """
code = "hours"
title = "学时"
target = "member"
period = "month"
groups = "all"

[[part]]
code = "all"
title = "全部"
full = 40

  [[part.item]]
  code = "classes"
  title = "学时"
  rule = "share"
  full = 10
  fact = "hours"

  [[part.item]]
  code = "service"
  title = "服务"
  rule = "band"
  bands = [{ min = 0, points = 2 }, { min = 3.5, points = 10 }]
  fact = "service_hours"

  [[part.item]]
  code = "running"
  title = "连续缺席"
  rule = "deduct"
  full = 10
  points = 4
  fact = "absent_running"

  [[part.item]]
  code = "secretary"
  title = "书记缺席"
  rule = "deduct"
  full = 10
  points = 5
  fact = "absent_as_secretary"
"""

BRANCHES = """
code = "branch-hours"
title = "支部学时"
target = "organization"
period = "half-year"
groups = "all"

[[part]]
code = "all"
title = "全部"
full = 100

  [[part.item]]
  code = "met"
  title = "学时达标"
  rule = "share"
  full = 100
  fact = "hours_met"

[[part]]
code = "secretary"
title = "书记"
full = 200
weight = 0

  [[part.item]]
  code = "terms"
  title = "届数"
  rule = "each"
  points = 1
  cap = 20
  fact = "secretary_terms"

  [[part.item]]
  code = "age"
  title = "年龄"
  rule = "band"
  bands = [{ min = 40, points = 180 }]
  fact = "secretary_age"
"""


@pytest.fixture
def author(db) -> User:
    return User.objects.create(username="author", name="登记人", created_at=AT)


@pytest.fixture
def committee(db) -> Organization:
    return organization("C", "COMMITTEE", None)


@pytest.fixture
def branch(committee) -> Organization:
    return organization("B", "BRANCH", committee)


@pytest.fixture
def people(branch, author) -> list[Member]:
    """The first is the secretary; nobody did anything yet."""
    found = []
    for n in range(3):
        user = author if n == 0 else None
        member = Member.objects.create(
            name=f"党员{n}", name_pinyin="m", name_strokes="1", user=user,
            birth_date=dt.date(1980, 1, 1),
        )  # fmt: skip
        Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
        found.append(member)
    Post.objects.create(user=author, organization=branch, role="SECRETARY", started_on=FOUNDED)
    return found


def took(member: Member, kind: str, status: str, author: User, hour: int = 9) -> None:
    branch = member.memberships.get().branch
    activity = Activity.objects.create(
        organization=branch, kind=kind, title="活动", held_on=DAY, starts_at=dt.time(hour),
        ends_at=dt.time(hour + 2), place="会议室", record_due_on=DAY, entered_by=author,
        entered_at=AT,
    )  # fmt: skip
    Attendance.objects.create(
        activity=activity, member=member, branch=branch, kind=kind, held_on=DAY,
        status=status, is_counted=True,
    )  # fmt: skip


def learned(member: Member, author: User, *, at: dt.datetime = AT) -> None:
    """Every other way to class hours: 2 made up for, 8 of a class, 4 credited, 1 of a visit."""
    branch = member.memberships.get().branch
    took(member, "LECTURE", "LEAVE", author, hour=14)
    MakeUp.objects.create(
        attendance=Attendance.objects.get(member=member, status="LEAVE"), method="CLASS",
        done_on=DAY, content="补课", recorded_by=author, recorded_at=at,
    )  # fmt: skip
    training = TrainingClass.objects.create(
        organization=branch, title="班", kind="CENTRALISED", topic="SPIRIT", started_on=DAY,
        ended_on=DAY, hours=8, theory_hours=8, made_by=author, made_at=at, closed_at=at,
    )  # fmt: skip
    Enrolment.objects.create(
        training_class=training, member=member, called_on=DAY, state="ATTENDED", hours=8
    )
    StudyCredit.objects.create(
        member=member, title="自学", topic="THEORY", happened_on=DAY, unit="HALF_DAY", amount=1,
        hours=4, evidence="笔记", entered_by=author, entered_at=at,
    )  # fmt: skip
    took(member, "VISIT", "PRESENT", author, hour=18)
    Lesson.objects.create(
        activity=Activity.objects.get(kind="VISIT", attendances__member=member), topic="HISTORY",
        hours=1,
    )  # fmt: skip


def lines(run, member: Member) -> dict[str, tuple[Decimal, Decimal | None, Decimal]]:
    rows = Line.objects.filter(run=run, subject_id=member.pk).select_related("item")
    return {row.item.code: (row.quantity, row.base, row.points) for row in rows}


def test_who_did_nothing_owes_the_hours_all_the_same(committee, people):
    run = runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=AT)

    assert lines(run, people[1]) == {
        "classes": (0, D("2.67"), 0), "service": (0, None, 2), "running": (0, None, 10),
        "secretary": (0, None, 10),
    }  # fmt: skip
    assert lines(run, people[0])["classes"] == (0, D("4.67"), 0)


def test_late_facts_give_what_computing_anew_gives(committee, people, author):
    version = adopt(committee, MEMBERS)
    run = runs.compute(version=version, period=MARCH, by=None, at=AT)
    took(people[0], "STUDY", "PRESENT", author)
    for hour in (11, 13):
        took(people[0], "ASSEMBLY", "ABSENT", author, hour)
    took(people[1], "SERVICE", "LATE", author)

    amendments.amend(run=run, subjects=[people[0].pk, people[1].pk], at=AT)

    amended = fingerprints.checksum(run.pk)
    assert lines(run, people[0]) == {
        "classes": (2, D("4.67"), D("4.28")), "service": (0, None, 2), "running": (2, None, 2),
        "secretary": (2, None, 0),
    }  # fmt: skip
    assert lines(run, people[1])["service"] == (2, None, 2)
    anew = runs.compute(version=version, period=MARCH, by=None, at=AT)
    assert fingerprints.checksum(anew.pk) == amended


def test_all_that_was_learned_gives_hours(committee, people, author):
    learned(people[1], author)

    run = runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=AT)

    assert lines(run, people[1])["classes"] == (15, D("2.67"), 10)
    assert lines(run, people[2])["classes"] == (0, D("2.67"), 0)


def test_late_study_gives_what_computing_anew_gives(committee, people, author):
    version = adopt(committee, MEMBERS)
    run = runs.compute(version=version, period=MARCH, by=None, at=AT)
    later = AT + dt.timedelta(days=1)
    learned(people[1], author, at=later)

    # The visit is entered at the moment of the run; whoever only studied late is found as well.
    assert changes.touched(run, later) == {people[1].pk}
    amendments.amend(run=run, subjects=[people[1].pk], at=later)

    assert lines(run, people[1])["classes"] == (15, D("2.67"), 10)
    amended = fingerprints.checksum(run.pk)
    anew = runs.compute(version=version, period=MARCH, by=None, at=later)
    assert fingerprints.checksum(anew.pk) == amended


def test_who_came_in_the_period_owes_a_share(committee, people):
    late = people[2].memberships.get()
    late.started_on = dt.date(2026, 5, 1)
    late.save()
    scheme = MEMBERS.replace('period = "month"', 'period = "half-year"')

    run = runs.compute(version=adopt(committee, scheme), period=HALF, by=None, at=AT)

    assert [lines(run, member)["classes"][1] for member in people] == [28, 16, D("5.33")]


def test_what_was_entered_by_hand_adds_to_what_is_counted(committee, branch, people, author):
    scheme = reading.read(MEMBERS)
    assert [item.code for item in scheme.items if schemes.takes_entries(scheme, item)] == []
    took(people[1], "SERVICE", "PRESENT", author)
    PointEntry.objects.create(
        scheme_code="hours", item_code="service", member=people[1], organization=branch,
        quantity=D("1.5"), happened_on=DAY, evidence="社区服务", entered_by=author, entered_at=AT,
    )  # fmt: skip

    run = runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=AT)

    assert lines(run, people[1])["service"] == (D("3.5"), None, 10)


def test_a_branch_and_its_secretary(committee, branch, people, author):
    other = organization("E", "BRANCH", committee)
    for ordinal, year in enumerate((2020, 2023), start=1):
        Term.objects.create(
            organization=branch, ordinal=ordinal, elected_on=dt.date(year, 1, 1),
            ends_on=dt.date(year + 3, 1, 1),
        )  # fmt: skip
    for hour in range(0, 16, 2):
        took(people[2], "LECTURE", "PRESENT", author, hour)
    learned(people[1], author)

    run = runs.compute(version=adopt(committee, BRANCHES), period=HALF, by=None, at=AT)

    found = {
        (row.subject_id, row.item.code): (row.quantity, row.base, row.points)
        for row in Line.objects.filter(run=run).select_related("item")
    }
    assert found == {
        # Sixteen hours by eight lectures, fifteen in other ways: one of three.
        (branch.pk, "met"): (1, 3, D("33.33")),
        (branch.pk, "terms"): (2, None, 2),
        (branch.pk, "age"): (46, None, 180),
        (other.pk, "met"): (0, 0, 100),
    }
    assert Score.objects.get(run=run, organization=other).parts == [D(100), D(0)]
