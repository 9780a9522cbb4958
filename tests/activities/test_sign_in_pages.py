"""The pages of signing in, leave and making up, as the people who use them see them."""

import datetime as dt
import re
import uuid

import pytest
from django.core.signing import get_cookie_signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.models import Attendance, Leave, MakeUp, SignIn, SignInWindow, WrongCode
from activities.operations import activities as operations
from activities.operations import sign_in
from activities.operations.details import Mark
from activities.rules.kinds import ActivityKind
from activities.rules.sign_in import code_at
from branches.models import Notice
from branches.rules.roles import Role
from tests.activities.conftest import details


@pytest.fixture
def chair(person, branch_a) -> Client:
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def reader(person, branch_a, join) -> Client:
    client = person()
    client.member = join(branch_a, "李敏", user=client.user)
    return client


@pytest.fixture
def meeting(branch_a, reader, secretary, join):
    join(branch_a, "王强")
    return operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY,
        details=details(timezone.localdate()), by=secretary, at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def window(meeting, secretary) -> SignInWindow:
    now = timezone.now()
    return sign_in.open_window(
        activity=meeting, late_from=None, closes_at=now + dt.timedelta(minutes=30),
        by=secretary, at=now,
    )  # fmt: skip


def code_of(window: SignInWindow) -> str:
    return code_at(window.secret, window.activity_id, timezone.now())


def url(name: str, row) -> str:
    return reverse(name, kwargs={"pk": row.pk})


def scan_url(window: SignInWindow, code: str = "") -> str:
    return reverse(
        "sign-in-scan", kwargs={"pk": window.activity_id, "code": code or code_of(window)}
    )


def text(answer) -> str:
    return answer.content.decode()


def test_scanning_is_one_tap_and_the_second_says_when(window, reader):
    address = scan_url(window)
    assert "请点下面的按钮签到" in text(reader.get(address))

    first = reader.post(address, follow=True)
    row = SignIn.objects.get()

    assert f"已签到：主题党日，{timezone.localtime(row.signed_at):%H:%M} 扫码" in text(first)
    assert "您已签到" in text(reader.get(address))
    assert "您已签到" in text(reader.get(scan_url(window, "000000")))
    assert SignIn.objects.count() == 1


def test_who_is_not_signed_in_to_the_account_goes_on_after_doing_so(window, reader):
    client = Client()
    address = scan_url(window)

    turned_away = client.get(address)

    assert turned_away.url == f"{reverse('login')}?next={address}"
    kept = client.cookies["scanned"]
    assert (kept["httponly"], kept["max-age"], kept["samesite"]) == (True, 180, "Lax")
    assert SignIn.objects.count() == 0
    client.force_login(reader.user)
    client.post(address)
    assert SignIn.objects.get().member == reader.member


def test_the_moment_of_the_scan_is_the_devices_own_and_cannot_be_made_up(window, reader):
    who, at = reader.user.pk, timezone.now()
    reader.cookies["scanned"] = f"{window.activity_id} 123456 {who} {at.isoformat()}"

    page = reader.post(scan_url(window, "123456"))

    assert "签到码不对" in text(page)
    assert SignIn.objects.count() == 0


def kept_scan(window: SignInWindow, who: str, minutes: float) -> tuple[str, str]:
    """Return address and cookie of a code that was right and read so many minutes ago.

    ``who``: the account's key, or "-" and a number for whoever was not signed in.
    """
    at = timezone.now() - dt.timedelta(minutes=minutes)
    code = code_at(window.secret, window.activity_id, at)
    value = f"{window.activity_id} {code} {who} {at.isoformat()}"
    return scan_url(window, code), get_cookie_signer(salt="scannedactivities.sign-in").sign(value)


@pytest.mark.parametrize(
    ("who", "minutes", "counts"),
    [
        ("own", 2, True),
        ("own", 9.9, True),
        ("own", 10.1, False),
        ("other", 2, False),  # somebody in the room hands the own scan on
        ("nobody", 2.9, True),
        ("nobody", 3.1, False),
    ],
)
def test_whose_scan_counts_and_how_long(window, reader, secretary, who, minutes, counts):
    nobody = f"-{uuid.uuid4().hex}"
    key = {"own": str(reader.user.pk), "other": str(secretary.pk), "nobody": nobody}[who]
    address, reader.cookies["scanned"] = kept_scan(window, key, minutes)

    page = text(reader.post(address, follow=True))

    assert ("已签到" in page, "签到码不对" in page) == (counts, not counts)
    assert SignIn.objects.count() == counts


def test_a_scan_of_nobodys_counts_for_one_account_alone(window, reader, person, branch_a, join):
    other = person()
    join(branch_a, "周新", user=other.user)
    address, cookie = kept_scan(window, f"-{uuid.uuid4().hex}", 2)
    reader.cookies["scanned"] = other.cookies["scanned"] = cookie

    reader.get(address)  # from here on it is the reader's own
    handed_on = other.post(address)
    reader.post(address)

    assert "签到码不对" in text(handed_on)
    assert SignIn.objects.get().member == reader.member


def test_one_scan_of_nobodys_for_an_account_at_an_activity(window, reader):
    first, cookie = kept_scan(window, f"-{uuid.uuid4().hex}", 2.5)
    reader.cookies["scanned"] = cookie
    reader.get(first)
    address, reader.cookies["scanned"] = kept_scan(window, f"-{uuid.uuid4().hex}", 2)

    assert "签到码不对" in text(reader.post(address))
    assert SignIn.objects.count() == 0


def test_a_typed_code(window, reader):
    code = code_of(window)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    page = reader.post(reverse("sign-in"), {"code": f" {wide[:3]} {wide[3:]} "}, follow=True)

    assert "已签到：主题党日" in text(page)
    assert SignIn.objects.get().method == "CODE"


@pytest.mark.parametrize(
    ("code", "said", "counted"),
    [
        ("", "请输入会场上显示的 6 位签到码。", 0),
        ("12345", "签到码是 6 位数字", 0),
        ("abcdef", "签到码是 6 位数字", 0),
        ("wrong", "签到码不对，或者已经更换", 1),
    ],
)
def test_a_wrong_code_says_what_is_wrong(window, reader, code, said, counted):
    if code == "wrong":
        code = f"{(int(code_of(window)) + 1) % 10**6:06d}"

    page = reader.post(reverse("sign-in"), {"code": code})

    assert said in text(page)
    assert (SignIn.objects.count(), WrongCode.objects.count()) == (0, counted)


def test_an_account_without_a_member_is_told_whom_to_ask(window, person):
    assert "还没有关联党员" in text(person().get(reverse("sign-in")))


def test_a_stranger_in_the_room_is_told_whom_to_ask_and_others_find_nothing(
    window, person, branch_b, join
):
    stranger = person()
    join(branch_b, "外人", user=stranger.user)

    there = stranger.post(scan_url(window))
    elsewhere = stranger.post(scan_url(window, "000000"))

    assert (there.status_code, elsewhere.status_code) == (403, 404)
    assert "不在这次活动的应到名单上" in text(there)
    assert SignIn.objects.count() == 0


def test_the_chair_opens_shows_and_ends_it(meeting, chair):
    address = url("activity-sign-in", meeting)
    end = (timezone.localtime() + dt.timedelta(minutes=20)).strftime("%H:%M")

    opened = chair.post(address, {"step": "open", "closes_at": end, "late_from": ""})
    page = text(chair.get(url("activity-projector", meeting)))
    window = SignInWindow.objects.get(activity=meeting)
    code = code_of(window)

    assert opened.url == url("activity-projector", meeting)
    assert f"{code[:3]} {code[3:]}" in page and "<svg" in page
    assert "<b>0</b> / 应到 <b>2</b> 人" in page
    chair.post(address, {"step": "close"})
    assert "签到已结束" in text(chair.get(url("activity-projector", meeting)))


@pytest.mark.parametrize(
    ("closes_at", "said"),
    [
        ("", "请填写签到截止时间"),
        ("x", "签到截止时间写成 15:00 这样"),
        ("now", "签到截止要晚于现在"),
    ],
)
def test_what_is_wrong_with_the_end_is_said(meeting, chair, closes_at, said):
    if closes_at == "now":
        closes_at = (timezone.localtime() - dt.timedelta(minutes=1)).strftime("%H:%M")

    page = chair.post(url("activity-sign-in", meeting), {"step": "open", "closes_at": closes_at})

    assert said in text(page)
    assert not SignInWindow.objects.exists()


def test_a_mark_against_the_sign_in_is_shown(window, meeting, reader, chair):
    reader.post(scan_url(window))
    chair.post(url("activity-roll", meeting), {f"status_{reader.member.pk}": "ABSENT"})

    for name in ("activity", "activity-sign-in"):
        assert "与签到不一致" in text(chair.get(url(name, meeting)))


def test_the_roll_is_prefilled_and_an_old_form_loses_nobody(window, meeting, reader, chair):
    old_form = {"step": ""}  # opened before anybody signed in: nobody is marked in it
    reader.post(scan_url(window))

    page = text(chair.get(url("activity-roll", meeting)))
    field = rf'name="status_{reader.member.pk}" value="PRESENT" checked'
    assert re.search(field, page)
    chair.post(url("activity-roll", meeting), old_form)

    assert Attendance.objects.get(activity=meeting, member=reader.member).status == "PRESENT"


def test_asking_for_leave_answering_it_and_seeing_it(meeting, reader, chair):
    own = Attendance.objects.get(activity=meeting, member=reader.member)
    page = reader.post(url("my-activity-leave", own), {"reason": "值班"}, follow=True)
    assert "请假：待答复" in text(page)
    leave = Leave.objects.get()
    assert f"/leaves/{leave.pk}/" in text(chair.get(reverse("home")))

    without = chair.post(url("leave", leave), {"verdict": "refuse", "note": ""})
    assert "请写明不准假的原因" in text(without)
    chair.post(url("leave", leave), {"verdict": "grant", "note": ""})

    assert "请假：已准假" in text(reader.get(reverse("my-activities")))
    assert Notice.objects.filter(recipient=reader.user).count() == 1
    assert "已准假" in text(chair.get(reverse("leave-list")))
    # On the sheet to sign as well.
    assert "已准假" in text(chair.get(url("activity-sheet", meeting)))


def test_leave_needs_a_reason(meeting, reader):
    own = Attendance.objects.get(activity=meeting, member=reader.member)

    assert "请写明请假事由" in text(reader.post(url("my-activity-leave", own), {"reason": " "}))
    assert Leave.objects.count() == 0


def test_making_up(meeting, reader, chair, secretary):
    now = timezone.now()
    marks = {
        row.member_id: Mark("ABSENT" if row.member == reader.member else "PRESENT")
        for row in meeting.attendances.all()
    }
    operations.take_roll(activity=meeting, marks=marks, by=secretary, at=now)
    address = url("activity-make-ups", meeting)
    assert chair.get(address).status_code == 302  # not before it is closed
    operations.close(activity=meeting, held_early=True, by=secretary, at=now)
    assert "1 人未参加，可安排补课" in text(chair.get(url("activity", meeting)))
    row = meeting.attendances.get(status="ABSENT")

    empty = chair.post(address, {"content": ""})
    assert "请选择补课的人" in text(empty)
    chair.post(
        address,
        {
            "attendances": [row.pk],
            "method": "CLASS",
            "done_on": timezone.localdate().isoformat(),
            "content": "自学并交流",
        },
    )

    assert MakeUp.objects.get().attendance == row
    assert "自学并交流" in text(chair.get(address))
    assert "自学并交流" in text(reader.get(url("my-activity", row)))
    chair.post(address, {"step": "remove", "attendance": row.pk})
    assert not MakeUp.objects.exists()


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_need_as_many_statements_for_30_sign_ins_as_for_1(
    window, meeting, reader, chair, branch_a, join
):
    names = ("activity", "activity-sign-in", "activity-projector", "activity-offline")
    pages = [*(url(name, meeting) for name in names), reverse("leave-list")]

    def come(member) -> None:
        now = timezone.now()
        SignIn.objects.create(activity=meeting, member=member, method="QR", signed_at=now)
        Leave.objects.create(activity=meeting, member=member, reason="值班", asked_at=now)

    come(reader.member)
    one = [statements(chair, page) for page in pages]
    for n in range(29):
        come(join(branch_a, f"党员{n}"))

    assert [statements(chair, page) for page in pages] == one
