"""Homework: set after a lesson, handed in, remarked on; neither graded nor ranked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.duties import homework as duties
from activities.models import Homework, HomeworkAnswer
from activities.operations import homework as operations
from activities.operations.refusals import Refused
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry, Notice
from tests.activities.conftest import moment

DAY = dt.date(2026, 11, 2)
DUE = dt.date(2026, 11, 10)
AT = moment(DAY)
ONE = dt.timedelta(days=1)


@pytest.fixture
def page(secretary):
    client = Client()
    client.force_login(secretary)
    return client


@pytest.fixture
def student(branch_a, join, person):
    client = person()
    client.member = join(branch_a, "陈卓", user=client.user)
    return client


@pytest.fixture
def lesson(hold, branch_a, student, three):
    return hold(branch_a, ActivityKind.LECTURE, DAY, title="党课")


@pytest.fixture
def homework(lesson, secretary) -> Homework:
    return operations.assign(activity=lesson, text="写一篇心得", due_on=DUE, by=secretary, at=AT)


def hand_in(homework, student, text="心得", at=AT):
    return operations.hand_in(homework=homework, member=student.member, text=text, at=at)


@pytest.mark.parametrize(
    ("later", "changes", "rows"),
    [(0, {}, 1), (59, {}, 1), (60, {}, 2), (1, {"text": "读一本书"}, 2)],
)
def test_what_is_sent_twice_is_set_once(homework, lesson, secretary, later, changes, rows):
    given = {"text": "写一篇心得", "due_on": DUE} | changes
    second = operations.assign(
        activity=lesson, by=secretary, at=AT + dt.timedelta(seconds=later), **given
    )

    assert (Homework.objects.count(), second == homework) == (rows, rows == 1)


def test_it_is_told_to_everybody_on_the_roll_with_an_account(homework, student):
    assert [(row.recipient, row.text) for row in Notice.objects.all()] == [
        (student.user, "党课布置了作业：写一篇心得")
    ]


@pytest.mark.parametrize("kind", [ActivityKind.THEME_DAY, ActivityKind.SERVICE])
def test_only_lessons_have_homework(hold, branch_a, secretary, three, kind):
    activity = hold(branch_a, kind, DAY)
    with pytest.raises(Refused, match="只有集中学习"):
        operations.assign(activity=activity, text="心得", due_on=DUE, by=secretary, at=AT)


@pytest.mark.parametrize(
    ("text", "due_on", "said"),
    [(" ", DUE, "请写明作业内容"), ("心得", DAY - ONE, "不能早于活动日期")],
)
def test_what_cannot_be_set(lesson, secretary, text, due_on, said):
    with pytest.raises(Refused, match=said):
        operations.assign(activity=lesson, text=text, due_on=due_on, by=secretary, at=AT)


def test_handed_in_again_until_it_is_remarked_on(homework, student, secretary):
    hand_in(homework, student)
    answer = hand_in(homework, student, "改过的心得")
    operations.remark(answer=answer, remark="写得实在", by=secretary, at=AT)

    assert HomeworkAnswer.objects.get().text == "改过的心得"
    assert AuditEntry.objects.get(action="homework.remarked").after == {
        "person": answer.member.name
    }
    with pytest.raises(Refused, match="已经点评"):
        hand_in(homework, student)
    with pytest.raises(Refused, match="已经有人交"):
        operations.remove(homework=homework, by=secretary, at=AT)


def test_nobody_remarks_on_his_own(homework, student):
    answer = hand_in(homework, student)
    with pytest.raises(Refused, match="不能点评自己的"):
        operations.remark(answer=answer, remark="好", by=student.user, at=AT)


def test_who_is_not_on_the_roll_hands_nothing_in(homework, branch_b, join, person):
    stranger = person()
    stranger.member = join(branch_b, "外人", user=stranger.user)
    with pytest.raises(Refused, match="不在这次活动的名单里"):
        hand_in(homework, stranger)
    assert stranger.get(f"/my/homework/{homework.pk}/").status_code == 404


def test_the_way_over_the_pages(page, lesson, student):
    assert "还没有布置作业" in page.get(f"/activities/{lesson.pk}/").content.decode()
    url = f"/activities/{lesson.pk}/homework/new/"
    assert "请填写作业内容。" in page.post(url, {"due_on": "2026-11-10"}).content.decode()
    page.post(url, {"text": "写一篇心得", "due_on": "2026-11-10"})
    homework = Homework.objects.get()
    own = f"/my/homework/{homework.pk}/"
    assert "写一篇心得" in student.get("/my/homework/").content.decode()
    assert "请填写作业。" in student.post(own, {"text": ""}).content.decode()
    student.post(own, {"text": "我的心得"})
    answer = HomeworkAnswer.objects.get()
    shown = page.get(f"/homework/{homework.pk}/").content.decode()
    assert "我的心得" in shown
    assert "还没有交" in shown
    assert student.get(f"/homework/{homework.pk}/").status_code == 404
    page.post(f"/homework/answers/{answer.pk}/remark/", {"remark": "写得实在"})
    assert "写得实在" in student.get(own).content.decode()
    assert "1 人已交" in page.get(f"/activities/{lesson.pk}/").content.decode()


def test_the_lecturer_reads_and_remarks(hold, branch_a, student, three, secretary, person, join):
    lecturer = person()
    lecturer.member = join(branch_a, "讲师", user=lecturer.user)
    lesson = hold(branch_a, ActivityKind.LECTURE, DAY, lecturer=lecturer.member.pk)
    homework = operations.assign(activity=lesson, text="心得", due_on=DUE, by=secretary, at=AT)
    answer = hand_in(homework, student)

    assert lecturer.get(f"/homework/{homework.pk}/").status_code == 200
    url = f"/homework/answers/{answer.pk}/remark/"
    assert lecturer.post(url, {"remark": "好"}).status_code == 302
    assert student.post(url, {"remark": "好"}).status_code == 404


@pytest.mark.parametrize(("on", "lines"), [(DAY, 1), (DUE, 1), (DUE + ONE, 0)])
def test_the_duty_line_until_the_deadline(homework, student, on, lines):
    assert len(duties.due(student.user, Grants(), on)) == lines
    hand_in(homework, student)
    assert duties.due(student.user, Grants(), on) == []


def test_the_number_of_statements_does_not_grow(lesson, secretary, student, page):
    def count(client, url) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    def more(number=0):
        return operations.assign(
            activity=lesson, text=f"心得{number}", due_on=DUE, by=secretary, at=AT
        )

    more()
    places = ((student, "/my/homework/"), (page, f"/activities/{lesson.pk}/"))
    for client, url in places:
        client.get(url)
    few = [count(*place) for place in places]
    for number in range(1, 30):
        more(number)
    assert Homework.objects.count() == 30
    assert [count(*place) for place in places] == few
