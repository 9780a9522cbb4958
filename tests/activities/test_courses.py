"""The menu of courses and its registers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.models import (
    Activity,
    Course,
    CourseOrder,
    EducationBase,
    Lecturer,
)
from activities.operations import courses
from activities.operations.courses import BaseFacts, CourseFacts
from activities.queries import courses as menu
from activities.queries.courses import MenuFilters
from branches.rules.periods import Period
from branches.scope import EVERYWHERE, Scope
from tests.activities.conftest import moment

D = dt.date
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


def rated(course, branch, by, lecturer, *scores):
    for score in scores:
        held = Activity.objects.create(
            organization=branch, kind="LECTURE", title=course.title, held_on=DAY,
            starts_at=dt.time(9), place="会议室", record_due_on=DAY, entered_by=by,
            entered_at=moment(DAY),
        )  # fmt: skip
        CourseOrder.objects.create(
            course=course, branch=branch, kind="LECTURE", wanted_on=DAY, state="RATED",
            activity=held,
            asked_by=by, asked_at=moment(DAY), lecturer=lecturer, course_rating=score,
            lecturer_rating=5, rated_at=moment(DAY),
        )  # fmt: skip


def test_the_menu_goes_list_by_list_and_the_best_rated_first(
    offer, branch_a, secretary, lecturer, keeper
):
    advanced = offer("提升课", study_list="ADVANCED")
    fair, good, few, none = (offer(title) for title in ("中等", "优良", "少评", "未评"))
    rated(fair, branch_a, secretary, lecturer, 3, 4, 4)
    rated(good, branch_a, secretary, lecturer, 5, 5, 4)
    rated(few, branch_a, secretary, lecturer, 5, 5)
    rated(advanced, branch_a, secretary, lecturer, 5, 5, 5)

    found = [course.title for course in menu.menu(EVERYWHERE)]

    assert found == ["优良", "中等", "少评", "未评", "提升课"]
    page = keeper.get(reverse("course-list"))
    assert {course.title: rating for course, rating in page.context["rows"]} == {
        "优良": "4.7 分（3 次）", "中等": "3.7 分（3 次）", "少评": "评价不足 3 次（2 次）",
        "未评": "还没有评价", "提升课": "5.0 分（3 次）",
    }  # fmt: skip
    assert none.title in page.content.decode()


@pytest.mark.parametrize(
    ("later", "changes", "rows"),
    [(0, {}, 1), (59, {}, 1), (60, {}, 2), (1, {"about": "展厅"}, 2)],
)
def test_what_is_sent_twice_is_entered_once(committee, keeper, at, later, changes, rows):
    for seconds, more in ((0, {}), (later, changes)):
        courses.keep_base(
            organization=committee, facts=BaseFacts("纪念馆", **more), by=keeper.user,
            at=at + dt.timedelta(seconds=seconds),
        )  # fmt: skip

    assert EducationBase.objects.count() == rows


def test_a_course_sent_twice_is_offered_once(offer, lecturer):
    first, second, with_lecturer = offer(), offer(), offer(lecturers=[lecturer])

    assert (second == first, with_lecturer == first) == (True, False)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (MenuFilters(), ["党史课", "党章导读"]),
        (MenuFilters(search="党章"), ["党章导读"]),
        (MenuFilters(search="吴教"), ["党史课"]),
        (MenuFilters(search="发展"), ["党章导读"]),
        (MenuFilters(topic="HISTORY"), ["党史课"]),
        (MenuFilters(study_list="ELECTIVE"), ["党史课"]),
        (MenuFilters(search="没有"), []),
        (MenuFilters(with_withdrawn=True), ["下架课", "党史课", "党章导读"]),
    ],
)
def test_the_menu_is_narrowed(offer, lecturer, filters, expected):
    offer("党章导读", module="发展党员")
    offer("党史课", topic="HISTORY", study_list="ELECTIVE", lecturers=[lecturer])
    offer("下架课", is_offered=False)

    assert sorted(course.title for course in menu.menu(EVERYWHERE, filters)) == sorted(expected)


def test_a_branch_reads_the_menu_above_it_and_no_other(offer, branch_a, branch_b, keeper, at):
    offer("党委的课")
    courses.offer(
        organization=branch_b, facts=CourseFacts("别家的课", "POLICY", "ELECTIVE", Decimal(1)),
        lecturers=[], by=keeper.user, at=at,
    )  # fmt: skip

    found = menu.menu(Scope((branch_a.path,)))

    assert [course.title for course in found] == ["党委的课"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_menu_is_read_in_few_queries(offer, lecturer, keeper, count, django_assert_num_queries):
    for n in range(count):
        offer(f"课程{n}", lecturers=[lecturer])

    with django_assert_num_queries(8):
        keeper.get(reverse("course-list"))


def test_the_registers(keeper, committee, person, branch_a, join, signed_in):
    teacher = person().user
    join(branch_a, "吴讲", user=teacher)
    url = reverse("lecturer-new")
    wrong = keeper.post(url, {"name": "吴讲", "username": "nobody", "is_active": "on"})
    assert "没有这个账号" in wrong.content.decode()
    given = {"name": "吴讲", "username": teacher.username, "is_active": "on"}
    assert keeper.post(url, given).status_code == 302
    found = Lecturer.objects.get()
    assert (found.user, found.member, found.organization) == (teacher, teacher.member, committee)
    posted = {
        "title": "新课", "study_list": "ELECTIVE", "topic": "WORK", "hours": "0",
        "lecturers": [found.pk], "is_offered": "on",
    }  # fmt: skip
    assert "学时不能小于 0.5。" in keeper.post(reverse("course-new"), posted).content.decode()
    assert keeper.post(reverse("course-new"), posted | {"hours": "2"}).status_code == 302
    course = Course.objects.get()
    assert list(course.lecturers.all()) == [found]
    edit = reverse("course-edit", kwargs={"pk": course.pk})
    assert keeper.post(edit, posted | {"hours": "3", "is_offered": ""}).status_code == 302
    course.refresh_from_db()
    assert (course.hours, course.is_offered) == (3, False)
    assert (
        keeper.post(reverse("base-new"), {"name": "纪念馆", "is_active": "on"}).status_code == 302
    )
    for name in ("lecturer-list", "base-list", "course-list", "class-list", "order-list"):
        assert signed_in.get(reverse(name)).status_code == 200, name
    assert signed_in.get(reverse("course-new")).status_code == 403
