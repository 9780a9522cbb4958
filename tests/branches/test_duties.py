"""A source is asked only where there is something to tell; one statement looks for all."""

from __future__ import annotations

import datetime as dt

from branches import duties
from branches.access import Grants
from branches.duties import Duty
from branches.models import Notice, Organization

ON = dt.date(2026, 11, 2)


def line(title, days=0):
    return Duty(title=title, due_on=ON + dt.timedelta(days=days), why="", url="/", action="办理")


def test_a_source_without_rows_is_not_asked(person, branch_a, django_assert_num_queries):
    user = person().user
    sources = [
        (lambda *_: [line("后", 2)], None),
        (lambda *_: [line("有")], lambda *_: Organization.objects.all()),
        (lambda *_: [line("无")], lambda *_: Notice.objects.all()),
        (lambda *_: [line("未到")], lambda *_: None),
        (lambda *_: [line("空")], lambda *_: Organization.objects.none()),
    ]

    with django_assert_num_queries(1):
        found = duties.told_by(sources, user, Grants(), ON)

    assert [duty.title for duty in found] == ["有", "后"]


def test_without_rows_to_look_for_nothing_is_read(person, django_assert_num_queries):
    user = person().user

    with django_assert_num_queries(0):
        found = duties.told_by([(lambda *_: [line("总有")], None)], user, Grants(), ON)

    assert [duty.title for duty in found] == ["总有"]


def test_what_was_asked_once_is_remembered():
    grants, asked = Grants(), []

    def read():
        asked.append(1)
        return "规则"

    assert [grants.once("rules", read), grants.once("rules", read)] == ["规则", "规则"]
    assert len(asked) == 1
    assert Grants().once("rules", lambda: "另一次请求") == "另一次请求"
