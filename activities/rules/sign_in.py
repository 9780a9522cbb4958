"""Signing in: the rotating code, and what a sign-in says of a person."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Sequence
from enum import StrEnum

from activities.rules.attendance import AttendanceStatus

# A code is shown for one window and accepted for one more, so that nobody who has just read it
# is too slow; a picture of it sent to somebody else is worth nothing after a minute.
WINDOW_SECONDS = 30
DIGITS = 6
# How long a code that was scanned in time may wait for its reader to sign in to the account.
SCAN_LASTS = dt.timedelta(minutes=10)
# The same where nobody was signed in to an account: it could be handed on to somebody else.
ANONYMOUS_SCAN_LASTS = dt.timedelta(minutes=3)
# Wrong codes of one person at one meeting, after which guessing has to pause.
MOST_WRONG = 10
WRONG_WITHIN = dt.timedelta(minutes=10)
# Signing in ends this long after the beginning unless the chair says otherwise.
USUAL_LENGTH = dt.timedelta(minutes=30)


class SignInMethod(StrEnum):
    """Three equal ways; ROLL is the chair's own mark and needs no row of its own."""

    QR = "QR"
    CODE = "CODE"


def window_of(at: dt.datetime) -> int:
    """Return the number of the half minute of server time in which ``at`` lies."""
    return int(at.timestamp() // WINDOW_SECONDS)


def code(secret: str, activity: int, window: int) -> str:
    """Return the six digits of a window, leading zeros included (RFC 4226, truncated)."""
    digest = hmac.digest(secret.encode(), f"{activity}:{window}".encode(), "sha256")
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def code_at(secret: str, activity: int, at: dt.datetime) -> str:
    """Return the code shown at a moment."""
    return code(secret, activity, window_of(at))


def is_right(given: str, *, secret: str, activity: int, at: dt.datetime) -> bool:
    """Return whether ``given`` is the code of the window of ``at`` or of the one before."""
    window = window_of(at)
    known = [code(secret, activity, each) for each in (window, window - 1)]
    # Both are compared, so that the time taken tells nothing.
    return sum(hmac.compare_digest(given.encode(), each.encode()) for each in known) > 0


def seconds_left(at: dt.datetime) -> int:
    """Return for how many seconds the code shown at ``at`` is still shown, 1..30."""
    return WINDOW_SECONDS - int(at.timestamp() % WINDOW_SECONDS)


def is_late(signed_at: dt.datetime, late_from: dt.datetime | None) -> bool:
    """Return whether a sign-in is late: its minute lies after that of ``late_from``.

    Times are shown to the minute, so whoever signs in at 15:00:59 has come at 15:00.
    """
    return late_from is not None and signed_at >= late_from.replace(
        second=0, microsecond=0
    ) + dt.timedelta(minutes=1)


def usual_end(
    opened_at: dt.datetime, starts_at: dt.datetime, ends_at: dt.datetime | None
) -> dt.datetime:
    """Return when signing in ends by itself: half an hour after the beginning.

    At the end of the meeting where that is earlier; half an hour from now where it has passed.
    """
    end = starts_at + USUAL_LENGTH
    if ends_at is not None:
        end = min(end, ends_at)
    return end if end > opened_at else opened_at + USUAL_LENGTH


def nearest(at: dt.datetime, begins: Sequence[dt.datetime]) -> int:
    """Return the place of the sitting whose beginning is nearest to ``at``, the earlier of two.

    :raises ValueError: there is none.
    """
    return min(range(len(begins)), key=lambda place: (abs(begins[place] - at), begins[place]))


def counts_for(signed_on: dt.date, held_on: dt.date) -> bool:
    """Return whether a sign-in of a day is one for the meeting of ``held_on``.

    A meeting put off to a later day is still to come: who signed in before has not been there.
    """
    return signed_on >= held_on


def mark_of(is_late: bool) -> AttendanceStatus:
    """Return what a sign-in says on the roll."""
    return AttendanceStatus.LATE if is_late else AttendanceStatus.PRESENT


def disagrees(status: str, *, is_late: bool) -> bool:
    """Return whether the chair's mark says something else than the sign-in.

    No mark says nothing, and who takes part online may have signed in from there.
    """
    return status not in (mark_of(is_late), AttendanceStatus.ONLINE, AttendanceStatus.UNMARKED)
