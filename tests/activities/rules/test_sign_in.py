"""The rotating code, lateness, and what a sign-in says."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from activities.rules import sign_in

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECRET = "s" * 64
# Half past, at the very beginning of a window.
T = dt.datetime(2026, 10, 20, 15, 0, 0, tzinfo=SHANGHAI)


def later(seconds: float) -> dt.datetime:
    return T + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("shown", "given", "right"),
    [
        (0, 0, True),
        (0, 29.9, True),
        (0, 30, True),
        (0, 59.9, True),
        (0, 60, False),
        (29.9, 30, True),
        (29.9, 59.9, True),
        (29.9, 60, False),
        (30, 60, True),
        (30, 29.9, False),  # not before it is shown
    ],
)
def test_a_code_holds_for_its_window_and_the_next(shown, given, right):
    code = sign_in.code_at(SECRET, 7, later(shown))

    assert sign_in.is_right(code, secret=SECRET, activity=7, at=later(given)) == right


def test_a_code_is_of_one_meeting_and_one_secret():
    code = sign_in.code_at(SECRET, 7, T)

    assert not sign_in.is_right(code, secret=SECRET, activity=8, at=T)
    assert not sign_in.is_right(code, secret="t" * 64, activity=7, at=T)


@pytest.mark.parametrize("given", ["", "12345", "1234567", "十二三四五六", "abcdef"])
def test_what_is_no_code_is_wrong(given):
    assert not sign_in.is_right(given, secret=SECRET, activity=7, at=T)


def test_codes_have_six_digits_and_rarely_repeat():
    codes = [sign_in.code(SECRET, 7, window) for window in range(2000)]

    assert {len(code) for code in codes} == {6}
    assert all(code.isdigit() for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert len(set(codes)) > 1990


@pytest.mark.parametrize(("seconds", "left"), [(0, 30), (0.9, 30), (1, 29), (29.9, 1), (30, 30)])
def test_seconds_left(seconds, left):
    assert sign_in.seconds_left(later(seconds)) == left


@pytest.mark.parametrize(
    ("signed", "late_from", "late"),
    [
        (-60, 0, False),
        (0, 0, False),
        (59.9, 0, False),  # still 15:00 on the clock
        (60, 0, True),
        (3600, None, False),
        (59.9, 30, False),  # seconds of the limit do not count
        (60, 30, True),
    ],
)
def test_late_is_who_comes_a_minute_after(signed, late_from, late):
    limit = None if late_from is None else later(late_from)

    assert sign_in.is_late(later(signed), limit) == late


def clock(text: str) -> dt.datetime:
    return dt.datetime.combine(T.date(), dt.time.fromisoformat(text), SHANGHAI)


@pytest.mark.parametrize(
    ("opened", "starts", "ends", "closes"),
    [
        ("14:45", "15:00", None, "15:30"),
        ("14:45", "15:00", "17:00", "15:30"),
        ("14:45", "15:00", "15:20", "15:20"),
        ("15:29", "15:00", None, "15:30"),
        ("15:30", "15:00", None, "16:00"),
        ("15:40", "15:00", "17:00", "16:10"),
    ],
)
def test_when_signing_in_ends_by_itself(opened, starts, ends, closes):
    found = sign_in.usual_end(clock(opened), clock(starts), clock(ends) if ends else None)

    assert found == clock(closes)


@pytest.mark.parametrize(
    ("at", "place"), [("05:00", 0), ("09:59", 0), ("10:00", 0), ("10:01", 1), ("23:00", 2)]
)
def test_the_sitting_one_signs_in_to_is_the_nearest(at, place):
    begins = [clock("08:00"), clock("12:00"), clock("20:00")]

    assert sign_in.nearest(clock(at), begins) == place


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True)])
def test_a_sign_in_before_the_day_is_none(days, counts):
    assert sign_in.counts_for(T.date() + dt.timedelta(days=days), T.date()) == counts


@pytest.mark.parametrize(
    ("status", "late", "differs"),
    [
        ("PRESENT", False, False),
        ("PRESENT", True, True),
        ("LATE", True, False),
        ("LATE", False, True),
        ("ONLINE", False, False),
        ("ONLINE", True, False),
        ("UNMARKED", False, False),
        ("ABSENT", False, True),
        ("ABSENT", True, True),
        ("LEAVE", False, True),
    ],
)
def test_when_the_roll_says_something_else(status, late, differs):
    assert sign_in.disagrees(status, is_late=late) == differs
