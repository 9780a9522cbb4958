"""What counts as learned: lessons, what was made up for, classes, credits; and nothing else."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from activities.models import (
    Activity,
    Attendance,
    Enrolment,
    Learning,
    Lesson,
    MakeUp,
    StudyCredit,
    TrainingClass,
)
from activities.queries import changes, hours, learning
from activities.queries.evidence import evidence
from activities.rules.study import Topic
from branches.rules.periods import Period
from tests.activities.conftest import moment

D = dt.date
OCTOBER = Period.parse("2026-10")
DAY = D(2026, 10, 8)
THAT_DAY = moment(DAY)


@pytest.fixture
def took(branch_a, secretary):
    """Return ``took(member, kind, …)``: a record that names one member."""

    def make(
        member, kind="STUDY", *, day=DAY, ends=dt.time(10, 30), status="PRESENT", counted=True,
        topic=None, taught=None, made_up=None,
    ):  # fmt: skip
        activity = Activity.objects.create(
            organization=branch_a, kind=kind, title="学习", held_on=day, starts_at=dt.time(9),
            ends_at=ends, place="会议室", record_due_on=day, entered_by=secretary,
            entered_at=moment(day),
        )  # fmt: skip
        row = Attendance.objects.create(
            activity=activity, member=member, branch=branch_a, kind=kind, held_on=day,
            status=status, is_counted=counted,
        )  # fmt: skip
        if topic or taught:
            Lesson.objects.create(activity=activity, topic=topic or "POLICY", hours=taught)
        if made_up:
            MakeUp.objects.create(
                attendance=row, method="CLASS", done_on=made_up, content="补课",
                recorded_by=secretary, recorded_at=moment(made_up),
            )  # fmt: skip
        return activity

    return make


@pytest.fixture
def attend(branch_a, secretary):
    """Return ``attend(member, hours, …)``: a class somebody was called up to."""

    def make(member, given, *, state="ATTENDED", ended=DAY, closed=THAT_DAY):
        found = TrainingClass.objects.create(
            organization=branch_a, title="培训班", kind="CENTRALISED", topic="SPIRIT",
            started_on=ended - dt.timedelta(days=1), ended_on=ended, hours=16, theory_hours=12,
            made_by=secretary, made_at=moment(ended), closed_at=closed,
        )  # fmt: skip
        return Enrolment.objects.create(
            training_class=found, member=member, called_on=D(2026, 9, 1), state=state, hours=given
        )

    return make


@pytest.fixture
def credit(secretary):
    """Return ``credit(member, hours, …)``, each of another title."""
    numbers = itertools.count(1)

    def make(member, given, *, day=DAY, voided=None, entered=THAT_DAY):
        return StudyCredit.objects.create(
            member=member, title=f"自学{next(numbers)}", topic="THEORY", happened_on=day,
            unit="HOUR", amount=given, hours=given, evidence="笔记", entered_by=secretary,
            entered_at=entered,
            voided_at=voided, voided_by=secretary if voided else None,
            void_reason="重复" if voided else "",
        )  # fmt: skip

    return make


def total(member, period=OCTOBER):
    [found] = [
        row["hours"]
        for row in hours.of_classes(period, member.memberships.get().branch).rows
        if row["member_id"] == member.pk
    ]
    lines = learning.of_member(member, period)
    assert learning.total(lines) == found
    return found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "1.50"),
        ({"taught": 2}, "2.00"),  # what is written down about it goes before the clock
        ({"taught": Decimal("0.5"), "ends": None}, "0.50"),
        ({"topic": "HISTORY"}, "1.50"),
        ({"ends": None}, "0"),
        ({"ends": None, "topic": "HISTORY"}, "0"),
        ({"kind": "THEME_DAY"}, "0"),
        ({"kind": "THEME_DAY", "topic": "HISTORY"}, "0"),
        ({"kind": "THEME_DAY", "taught": 2}, "2.00"),
        ({"kind": "VISIT", "taught": 3}, "3.00"),
        ({"kind": "LECTURE", "status": "LATE"}, "1.50"),
        ({"status": "ONLINE"}, "1.50"),
        ({"status": "ABSENT"}, "0"),
        ({"status": "LEAVE", "taught": 2}, "0"),
        ({"counted": False}, "0"),
        ({"counted": False, "taught": 2}, "0"),
        ({"status": "ABSENT", "made_up": D(2026, 10, 12)}, "1.50"),
        ({"status": "LEAVE", "made_up": D(2026, 10, 31), "taught": 2}, "2.00"),
        ({"status": "LEAVE", "made_up": D(2026, 11, 1)}, "0"),
        ({"day": D(2026, 9, 30), "status": "LEAVE", "made_up": D(2026, 10, 1)}, "1.50"),
        ({"status": "ABSENT", "made_up": D(2026, 10, 12), "counted": False}, "0"),
        ({"status": "PRESENT", "made_up": D(2026, 10, 12)}, "1.50"),  # not twice
        ({"kind": "ASSEMBLY", "status": "LEAVE", "made_up": D(2026, 10, 12)}, "0"),
    ],
)
def test_lessons(took, three, given, expected):
    took(three[0], **given)

    assert total(three[0]) == Decimal(expected)
    assert total(three[1]) == 0


@pytest.mark.parametrize(
    ("state", "ended", "expected"),
    [
        ("ATTENDED", D(2026, 10, 31), "14.50"), ("ATTENDED", D(2026, 11, 1), "0"),
        ("ATTENDED", D(2026, 10, 1), "14.50"), ("ATTENDED", D(2026, 9, 30), "0"),
        ("CALLED", DAY, "0"), ("EXCUSED", DAY, "0"), ("MISSED", DAY, "0"),
    ],
)  # fmt: skip
def test_classes_count_on_their_last_day(attend, three, state, ended, expected):
    attend(three[0], Decimal("14.5"), state=state, ended=ended)

    assert total(three[0]) == Decimal(expected)


@pytest.mark.parametrize(
    ("day", "voided", "expected"),
    [
        (D(2026, 10, 1), None, "4"), (D(2026, 10, 31), None, "4"), (D(2026, 9, 30), None, "0"),
        (D(2026, 11, 1), None, "0"), (DAY, moment(D(2026, 10, 9)), "0"),
    ],
)  # fmt: skip
def test_credits_that_stand(credit, three, day, voided, expected):
    credit(three[0], Decimal(4), day=day, voided=voided)

    assert total(three[0]) == Decimal(expected)


def test_there_is_no_carry_over(credit, three):
    credit(three[0], Decimal(40), day=D(2025, 12, 31))
    credit(three[0], Decimal(3), day=D(2026, 1, 1))

    assert total(three[0], Period.parse("2026")) == 3


@pytest.mark.parametrize("seed", range(4))
def test_the_sum_is_that_of_a_plain_recount(took, attend, credit, three, seed):
    chance = random.Random(seed)
    expected = dict.fromkeys([member.pk for member in three], Decimal(0))
    for _ in range(60):
        member = chance.choice(three)
        day = D(2026, 9, 20) + dt.timedelta(days=chance.randrange(50))
        what = chance.randrange(4)
        given = Decimal(chance.randrange(1, 9)) / 2
        inside = OCTOBER.contains(day)
        if what == 0:
            state = chance.choice(["ATTENDED", "MISSED"])
            attend(member, given, state=state, ended=day)
            expected[member.pk] += given if inside and state == "ATTENDED" else 0
        elif what == 1:
            voided = chance.choice([None, moment(day)])
            credit(member, given, day=day, voided=voided)
            expected[member.pk] += given if inside and not voided else 0
        else:
            kind = chance.choice(["STUDY", "LECTURE", "VISIT", "THEME_DAY"])
            taught = chance.choice([None, given])
            ends = chance.choice([None, dt.time(9, 50), dt.time(11)])
            status = chance.choice(["PRESENT", "LATE", "ABSENT", "LEAVE"])
            made_up = chance.choice([None, day + dt.timedelta(days=9)])
            counted = chance.random() < 0.8
            took(
                member, kind, day=day, ends=ends, status=status, taught=taught, counted=counted,
                made_up=made_up, topic=chance.choice([None, "POLICY"]),
            )  # fmt: skip
            came = status in ("PRESENT", "LATE")
            when = day if came else made_up
            if not counted or when is None or not OCTOBER.contains(when):
                continue
            if taught is not None:
                expected[member.pk] += taught
            elif kind in ("STUDY", "LECTURE") and ends:
                expected[member.pk] += Decimal(ends.hour * 60 + ends.minute - 540) / 60

    assert {member.pk: total(member) for member in three} == {
        pk: value.quantize(Decimal("0.01"), ROUND_HALF_UP) for pk, value in expected.items()
    }


def test_the_evidence_leads_to_every_sort_of_record(took, attend, credit, three):
    member = three[0]
    took(member, day=D(2026, 10, 2))
    took(member, day=D(2026, 10, 3), ends=None)
    took(member, day=D(2026, 10, 1), status="LEAVE", made_up=D(2026, 10, 4))
    place = attend(member, Decimal(16), ended=D(2026, 10, 5))
    own = credit(member, Decimal(4), day=D(2026, 10, 6))
    rows = list(Attendance.objects.order_by("pk"))

    found = evidence(member=member, feed="hours", period=OCTOBER)

    assert [(row.when, row.note, row.counts, row.url) for row in found] == [
        ("10月2日", "1.5 学时 · 集中学习 · 采煤党支部", True, f"/my/activities/{rows[0].pk}/"),
        ("10月3日", "集中学习 · 采煤党支部 · 没有结束时间，不计时", False,
         f"/my/activities/{rows[1].pk}/"),
        ("10月4日", "1.5 学时 · 补 10月1日的课 · 集中学习 · 采煤党支部", True,
         f"/my/activities/{rows[2].pk}/"),
        ("10月5日", "16 学时 · 集中培训", True, f"/my/classes/{place.pk}/"),
        ("10月6日", "4 学时 · 学时登记：4 小时", True, f"/my/credits/{own.pk}/"),
    ]  # fmt: skip


def test_hours_by_topic(took, attend, credit, three):
    took(three[0], topic="HISTORY")
    took(three[0])
    attend(three[0], Decimal(16))
    credit(three[0], Decimal(4))

    found = learning.by_topic(learning.of_member(three[0], OCTOBER))

    assert {topic: value for topic, value in found.items() if value} == {
        "党史": Decimal("1.50"), "党性教育": Decimal("16.00"), "党的创新理论": Decimal("4.00"),
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 30])
def test_what_is_read_does_not_grow_with_the_records(
    took, credit, three, branch_a, count, django_assert_num_queries
):
    for _ in range(count):
        took(three[0])
        credit(three[0], Decimal(1))

    with django_assert_num_queries(1):
        learning.of_member(three[0], OCTOBER)
    source = hours.of_classes(OCTOBER, branch_a)
    with django_assert_num_queries(1):
        list(source.rows)


def test_who_knows_a_topic(took, three):
    took(three[0], "THEME_DAY", topic="HISTORY", day=D(2026, 10, 8))
    took(three[1], "THEME_DAY", topic="HISTORY", day=D(2026, 10, 9))
    took(three[2], "THEME_DAY", topic="POLICY", day=D(2026, 10, 8))

    found = learning.who_knows(Topic.HISTORY, D(2026, 10, 1), D(2026, 10, 8))

    assert [row["member_id"] for row in found] == [three[0].pk]


def test_late_study_touches_those_who_studied(took, attend, credit, three, branch_a, branch_b):
    since = moment(D(2026, 10, 20))
    later = moment(D(2026, 10, 21))
    credit(three[0], Decimal(1), entered=later)
    credit(three[1], Decimal(1), entered=moment(D(2026, 10, 1)))
    credit(three[1], Decimal(1), day=D(2026, 9, 30), entered=later)
    attend(three[1], Decimal(8), ended=D(2026, 9, 30), closed=later)

    def touched(within):
        return (
            changes.members_touched(OCTOBER, since, within, OCTOBER.first_day),
            changes.branches_touched(OCTOBER, since, within),
        )

    assert touched(branch_a) == ({three[0].pk}, {branch_a.pk})
    assert touched(branch_b) == (set(), set())

    credit(three[1], Decimal(2), entered=moment(D(2026, 10, 1)), voided=later)
    assert touched(branch_a)[0] == {three[0].pk, three[1].pk}

    StudyCredit.objects.all().delete()
    attend(three[2], Decimal(8), closed=later)
    assert touched(branch_a) == ({three[2].pk}, {branch_a.pk})

    Enrolment.objects.all().delete()
    took(three[1], day=D(2026, 9, 1), status="LEAVE", made_up=D(2026, 10, 30))
    assert touched(branch_a) == ({three[1].pk}, {branch_a.pk})


def test_nothing_is_learned_by_nobody(db):
    assert list(Learning.objects.all()) == []
