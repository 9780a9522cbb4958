"""An activity held several times for several shifts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from activities.models import Activity, Attendance, Sitting
from activities.operations import activities as operations
from activities.operations import sittings
from activities.operations.details import Mark
from activities.operations.refusals import Refused, TooEarly
from activities.operations.sittings import SittingDetails
from activities.queries import documents
from activities.rules.kinds import KINDS, ActivityKind
from branches.models import AuditEntry
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from tests.activities.conftest import details, moment

DAY = dt.date(2024, 10, 22)
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def activity(hold, branch_a, three) -> Activity:
    return hold(branch_a, ActivityKind.STUDY, DAY, close=False)


def given(label="中班", day=DAY, hour=16, place="二号会议室"):
    return SittingDetails(label, day, dt.time(hour), None, place)


@pytest.fixture
def divided(activity, secretary) -> Activity:
    """早班 on the day itself, 中班 in the afternoon, 夜班 past midnight."""
    sittings.add(
        activity=activity, details=given(), first_label="早班", by=secretary, at=moment(DAY)
    )
    sittings.add(activity=activity, details=given("夜班", NEXT, 0), by=secretary, at=moment(DAY))
    return activity


def shown(activity):
    return list(
        Sitting.objects.filter(activity=activity).values_list("ordinal", "label", "held_on")
    )


def test_with_the_first_added_the_activity_itself_becomes_a_sitting(divided):
    assert shown(divided) == [(1, "早班", DAY), (2, "中班", DAY), (3, "夜班", NEXT)]
    own = divided.sittings.first()
    assert (own.starts_at, own.place) == (divided.starts_at, divided.place)
    assert AuditEntry.objects.filter(action="sitting.added").count() == 2


@pytest.mark.parametrize("kind", [kind for kind, rule in KINDS.items() if rule.decides])
def test_what_votes_is_not_divided(hold, branch_a, three, secretary, kind):
    meeting = hold(branch_a, kind, DAY, close=False)

    with pytest.raises(Refused, match="涉及表决的会议不能分场召开"):
        sittings.add(activity=meeting, details=given(), by=secretary, at=moment(DAY))
    assert shown(meeting) == []


def test_a_closed_record_is_not_divided(hold, branch_a, three, secretary):
    closed = hold(branch_a, ActivityKind.STUDY, DAY, "PPP")

    with pytest.raises(StepNotAllowed):
        sittings.add(activity=closed, details=given(), by=secretary, at=moment(DAY))


def test_taking_the_second_away_leaves_the_activity_undivided(activity, secretary):
    added = sittings.add(activity=activity, details=given(), by=secretary, at=moment(DAY))

    sittings.remove(sitting=added, by=secretary, at=moment(DAY))

    assert shown(activity) == []


def test_the_first_is_the_activity_itself(divided, secretary):
    with pytest.raises(Refused, match="第一场就是活动本身"):
        sittings.remove(sitting=divided.sittings.first(), by=secretary, at=moment(DAY))


def test_a_sitting_somebody_came_to_stays(divided, three, secretary):
    noon = divided.sittings.get(label="中班")
    mark(divided, secretary, {three[0]: noon})

    with pytest.raises(Refused, match="已有 1 人登记在“中班”"):
        sittings.remove(sitting=noon, by=secretary, at=moment(DAY))


def mark(activity, by, where, at=None, status="PRESENT"):
    operations.take_roll(
        activity=activity,
        marks={who.pk: Mark(status, sitting=at_ and at_.pk) for who, at_ in where.items()},
        by=by,
        at=at or moment(NEXT),
    )


def marked(activity):
    return list(
        Attendance.objects.filter(activity=activity)
        .order_by("member__name_pinyin")
        .values_list("status", "sitting__label", "held_on")
    )


def test_the_roll_knows_who_came_to_which_and_the_day_stays_the_activitys(
    divided, three, secretary
):
    early, noon, night = divided.sittings.all()
    mark(divided, secretary, dict(zip(three, (early, noon, night), strict=True)))

    assert marked(divided) == [
        ("PRESENT", "早班", DAY), ("PRESENT", "中班", DAY), ("PRESENT", "夜班", DAY),
    ]  # fmt: skip


def test_a_mark_without_a_sitting_keeps_it_and_an_absence_clears_it(divided, three, secretary):
    early = divided.sittings.first()
    mark(divided, secretary, {three[0]: early, three[1]: early})
    mark(divided, secretary, {three[0]: None}, status="LATE")
    mark(divided, secretary, {three[1]: early}, status="ABSENT")

    assert marked(divided)[:2] == [("LATE", "早班", DAY), ("ABSENT", None, DAY)]


def test_nobody_is_marked_at_a_sitting_to_come(divided, three, secretary):
    night = divided.sittings.last()

    with pytest.raises(TooEarly, match="夜班"):
        mark(divided, secretary, {three[0]: night}, at=moment(DAY))


def test_nor_at_a_sitting_of_another_activity(divided, three, secretary, hold, branch_a):
    other = hold(branch_a, ActivityKind.STUDY, NEXT, close=False)
    foreign = sittings.add(activity=other, details=given(day=NEXT), by=secretary, at=moment(NEXT))

    with pytest.raises(Refused, match="重新选择场次"):
        mark(divided, secretary, {three[0]: foreign})


def test_it_is_closed_after_the_last_sitting(divided, three, secretary):
    early = divided.sittings.first()
    mark(divided, secretary, dict.fromkeys(three, early), at=moment(DAY))

    with pytest.raises(TooEarly, match="各场都开完再办结"):
        operations.close(activity=divided, by=secretary, at=moment(DAY))
    operations.close(activity=divided, by=secretary, at=moment(NEXT))


def test_the_sittings_move_with_the_activity(divided, secretary):
    later = DAY + dt.timedelta(days=7)
    operations.change(
        activity=divided,
        details=details(later, starts_at=dt.time(9), place="礼堂"),
        by=secretary,
        at=moment(NEXT),
    )

    own = divided.sittings.first()
    assert (own.held_on, own.starts_at, own.place) == (later, dt.time(9), "礼堂")
    assert [day for _, _, day in shown(divided)] == [later, later, later + dt.timedelta(days=1)]


def test_the_first_cannot_slip_behind_the_others(divided, secretary):
    with pytest.raises(Refused, match="“中班”会比第一场还早"):
        operations.change(
            activity=divided,
            details=details(DAY, starts_at=dt.time(20)),
            by=secretary,
            at=moment(NEXT),
        )


def test_the_minutes_tell_the_sittings(divided, three, secretary):
    early, noon, _ = divided.sittings.all()
    mark(divided, secretary, {three[0]: early, three[1]: early, three[2]: noon})
    operations.close(activity=divided, by=secretary, at=moment(NEXT))
    divided.refresh_from_db()

    assert dict(documents.record_of(divided).facts)["分　　场"] == (
        f"早班（2024年10月22日 {divided.starts_at:%H:%M}，三楼会议室）到会 2 人：陈卓、李敏；"
        "中班（2024年10月22日 16:00，二号会议室）到会 1 人：王强；"
        "夜班（2024年10月23日 00:00，二号会议室）无人到会"
    )


@pytest.fixture
def page(client, secretary):
    client.force_login(secretary)
    return client


def test_an_ordinary_roll_has_no_choice_of_sitting(page, activity):
    for name in ("activity-edit", "activity-roll"):
        shown = page.get(reverse(name, kwargs={"pk": activity.pk})).content.decode()
        assert "sitting_" not in shown


def test_sittings_are_added_on_their_page_and_chosen_on_the_roll(page, activity, three):
    url = reverse("activity-sittings", kwargs={"pk": activity.pk})
    answer = page.post(
        url, {"first_label": "早班", "label": "中班", "held_on": DAY.isoformat(),
              "starts_at": "16:00", "ends_at": "", "place": ""},
    )  # fmt: skip
    assert answer["Location"] == url
    early, noon = activity.sittings.all()
    roll = reverse("activity-roll", kwargs={"pk": activity.pk})

    chosen = page.get(f"{roll}?sitting={noon.pk}").content.decode()
    assert chosen.count(f'<option value="{noon.pk}" selected>') == 3
    fields = {f"status_{who.pk}": "PRESENT" for who in three}
    fields |= {f"sitting_{who.pk}": str(noon.pk) for who in three[:2]}
    page.post(roll, fields | {f"sitting_{three[2].pk}": str(early.pk)})

    assert [sitting for _, sitting, _ in marked(activity)] == ["中班", "中班", "早班"]
    record = page.get(reverse("activity", kwargs={"pk": activity.pk})).content.decode()
    assert "陈卓、李敏" in record


@pytest.mark.parametrize("posted", ["9" * 5_000, "9" * 19, "²"])
def test_a_sitting_that_cannot_be_changes_nothing(page, divided, three, posted):
    roll = reverse("activity-roll", kwargs={"pk": divided.pk})
    fields = {f"status_{who.pk}": "PRESENT" for who in three}

    assert page.post(roll, fields | {f"sitting_{three[0].pk}": posted}).status_code < 500


def test_a_sitting_from_elsewhere_is_said_at_the_person(page, divided, three):
    roll = reverse("activity-roll", kwargs={"pk": divided.pk})
    fields = {f"status_{who.pk}": "PRESENT" for who in three}

    shown = page.post(roll, fields | {f"sitting_{three[0].pk}": "999999"}).content.decode()

    assert "陈卓：请重新选择场次。" in shown


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"label": ""}, "请给这一场起个名称。"),
        ({"held_on": "2024-10-21"}, "别的场次不能比它早"),
        ({"ends_at": "15:00"}, "结束时间要晚于开始时间"),
        ({"starts_at": ""}, "请填写开始时间。"),
    ],
)
def test_what_is_wrong_is_said_and_kept(page, activity, changes, error):
    fields = {
        "first_label": "早班", "label": "中班", "held_on": DAY.isoformat(),
        "starts_at": "16:00", "ends_at": "", "place": "南院",
    }  # fmt: skip

    shown = page.post(
        reverse("activity-sittings", kwargs={"pk": activity.pk}), fields | changes
    ).content.decode()

    assert error in shown
    assert 'value="南院"' in shown


def test_what_votes_says_so_on_the_page(page, hold, branch_a, three):
    meeting = hold(branch_a, ActivityKind.ASSEMBLY, DAY, close=False)

    shown = page.get(reverse("activity-sittings", kwargs={"pk": meeting.pk})).content.decode()

    assert "涉及表决的会议不能分场召开" in shown


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.SECRETARY, "branch_a", 200),
        (Role.SECRETARY, "branch_b", 404),
        (Role.REVIEWER, "committee", 404),
        (None, None, 404),
    ],
)
def test_who_reaches_the_page(request, person, divided, branch_b, role, place, status):
    client = person(role, request.getfixturevalue(place) if place else None)
    url = reverse("activity-sittings", kwargs={"pk": divided.pk})
    remove = reverse("sitting-remove", kwargs={"pk": divided.sittings.last().pk})

    assert client.get(url).status_code == status
    assert client.post(remove).status_code == (302 if status == 200 else 404)
