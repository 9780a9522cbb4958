"""Plans: what is proposed, what becomes of the lines, and how far they are."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.models import Activity, Plan
from activities.operations import activities as activity_operations
from activities.operations import adoptions, series_days
from activities.operations import plans as operations
from activities.operations import series as series_operations
from activities.operations.adoptions import Adopted
from activities.operations.plans import Item
from activities.operations.refusals import CannotHold, Refused
from activities.operations.series import Setting, Template
from activities.queries import plans as queries
from activities.rules.kinds import ActivityKind
from activities.rules.series import Rhythm
from branches.rules.periods import Period
from branches.rules.roles import Role
from tests.activities.conftest import details, moment

ON = dt.date(2026, 10, 20)
AT = moment(ON)
QUARTER = Period.parse("2026Q4")
THEME_DAY = ActivityKind.THEME_DAY


@pytest.fixture
def make(secretary, branch_a):
    def made(period="2026Q4", organization=branch_a) -> Plan:
        return operations.make(
            organization=organization, period=Period.parse(period), goals="抓学习", by=secretary,
            at=AT,
        )  # fmt: skip

    return made


@pytest.fixture
def add(secretary):
    def added(plan: Plan, *items: Item) -> int:
        return operations.add_items(plan=plan, items=items, by=secretary, at=AT)

    return added


@pytest.fixture
def fixed(secretary, branch_a):
    return series_operations.set_up(
        organization=branch_a, kind=THEME_DAY,
        setting=Setting(
            title="主题党日", rhythm=Rhythm.MONTHLY, starts_at=dt.time(9), place="礼堂",
            started_on=dt.date(2026, 1, 1), day=5, until_day=15,
        ),
        tasks=[Template("发通知", 7)], by=secretary, at=AT,
    )  # fmt: skip


def adopt(plan: Plan, secretary, on: dt.date = ON) -> Adopted:
    return adoptions.adopt(plan=plan, on=on, by=secretary, at=AT)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def proposed(plan: Plan, on: dt.date = ON) -> list[tuple[str, str, str]]:
    return [
        (each.kind, str(each.planned_on)[5:], each.title) for each in queries.proposals(plan, on)
    ]


def test_what_the_regulations_ask_is_proposed(make, three):
    """Three full members: no committee, so no 支委会."""
    assert proposed(make()) == [
        ("THEME_DAY", "10-21", "10月主题党日"),
        ("THEME_DAY", "11-10", "11月主题党日"),
        ("LECTURE", "11-16", "四季度党课"),
        ("ORGANIZATION_LIFE", "12-10", "2026年度组织生活会"),
        ("THEME_DAY", "12-10", "12月主题党日"),
        ("ASSEMBLY", "12-21", "四季度党员大会"),
    ]


def test_seven_members_have_a_committee(make, branch_a, join):
    for name in "甲乙丙丁戊己庚":
        join(branch_a, name)

    assert [each[1] for each in proposed(make("2026-11")) if each[0] == "COMMITTEE"] == ["11-03"]


def test_a_group_is_proposed_its_meetings(make, group_a):
    assert proposed(make("2026-11", group_a)) == [("GROUP_MEETING", "11-16", "11月党小组会")]


def test_what_is_held_planned_or_fixed_is_not_asked_again(
    make, add, three, fixed, hold, branch_a, secretary
):
    hold(branch_a, ActivityKind.LECTURE, day("10-09"))
    activity_operations.log(
        organization=branch_a, kind=ActivityKind.ASSEMBLY, by=secretary, at=AT,
        details=details(day("11-20"), title="换届选举大会"),
    )  # fmt: skip
    plan = make()
    add(plan, Item(ActivityKind.ORGANIZATION_LIFE, "组织生活会", day("12-30")))

    assert proposed(plan) == [
        ("THEME_DAY", "10-21", "10月主题党日"),
        ("THEME_DAY", "11-05", "11月主题党日"),
        ("ASSEMBLY", "11-20", "换届选举大会"),
        ("THEME_DAY", "12-07", "12月主题党日"),
    ]


def test_what_was_held_before_the_plan_begins_counts_in_its_quarter(make, three, hold, branch_a):
    hold(branch_a, ActivityKind.ASSEMBLY, day("10-09"))

    assert proposed(make("2026-12"), day("11-20")) == [
        ("ORGANIZATION_LIFE", "12-10", "2026年度组织生活会"),
        ("THEME_DAY", "12-10", "12月主题党日"),
    ]


def test_a_fixed_day_is_not_proposed_where_the_month_had_its_meeting(
    make, three, fixed, hold, branch_a
):
    hold(branch_a, THEME_DAY, day("11-03"))

    found = proposed(make("2026-11"), day("11-04"))

    assert [each for each in found if each[0] == "THEME_DAY"] == []


def test_the_reason_names_the_regulation(make, three):
    found = {each.kind: each.why for each in queries.proposals(make("2026-11"), ON)}

    assert found[THEME_DAY] == (
        "每月相对固定 1 天开展主题党日（中国共产党党员教育管理工作条例第十六条）"
    )


def test_copied_from_the_last_with_its_days_and_months_moved(make, add):
    last = make("2026Q3")
    add(
        last,
        Item(THEME_DAY, "7月主题党日", day("07-05"), "礼堂", "周岚"),
        Item(ActivityKind.ASSEMBLY, "三季度党员大会", day("09-30")),
        Item(ActivityKind.STUDY, "读书会", day("08-31")),
    )
    plan = make("2026Q4")
    old, found = queries.from_last(plan)

    assert str(old) == "2026Q3"
    assert [(str(each.planned_on), each.title, each.place, each.responsible) for each in found] == [
        ("2026-10-05", "10月主题党日", "礼堂", "周岚"),
        ("2026-11-30", "读书会", "", ""),
        ("2026-12-30", "四季度党员大会", "", ""),
    ]
    assert queries.from_last(last) == (None, [])


def test_handed_down_the_lines_become_activities_once(make, add, three, fixed, secretary):
    plan = make()
    add(
        plan,
        Item(THEME_DAY, "学习全会精神", day("11-05")),
        Item(ActivityKind.LECTURE, "书记讲党课", day("11-16"), "二楼", "周岚"),
        Item(THEME_DAY, "国庆主题党日", day("10-12")),
    )

    assert adopt(plan, secretary) == Adopted(made=2, linked=0, past=1, refused=())
    rows = Activity.objects.order_by("held_on").values_list(
        "title", "held_on", "starts_at", "place", "state"
    )
    assert list(rows) == [
        ("学习全会精神", day("11-05"), dt.time(9), "礼堂", "PLANNED"),
        ("书记讲党课", day("11-16"), dt.time(15), "二楼", "PLANNED"),
    ]
    theme_day = Activity.objects.get(kind=THEME_DAY)
    assert (theme_day.series, theme_day.tasks.count()) == (fixed, 1)
    assert adopt(plan, secretary) == Adopted(made=0, linked=0, past=1, refused=())
    assert series_days.plan(series=fixed, until=day("11-30"), on=ON, at=AT) == 0


def test_what_stands_already_is_taken_over(make, add, three, hold, branch_a, fixed, secretary):
    held = hold(branch_a, THEME_DAY, day("10-12"))
    series_days.plan(series=fixed, until=day("11-30"), on=ON, at=AT)
    plan = make()
    add(
        plan,
        Item(THEME_DAY, "10月主题党日", day("10-12")),
        Item(THEME_DAY, "11月主题党日", day("11-05")),
    )

    assert adopt(plan, secretary) == Adopted(made=0, linked=2, past=0, refused=())
    assert [line.item.activity for line in queries.lines(plan)] == [held, fixed.activities.get()]
    assert queries.progress(queries.lines(plan)) == queries.Progress(2, 2, 1, 1, 0)


def test_a_cancelled_line_does_not_come_back(make, add, three, secretary):
    plan = make()
    add(plan, Item(THEME_DAY, "11月主题党日", day("11-05")))
    adopt(plan, secretary)
    activity_operations.cancel(activity=Activity.objects.get(), reason="停产", by=secretary, at=AT)

    assert adopt(plan, secretary).made == 0
    (line,) = queries.lines(plan)
    assert (line.state, line.is_open) == ("已取消", False)


def test_two_lines_at_one_hour_are_said(make, add, three, secretary):
    plan = make()
    add(
        plan,
        Item(ActivityKind.STUDY, "读书会", day("11-05")),
        Item(ActivityKind.STUDY, "读报会", day("11-05")),
    )
    done = adopt(plan, secretary)

    assert (done.made, len(done.refused)) == (1, 1)
    assert "已经登记过" in done.refused[0]


def test_what_cannot_be_done_with_a_plan(make, add, three, committee, secretary):
    with pytest.raises(CannotHold):
        make(organization=committee)
    plan = make()
    for step, said in (
        (lambda: make(), "已经有2026 年第四季度的计划"),
        (lambda: adopt(plan, secretary), "计划里还没有事项"),
        (lambda: add(plan, Item(THEME_DAY, "早", day("09-30"))), "应在2026 年第四季度以内"),
        (lambda: add(plan, Item(ActivityKind.GROUP_MEETING, "会", day("11-05"))), "不召开党小组会"),
    ):
        with pytest.raises(Refused, match=said):
            step()
    line = Item(THEME_DAY, "11月主题党日", day("11-05"))
    assert [add(plan, line, line), add(plan, line)] == [1, 0]
    adopt(plan, secretary)
    for step, said in (
        (lambda: operations.discard(plan=plan, by=secretary, at=AT), "已经下发"),
        (lambda: operations.remove_item(item=plan.items.get(), by=secretary, at=AT), "安排成活动"),
    ):
        with pytest.raises(Refused, match=said):
            step()


@pytest.fixture
def client(secretary):
    made = Client()
    made.force_login(secretary)
    return made


def test_from_the_list_to_what_is_handed_down(client, branch_a, three):
    assert client.get("/plans/").status_code == 200
    page = client.get("/plans/new/")
    period = page.context["form"].fields["period"].choices[1][1][1][0]  # the next quarter
    answer = client.post("/plans/new/", {"organization": branch_a.pk, "period": period})
    plan = Plan.objects.get()
    assert answer.url == f"/plans/{plan.pk}/proposals/"
    found = client.get(answer.url).context["found"]
    # What a past or present day of running the test leaves to propose: at least three months.
    assert len([each for each in found if each.kind == THEME_DAY]) == 3
    client.post(answer.url, {"take": [found[0].key, found[1].key]})
    assert plan.items.count() == 2

    item = plan.items.first()
    assert client.get(f"/plans/items/{item.pk}/").status_code == 200
    changed = {
        "kind": item.kind, "title": "改过的主题", "planned_on": item.planned_on, "place": "礼堂",
        "responsible": "周岚",
    }  # fmt: skip
    client.post(f"/plans/items/{item.pk}/", changed)
    client.post(f"/plans/{plan.pk}/goals/", {"goals": "抓好学习"})
    client.post(f"/plans/{plan.pk}/adopt/")
    client.post(f"/plans/{plan.pk}/adopt/")
    assert Activity.objects.count() == 2
    for address in ("", "print/", "add/", "proposals/", "proposals/?from=last", "goals/"):
        assert client.get(f"/plans/{plan.pk}/{address}").status_code == 200, address
    page = client.get(f"/plans/{plan.pk}/").content.decode()
    assert "改过的主题" in page
    assert page.count("已安排</span>") == 3  # the figure and two lines


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "请填写主题。"),
        ({"planned_on": "2025-12-31"}, "计划日期应在2026 年以内。"),
        ({"kind": "GROUP_MEETING"}, "请重新选择类别。"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(client, make, changes, said):
    plan = make("2026")
    typed = {"kind": "THEME_DAY", "title": "主题党日", "planned_on": "2026-12-01"} | changes
    page = client.post(f"/plans/{plan.pk}/add/", typed).content.decode()

    assert said in page
    assert plan.items.count() == 0


@pytest.mark.parametrize(
    ("role", "place", "reads", "writes"),
    [
        (Role.COMMITTEE_MEMBER, "branch_a", 200, 200),
        (Role.REVIEWER, "committee", 200, 404),
        (Role.SECRETARY, "branch_b", 404, 404),
        (Role.GROUP_LEADER, "group_a", 404, 404),
    ],
)
def test_who_reads_and_who_writes(
    request, person, make, branch_b, group_a, role, place, reads, writes
):
    plan = make()
    client = person(role, request.getfixturevalue(place))

    assert client.get(f"/plans/{plan.pk}/").status_code == reads
    assert client.get(f"/plans/{plan.pk}/add/").status_code == writes
    assert client.post(f"/plans/{plan.pk}/adopt/").status_code == (302 if writes == 200 else 404)


@pytest.mark.parametrize("address", ["/plans/", "/plans/{}/", "/plans/{}/proposals/"])
def test_pages_ask_the_same_number_of_questions(client, make, add, three, secretary, address):
    plan = make("2026")
    add(plan, Item(THEME_DAY, "主题党日", day("11-05")))
    adopt(plan, secretary)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address.format(plan.pk)).status_code == 200
        return len(captured)

    one = statements()
    for n in range(2, 29):
        add(plan, Item(THEME_DAY, "主题党日", day(f"12-{n:02d}")))
        make(f"{1990 + n}Q1")
    adopt(plan, secretary)

    assert statements() == one
