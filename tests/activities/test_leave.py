"""Leave and making up: asking, answering, withdrawing; what was done instead."""

import datetime as dt

import pytest
from django.urls import reverse

from activities.duties import leaves as duties
from activities.models import Attendance, Leave, MakeUp
from activities.operations import activities as operations
from activities.operations import leave, make_ups
from activities.operations.details import Mark
from activities.operations.refusals import Refused
from activities.queries import leaves
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry, Notice, Post, Regulation, User
from branches.rules.roles import Role
from tests.activities.conftest import FOUNDED, SHANGHAI, details

DAY = dt.date(2026, 10, 20)


def clock(text: str, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(text), SHANGHAI)


@pytest.fixture
def reader(at) -> User:
    return User.objects.create(username="reader", name="李敏", created_at=at, password="!")


@pytest.fixture
def member(branch_a, join, reader):
    return join(branch_a, "李敏", user=reader)


@pytest.fixture
def meeting(branch_a, member, join, secretary):
    join(branch_a, "王强")
    return operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY, details=details(DAY), by=secretary,
        at=clock("09:00"),
    )  # fmt: skip


def asked(meeting, member, at: dt.datetime | None = None) -> Leave:
    return leave.ask(
        activity=meeting, member=member, reason=" 当日值班 ", by=member.user,
        at=at or clock("10:00"),
    )  # fmt: skip


def answered(row: Leave, by: User, *, grant: bool = True, note: str = "", at="11:00") -> Leave:
    return leave.answer(leave=row, grant=grant, note=note, by=by, at=clock(at))


def roll(meeting) -> list[tuple[str, str]]:
    rows = meeting.attendances.order_by("member__name_pinyin")
    return list(rows.values_list("status", "reason"))


def test_asking_tells_those_who_keep_the_record(meeting, member, secretary):
    row = asked(meeting, member)

    assert (row.state, row.reason, row.is_late) == ("ASKED", "当日值班", False)
    assert [(n.recipient, n.text) for n in Notice.objects.all()] == [
        (secretary, "李敏请假：主题党日，请答复。")
    ]
    entry = AuditEntry.objects.get(action="leave.asked")
    assert entry.after == {"person": "李敏", "is_late": False}  # why is nobody else's business


@pytest.mark.parametrize(
    ("hours_before", "when", "late"),
    [
        (0, "15:00", False),
        (0, "15:01", True),  # late is shown, never refused for that alone
        (2, "13:00", False),
        (2, "13:01", True),
    ],
)
def test_the_deadline_is_a_parameter(meeting, member, hours_before, when, late):
    Regulation.objects.filter(code="L1").update(parameters={"hours_before": hours_before})

    assert asked(meeting, member, clock(when)).is_late == late


def test_twice_is_not_asked_but_after_a_refusal_again(meeting, member, secretary):
    first = asked(meeting, member)
    with pytest.raises(Refused, match="已经请过假"):
        asked(meeting, member)
    answered(first, secretary, grant=False, note="需要您主讲")

    again = asked(meeting, member, clock("12:00"))

    assert again.pk != first.pk
    assert leaves.standing(meeting, member.pk) == again


def test_who_is_not_called_asks_for_nothing(meeting, branch_b, join, at):
    user = User.objects.create(username="other", name="外人", created_at=at, password="!")
    stranger = join(branch_b, "外人", user=user)

    with pytest.raises(Refused, match="不在这次活动的应到名单"):
        asked(meeting, stranger)


@pytest.mark.parametrize(("note", "stands"), [("", "ASKED"), ("  ", "ASKED"), ("有事", "REFUSED")])
def test_a_refusal_says_why(meeting, member, secretary, note, stands):
    row = asked(meeting, member)
    if stands == "ASKED":
        with pytest.raises(Refused, match="原因"):
            answered(row, secretary, grant=False, note=note)
    else:
        answered(row, secretary, grant=False, note=note)
    row.refresh_from_db()

    assert row.state == stands


@pytest.mark.parametrize("grant", [True, False])
def test_the_audit_does_not_keep_why(meeting, member, secretary, grant):
    answered(asked(meeting, member), secretary, grant=grant, note="手术后休养")

    entries = AuditEntry.objects.filter(object_type="activities.activity")
    kept = [(entry.before, entry.after) for entry in entries]
    assert "手术" not in str(kept) and "值班" not in str(kept)
    assert AuditEntry.objects.get(action="leave.answered").after == {
        "person": "李敏", "leave": "APPROVED" if grant else "REFUSED", "own": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("grant", "said"), [(True, "主题党日的请假已准假。"), (False, "主题党日的请假未准假。")]
)
def test_whoever_asked_is_told_and_reads_why_on_the_page(
    meeting, member, secretary, reader, client, grant, said
):
    answered(asked(meeting, member), secretary, grant=grant, note="术后不宜久坐")

    [notice] = Notice.objects.filter(recipient=reader)
    called = Attendance.objects.get(activity=meeting, member=member)
    assert (notice.text, notice.url) == (said, reverse("my-activity", kwargs={"pk": called.pk}))
    client.force_login(reader)
    assert "术后不宜久坐" in client.get(notice.url).content.decode()


@pytest.mark.parametrize(
    ("written", "granted_at", "stands"),
    [
        (None, "11:00", ("LEAVE", "当日值班")),
        ("UNMARKED", "15:30", ("LEAVE", "当日值班")),
        ("ABSENT", "15:30", ("ABSENT", "")),  # a mark the chair has made stays
    ],
)
def test_leave_granted_comes_onto_the_roll(meeting, member, secretary, written, granted_at, stands):
    row = asked(meeting, member)
    other = meeting.attendances.exclude(member=member).get().member_id
    marks = {other: Mark("PRESENT")} | ({member.pk: Mark(written)} if written else {})
    if written:
        operations.take_roll(activity=meeting, marks=marks, by=secretary, at=clock("15:10"))
        meeting.refresh_from_db()
    answered(row, secretary, at=granted_at)
    if not written:
        operations.take_roll(activity=meeting, marks=marks, by=secretary, at=clock("15:10"))

    assert roll(meeting) == [stands, ("PRESENT", "")]


def test_before_the_day_leave_marks_nobody(meeting, member, secretary):
    yesterday = DAY - dt.timedelta(days=1)
    row = asked(meeting, member, clock("10:00", yesterday))
    leave.answer(leave=row, grant=True, note="", by=secretary, at=clock("11:00", yesterday))

    operations.change(
        activity=meeting, details=details(DAY, place="礼堂"), by=secretary,
        at=clock("12:00", yesterday),
    )  # fmt: skip

    meeting.refresh_from_db()
    assert (meeting.state, roll(meeting)) == ("PLANNED", [("UNMARKED", ""), ("UNMARKED", "")])


@pytest.mark.parametrize(
    ("granted", "today", "words", "status"),
    [
        (True, DAY - dt.timedelta(days=1), "李敏（已准假）", "UNMARKED"),
        (True, DAY, "李敏（已准假）", "LEAVE"),
        (False, DAY - dt.timedelta(days=1), "李敏、", "UNMARKED"),
    ],
)
def test_leave_granted_stands_beside_the_name_before_the_roll_is_taken(
    meeting, member, secretary, client, monkeypatch, granted, today, words, status
):
    answered(asked(meeting, member), secretary, grant=granted, note="" if granted else "值班可调")
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock("12:00", today))
    client.force_login(secretary)

    record = client.get(reverse("activity", kwargs={"pk": meeting.pk})).content.decode()
    assert words in record
    assert ("已准假 1 人" in record) is granted
    for name in ("activity-roll", "activity-edit"):
        page = client.get(reverse(name, kwargs={"pk": meeting.pk}))
        marks = {entry.name: entry.status for entry in page.context["roll"].entries}
        assert marks == {"李敏": status, "王强": "UNMARKED"}
        assert ("已准假" in page.content.decode()) is granted


@pytest.mark.parametrize(
    ("granted", "when", "works"),
    [(False, "14:59", 1), (True, "14:59", 1), (True, "15:00", 0), (False, "15:00", 0)],
)  # fmt: skip
def test_withdrawing_until_the_beginning(meeting, member, secretary, granted, when, works):
    row = asked(meeting, member)
    if granted:
        answered(row, secretary)
    if works:
        leave.withdraw(leave=row, by=member.user, at=clock(when))
    else:
        with pytest.raises(Refused, match="已经开始"):
            leave.withdraw(leave=row, by=member.user, at=clock(when))
    row.refresh_from_db()

    assert (row.state == "WITHDRAWN") == bool(works)
    operations.take_roll(activity=meeting, marks={}, by=secretary, at=clock("15:30"))
    assert roll(meeting)[0][0] == ("LEAVE" if granted and not works else "UNMARKED")


@pytest.mark.parametrize("others", [True, False])
def test_ones_own_is_answered_by_others_where_there_are_any(
    meeting, branch_a, member, reader, secretary, others
):
    Post.objects.create(user=reader, organization=branch_a, role=Role.DEPUTY_SECRETARY,
                        started_on=FOUNDED)  # fmt: skip
    if not others:
        Post.objects.filter(user=secretary).update(ended_on=DAY)
    row = asked(meeting, member)
    grants = Grants.of(reader, DAY)

    assert [duty.why for duty in duties.due(reader, grants, DAY)] == (
        [] if others else ["李敏 · 10 月 20 日主题党日"]
    )
    if others:
        with pytest.raises(Refused, match="可以请 周岚 答复"):
            answered(row, reader)
    else:
        answered(row, reader)
        assert AuditEntry.objects.get(action="leave.answered").after["own"] is True


def test_the_committee_above_counts_as_somebody_else(
    meeting, committee, branch_a, member, reader, secretary, person
):
    Post.objects.filter(user=secretary).update(user=reader)
    person(Role.SECRETARY, committee)

    row = asked(meeting, member)

    with pytest.raises(Refused, match="人员01"):
        answered(row, reader)


@pytest.mark.parametrize("count", [1, 30])
def test_the_line_of_what_is_due_takes_one_statement(
    meeting, branch_a, join, secretary, at, django_assert_num_queries, count
):
    for n in range(count):
        user = User.objects.create(username=f"m{n}", name=f"党员{n}", created_at=at, password="!")
        fellow = join(branch_a, f"党员{n}", user=user)
        operations.take_roll(activity=meeting, marks={}, by=secretary, at=clock("09:30"))
        asked(meeting, fellow)
    grants = Grants.of(secretary, DAY)

    with django_assert_num_queries(1):
        lines = duties.due(secretary, grants, DAY)

    more = " 等 30 人" if count > 3 else ""
    names = "、".join(f"党员{n}" for n in range(min(count, 3)))
    assert [line.why for line in lines] == [f"{names}{more} · 10 月 20 日主题党日"]
    assert lines[0].url == ("/leaves/" if count > 1 else f"/leaves/{Leave.objects.get().pk}/")


# Making up.


@pytest.fixture
def closed(meeting, member, secretary):
    """Closed: 李敏 absent, 王强 present."""
    marks = {
        row.member_id: Mark("ABSENT" if row.member_id == member.pk else "PRESENT")
        for row in meeting.attendances.all()
    }
    operations.take_roll(activity=meeting, marks=marks, by=secretary, at=clock("16:00"))
    return operations.close(activity=meeting, by=secretary, at=clock("17:00"))


def made_up(activity, secretary, *, done_on=DAY, attendances=None, content="送学习材料上门"):
    if attendances is None:
        attendances = [row.pk for row in leaves.missed(activity)]
    return make_ups.record(
        activity=activity, attendances=attendances, method="HOME_VISIT", done_on=done_on,
        content=content, by=secretary, at=clock("09:00", DAY + dt.timedelta(days=3)),
    )  # fmt: skip


def test_making_up_stands_beside_the_mark(closed, secretary):
    made_up(closed, secretary, done_on=DAY + dt.timedelta(days=2))

    assert [(m.method, m.done_on, m.content) for m in MakeUp.objects.all()] == [
        ("HOME_VISIT", DAY + dt.timedelta(days=2), "送学习材料上门")
    ]
    assert [status for status, _ in roll(closed)] == ["ABSENT", "PRESENT"]
    assert AuditEntry.objects.get(action="make_up.recorded").after["people"] == ["李敏"]


@pytest.mark.parametrize(
    ("days", "content", "refused"),
    [(-1, "x", True), (0, "x", False), (3, "x", False), (4, "x", True), (1, "  ", True)],
)
def test_what_a_making_up_must_say(closed, secretary, days, content, refused):
    day = DAY + dt.timedelta(days=days)
    if refused:
        with pytest.raises(Refused):
            made_up(closed, secretary, done_on=day, content=content)
    else:
        made_up(closed, secretary, done_on=day, content=content)

    assert MakeUp.objects.count() == (not refused)


def test_only_those_who_missed_a_closed_activity_make_up(meeting, closed, secretary):
    there = meeting.attendances.get(status="PRESENT").pk
    with pytest.raises(Refused, match="请选择补课的人"):
        made_up(closed, secretary, attendances=[there])
    made_up(closed, secretary)
    with pytest.raises(Refused, match="请选择补课的人"):
        made_up(closed, secretary)
    operations.reopen(activity=meeting, reason="更正", by=secretary, at=clock("18:00"))
    with pytest.raises(Refused, match="办结以后"):
        made_up(meeting, secretary)

    assert MakeUp.objects.count() == 1


def test_a_mistake_is_taken_back_and_audited(closed, secretary):
    made = made_up(closed, secretary)[0]

    make_ups.remove(activity=closed, attendance=made.attendance_id, by=secretary, at=clock("18:00"))

    assert MakeUp.objects.count() == 0
    assert AuditEntry.objects.get(action="make_up.removed").before["people"] == ["李敏"]


def test_nobody_writes_down_the_own_making_up(closed, reader, secretary):
    with pytest.raises(Refused, match="不能给自己登记补课，请由其他支部委员或上级党委登记"):
        made_up(closed, reader)
    assert MakeUp.objects.count() == 0

    made_up(closed, secretary)

    assert MakeUp.objects.count() == 1


def test_nobody_takes_back_the_own_making_up(closed, reader, secretary):
    made = made_up(closed, secretary)[0]

    with pytest.raises(Refused, match="不能删除自己的补课记录，请由其他支部委员或上级党委办理"):
        make_ups.remove(
            activity=closed, attendance=made.attendance_id, by=reader, at=clock("18:00")
        )

    assert MakeUp.objects.count() == 1
