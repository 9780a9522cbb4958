"""What is due, for whom, since when and with which words."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.duties import rhythm as duties
from activities.operations import activities as operations
from activities.queries import activities as queries
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import Organization, Regulation
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from tests.activities.conftest import details, moment
from tests.conftest import set_up

D = dt.date
K = ActivityKind


def due(user, on):
    return duties.due(user, Grants.of(user, on), on)


def lines(user, on):
    return [(duty.title, duty.due_on) for duty in due(user, on)]


@pytest.fixture
def big(branch_a, join):
    """Branch A with seven full members: it has a committee."""
    return [join(branch_a, name) for name in "甲乙丙丁戊己庚"]


@pytest.fixture
def held_before(hold, branch_a, big):
    """Everything before 2026 was held; a new branch would be asked for nothing either."""
    Organization.objects.filter(pk=branch_a.pk).update(founded_on=D(2026, 1, 1))
    branch_a.refresh_from_db()


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (
            D(2026, 1, 1),
            [("1月主题党日", D(2026, 1, 31)), ("1月支委会", D(2026, 1, 31))],
        ),
        (
            D(2026, 2, 28),  # day 59 of the quarter
            [
                ("1月主题党日", D(2026, 1, 31)),
                ("2月主题党日", D(2026, 2, 28)),
                ("1月支委会", D(2026, 1, 31)),
                ("2月支委会", D(2026, 2, 28)),
            ],
        ),
        (
            D(2026, 3, 31),  # the quarter's end
            [
                ("2月主题党日", D(2026, 2, 28)),
                ("3月主题党日", D(2026, 3, 31)),
                ("一季度党员大会", D(2026, 3, 31)),
                ("2月支委会", D(2026, 2, 28)),
                ("3月支委会", D(2026, 3, 31)),
                ("一季度党课", D(2026, 3, 31)),
            ],
        ),
        (
            D(2026, 4, 1),  # overdue since midnight
            [
                ("3月主题党日", D(2026, 3, 31)),
                ("4月主题党日", D(2026, 4, 30)),
                ("一季度党员大会", D(2026, 3, 31)),
                ("3月支委会", D(2026, 3, 31)),
                ("4月支委会", D(2026, 4, 30)),
                ("一季度党课", D(2026, 3, 31)),
            ],
        ),
    ],
)
def test_what_is_due_at_the_boundaries(secretary, held_before, on, expected):
    assert lines(secretary, on) == expected


def test_the_words_of_a_line(secretary, held_before, branch_a):
    [line] = [each for each in due(secretary, D(2026, 3, 10)) if each.title == "一季度党员大会"]

    assert line.why == "《支部工作条例》第十一条：一般每季度召开 1 次 · 本季度已召开 0 次"
    assert line.url == f"/activities/new/?kind=ASSEMBLY&organization={branch_a.pk}&on=2026-03-10"
    assert line.action == "登记"


def test_what_is_long_past_is_told_with_the_latest(secretary, held_before, branch_a):
    [line] = [each for each in due(secretary, D(2026, 3, 10)) if each.title == "2月主题党日"]

    assert line.why.endswith(" · 2月已开展 0 次 · 1月也未开展")
    assert line.url.endswith("&on=2026-02-28")


def test_what_was_held_is_not_due(secretary, held_before, branch_a, hold):
    for kind in (K.THEME_DAY, K.ASSEMBLY, K.LECTURE):
        hold(branch_a, kind, D(2026, 1, 15))

    assert [title for title, _ in lines(secretary, D(2026, 1, 31))] == ["1月支委会"]
    assert "一季度党员大会" not in [title for title, _ in lines(secretary, D(2026, 3, 31))]


def test_a_planned_one_is_still_due_but_leads_to_the_plan(secretary, held_before, branch_a):
    plan = operations.log(
        organization=branch_a, kind=K.THEME_DAY, details=details(D(2026, 1, 20)), by=secretary,
        at=moment(D(2026, 1, 2)),
    )  # fmt: skip

    line = due(secretary, D(2026, 1, 10))[0]

    assert line.why.endswith(" · 本月已开展 0 次 · 已安排 1 月 20 日")
    assert (line.url, line.action) == (f"/activities/{plan.pk}/", "查看")


def test_a_cancelled_one_was_not_held(secretary, held_before, branch_a):
    plan = operations.log(
        organization=branch_a, kind=K.THEME_DAY, details=details(D(2026, 1, 20)), by=secretary,
        at=moment(D(2026, 1, 2)),
    )  # fmt: skip
    operations.cancel(activity=plan, reason="改期", by=secretary, at=moment(D(2026, 1, 3)))

    assert "1月主题党日" in [title for title, _ in lines(secretary, D(2026, 1, 31))]


@pytest.mark.parametrize(("members", "has_committee"), [(6, False), (7, True)])
def test_a_small_branch_owes_no_committee_meeting(
    secretary, branch_a, join, members, has_committee
):
    for n in range(members):
        join(branch_a, f"党员{n}")
    join(branch_a, "预备", status="PROBATIONARY")  # not counted

    titles = [title for title, _ in lines(secretary, D(2026, 3, 10))]

    assert ("3月支委会" in titles) is has_committee


def test_without_the_regulation_nothing_is_due(secretary, big):
    Regulation.objects.filter(code__startswith="M").delete()

    assert due(secretary, D(2026, 3, 31)) == []


def test_one_line_names_the_groups_that_lack_their_meeting(
    secretary, person, held_before, branch_a, group_a, hold, join, at
):
    second = set_up("QF0102", "采煤二组", OrganizationKind.GROUP, branch_a, at)
    third = set_up("QF0103", "采煤三组", OrganizationKind.GROUP, branch_a, at)
    Organization.objects.filter(parent=branch_a).update(founded_on=D(2026, 1, 1))
    join(branch_a, "陈组员", group=third)
    hold(third, K.GROUP_MEETING, D(2026, 1, 8))
    on = D(2026, 1, 20)

    [line] = [each for each in due(secretary, on) if "党小组会" in each.title]
    leader = due(person(Role.GROUP_LEADER, second).user, on)

    assert line.title == "1月党小组会（2 个小组未召开）"
    assert line.why.endswith("采煤一组、采煤二组")
    assert f"organization={group_a.pk}&" in line.url
    assert [each.title for each in leader] == ["1月党小组会"]
    assert leader[0].why.endswith("本月已召开 0 次")


def test_a_record_waits_to_be_closed(secretary, held_before, branch_a, hold):
    activity = hold(branch_a, K.THEME_DAY, D(2026, 1, 20), close=False)

    [line] = [each for each in due(secretary, D(2026, 1, 20)) if "未办结" in each.title]

    assert (line.title, line.due_on) == ("主题党日：记录未办结", D(2026, 1, 23))
    assert (line.url, line.action) == (f"/activities/{activity.pk}/edit/", "去办结")
    assert not [each for each in due(secretary, D(2026, 1, 19)) if "未办结" in each.title]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR, None])
def test_who_logs_nothing_owes_nothing(
    person, committee, held_before, role, django_assert_num_queries
):
    user = person(role, committee if role else None).user
    grants = Grants.of(user, D(2026, 3, 31))

    with django_assert_num_queries(0):
        assert duties.due(user, grants, D(2026, 3, 31)) == []


def test_another_branch_owes_its_own(person, branch_a, branch_b, big):
    user = person(Role.SECRETARY, branch_b).user

    assert all(str(branch_a.pk) not in each.url for each in due(user, D(2026, 3, 31)))


def test_30_branches_need_as_many_statements_as_1_and_share_their_lines(
    person, committee, branch_a, at
):
    user = person(Role.SECRETARY, committee).user
    on = D(2026, 3, 31)
    grants = Grants.of(user, on)
    with CaptureQueriesContext(connection) as one:
        few = duties.due(user, grants, on)
    for n in range(29):
        set_up(f"QF9{n:02d}", f"第{n}支部", OrganizationKind.BRANCH, committee, at)

    grants = Grants.of(user, on)
    with CaptureQueriesContext(connection) as thirty:
        many = duties.due(user, grants, on)

    assert len(thirty) == len(one) == 6
    assert len(many) == len(few)
    assert many[0].title == "2月主题党日（30 个支部未开展）"
    assert many[0].why.endswith("采煤党支部、第0支部、第1支部 等")


def test_what_is_coming_up(secretary, branch_a, big, join, person):
    reader = person()
    join(branch_a, "周读", user=reader.user)
    on = D(2026, 10, 20)  # a Tuesday
    for day, title in ((D(2026, 10, 30), "远"), (D(2026, 10, 23), "近"), (on, "今")):
        operations.log(
            organization=branch_a, kind=K.STUDY, details=details(day, title=title),
            by=secretary, at=moment(D(2026, 10, 1)),
        )  # fmt: skip

    found = queries.coming_up(Grants.of(secretary, on), on)
    own = queries.called_to(reader.user, on)

    assert [(each.title, each.when) for each in found] == [
        ("今", "今天 15:00"), ("近", "周五 15:00"), ("远", "10月30日"),
    ]  # fmt: skip
    assert found[0].note == "采煤党支部 · 三楼会议室 · 应到 8"
    assert [each.title for each in own] == ["今", "近", "远"]
    assert queries.coming_up(Grants(), on) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [(dt.time(14, 59), ["今", "明"]), (dt.time(15, 0), ["今", "明"]), (dt.time(15, 1), ["明"])],
)
def test_what_began_earlier_today_is_not_coming_any_more(
    secretary, branch_a, join, person, after, expected
):
    reader = person()
    join(branch_a, "周读", user=reader.user)
    on = D(2026, 10, 20)
    for day, title in ((on, "今"), (D(2026, 10, 21), "明")):
        operations.log(
            organization=branch_a, kind=K.STUDY, details=details(day, title=title),
            by=secretary, at=moment(D(2026, 10, 1)),
        )  # fmt: skip

    found = queries.coming_up(Grants.of(secretary, on), on, after)
    own = queries.called_to(reader.user, on, after)

    assert [each.title for each in found] == expected
    assert [each.title for each in own] == expected


def test_a_plan_without_a_roll_does_not_say_nobody_is_due(secretary, branch_a):
    on = D(2026, 10, 20)
    operations.log(
        organization=branch_a, kind=K.STUDY, details=details(on), by=secretary,
        at=moment(D(2026, 10, 1)),
    )  # fmt: skip

    [coming] = queries.coming_up(Grants.of(secretary, on), on)

    assert coming.note == "采煤党支部 · 三楼会议室"
