"""What is due in study."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.duties import study as duties
from activities.models import (
    CourseOrder,
    Enrolment,
)
from activities.operations import classes
from branches.access import Grants
from branches.models import Post, RegulationAdjustment
from branches.rules.periods import Period
from branches.rules.roles import Role
from tests.activities.conftest import credited, moment

D = dt.date
TODAY = D(2026, 10, 20)
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


def lines(source, user, on):
    return [
        (duty.title, duty.due_on, duty.action) for duty in source(user, Grants.of(user, on), on)
    ]


def adjust(place, code, parameters, by):
    RegulationAdjustment.objects.create(
        committee=place, code=code, parameters=parameters, reason="本地规定",
        effective_from=D(2026, 1, 1), made_by=by, made_at=moment(D(2026, 1, 1)),
    )  # fmt: skip


def test_orders_wait_for_an_answer_and_for_a_rating(
    offer, lecturer, ask, accept, keeper, secretary, three
):
    order = ask(offer(lecturers=[lecturer]))
    waiting = [("选单待接单：党章导读", DAY, "去接单")]
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


@pytest.fixture
def second(join, branch_b, secretary, three):
    """Branch B with the same secretary, who is a member of A."""
    three[0].user = secretary
    three[0].save()
    join(branch_b, "吴外")
    Post.objects.create(
        user=secretary, organization=branch_b, role=Role.SECRETARY, started_on=D(2026, 4, 1)
    )
    return branch_b


@pytest.mark.parametrize(
    ("of_a", "of_b", "titles"),
    [
        ({"centralised": 0}, {}, ["2026 年集中培训：1 名书记、委员还没有参加"]),
        ({}, {"centralised": 0}, ["2026 年集中培训：1 名书记、委员还没有参加"]),
        ({"centralised": 0}, {"centralised": 0}, []),
    ],
)
def test_each_branch_is_held_to_the_rules_of_its_own(
    second, branch_a, secretary, of_a, of_b, titles
):
    for place, parameters in ((branch_a, of_a), (second, of_b)):
        adjust(place, "H2", parameters, secretary)

    found = [title for title, *_ in lines(duties.committees_untrained, secretary, TODAY)]

    assert found == titles


@pytest.mark.parametrize(
    ("months", "due_on"), [(6, D(2026, 10, 1)), (12, D(2027, 4, 1)), (3, None)]
)
def test_a_new_secretary_has_the_months_of_the_own_committee(
    second, branch_a, secretary, months, due_on
):
    # In A, which comes first in the tree, one is no secretary.
    Post.objects.filter(organization=branch_a).update(role=Role.COMMITTEE_MEMBER)
    adjust(second, "H3", {"months": months}, secretary)

    found = lines(duties.committees_untrained, secretary, TODAY)

    assert [due_on for title, due_on, _ in found if "新任" in title] == ([due_on] if due_on else [])


def test_several_branches_need_as_many_statements_as_one(
    three, secretary, join, branch_a, branch_b
):
    join(branch_b, "吴外")

    def statements(source):
        grants = Grants.of(secretary, TODAY)
        with CaptureQueriesContext(connection) as taken:
            source(secretary, grants, TODAY)
        return len(taken)

    sources = (duties.hours_behind, duties.committees_untrained)
    one = [statements(source) for source in sources]
    Post.objects.create(
        user=secretary, organization=branch_b, role=Role.SECRETARY, started_on=D(2020, 1, 1)
    )

    assert [statements(source) for source in sources] == one
