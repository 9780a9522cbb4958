"""Signing in: codes, guesses, second taps, and the roll that takes sign-ins over."""

import datetime as dt
import itertools
import threading

import pytest
from django.db import OperationalError, connection, connections, transaction

from activities.models import SignIn, SignInWindow, WrongCode
from activities.operations import activities as operations
from activities.operations import leave, sign_in
from activities.operations.details import Mark
from activities.operations.refusals import Refused, TooEarly
from activities.queries import rolls
from activities.rules.kinds import ActivityKind
from activities.rules.sign_in import code_at
from branches.models import AuditEntry, User
from branches.rules.workflow import StepNotAllowed
from tests.activities.conftest import SHANGHAI, details

DAY = dt.date(2026, 10, 20)
THEME_DAY = ActivityKind.THEME_DAY


def clock(text: str, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(text), SHANGHAI)


@pytest.fixture
def account(at):
    numbers = itertools.count(1)

    def make(name: str) -> User:
        return User.objects.create(
            username=f"reader{next(numbers)}", name=name, created_at=at, password="!"
        )

    return make


@pytest.fixture
def people(branch_a, join, account):
    """Three members with accounts, by pinyin."""
    return [join(branch_a, name, user=account(name)) for name in ("陈卓", "李敏", "王强")]


@pytest.fixture
def meeting(branch_a, people, secretary):
    return operations.log(
        organization=branch_a, kind=THEME_DAY, details=details(DAY), by=secretary,
        at=clock("09:00"),
    )  # fmt: skip


@pytest.fixture
def open_(meeting, secretary):
    """Open signing in at 14:45, until 15:30, late after 15:00."""
    return sign_in.open_window(
        activity=meeting, late_from=clock("15:00"), closes_at=clock("15:30"),
        by=secretary, at=clock("14:45"),
    )  # fmt: skip


def scan(meeting, member, at: dt.datetime, *, shown: dt.datetime | None = None) -> SignIn:
    window = SignInWindow.objects.get(activity=meeting)
    return sign_in.sign_in_by_scan(
        activity=meeting, member=member, code=code_at(window.secret, meeting.pk, shown or at),
        by=member.user, at=at, read_at=shown,
    )  # fmt: skip


def marks(meeting) -> list[str]:
    roll = meeting.attendances.order_by("member__name_pinyin", "member_id")
    return list(roll.values_list("status", flat=True))


def take(meeting, secretary, at: dt.datetime, **written: str):
    """Save the roll with marks by family name; whoever is not named is posted unmarked."""
    found = {
        row.member_id: Mark(written.get(row.member.name, "UNMARKED"))
        for row in meeting.attendances.select_related("member")
    }
    operations.take_roll(activity=meeting, marks=found, by=secretary, at=at)


def test_a_sign_in_is_a_row_of_its_own_and_one_entry_of_the_audit(meeting, open_, people):
    row = scan(meeting, people[0], clock("14:58"))

    assert (row.method, row.is_late, row.signed_at) == ("QR", False, clock("14:58"))
    assert marks(meeting) == ["UNMARKED"] * 3  # the roll is the chair's
    entries = AuditEntry.objects.filter(action="activity.signed_in")
    assert [entry.after for entry in entries] == [
        {"person": "陈卓", "method": "QR", "is_late": False}
    ]


def test_a_second_tap_changes_nothing(meeting, open_, people):
    first = scan(meeting, people[0], clock("14:58"))
    second = scan(meeting, people[0], clock("15:20"))

    assert (second.pk, second.signed_at, second.is_late) == (first.pk, first.signed_at, False)
    assert SignIn.objects.count() == 1
    assert AuditEntry.objects.filter(action="activity.signed_in").count() == 1


def test_a_second_tap_after_the_end_still_says_when(meeting, open_, people):
    first = scan(meeting, people[0], clock("14:58"))

    assert scan(meeting, people[0], clock("16:00")) == first


@pytest.mark.parametrize(
    ("when", "refusal"),
    [
        ("14:44", sign_in.NotOpen),
        ("14:45", None),
        ("15:29", None),
        ("15:30", sign_in.NotOpen),
    ],
)
def test_only_while_it_is_open(meeting, open_, people, when, refusal):
    if refusal:
        with pytest.raises(refusal):
            scan(meeting, people[0], clock(when))
    else:
        scan(meeting, people[0], clock(when))
    assert SignIn.objects.count() == (refusal is None)


@pytest.mark.parametrize(("when", "late"), [("15:00", False), ("15:01", True)])
def test_late(meeting, open_, people, when, late):
    assert scan(meeting, people[0], clock(when)).is_late == late


@pytest.mark.parametrize(("minutes", "held"), [(9, True), (10, True), (11, False)])
def test_a_code_scanned_in_time_waits_for_the_login(meeting, open_, people, minutes, held):
    shown = clock("14:50")
    at = shown + dt.timedelta(minutes=minutes)
    if held:
        assert scan(meeting, people[0], at, shown=shown).signed_at == at
    else:
        with pytest.raises(sign_in.CodeWrong):
            scan(meeting, people[0], at, shown=shown)


def test_who_is_not_on_the_roll_is_told_whom_to_ask(meeting, open_, branch_b, join, account):
    stranger = join(branch_b, "外人", user=account("外人"))

    with pytest.raises(sign_in.NotCalled, match="告诉主持人"):
        scan(meeting, stranger, clock("14:58"))
    assert SignIn.objects.count() == 0


def test_who_came_to_the_branch_since_is_called(meeting, open_, branch_a, join, account):
    late_comer = join(branch_a, "新人", user=account("新人"))

    scan(meeting, late_comer, clock("14:58"))

    assert SignIn.objects.get().member == late_comer


def test_ten_wrong_codes_in_ten_minutes_are_the_most(meeting, open_, people):
    member, other = people[:2]

    def guess(at: dt.datetime) -> type[Exception] | None:
        try:
            sign_in.sign_in_by_code(member=member, code="x", by=member.user, at=at)
        except Refused as refusal:
            return type(refusal)
        return None

    start = clock("14:50")
    wrong = [guess(start + dt.timedelta(seconds=n)) for n in range(12)]
    assert wrong == [sign_in.CodeWrong] * 10 + [sign_in.TooManyTries] * 2
    assert WrongCode.objects.count() == 10
    # The right one is refused as well, but not to others, and not for ever.
    with pytest.raises(sign_in.TooManyTries):
        scan(meeting, member, clock("14:51"))
    scan(meeting, other, clock("14:51"))
    assert guess(start + dt.timedelta(minutes=10, seconds=-1)) is sign_in.TooManyTries
    scan(meeting, member, start + dt.timedelta(minutes=10))
    assert SignIn.objects.count() == 2


def test_a_typed_code_finds_its_meeting(meeting, open_, people, branch_a, secretary):
    other = operations.log(
        organization=branch_a, kind=ActivityKind.STUDY, details=details(DAY, title="学习"),
        by=secretary, at=clock("09:00"),
    )  # fmt: skip
    window = sign_in.open_window(
        activity=other, late_from=None, closes_at=clock("15:30"), by=secretary, at=clock("14:45")
    )
    at = clock("14:58")

    row = sign_in.sign_in_by_code(
        member=people[0], code=code_at(window.secret, other.pk, at), by=people[0].user, at=at
    )

    assert (row.activity, row.method) == (other, "CODE")


def test_no_meeting_of_ones_own_is_open(meeting, people):
    with pytest.raises(sign_in.NotOpen, match="没有您应当参加的"):
        sign_in.sign_in_by_code(
            member=people[0], code="123456", by=people[0].user, at=clock("14:50")
        )


@pytest.mark.parametrize(
    ("moment", "closes", "refusal"),
    [
        (clock("14:45"), clock("15:30"), None),
        (clock("14:45"), clock("14:45"), Refused),
        (clock("14:45"), clock("14:44"), Refused),
        (clock("08:00"), clock("20:00"), None),
        (clock("08:00"), clock("20:01"), Refused),
        (clock("14:45", DAY - dt.timedelta(days=1)), clock("15:30"), TooEarly),
    ],
)
def test_opening(meeting, secretary, moment, closes, refusal):
    def opened():
        return sign_in.open_window(
            activity=meeting, late_from=None, closes_at=closes, by=secretary, at=moment
        )

    if refusal:
        with pytest.raises(refusal):
            opened()
    else:
        assert opened().closes_at == closes


def test_opened_again_codes_are_new_and_sign_ins_stay(meeting, open_, people, secretary):
    scan(meeting, people[0], clock("14:50"))
    sign_in.close_window(activity=meeting, by=secretary, at=clock("14:55"))
    with pytest.raises(sign_in.NotOpen):
        sign_in.close_window(activity=meeting, by=secretary, at=clock("14:56"))
    again = sign_in.open_window(
        activity=meeting, late_from=None, closes_at=clock("15:30"), by=secretary, at=clock("15:00")
    )

    assert again.secret != open_.secret
    assert SignIn.objects.count() == 1
    scan(meeting, people[1], clock("15:05"))
    assert SignIn.objects.count() == 2


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_a_record_that_stands_takes_no_sign_ins(meeting, open_, people, secretary, end):
    if end == "cancel":
        operations.cancel(activity=meeting, reason="停电", by=secretary, at=clock("14:50"))
    else:
        take(meeting, secretary, clock("15:10"), 陈卓="PRESENT", 李敏="PRESENT", 王强="ABSENT")
        operations.close(activity=meeting, by=secretary, at=clock("15:11"))
    meeting.refresh_from_db()

    with pytest.raises(sign_in.NotOpen):
        scan(meeting, people[2], clock("15:12"))
    with pytest.raises(StepNotAllowed):
        sign_in.open_window(
            activity=meeting, late_from=None, closes_at=clock("15:30"), by=secretary,
            at=clock("15:12"),
        )  # fmt: skip


# The roll takes sign-ins over.


@pytest.mark.parametrize(
    ("written", "signed_at", "mark"),
    [
        ("UNMARKED", None, "UNMARKED"),  # a missing scan is no absence
        ("UNMARKED", "14:58", "PRESENT"),
        ("UNMARKED", "15:10", "LATE"),
        ("ABSENT", "14:58", "ABSENT"),  # the chair has the last word
        ("PRESENT", "15:10", "PRESENT"),
        ("ONLINE", "14:58", "ONLINE"),
    ],
)
def test_an_old_form_loses_no_sign_in(meeting, open_, people, secretary, written, signed_at, mark):
    if signed_at:
        scan(meeting, people[0], clock(signed_at))

    take(meeting, secretary, clock("15:20"), 陈卓=written)

    assert marks(meeting) == [mark, "UNMARKED", "UNMARKED"]


def test_closing_takes_sign_ins_over(meeting, open_, people, secretary):
    take(meeting, secretary, clock("14:50"), 李敏="PRESENT")
    for member, at in ((people[0], "14:58"), (people[2], "15:10")):
        scan(meeting, member, clock(at))

    operations.close(activity=meeting, by=secretary, at=clock("16:00"))

    assert marks(meeting) == ["PRESENT", "PRESENT", "LATE"]


def test_the_roll_shows_who_signed_in_before_anybody_saves_it(meeting, open_, people, secretary):
    scan(meeting, people[0], clock("15:10"))
    take(meeting, secretary, clock("15:11"), 李敏="ABSENT")
    scan(meeting, people[1], clock("15:12"))

    shown = rolls.of_activity(meeting, today=DAY)

    assert [(each.name, each.status, each.remark, each.disagrees) for each in shown] == [
        ("陈卓", "LATE", "15:10 扫码，迟到", False),
        ("李敏", "ABSENT", "15:12 扫码，迟到", True),
        ("王强", "UNMARKED", "", False),
    ]


def test_a_meeting_put_off_begins_anew(meeting, open_, people, secretary):
    scan(meeting, people[0], clock("14:58"))
    later = DAY + dt.timedelta(days=7)

    operations.change(activity=meeting, details=details(later), by=secretary, at=clock("15:05"))
    assert marks(meeting) == ["UNMARKED"] * 3
    meeting.refresh_from_db()
    sign_in.open_window(
        activity=meeting, late_from=None, closes_at=clock("15:30", later), by=secretary,
        at=clock("14:45", later),
    )  # fmt: skip
    scan(meeting, people[0], clock("14:59", later))
    take(meeting, secretary, clock("15:05", later))

    assert [row.signed_at for row in SignIn.objects.all()] == [clock("14:59", later)]
    assert marks(meeting) == ["PRESENT", "UNMARKED", "UNMARKED"]


def test_leave_granted_stands_on_the_roll_unless_somebody_came(meeting, open_, people, secretary):
    for member in people[:2]:
        asked = leave.ask(
            activity=meeting, member=member, reason="值班", by=member.user, at=clock("10:00")
        )
        leave.answer(leave=asked, grant=True, note="", by=secretary, at=clock("11:00"))
    scan(meeting, people[1], clock("14:58"))

    take(meeting, secretary, clock("15:20"))

    roll = meeting.attendances.order_by("member__name_pinyin")
    assert list(roll.values_list("status", "reason")) == [
        ("LEAVE", "值班"), ("PRESENT", ""), ("UNMARKED", ""),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["cancel", "close_window", "take_roll"])
def test_who_signs_in_while_a_step_is_taken_waits_and_meets_what_it_left(
    meeting, open_, people, secretary, step
):
    """The sign-in has read the state and its code is right before the other transaction ends."""
    steps = {
        "cancel": lambda: operations.cancel(
            activity=meeting, reason="停电", by=secretary, at=clock("14:57")
        ),
        "close_window": lambda: sign_in.close_window(
            activity=meeting, by=secretary, at=clock("14:57")
        ),
        "take_roll": lambda: take(meeting, secretary, clock("14:57"), 李敏="PRESENT"),
    }
    outcome: list[type[Exception] | None] = []

    def request() -> None:
        try:
            scan(meeting, people[0], clock("14:58"))
            outcome.append(None)
        except sign_in.NotOpen as refused:
            outcome.append(type(refused))
        finally:
            connection.close()

    waits = False
    with transaction.atomic():
        steps[step]()
        thread = threading.Thread(target=request)
        thread.start()
        with connection.cursor() as cursor:
            while not waits and thread.is_alive():
                cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
                waits = cursor.fetchone() is not None
    thread.join()

    assert waits
    assert outcome == [None if step == "take_roll" else sign_in.NotOpen]
    assert SignIn.objects.count() == (1 if step == "take_roll" else 0)


@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_leaves_the_whole_sign_in_or_none(meeting, open_, people):
    """The server process of the request is killed between the row and its audit entry."""
    outcome: list[type[Exception] | None] = []

    def request() -> None:
        try:
            scan(meeting, people[0], clock("14:58"))
            outcome.append(None)
        except OperationalError as broken:
            outcome.append(type(broken))
        finally:
            connection.close()

    # The entry of the audit has to wait for this lock, after the row was inserted.
    other = connections.create_connection("default")
    try:
        other.ensure_connection()
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("LOCK TABLE branches_auditentry IN EXCLUSIVE MODE")
            thread = threading.Thread(target=request)
            thread.start()
            killed = False
            while not killed and thread.is_alive():
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE NOT granted AND relation = 'branches_auditentry'::regclass"
                )
                killed = bool(cursor.fetchall())
            thread.join()
            other.rollback()
    finally:
        other.close()

    assert killed
    assert outcome == [OperationalError]
    assert SignIn.objects.count() == 0
    assert not AuditEntry.objects.filter(action="activity.signed_in").exists()

    scan(meeting, people[0], clock("14:59"))

    assert SignIn.objects.count() == 1
    assert AuditEntry.objects.filter(action="activity.signed_in").count() == 1
