"""What an activity taught."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.models import (
    Activity,
    Lesson,
)
from activities.operations import activities as records
from activities.operations import lessons
from activities.operations.lessons import Taught
from activities.operations.refusals import Refused
from activities.queries.lessons import written
from activities.rules.kinds import ActivityKind
from branches.rules.periods import Period
from tests.activities.conftest import moment

D = dt.date
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


@pytest.mark.parametrize(
    ("kind", "is_taught"),
    [(kind, kind in {"STUDY", "LECTURE", "VISIT", "SALON", "TALK", "THEME_DAY"})
     for kind in ActivityKind if kind is not ActivityKind.GROUP_MEETING],
)  # fmt: skip
def test_which_kinds_teach(hold, branch_a, three, secretary, at, kind, is_taught):
    activity = _activity(branch_a, secretary, kind)

    if is_taught:
        lessons.teach(activity=activity, taught=Taught("POLICY"), by=secretary, at=at)
    else:
        with pytest.raises(Refused, match="不登记学习内容"):
            lessons.teach(activity=activity, taught=Taught("POLICY"), by=secretary, at=at)


def _activity(branch, by, kind):
    return Activity.objects.create(
        organization=branch, kind=kind, title="活动", held_on=DAY, starts_at=dt.time(9),
        place="会议室", record_due_on=DAY, entered_by=by, entered_at=moment(DAY),
    )  # fmt: skip


def test_the_hours_of_a_closed_record_stand(hold, branch_a, three, secretary, at):
    activity = hold(branch_a, ActivityKind.STUDY, D(2026, 10, 8))

    def teach(hours):
        lessons.teach(activity=activity, taught=Taught("POLICY", hours=hours), by=secretary, at=at)

    teach(None)
    with pytest.raises(Refused, match="退回更正"):
        teach(Decimal(2))
    with pytest.raises(Refused, match="不能删除"):
        lessons.forget(activity=activity, by=secretary, at=at)
    records.reopen(activity=activity, reason="补学时", by=secretary, at=at)
    teach(Decimal(2))
    lessons.forget(activity=activity, by=secretary, at=at)
    assert not Lesson.objects.exists()


def test_the_panel_and_the_page_of_a_lesson(signed_in, hold, offer, branch_a, three):
    course = offer()
    activity = hold(branch_a, ActivityKind.STUDY, D(2024, 10, 8), close=False)
    url = reverse("activity-lesson", kwargs={"pk": activity.pk})
    record = reverse("activity", kwargs={"pk": activity.pk})

    assert "写明学了什么主题" in signed_in.get(record).content.decode()
    assert "请选择主题，或先选课程。" in signed_in.post(url, {"hours": "2"}).content.decode()
    assert signed_in.post(url, {"course": course.pk, "hours": "2"}).status_code == 302
    lesson = Lesson.objects.get()
    assert (lesson.topic, lesson.study_list, lesson.hours) == ("CONSTITUTION", "REQUIRED", 2)
    page = signed_in.get(record).content.decode()
    assert "党章党规" in page
    assert "2 学时" in page
    assert signed_in.post(url, {"step": "remove"}).status_code == 302
    assert not Lesson.objects.exists()


def test_the_printed_record_says_what_was_taught(
    hold, branch_a, three, secretary, offer, ask, accept, lecturer, at
):
    activity = hold(branch_a, ActivityKind.VISIT, D(2026, 10, 8), close=False)
    assert written(activity) == ""
    lessons.teach(
        activity=activity, taught=Taught("HISTORY", hours=Decimal("1.5")), by=secretary, at=at
    )
    assert written(activity) == "党史，1.5 学时"
    order = ask(offer(lecturers=[lecturer]))
    accept(order)
    order.refresh_from_db()
    assert written(order.activity) == "党章党规，必学，课程《党章导读》，授课 吴教授，1.5 学时"
