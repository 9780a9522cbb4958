"""What is due in study."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from activities.duties import study as duties
from activities.models import (
    CourseOrder,
    Enrolment,
)
from activities.operations import classes
from branches.access import Grants
from branches.models import Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from tests.activities.conftest import credited

D = dt.date
TODAY = D(2026, 10, 20)
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


def lines(source, user, on):
    return [
        (duty.title, duty.due_on, duty.action) for duty in source(user, Grants.of(user, on), on)
    ]


def test_orders_wait_for_an_answer_and_for_a_rating(
    offer, lecturer, ask, accept, keeper, secretary, three
):
    order = ask(offer(lecturers=[lecturer]))
    waiting = [("选单待答复：党章导读", DAY, "去接单")]
    assert lines(duties.orders_to_answer, lecturer.user, TODAY) == waiting
    assert lines(duties.orders_to_answer, keeper.user, TODAY) == waiting
    assert lines(duties.orders_to_answer, secretary, TODAY) == []

    accept(order)
    assert lines(duties.orders_to_answer, lecturer.user, TODAY) == []
    CourseOrder.objects.update(state="HELD")
    assert lines(duties.orders_to_rate, secretary, TODAY) == [
        ("评价课程：党章导读", DAY + dt.timedelta(days=7), "去评价")
    ]
    assert lines(duties.orders_to_rate, keeper.user, TODAY) == []


def test_a_class_that_is_over_waits_for_its_results(open_class, three, keeper, secretary, at):
    row = open_class()
    assert lines(duties.classes_to_close, keeper.user, TODAY) == []
    classes.call_up(training_class=row, members=three, by=keeper.user, at=at)

    assert lines(duties.classes_to_close, keeper.user, TODAY) == [
        ("登记结业：党性教育班", D(2026, 10, 20), "去登记")
    ]
    assert lines(duties.classes_to_close, keeper.user, D(2026, 10, 13)) == []
    assert lines(duties.classes_to_close, secretary, TODAY) == []


@pytest.mark.parametrize(
    ("on", "titles"),
    [
        (D(2026, 9, 30), []),
        (D(2026, 10, 1), ["2026 年学时：2 名党员进度落后"]),
        (D(2026, 12, 31), ["2026 年学时：2 名党员进度落后"]),
        (D(2027, 1, 1), []),
    ],
)
def test_hours_are_called_in_from_october(three, secretary, on, titles):
    credited(three[0], secretary, D(2026, 5, 1), "POLICY", hours=32)

    assert [title for title, *_ in lines(duties.hours_behind, secretary, on)] == titles


def test_several_branches_are_one_line(three, join, branch_b, person, committee, secretary):
    join(branch_b, "吴外")
    Post.objects.create(
        user=secretary, organization=branch_b, role=Role.SECRETARY, started_on=D(2020, 1, 1)
    )
    user = secretary
    above = person(Role.SECRETARY, committee).user
    assert duties.hours_behind(above, Grants.of(above, TODAY), TODAY) == []

    [duty] = duties.hours_behind(user, Grants.of(user, TODAY), TODAY)

    assert duty.title == "2026 年学时：2 个支部有党员进度落后"
    assert duty.url == reverse("study")


@pytest.mark.parametrize(
    ("ended", "kind", "on", "is_missing"),
    [
        (None, "", D(2026, 10, 1), True),
        (None, "", D(2026, 9, 30), False),
        (D(2026, 1, 1), "CENTRALISED", TODAY, False),
        (D(2026, 5, 1), "PARTY_SCHOOL", TODAY, False),
        (D(2026, 5, 1), "ONLINE", TODAY, True),
        (D(2025, 12, 31), "CENTRALISED", TODAY, True),
    ],
)
def test_committees_sit_in_one_class_a_year(
    three, secretary, open_class, ended, kind, on, is_missing
):
    three[0].user = secretary
    three[0].save()
    if ended:
        Enrolment.objects.create(
            training_class=open_class(
                kind=kind, started_on=ended, ended_on=ended, hours=8, theory_hours=6
            ),
            member=three[0], called_on=ended, state="ATTENDED", hours=8,
        )  # fmt: skip

    found = [title for title, *_ in lines(duties.committees_untrained, secretary, on)]

    assert found == (["2026 年集中培训：1 名书记、委员还没有参加"] if is_missing else [])


@pytest.mark.parametrize(
    ("appointed", "due_on"),
    [
        (D(2026, 3, 20), D(2026, 9, 20)),
        (D(2026, 3, 19), None),  # long overdue: the year's own line speaks
        (D(2026, 8, 31), D(2027, 2, 28)),
        (TODAY, D(2027, 4, 20)),
    ],
)
def test_a_new_secretary_is_trained_within_half_a_year(
    three, secretary, branch_a, appointed, due_on
):
    three[0].user = secretary
    three[0].save()
    Post.objects.filter(user=secretary).update(started_on=appointed)

    found = [
        line for line in lines(duties.committees_untrained, secretary, TODAY) if "新任" in line[0]
    ]

    assert found == ([("新任书记培训", due_on, "看培训班")] if due_on else [])
