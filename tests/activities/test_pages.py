"""Pages: who reaches them, what they show, and what they keep when something is wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.duties import rhythm
from activities.models import Activity, Attendance
from activities.operations import activities as operations
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import Job
from branches.rules.roles import Role
from tests.activities.conftest import details, moment

DAY = dt.date(2024, 10, 22)  # a Tuesday long past, whenever the tests run
THEME_DAY = ActivityKind.THEME_DAY
READERS = {"activity", "activity-sheet"}
WRITERS = {"activity-edit", "activity-roll"}
POSTED = {"activity-close", "activity-cancel", "activity-reopen"}


@pytest.fixture
def client(secretary, db):
    made = Client()
    made.force_login(secretary)
    return made


def typed(members, **changes):
    given = {
        "kind": "THEME_DAY",
        "title": "10月主题党日",
        "held_on": DAY.isoformat(),
        "starts_at": "15:00",
        "place": "三楼会议室",
        "host": "周岚",
        "part_title": ["学：学习内容"],
        "part_0": "",
        "summary": "学习党章。",
        "step": "close",
    }
    given |= {f"status_{member.pk}": "PRESENT" for member in members}
    return given | changes


@pytest.mark.parametrize(
    ("role", "place", "reads", "writes"),
    [
        (Role.SECRETARY, "branch_a", True, True),
        (Role.DEPUTY_SECRETARY, "branch_a", True, True),
        (Role.COMMITTEE_MEMBER, "branch_a", True, True),
        (Role.SECRETARY, "branch_b", False, False),
        (Role.GROUP_LEADER, "group_a", False, False),  # a meeting of the whole branch
        (Role.REVIEWER, "committee", True, False),
        (Role.REVIEWER, "branch_b", False, False),
        (Role.ADMINISTRATOR, "committee", True, False),
        (Role.AUDITOR, "committee", False, False),
        (None, None, False, False),
    ],
)
def test_pages_by_role_and_place(
    request, person, hold, branch_a, branch_b, group_a, committee, three, role, place, reads, writes
):
    activity = hold(branch_a, THEME_DAY, DAY, "PPL", close=False)
    page = person(role, request.getfixturevalue(place) if place else None)
    ways = {"pk": activity.pk}

    for name in READERS | WRITERS:
        expected = 200 if (reads if name in READERS else writes) else 404
        assert page.get(reverse(name, kwargs=ways)).status_code == expected, name
    for name in POSTED:
        answer = page.post(reverse(name, kwargs=ways), {"reason": ""})
        assert answer.status_code == (302 if writes else 404), name
    answer = page.post(reverse("activity-print", kwargs=ways))
    assert answer.status_code == (302 if reads else 404)


@pytest.mark.parametrize(
    ("role", "place", "lists", "logs"),
    [
        (Role.SECRETARY, "branch_a", 200, 200),
        (Role.GROUP_LEADER, "group_a", 200, 200),
        (Role.REVIEWER, "committee", 200, 403),
        (Role.ADMINISTRATOR, "committee", 200, 403),
        (Role.AUDITOR, "committee", 403, 403),
        (None, None, 403, 403),
    ],
)
def test_own_pages_by_role(request, person, branch_a, group_a, committee, role, place, lists, logs):
    page = person(role, request.getfixturevalue(place) if place else None)

    assert page.get(reverse("activity-list")).status_code == lists
    assert page.get(reverse("activity-list"), {"view": "calendar"}).status_code == lists
    assert page.get(reverse("activity-new")).status_code == logs
    assert page.get(reverse("my-activities")).status_code == 200


def test_the_steps_are_only_posted(client, hold, branch_a, three):
    activity = hold(branch_a, THEME_DAY, DAY, close=False)

    for name in [*POSTED, "activity-print"]:
        assert client.get(reverse(name, kwargs={"pk": activity.pk})).status_code == 405


def test_the_list_holds_the_own_subtree_and_no_more(
    client, person, hold, branch_a, branch_b, group_a, committee, three, join
):
    join(branch_b, "吴外")
    join(branch_a, "陈组员", group=group_a)
    hold(branch_a, THEME_DAY, DAY, title="甲")
    hold(group_a, ActivityKind.GROUP_MEETING, DAY - dt.timedelta(days=1), title="乙")
    hold(branch_b, THEME_DAY, DAY - dt.timedelta(days=2), title="丙")

    def titles(page):
        return [row.title for row in page.get(reverse("activity-list")).context["rows"]]

    assert titles(client) == ["甲", "乙"]
    assert titles(person(Role.GROUP_LEADER, group_a)) == ["乙"]
    assert titles(person(Role.REVIEWER, committee)) == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["会", "日"]),
        ({"kind": "THEME_DAY"}, ["日"]),
        ({"month": "2024-10"}, ["日"]),
        ({"month": "2024-09"}, ["会"]),
        ({"day": "2024-10-22"}, ["日"]),
        ({"state": "OPEN"}, ["会"]),
        ({"state": "OVERDUE"}, ["会"]),
        ({"state": "CLOSED", "kind": "ASSEMBLY"}, []),
        ({"kind": "NONSENSE", "month": "nonsense", "day": "2024-13-99"}, ["会", "日"]),
    ],
)
def test_the_list_is_narrowed(client, hold, branch_a, three, query, expected):
    hold(branch_a, THEME_DAY, DAY, title="日")
    hold(branch_a, ActivityKind.ASSEMBLY, dt.date(2024, 9, 20), "PPP", close=False, title="会")

    answer = client.get(reverse("activity-list"), query)

    assert sorted(row.title for row in answer.context["rows"]) == expected


def days(n: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=n)


def plan(branch, by, day, **changes):
    return operations.log(
        organization=branch, kind=THEME_DAY, details=details(day, **changes), by=by,
        at=timezone.now() - dt.timedelta(days=60),
    )  # fmt: skip


def shown(page, **query):
    """Return what a page of the list holds: what comes, how many further, what was."""
    context = page.get(reverse("activity-list"), query).context
    ahead = context["ahead"]
    coming = ([row.title for row in ahead.rows], ahead.further) if ahead else None
    return coming, [row.title for row in context["rows"]]


def test_what_comes_next_stands_above_what_was(client, secretary, hold, branch_a, three):
    for n in (31, 2, 32, 9, 0, -1):
        plan(branch_a, secretary, days(n), title=f"{n}")
    hold(branch_a, THEME_DAY, days(-2), title="上次")

    assert shown(client) == ((["0", "2", "9", "31"], 1), ["-1", "上次"])
    assert shown(client, view="ahead") == (None, ["0", "2", "9", "31", "32"])
    assert shown(client, state="CLOSED") == (([], 0), ["上次"])
    text = client.get(reverse("activity-list")).content.decode()
    assert text.index("接下来") < text.index("已经开展")
    assert "以后还有 1 次" in text
    assert "到期未登记" in text  # yesterday's


def test_a_month_that_was_asked_for_is_shown_whatever_its_distance(
    client, secretary, branch_a, three
):
    plan(branch_a, secretary, days(60), title="远")

    assert shown(client) == (([], 1), [])
    assert shown(client, month=f"{days(60):%Y-%m}") == ((["远"], 0), [])


def test_the_list_takes_as_many_statements_for_many(client, secretary, branch_a, three):
    def cost() -> int:
        with CaptureQueriesContext(connection) as context:
            client.get(reverse("activity-list"))
        return len(context)

    for n in (1, -1):
        plan(branch_a, secretary, days(n), title=f"{n}")
    before = cost()
    for n in range(2, 31):
        plan(branch_a, secretary, days(n))
        plan(branch_a, secretary, days(-n))
    assert cost() == before
    coming, was = shown(client)
    assert (len(coming[0]), coming[1], len(was)) == (20, 10, 30)


# Planned, and not held


def test_what_was_not_held_is_said_with_its_reason_and_never_asked_again(
    client, secretary, branch_a, three
):
    def asked() -> list[str]:
        found = rhythm.due(secretary, Grants.of(secretary, days(0)), days(0))
        return [each.title for each in found if each.title.endswith("记录未办结")]

    missed = plan(branch_a, secretary, days(-40), title="上上月主题党日")
    coming = plan(branch_a, secretary, days(3))
    record = reverse("activity", kwargs={"pk": missed.pk})
    assert asked() == ["上上月主题党日：记录未办结"]
    assert "确认没有开展" in client.get(record).content.decode()
    assert (
        "确认没有开展"
        not in client.get(reverse("activity", kwargs={"pk": coming.pk})).content.decode()
    )

    cancel = reverse("activity-cancel", kwargs={"pk": missed.pk})
    assert "请写明原因。" in client.post(cancel, {}, follow=True).content.decode()
    client.post(cancel, {"reason": "抢修设备"})

    missed.refresh_from_db()
    assert (missed.state, missed.cancel_reason) == ("CANCELLED", "没有开展：抢修设备")
    assert "没有开展：抢修设备" in client.get(record).content.decode()
    assert asked() == []


def test_the_longest_reason_has_room(client, secretary, branch_a, three):
    missed = plan(branch_a, secretary, days(-40))

    client.post(reverse("activity-cancel", kwargs={"pk": missed.pk}), {"reason": "修" * 90})

    missed.refresh_from_db()
    assert missed.is_cancelled


def test_what_is_cancelled_before_its_day_is_not_called_not_held(client, secretary, branch_a):
    coming = plan(branch_a, secretary, days(3))

    client.post(reverse("activity-cancel", kwargs={"pk": coming.pk}), {"reason": "改期"})

    coming.refresh_from_db()
    assert coming.cancel_reason == "改期"


def test_an_empty_list_says_what_to_do_first(client, branch_a):
    answer = client.get(reverse("activity-list"))

    assert "还没有活动" in answer.content.decode()
    assert reverse("activity-new") in answer.content.decode()


def test_the_calendar_shows_the_month_and_counts_several_of_a_kind(
    client, person, hold, branch_a, branch_b, committee, three, join
):
    join(branch_b, "吴外")
    hold(branch_a, THEME_DAY, DAY)
    hold(branch_b, THEME_DAY, DAY)
    query = {"view": "calendar", "month": "2024-10"}

    def items(page):
        weeks = page.get(reverse("activity-list"), query).context["weeks"]
        return [(day[0], item[0], item[2]) for week in weeks for day in week for item in day[3]]

    assert items(client) == [(DAY, "主题党日", "ok")]
    assert items(person(Role.REVIEWER, committee)) == [(DAY, "主题党日 2 场", "ok")]


def test_the_new_page_is_filled_in_from_the_last_of_its_kind(client, hold, branch_a, three):
    hold(branch_a, THEME_DAY, DAY, place="二号井口", host="李敏")
    on = dt.date(2024, 11, 12)

    answer = client.get(reverse("activity-new"), {"kind": "THEME_DAY", "on": on.isoformat()})

    initial = answer.context["form"].initial
    assert {name: initial[name] for name in ("title", "held_on", "place", "host")} == {
        "title": "11月主题党日", "held_on": on, "place": "二号井口", "host": "李敏",
    }  # fmt: skip
    assert answer.context["form"].part_titles == ["学：学习内容", "会：组织生活"]
    assert [entry.name for entry in answer.context["roll"].entries] == ["陈卓", "李敏", "王强"]


def test_the_first_of_its_kind_has_the_kinds_own_agenda(client, branch_a, three):
    answer = client.get(reverse("activity-new"), {"kind": "ASSEMBLY"})

    assert answer.context["form"].part_titles == ["通报工作", "讨论事项", "表决事项"]


def test_one_page_logs_and_closes(client, branch_a, three):
    answer = client.post(
        reverse("activity-new"), typed(three, extra_title="其他", extra_content="无")
    )

    activity = Activity.objects.get()
    assert answer.url == reverse("activity", kwargs={"pk": activity.pk})
    assert (activity.state, activity.organization) == ("CLOSED", branch_a)
    assert list(activity.parts.values_list("title", "content")) == [
        ("学：学习内容", ""), ("其他", "无"),
    ]  # fmt: skip


def test_saving_without_closing_keeps_it_open_and_the_edit_page_goes_on(client, branch_a, three):
    partly = typed(three[:1], step="save", part_0="学习讲话")
    partly[f"reason_{three[1].pk}"] = "出差"
    client.post(reverse("activity-new"), partly)
    activity = Activity.objects.get()
    assert activity.state == "OPEN"
    edit = reverse("activity-edit", kwargs={"pk": activity.pk})

    page = client.get(edit)
    assert page.context["form"].initial["part_0"] == "学习讲话"
    assert [(entry.status, entry.reason) for entry in page.context["roll"].entries] == [
        ("PRESENT", ""), ("UNMARKED", "出差"), ("UNMARKED", ""),
    ]  # fmt: skip

    client.post(edit, typed(three, part_0="学习讲话", lecturer=str(three[0].pk), has_lecturer="1"))
    activity.refresh_from_db()
    assert activity.state == "CLOSED"
    assert Attendance.objects.get(is_lecturer=True).member == three[0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "请填写主题。"),
        ({"held_on": ""}, "请选择活动日期。"),
        ({"held_on": "昨天"}, "日期写成 2026-11-20 这样。"),
        ({"held_on": "1900-01-01"}, "日期太早了，请核对年份。"),
        ({"held_on": "2999-01-01"}, "日期超过一年以后，请核对年份。"),
        ({"starts_at": "25:00"}, "时间写成 15:00 这样。"),
        ({"ends_at": "14:00"}, "结束时间要晚于开始时间。"),
        ({"place": "长" * 61}, "地点最多 60 个字。"),
        (
            {"summary": "", "part_0": ""},
            "还没有会议记录。请填写会议记录，或至少填写一项议程的内容。",
        ),
        ({"extra_content": "没有名称"}, "请给增加的议程写个名称。"),
    ],
)
def test_an_error_says_what_is_wrong_and_keeps_what_was_typed(
    client, branch_a, three, wrong, words
):
    sent = typed(three, host="特邀主持人") | wrong
    sent[f"status_{three[0].pk}"] = "LEAVE"
    sent[f"reason_{three[0].pk}"] = "陪护病人"

    page = client.post(reverse("activity-new"), sent).content.decode()

    assert words in page
    assert "特邀主持人" in page
    assert "陪护病人" in page
    assert f'name="status_{three[0].pk}" value="LEAVE" checked' in page
    assert not Activity.objects.exists()


def test_closing_with_somebody_unmarked_names_them_and_keeps_the_page(client, branch_a, three):
    page = client.post(reverse("activity-new"), typed(three[:2])).content.decode()

    assert "还有 1 人没有登记到会：王强。" in page
    assert "学习党章。" in page
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [("ABSENT", "主讲人应当到会"), ("NONSENSE", "请重新选择。")],
)
def test_marks_that_cannot_be_are_refused(client, branch_a, three, status, words):
    sent = typed(three, lecturer=str(three[0].pk), has_lecturer="1")
    sent[f"status_{three[0].pk}"] = status

    assert words in client.post(reverse("activity-new"), sent).content.decode()
    assert not Activity.objects.exists()


def test_a_new_day_refreshes_the_roll_and_saves_nothing(client, branch_a, three, join):
    join(branch_a, "赵新", since=dt.date(2024, 11, 1))
    sent = typed(three, held_on="2024-11-01", step="refresh")

    page = client.post(reverse("activity-new"), sent)

    assert [(entry.name, entry.status) for entry in page.context["roll"].entries] == [
        ("陈卓", "PRESENT"), ("李敏", "PRESENT"), ("王强", "PRESENT"), ("赵新", "UNMARKED"),
    ]  # fmt: skip
    assert not Activity.objects.exists()


@pytest.mark.parametrize("step", ["save", "close", "refresh"])
def test_a_mistyped_future_day_costs_nobody_the_roll(client, branch_a, three, step):
    ahead = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    sent = typed(three, held_on=ahead, step=step)
    sent[f"status_{three[0].pk}"] = "LATE"

    page = client.post(reverse("activity-new"), sent)

    text = page.content.decode()
    assert "活动日期还没到，不能登记到会" in text
    assert ("held_on" in page.context["form"].errors) == (step != "refresh")
    assert f'name="status_{three[0].pk}" value="LATE" checked' in text
    assert [entry.status for entry in page.context["roll"].entries] == [
        "LATE", "PRESENT", "PRESENT",
    ]  # fmt: skip
    assert not Activity.objects.exists()


def test_marks_are_cleared_so_that_a_plan_can_be_saved(client, branch_a, three):
    ahead = (timezone.localdate() + dt.timedelta(days=9)).isoformat()

    page = client.post(reverse("activity-new"), typed(three, held_on=ahead, step="clear"))
    assert not page.context["roll"].has_marks
    assert page.context["form"].data["place"] == "三楼会议室"
    client.post(reverse("activity-new"), typed([], held_on=ahead, step="save"))

    assert Activity.objects.get().state == "PLANNED"


@pytest.mark.parametrize("step", ["save", "close"])
def test_a_day_that_costs_marks_is_asked_about_once(client, branch_a, three, join, step):
    late = join(branch_a, "赵新", since=dt.date(2024, 10, 1))
    sent = typed([*three, late], held_on="2024-09-03", step=step)

    page = client.post(reverse("activity-new"), sent)
    assert page.context["form"].errors["held_on"] == [
        "按 2024年9月3日 的名单，有 1 人当时不在本支部，已填的到会会丢失。"
        "请核对日期；确实如此请再点一次保存。"
    ]
    assert f'name="kept_status_{late.pk}" value="PRESENT"' in page.content.decode()
    assert not Activity.objects.exists()

    confirmed = page.context["confirmed_day"]
    other = client.post(
        reverse("activity-new"), sent | {"held_on": "2024-09-04", "confirmed_day": confirmed}
    )
    assert other.context["confirmed_day"] == "2024-09-04"  # another day is asked about anew

    client.post(reverse("activity-new"), sent | {"confirmed_day": confirmed})
    assert Activity.objects.get().held_on == dt.date(2024, 9, 3)
    assert Attendance.objects.count() == 3


def test_a_day_put_right_brings_the_kept_marks_back(client, branch_a, three, join):
    late = join(branch_a, "赵新", since=dt.date(2024, 10, 1))
    everybody = [*three, late]
    page = client.post(reverse("activity-new"), typed(everybody, held_on="2024-09-03"))

    client.post(reverse("activity-new"), typed(three, **dict(page.context["roll"].kept)))

    assert list(Attendance.objects.values_list("status", flat=True)) == ["PRESENT"] * 4


def test_a_day_that_costs_marks_is_asked_about_when_a_record_is_moved(
    client, hold, branch_a, three, join
):
    late = join(branch_a, "赵新", since=dt.date(2024, 10, 1))
    activity = hold(branch_a, THEME_DAY, DAY, "PPPP", close=False)
    sent = typed([*three, late], held_on="2024-09-03", step="save")

    page = client.post(reverse("activity-edit", kwargs={"pk": activity.pk}), sent)

    assert page.context["confirmed_day"] == "2024-09-03"
    activity.refresh_from_db()
    assert (activity.held_on, activity.attendances.count()) == (DAY, 4)


def test_a_plan_to_come_is_not_closed_from_its_page(client, branch_a, three):
    ahead = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    client.post(reverse("activity-new"), typed([], held_on=ahead, step="save"))
    edit = reverse("activity-edit", kwargs={"pk": Activity.objects.get().pk})

    assert 'value="close" hidden disabled>' in client.get(edit).content.decode()
    today = client.post(edit, typed([], held_on=DAY.isoformat(), step="refresh"))
    assert 'value="close">保存并办结' in today.content.decode()


def test_the_next_is_filled_in_from_what_was_held_not_from_a_plan(client, hold, branch_a, three):
    held = hold(branch_a, THEME_DAY, DAY, place="二号井口")
    ahead = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    client.post(reverse("activity-new"), typed([], held_on=ahead, step="save"))

    answer = client.get(reverse("activity-new"), {"kind": "THEME_DAY"})

    assert answer.context["last"] == held
    assert "按上次（2024年10月22日）填好" in answer.content.decode()


# Closing before the hour


TODAY = dt.date(2026, 10, 20)


@pytest.fixture
def at_ten(monkeypatch, secretary):
    """A client signed in at 10:40 of TODAY."""
    monkeypatch.setattr(
        "django.utils.timezone.now", lambda: moment(TODAY, 10) + dt.timedelta(minutes=40)
    )
    made = Client()
    made.force_login(secretary)
    return made


@pytest.mark.parametrize(
    ("usual", "on", "starts_at", "is_explained"),
    [
        (dt.time(9, 30), "", dt.time(9, 30), False),
        (dt.time(15, 0), "", dt.time(10, 0), True),  # the usual hour has not come
        (None, "", dt.time(10, 0), True),
        (dt.time(15, 0), "2026-10-19", dt.time(15, 0), False),
        (dt.time(15, 0), "2026-10-21", dt.time(15, 0), False),
    ],
)
def test_what_is_logged_today_starts_at_an_hour_that_has_come(
    at_ten, secretary, branch_a, three, usual, on, starts_at, is_explained
):
    if usual:
        activity = operations.log(
            organization=branch_a, kind=THEME_DAY,
            details=details(DAY, starts_at=usual, ends_at=dt.time(16, 30)),
            by=secretary, at=moment(DAY),
        )  # fmt: skip
        Activity.objects.filter(pk=activity.pk).update(state="OPEN")

    page = at_ten.get(reverse("activity-new"), {"kind": "THEME_DAY", "on": on})

    form = page.context["form"]
    assert form.initial["starts_at"] == starts_at
    assert form.initial["ends_at"] == (dt.time(16, 30) if usual == starts_at else None)
    assert ("先填了整点" in page.content.decode()) == is_explained


def test_what_has_not_begun_is_closed_once_it_is_said_that_it_was_held_early(
    at_ten, branch_a, three
):
    sent = typed(three, held_on=TODAY.isoformat(), starts_at="15:00", place="井口会议室")

    asked = at_ten.post(reverse("activity-new"), sent)

    text = asked.content.decode()
    assert "开始时间还没到" in text
    assert 'name="held_early"' in text
    assert 'value="井口会议室"' in text
    assert not Activity.objects.exists()
    answer = at_ten.post(reverse("activity-new"), sent | {"held_early": "on"})
    assert answer.status_code == 302
    assert Activity.objects.get().is_closed


def test_an_hour_put_right_is_not_asked_about(at_ten, branch_a, three):
    at_ten.post(reverse("activity-new"), typed(three, held_on=TODAY.isoformat(), starts_at="09:00"))
    assert Activity.objects.get().is_closed


def test_the_record_asks_before_it_is_closed_ahead_of_its_hour(at_ten, branch_a, three):
    sent = typed(three, held_on=TODAY.isoformat(), starts_at="15:00", step="save")
    at_ten.post(reverse("activity-new"), sent)
    activity = Activity.objects.get()
    record, close = (reverse(n, kwargs={"pk": activity.pk}) for n in ("activity", "activity-close"))

    assert "开始时间 15:00 还没到" in at_ten.get(record).content.decode()
    assert "请勾选后再办结" in at_ten.post(close, follow=True).content.decode()
    at_ten.post(close, {"held_early": "on"})
    activity.refresh_from_db()
    assert activity.is_closed


def test_a_closed_record_is_put_right_and_says_so(client, person, hold, branch_a, branch_b, three):
    activity = hold(branch_a, THEME_DAY, DAY)
    ways = {"pk": activity.pk}
    record, reopen = (reverse(name, kwargs=ways) for name in ("activity", "activity-reopen"))
    sent = {"reason": "陈卓实为请假"}
    assert "确认退回更正" in client.get(record).content.decode()
    assert person(Role.SECRETARY, branch_b).post(reopen, sent).status_code == 404
    assert "请写明更正原因。" in client.post(reopen, {}, follow=True).content.decode()
    assert activity.attendances.filter(is_counted=True).count() == 3

    answer = client.post(reopen, sent, follow=True)
    assert "更正中：重新办结以前，不计入积分和台账。" in answer.content.decode()
    assert activity.attendances.filter(is_counted=True).count() == 0

    right = typed(three) | {f"status_{three[0].pk}": "LEAVE"}
    closed = client.post(reverse("activity-edit", kwargs=ways), right, follow=True)
    assert closed.redirect_chain == [(record, 302)]
    today = timezone.localdate()
    day = f"{today.year}年{today.month}月{today.day}日"
    assert f"更正：{day}，周岚，陈卓实为请假" in closed.content.decode()
    assert "更正中" not in closed.content.decode()
    assert activity.attendances.filter(is_counted=True).count() == 3


def test_the_list_names_leave_beside_the_rate(client, hold, branch_a, three):
    hold(branch_a, THEME_DAY, DAY, "PPL")

    assert "<small>请假 1 · 100.0%</small>" in client.get(reverse("activity-list")).content.decode()


def test_another_branch_cannot_be_named(client, branch_a, branch_b, three):
    for way in ("get", "post"):
        sent = typed(three, organization=str(branch_b.pk))
        assert getattr(client, way)(reverse("activity-new"), sent).status_code == 404


def test_a_group_leader_logs_the_own_group(person, branch_a, group_a, join):
    member = join(branch_a, "陈组员", group=group_a)
    leader = person(Role.GROUP_LEADER, group_a)

    kinds = leader.get(reverse("activity-new")).context["kinds"]
    leader.post(reverse("activity-new"), typed([member], kind="GROUP_MEETING"))

    assert [kind["label"] for kind in kinds] == ["党小组会"]
    assert Activity.objects.get().organization == group_a


def test_a_closed_record_opens_no_form(client, hold, branch_a, three):
    activity = hold(branch_a, THEME_DAY, DAY)

    for name in WRITERS:
        answer = client.get(reverse(name, kwargs={"pk": activity.pk}), follow=True)
        assert "这次活动已经办结。要改，请先退回更正并写明原因。" in answer.content.decode()


def test_closing_from_the_record_sends_to_the_form_with_the_reason(client, hold, branch_a, three):
    activity = hold(branch_a, THEME_DAY, DAY, close=False)

    answer = client.post(reverse("activity-close", kwargs={"pk": activity.pk}), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("activity-edit", kwargs={"pk": activity.pk})
    assert "还有 3 人没有登记到会：陈卓、李敏、王强。" in answer.content.decode()


def test_the_roll_page_saves_the_marks(client, hold, branch_a, three):
    activity = hold(branch_a, THEME_DAY, DAY, close=False)
    page = reverse("activity-roll", kwargs={"pk": activity.pk})

    client.post(page, {f"status_{member.pk}": "LATE" for member in three})

    assert set(Attendance.objects.values_list("status", flat=True)) == {"LATE"}


def test_printing_asks_for_one_job(client, hold, branch_a, three):
    activity = hold(branch_a, THEME_DAY, DAY)
    page = reverse("activity-print", kwargs={"pk": activity.pk})

    client.post(page)
    client.post(page)

    assert Job.objects.get().task == "activities.draw_record"


def test_a_member_reads_the_own_activities_and_nobody_elses_reason(
    person, hold, branch_a, join, three
):
    reader = person()
    own = join(branch_a, "周读", user=reader.user)
    activity = hold(branch_a, THEME_DAY, DAY, "LPPA")
    activity.attendances.filter(status="LEAVE").update(reason="家中有事")
    mine = activity.attendances.get(member=own)
    others = activity.attendances.exclude(member=own).first()

    rows = reader.get(reverse("my-activities")).context["rows"]
    page = reader.get(reverse("my-activity", kwargs={"pk": mine.pk}))

    assert [(row["title"], row["status"]) for row in rows] == [("主题党日", "缺席")]
    assert "学习党章，讨论年度计划。" in page.content.decode()
    assert "家中有事" not in page.content.decode()
    assert reader.get(reverse("my-activity", kwargs={"pk": others.pk})).status_code == 404


def test_those_in_charge_go_from_an_attendance_to_the_record(client, hold, branch_a, three):
    activity = hold(branch_a, THEME_DAY, DAY)
    row = activity.attendances.first()

    answer = client.get(reverse("my-activity", kwargs={"pk": row.pk}))

    assert answer.url == reverse("activity", kwargs={"pk": activity.pk})


def test_the_page_of_a_plan_offers_no_roll_yet(client, secretary, branch_a, three):
    ahead = timezone.localdate() + dt.timedelta(days=20)
    plan = operations.log(
        organization=branch_a, kind=THEME_DAY, details=details(ahead), by=secretary,
        at=moment(DAY),
    )  # fmt: skip

    context = client.get(reverse("activity", kwargs={"pk": plan.pk})).context

    assert (context["may_edit"], context["may_take_roll"], context["may_close"]) == (
        True, False, False,
    )  # fmt: skip


def statements(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_list_needs_as_many_statements_for_30_rows_as_for_1(client, hold, branch_a, three):
    hold(branch_a, THEME_DAY, DAY)
    urls = [reverse("activity-list"), f"{reverse('activity-list')}?view=calendar&month=2024-10"]
    one = [statements(client, url) for url in urls]
    for n in range(1, 30):
        hold(branch_a, THEME_DAY, DAY - dt.timedelta(days=n))

    assert [statements(client, url) for url in urls] == one


def test_roll_pages_need_as_many_statements_for_30_members_as_for_1(client, hold, branch_a, join):
    join(branch_a, "党员甲")
    few = hold(branch_a, THEME_DAY, DAY, close=False)
    names = ("activity", "activity-edit", "activity-roll", "activity-sheet")

    def counted(activity):
        return [statements(client, reverse(name, kwargs={"pk": activity.pk})) for name in names]

    one = counted(few)
    for n in range(29):
        join(branch_a, f"党员{n}")
    many = hold(branch_a, THEME_DAY, DAY + dt.timedelta(days=1), close=False)

    assert many.attendances.count() == 30
    assert counted(many) == one


def test_my_activities_need_as_many_statements_for_30_rows_as_for_1(person, hold, branch_a, join):
    reader = person()
    join(branch_a, "周读", user=reader.user)
    hold(branch_a, THEME_DAY, DAY)
    one = statements(reader, reverse("my-activities"))
    for n in range(1, 30):
        hold(branch_a, THEME_DAY, DAY - dt.timedelta(days=n))

    assert statements(reader, reverse("my-activities")) == one
