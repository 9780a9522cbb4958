"""The life of a record, from the plan to the day on which it stands."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from activities.models import Activity, ActivityCorrection, Attendance
from activities.operations import activities as operations
from activities.operations.details import Mark, Part
from activities.operations.refusals import (
    AlreadyLogged,
    CannotHold,
    NotBegun,
    RecordEmpty,
    Refused,
    RollIncomplete,
    TooEarly,
)
from activities.queries import activities as queries
from activities.rules.kinds import ActivityKind
from branches.models import AuditEntry, CalendarDay, Regulation, RegulationAdjustment
from branches.rules.workflow import StepNotAllowed
from members.models import Exemption
from members.rules.status import ExemptionReason, MemberStatus
from tests.activities.conftest import FOUNDED, details, moment

DAY = dt.date(2026, 10, 20)
THEME_DAY = ActivityKind.THEME_DAY


def log(branch, by, *, kind=THEME_DAY, day=DAY, at=None, marks=None, close=False, **changes):
    return operations.log(
        organization=branch,
        kind=kind,
        details=details(day, **changes),
        marks=marks,
        close=close,
        by=by,
        at=at or moment(day),
    )


def everybody(activity, status="PRESENT"):
    return dict.fromkeys(activity.attendances.values_list("member_id", flat=True), Mark(status))


def roll(activity):
    rows = activity.attendances.order_by("member__name_pinyin")
    return list(rows.values_list("member__name", "status"))


def test_one_operation_logs_and_closes(branch_a, secretary, three):
    marks = {three[0].pk: Mark("PRESENT"), three[1].pk: Mark("LEAVE", "出差"),
             three[2].pk: Mark("ABSENT")}  # fmt: skip

    activity = log(branch_a, secretary, marks=marks, close=True)

    assert activity.state == "CLOSED"
    assert activity.closed_at == moment(DAY)
    rows = Attendance.objects.order_by("member__name_pinyin").values_list(
        "member__name", "status", "reason", "is_counted", "branch_id", "kind", "held_on"
    )
    fixed = (True, branch_a.pk, "THEME_DAY", DAY)
    assert list(rows) == [
        ("陈卓", "PRESENT", "", *fixed),
        ("李敏", "LEAVE", "出差", *fixed),
        ("王强", "ABSENT", "", *fixed),
    ]
    actions = AuditEntry.objects.filter(action__startswith="activity.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["activity.logged", "activity.closed"]


def test_the_roll_is_who_belonged_to_the_branch_that_day(branch_a, branch_b, secretary, join):
    join(branch_a, "陈卓")
    join(branch_a, "李敏", status=MemberStatus.PROBATIONARY)
    join(branch_a, "王强", since=DAY)  # came that day
    join(branch_a, "赵迟", since=DAY + dt.timedelta(days=1))  # comes tomorrow
    join(branch_a, "钱走", until=DAY)  # left that day
    join(branch_a, "孙将走", status=MemberStatus.LEFT, until=DAY + dt.timedelta(days=1))
    join(branch_a, "周停", status=MemberStatus.SUSPENDED)
    join(branch_b, "吴外")
    ill = join(branch_a, "郑病")
    back = join(branch_a, "冯愈")
    Exemption.objects.create(member=ill, reason=ExemptionReason.ILL, started_on=DAY)
    Exemption.objects.create(
        member=back, reason=ExemptionReason.ILL, started_on=FOUNDED, ended_on=DAY
    )

    activity = log(branch_a, secretary)

    assert [name for name, _ in roll(activity)] == ["陈卓", "冯愈", "李敏", "孙将走", "王强"]


def test_the_committee_and_the_group_are_called_by_themselves(
    branch_a, group_a, secretary, join, person
):
    join(branch_a, "周岚", user=secretary)
    deputy = person("COMMITTEE_MEMBER", branch_a).user
    person("REVIEWER", branch_a)
    join(branch_a, "郑委员", user=deputy)
    join(branch_a, "陈组员", group=group_a)

    committee = log(branch_a, secretary, kind=ActivityKind.COMMITTEE)
    group = log(group_a, secretary, kind=ActivityKind.GROUP_MEETING)

    assert {name for name, _ in roll(committee)} == {"周岚", "郑委员"}
    assert [name for name, _ in roll(group)] == ["陈组员"]
    assert group.attendances.get().branch_id == branch_a.pk


@pytest.mark.parametrize(
    ("kind", "at_group"), [(ActivityKind.GROUP_MEETING, False), (THEME_DAY, True)]
)
def test_a_kind_is_held_where_it_belongs(branch_a, group_a, secretary, kind, at_group):
    with pytest.raises(CannotHold):
        log(group_a if at_group else branch_a, secretary, kind=kind)


def test_nothing_is_held_before_the_founding(branch_a, secretary):
    with pytest.raises(CannotHold, match="成立于"):
        log(branch_a, secretary, day=FOUNDED - dt.timedelta(days=1), at=moment(DAY))


@pytest.mark.parametrize(
    ("held_on", "due_on"),
    [
        (dt.date(2026, 10, 20), dt.date(2026, 10, 23)),  # Tuesday → Friday
        (dt.date(2026, 10, 23), dt.date(2026, 10, 28)),  # Friday → Wednesday
        (dt.date(2024, 2, 29), dt.date(2024, 3, 5)),  # leap day, a Thursday
        (dt.date(2024, 12, 31), dt.date(2025, 1, 6)),  # over New Year's Day and a weekend
        (dt.date(2024, 9, 30), dt.date(2024, 10, 10)),  # 国庆 1–7; 12 October is worked
        (dt.date(2024, 10, 10), dt.date(2024, 10, 14)),  # 调休: Saturday the 12th counts
    ],
)
def test_the_record_is_due_on_the_third_working_day(branch_a, held_on, due_on):
    assert operations.record_due_on(branch_a, held_on) == due_on


def test_the_deadline_follows_the_offices_own_calendar_and_rule(branch_a, secretary):
    CalendarDay.objects.create(day=dt.date(2026, 10, 21), is_working=False)
    assert operations.record_due_on(branch_a, DAY) == dt.date(2026, 10, 26)

    Regulation.objects.filter(code="M23").update(parameters={"working_days": 5})
    assert operations.record_due_on(branch_a, DAY) == dt.date(2026, 10, 28)

    RegulationAdjustment.objects.create(
        committee=branch_a.parent, code="M23", parameters={"working_days": 1}, reason="文件",
        effective_from=DAY, made_by=secretary, made_at=moment(DAY),
    )  # fmt: skip
    assert operations.record_due_on(branch_a, DAY) == dt.date(2026, 10, 22)

    Regulation.objects.filter(code="M23").delete()
    assert operations.record_due_on(branch_a, DAY) == dt.date(2026, 10, 26)


@pytest.mark.parametrize(
    ("entered", "late"),
    [(dt.date(2026, 10, 23), ""), (dt.date(2026, 10, 24), "补登"), (dt.date(2026, 12, 1), "补登")],
)
def test_a_late_entry_is_shown_and_never_back_dated(branch_a, secretary, three, entered, late):
    activity = log(branch_a, secretary, at=moment(entered))

    assert activity.held_on == DAY
    assert timezone.localdate(activity.entered_at) == entered
    assert queries.lateness(activity, entered) == late


def test_closing_late_is_shown_too(branch_a, secretary, three):
    activity = log(branch_a, secretary)
    assert queries.lateness(activity, dt.date(2026, 10, 24)) == "逾期未办结"

    operations.take_roll(activity=activity, marks=everybody(activity), by=secretary, at=moment(DAY))
    closed = operations.close(activity=activity, by=secretary, at=moment(dt.date(2026, 10, 24)))

    assert queries.lateness(closed, dt.date(2026, 12, 1)) == "逾期办结"


def test_closing_names_who_is_not_marked(branch_a, secretary, three):
    activity = log(branch_a, secretary, marks={three[0].pk: Mark("PRESENT")})

    with pytest.raises(RollIncomplete) as refusal:
        operations.close(activity=activity, by=secretary, at=moment(DAY))

    assert str(refusal.value) == "还有 2 人没有登记到会：李敏、王强。"
    assert refusal.value.names == ("李敏", "王强")
    activity.refresh_from_db()
    assert activity.state == "OPEN"
    assert not Attendance.objects.filter(is_counted=True).exists()


def test_a_refused_closing_leaves_nothing_logged(branch_a, secretary, three):
    with pytest.raises(RollIncomplete):
        log(branch_a, secretary, close=True)

    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("summary", "parts", "is_enough"),
    [
        ("", (), False),
        (" \n", (Part("学", "  "),), False),
        ("学习党章", (), True),
        ("", (Part("学", ""), Part("会", "讨论计划")), True),
    ],
)
def test_something_must_be_written_down(branch_a, secretary, three, summary, parts, is_enough):
    marks = {member.pk: Mark("PRESENT") for member in three}
    given = {"marks": marks, "summary": summary, "parts": parts, "close": True}

    if is_enough:
        assert log(branch_a, secretary, **given).is_closed
    else:
        with pytest.raises(RecordEmpty):
            log(branch_a, secretary, **given)


def test_nobody_on_the_roll_cannot_be_closed(branch_a, secretary):
    with pytest.raises(RollIncomplete, match="应到名单是空的"):
        log(branch_a, secretary, kind=ActivityKind.COMMITTEE, close=True)


def test_a_closed_record_never_changes(branch_a, secretary, three, hold):
    activity = hold(branch_a, THEME_DAY, DAY)
    before = roll(activity)
    again = {"activity": activity, "by": secretary, "at": moment(DAY, 20)}

    for step in (
        lambda: operations.change(details=details(DAY, title="改"), **again),
        lambda: operations.take_roll(marks=everybody(activity, "ABSENT"), **again),
        lambda: operations.close(**again),
        lambda: operations.cancel(reason="重复", **again),
    ):
        with pytest.raises(StepNotAllowed):
            step()

    activity.refresh_from_db()
    assert (activity.state, activity.title, roll(activity)) == ("CLOSED", "主题党日", before)


def test_before_the_day_there_is_a_plan_and_no_more(branch_a, secretary, three):
    yesterday = moment(DAY - dt.timedelta(days=1), 23)
    activity = log(branch_a, secretary, at=yesterday)

    assert (activity.state, len(roll(activity))) == ("PLANNED", 3)
    with pytest.raises(TooEarly):
        operations.take_roll(
            activity=activity, marks=everybody(activity), by=secretary, at=yesterday
        )
    with pytest.raises(TooEarly):
        operations.close(activity=activity, by=secretary, at=yesterday)

    operations.take_roll(
        activity=activity, marks=everybody(activity), by=secretary, at=moment(DAY, 0)
    )
    activity.refresh_from_db()
    assert activity.state == "OPEN"


@pytest.mark.parametrize(
    ("starts_at", "held_early", "is_closed"),
    [
        (dt.time(17, 0), False, True),  # it begins this very minute
        (dt.time(17, 1), False, False),
        (dt.time(17, 1), True, True),
        (dt.time(9, 0), True, True),
    ],
)
def test_a_meeting_of_today_that_has_not_begun_is_asked_about_once(
    branch_a, secretary, three, starts_at, held_early, is_closed
):
    activity = log(branch_a, secretary, starts_at=starts_at)
    operations.take_roll(activity=activity, marks=everybody(activity), by=secretary, at=moment(DAY))
    asked = {"activity": activity, "held_early": held_early, "by": secretary, "at": moment(DAY)}

    if is_closed:
        operations.close(**asked)
    else:
        with pytest.raises(NotBegun, match="开始时间 17:01 还没到（现在 17:00）"):
            operations.close(**asked)

    activity.refresh_from_db()
    assert activity.is_closed == is_closed


def test_that_it_was_held_early_is_kept_only_where_it_was(branch_a, secretary, three):
    marks = {member.pk: Mark("PRESENT") for member in three}
    given = {"marks": marks, "close": True, "held_early": True}
    for starts_at in (dt.time(17, 1), dt.time(9, 0)):
        operations.log(
            organization=branch_a, kind=THEME_DAY, details=details(DAY, starts_at=starts_at),
            **given, by=secretary, at=moment(DAY),
        )  # fmt: skip

    closings = AuditEntry.objects.filter(action="activity.closed").order_by("pk")
    assert [each.after.get("held_early") for each in closings] == [True, None]


def test_a_record_with_marks_does_not_move_into_the_future(branch_a, secretary, three):
    activity = log(branch_a, secretary, marks={three[0].pk: Mark("PRESENT")})

    with pytest.raises(TooEarly):
        operations.change(
            activity=activity,
            details=details(DAY + dt.timedelta(days=1)),
            by=secretary,
            at=moment(DAY),
        )


def test_a_new_day_brings_a_new_roll_and_a_new_deadline(branch_a, secretary, three, join):
    join(branch_a, "赵新", since=DAY)
    marks = {member.pk: Mark("PRESENT") for member in three}
    activity = log(branch_a, secretary, marks=marks)
    day_before = DAY - dt.timedelta(days=1)

    operations.change(activity=activity, details=details(day_before), by=secretary, at=moment(DAY))

    activity.refresh_from_db()
    assert activity.record_due_on == dt.date(2026, 10, 22)
    assert roll(activity) == [("陈卓", "PRESENT"), ("李敏", "PRESENT"), ("王强", "PRESENT")]
    assert set(activity.attendances.values_list("held_on", flat=True)) == {day_before}


def test_who_joins_before_the_day_of_a_plan_is_called(branch_a, secretary, three, join):
    activity = log(branch_a, secretary, at=moment(DAY - dt.timedelta(days=9)))
    join(branch_a, "赵新", since=DAY - dt.timedelta(days=1))

    operations.take_roll(activity=activity, marks={}, by=secretary, at=moment(DAY))

    assert [name for name, _ in roll(activity)] == ["陈卓", "李敏", "王强", "赵新"]


def test_a_mark_for_somebody_who_is_not_called_is_not_written(
    branch_a, branch_b, secretary, three, join
):
    stranger = join(branch_b, "吴外")

    activity = log(branch_a, secretary, marks={stranger.pk: Mark("PRESENT")})

    assert activity.state == "PLANNED"
    assert not Attendance.objects.filter(member=stranger).exists()


def test_the_same_meeting_is_not_logged_twice(branch_a, secretary, three):
    first = log(branch_a, secretary)
    with pytest.raises(AlreadyLogged):
        log(branch_a, secretary)

    operations.cancel(activity=first, reason="改期", by=secretary, at=moment(DAY))
    assert log(branch_a, secretary).pk != first.pk


@pytest.mark.parametrize("reason", ["", "  "])
def test_cancelling_asks_for_a_reason(branch_a, secretary, three, reason):
    activity = log(branch_a, secretary)

    with pytest.raises(Refused, match="请写明原因"):
        operations.cancel(activity=activity, reason=reason, by=secretary, at=moment(DAY))


def test_a_reason_leaves_room_for_what_is_said_before_it(branch_a, secretary, three):
    activity = log(branch_a, secretary)
    given = {"activity": activity, "by": secretary, "at": moment(DAY)}

    with pytest.raises(Refused, match="原因最多 90 个字"):
        operations.cancel(reason="修" * 91, **given)
    assert operations.cancel(reason="修" * 90, **given).is_cancelled


def test_a_cancelled_record_keeps_its_reason_and_counts_for_nothing(branch_a, secretary, three):
    marks = {member.pk: Mark("PRESENT") for member in three}
    activity = log(branch_a, secretary, marks=marks)

    operations.cancel(activity=activity, reason=" 改期 ", by=secretary, at=moment(DAY))

    activity.refresh_from_db()
    assert (activity.state, activity.cancel_reason) == ("CANCELLED", "改期")
    assert not Attendance.objects.filter(is_counted=True).exists()


@pytest.mark.parametrize("members", [1, 30])
def test_the_number_of_statements_does_not_grow_with_the_roll(
    branch_a, secretary, join, django_assert_max_num_queries, members
):
    for n in range(members):
        join(branch_a, f"党员{n}")
    marks = {pk: Mark("PRESENT") for pk in branch_a.memberships.values_list("member_id", flat=True)}

    # A good third of them reads the minutes for the version that stays.
    with django_assert_max_num_queries(34):
        log(branch_a, secretary, marks=marks, close=True)


def test_a_closed_record_is_opened_again_put_right_and_closed(branch_a, secretary, three):
    marks = {member.pk: Mark("PRESENT") for member in three}
    activity = log(branch_a, secretary, marks=marks, close=True)
    later = moment(DAY + dt.timedelta(days=1))

    operations.reopen(activity=activity, reason=" 陈卓实为请假 ", by=secretary, at=later)
    activity.refresh_from_db()
    assert (activity.state, activity.closed_at) == ("OPEN", None)
    assert not Attendance.objects.filter(is_counted=True).exists()

    right = {three[0].pk: Mark("LEAVE", "出差")}
    operations.take_roll(activity=activity, marks=right, by=secretary, at=later)
    operations.close(activity=activity, by=secretary, at=later)

    activity.refresh_from_db()
    assert (activity.state, activity.closed_at) == ("CLOSED", later)
    rows = Attendance.objects.order_by("member__name_pinyin").values_list("status", "is_counted")
    assert list(rows) == [("LEAVE", True), ("PRESENT", True), ("PRESENT", True)]
    made = ActivityCorrection.objects.values_list("activity", "reason", "made_by", "made_at")
    assert list(made) == [(activity.pk, "陈卓实为请假", secretary.pk, later)]
    entry = AuditEntry.objects.get(action="activity.reopened")
    assert entry.after == {"reason": "陈卓实为请假"}


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopening_asks_for_a_reason(branch_a, secretary, three, reason):
    marks = {member.pk: Mark("PRESENT") for member in three}
    activity = log(branch_a, secretary, marks=marks, close=True)

    with pytest.raises(Refused, match="更正原因"):
        operations.reopen(activity=activity, reason=reason, by=secretary, at=moment(DAY))

    assert set(Attendance.objects.values_list("is_counted", flat=True)) == {True}


def test_an_open_record_is_not_reopened(branch_a, secretary, three):
    activity = log(branch_a, secretary)

    with pytest.raises(StepNotAllowed):
        operations.reopen(activity=activity, reason="误点", by=secretary, at=moment(DAY))

    assert not ActivityCorrection.objects.exists()
