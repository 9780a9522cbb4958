"""People of a branch, and a shorthand for what they held."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from activities.models import Activity, StudyCredit
from activities.operations import activities as operations
from activities.operations import classes, courses, orders
from activities.operations.classes import ClassFacts
from activities.operations.courses import CourseFacts, LecturerFacts
from activities.operations.details import Details, Mark, Part
from activities.operations.orders import Appointment, Wish
from activities.rules.kinds import ActivityKind
from branches.models import Organization, Post, User
from branches.rules.roles import Role
from members.models import Member, Membership
from members.name_keys import pinyin_key, stroke_key
from members.rules.status import MemberStatus

FOUNDED = dt.date(2000, 7, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ORDERED_FOR = dt.date(2026, 10, 22)


def moment(day: dt.date, hour: int = 17) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), SHANGHAI)


@pytest.fixture
def join(db) -> Callable[..., Member]:
    """Return ``join(branch, name)``: a member of the branch since its founding."""

    def make(
        branch: Organization,
        name: str,
        *,
        group: Organization | None = None,
        status: str = MemberStatus.FULL,
        since: dt.date = FOUNDED,
        until: dt.date | None = None,
        user: User | None = None,
    ) -> Member:
        member = Member.objects.create(
            name=name,
            name_pinyin=pinyin_key(name),
            name_strokes=stroke_key(name),
            status=status,
            user=user,
        )
        Membership.objects.create(
            member=member, branch=branch, group=group, started_on=since, ended_on=until
        )
        return member

    return make


@pytest.fixture
def secretary(db, at, branch_a) -> User:
    user = User.objects.create(username="zhoulan", name="周岚", created_at=at, password="!")
    Post.objects.create(user=user, organization=branch_a, role=Role.SECRETARY, started_on=FOUNDED)
    return user


@pytest.fixture
def three(branch_a, join) -> list[Member]:
    """Three members of branch A, by pinyin."""
    return [join(branch_a, name) for name in ("陈卓", "李敏", "王强")]


def details(held_on: dt.date, **changes: object) -> Details:
    given = {
        "title": "主题党日",
        "held_on": held_on,
        "starts_at": dt.time(15, 0),
        "place": "三楼会议室",
        "host": "周岚",
        "summary": "学习党章，讨论年度计划。",
        "parts": (Part("学：学习内容", "学习党章"), Part("会：组织生活")),
    }
    return Details(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture
def hold(secretary) -> Callable[..., Activity]:
    """Return ``hold(organization, kind, day, "PPL")``: log, mark in roll order, and close.

    Letters: P 到, T 迟到, O 线上, L 请假, A 缺席. ``closed_on`` is the day of entry and
    closing; ``close=False`` leaves the record open.
    """
    letters = {"P": "PRESENT", "T": "LATE", "O": "ONLINE", "L": "LEAVE", "A": "ABSENT"}
    hours = itertools.count()

    def make(
        organization: Organization,
        kind: ActivityKind,
        day: dt.date,
        marks: str = "",
        *,
        closed_on: dt.date | None = None,
        close: bool = True,
        lecturer: int | None = None,
        **changes: object,
    ) -> Activity:
        at = moment(closed_on or day)
        activity = operations.log(
            organization=organization,
            kind=kind,
            # Several of a kind on one day are held at different hours.
            details=details(day, starts_at=dt.time(8, next(hours) % 60), **changes),
            by=secretary,
            at=at,
        )
        roll = activity.attendances.order_by("member__name_pinyin", "member_id")
        ids = list(roll.values_list("member_id", flat=True))
        letters_of_all = marks or "P" * len(ids)
        written = {
            member: Mark(letters[letter], is_lecturer=member == lecturer)
            for member, letter in zip(ids, letters_of_all, strict=True)
        }
        if close or marks:
            operations.take_roll(activity=activity, marks=written, by=secretary, at=at)
        if close:
            operations.close(activity=activity, by=secretary, at=at)
        activity.refresh_from_db()
        return activity

    return make


# Study


@pytest.fixture
def keeper(person, committee):
    """Who keeps the committee's menu."""
    return person(Role.REVIEWER, committee)


@pytest.fixture
def signed_in(secretary):
    client = Client()
    client.force_login(secretary)
    return client


@pytest.fixture
def offer(committee, keeper, at):
    """Return ``offer(title, …)``: a course on the committee's menu."""

    def make(title="党章导读", *, lecturers=(), **changes):
        given = {"topic": "CONSTITUTION", "study_list": "REQUIRED", "hours": Decimal("1.5")}
        return courses.offer(
            organization=committee, facts=CourseFacts(title, **(given | changes)),
            lecturers=lecturers, by=keeper.user, at=at,
        )  # fmt: skip

    return make


@pytest.fixture
def lecturer(committee, keeper, person, at):
    return courses.keep_lecturer(
        organization=committee, facts=LecturerFacts("吴教授", person().user), by=keeper.user, at=at
    )


@pytest.fixture
def ask(branch_a, secretary, at):
    def make(course, *, on=ORDERED_FOR, kind=ActivityKind.LECTURE, **changes):
        return orders.ask(
            course=course, branch=branch_a, wish=Wish(kind, on, **changes), by=secretary, at=at
        )

    return make


@pytest.fixture
def accept(lecturer, at):
    def make(order, *, on=ORDERED_FOR, by=None, starts=dt.time(15)):
        return orders.accept(
            order=order, appointment=Appointment(lecturer, on, starts, "三楼会议室", "准备笔记本"),
            by=by or lecturer.user, at=at,
        )  # fmt: skip

    return make


@pytest.fixture
def open_class(committee, keeper, at):
    def make(*, organization=None, **changes):
        given = {
            "title": "党性教育班", "kind": "PARTY_SCHOOL", "topic": "SPIRIT",
            "started_on": dt.date(2026, 10, 12), "ended_on": dt.date(2026, 10, 13),
            "hours": Decimal(16), "theory_hours": Decimal(12),
        }  # fmt: skip
        return classes.open_class(
            organization=organization or committee, facts=ClassFacts(**(given | changes)),
            by=keeper.user, at=at,
        )  # fmt: skip

    return make


def credited(member, by, day, topic, hours=4):
    """Credit a member with study of a topic on a day."""
    return StudyCredit.objects.create(
        member=member, title="自学", topic=topic, happened_on=day, unit="HALF_DAY", amount=1,
        hours=hours, evidence="笔记", entered_by=by, entered_at=moment(day),
    )  # fmt: skip
