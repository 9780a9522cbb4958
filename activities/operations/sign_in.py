"""Signing in: the chair opens and closes it, members sign in themselves.

Sign-ins do not wait for each other: each writes one row of its own. Only a step on the record
(the roll being saved, the record being closed) and a sign-in take turns, so that nobody signs
in to what was closed a moment before. The roll takes the sign-ins over whenever it is written.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import connection, transaction
from django.utils import timezone

from activities import wording
from activities.models import Activity, SignIn, SignInWindow, WrongCode
from activities.operations import rolls
from activities.operations.locks import locked, shared
from activities.operations.refusals import Refused, TooEarly
from activities.queries import sign_ins
from activities.rules import progress, sign_in
from activities.rules.progress import State, Step
from activities.rules.sign_in import SignInMethod
from branches import audit
from branches.models import User
from members.models import Member

LONGEST = dt.timedelta(hours=12)


class NotOpen(Refused):
    """Nobody can sign in to this activity now."""


class NotCalled(Refused):
    """Somebody who is not on the roll wants to sign in."""


class CodeWrong(Refused):
    """The code is none, or no longer."""


class TooManyTries(Refused):
    """So many wrong codes that trying has to pause."""


@transaction.atomic
def open_window(
    *,
    activity: Activity,
    late_from: dt.datetime | None,
    closes_at: dt.datetime,
    by: User,
    at: dt.datetime,
) -> SignInWindow:
    """Let people sign in from ``at`` to ``closes_at`` under a new secret; again if need be.

    Who signed in before stays signed in.

    :raises TooEarly: neither the activity nor a sitting of it is today.
    :raises Refused: the end is not within the next twelve hours.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    progress.ACTIVITY.after(State(row.state), Step.TAKE_ROLL)
    today = timezone.localdate(at)
    if all(timezone.localdate(begin) != today for _, begin, _ in sign_ins.begins(row)):
        raise TooEarly("只能在活动当天开始签到。日期有误，请先修改活动日期。")
    if not at < closes_at <= at + LONGEST:
        raise Refused("签到截止要晚于现在，最长 12 小时。")
    window, _ = SignInWindow.objects.update_or_create(
        activity=row,
        defaults={
            "secret": secrets.token_hex(32),
            "opened_by": by,
            "opened_at": at,
            "late_from": late_from,
            "closes_at": closes_at,
        },
    )
    rolls.call(row)
    WrongCode.objects.filter(activity=row).delete()
    audit.record(
        "sign_in.opened", by=by, at=at, on=row, organization=row.organization,
        after={"late_from": late_from, "closes_at": closes_at},
    )  # fmt: skip
    return window


@transaction.atomic
def close_window(*, activity: Activity, by: User, at: dt.datetime) -> SignInWindow:
    """End signing in at once; nobody's absence follows from it.

    :raises NotOpen: it is not open.
    """
    row = locked(activity)
    window = SignInWindow.objects.filter(activity=row, opened_at__lt=at, closes_at__gt=at).first()
    if window is None:
        raise NotOpen("签到已经结束。")
    before, window.closes_at = window.closes_at, at
    window.save(update_fields=["closes_at"])
    audit.record(
        "sign_in.closed", by=by, at=at, on=row, organization=row.organization,
        before={"closes_at": before}, after={"closes_at": at},
    )  # fmt: skip
    return window


def check_code(
    *, activity: Activity, code: str, by: User, at: dt.datetime, read_at: dt.datetime | None = None
) -> SignInWindow:
    """Return the open window if ``code`` is right; a wrong one is counted.

    ``read_at`` is when the code was scanned, where that is known and not too long ago.

    :raises NotOpen: signing in has not begun, or has ended.
    :raises CodeWrong: it is none, or no longer.
    :raises TooManyTries: ten wrong ones within ten minutes.
    """
    window = _open_window(activity, at)
    if sign_ins.wrong_codes(activity, by, at) >= sign_in.MOST_WRONG:
        raise TooManyTries("输错次数过多，请 10 分钟后再试，或者请主持人在名册上登记。")
    moment = read_at if read_at and at - read_at <= sign_in.SCAN_LASTS else at
    if not sign_in.is_right(code, secret=window.secret, activity=activity.pk, at=moment):
        WrongCode.objects.create(activity=activity, user=by, at=at)
        raise CodeWrong(
            "签到码不对，或者已经更换。请看着会场上现在显示的签到码再输一次，或重新扫码。"
        )
    return window


def sign_in_by_scan(
    *,
    activity: Activity,
    member: Member,
    code: str,
    by: User,
    at: dt.datetime,
    read_at: dt.datetime | None = None,
) -> SignIn:
    """Sign in with a scanned code; whoever has signed in already keeps the first time.

    :raises Refused: see ``check_code``.
    :raises NotCalled: the member is not on the roll.
    """
    stands = _standing(activity, member)
    if stands is not None:
        return stands
    check_code(activity=activity, code=code, by=by, at=at, read_at=read_at)
    return _write(activity, member, SignInMethod.QR, by=by, at=at)


def sign_in_by_code(*, member: Member, code: str, by: User, at: dt.datetime) -> SignIn:
    """Sign in with a typed code to whichever open meeting of one's own it belongs to.

    :raises NotOpen: no meeting to whose roll one belongs takes sign-ins now.
    :raises CodeWrong, TooManyTries: see ``check_code``.
    """
    refusal: Refused = NotOpen(
        "现在没有您应当参加的、正在签到的活动。主持人开始签到后再输入；"
        "如果会议正在签到，请告诉主持人您不在名单上。"
    )
    for window in sign_ins.open_for(by, at):
        try:
            check_code(activity=window.activity, code=code, by=by, at=at)
        except Refused as reason:
            refusal = reason
            continue
        return _write(window.activity, member, SignInMethod.CODE, by=by, at=at)
    raise refusal


@transaction.atomic
def _write(
    activity: Activity,
    member: Member,
    method: SignInMethod,
    *,
    by: User,
    at: dt.datetime,
) -> SignIn:
    # First the lock, then the row: whoever saves the roll holds the record before any row too.
    activity = shared(activity)
    window = _open_window(activity, at)
    if not sign_ins.is_called(activity, member):
        raise NotCalled("您不在这次活动的应到名单上，不能自己签到。请当场告诉主持人或支部书记。")
    sitting, _begin, _end = sign_ins.sitting_at(activity, at)
    late = sign_in.is_late(at, window.late_from)
    meeting_day = timezone.make_aware(dt.datetime.combine(activity.held_on, dt.time.min))
    with connection.cursor() as cursor:
        # A sign-in from before a meeting that was put off is none: it gives way to this one.
        cursor.execute(
            "INSERT INTO activities_signin AS stands"
            " (activity_id, member_id, sitting_id, method, signed_at, is_late)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (activity_id, member_id) DO UPDATE SET sitting_id = EXCLUDED.sitting_id,"
            " method = EXCLUDED.method, signed_at = EXCLUDED.signed_at, is_late = EXCLUDED.is_late"
            " WHERE stands.signed_at < %s RETURNING id",
            [
                activity.pk,
                member.pk,
                sitting.pk if sitting else None,
                method,
                at,
                late,
                meeting_day,
            ],
        )
        is_new = cursor.fetchone() is not None
    row = SignIn.objects.get(activity=activity, member=member)
    row.activity = activity
    if is_new:
        audit.record(
            "activity.signed_in", by=by, at=at, on=activity, organization=activity.organization,
            after={"person": member.name, "method": row.method, "is_late": late},
        )  # fmt: skip
    return row


def _standing(activity: Activity, member: Member) -> SignIn | None:
    row = SignIn.objects.filter(activity=activity, member=member).first()
    if row:
        row.activity = activity
    if row and sign_in.counts_for(timezone.localdate(row.signed_at), activity.held_on):
        return row
    return None


def _open_window(activity: Activity, at: dt.datetime) -> SignInWindow:
    if activity.state not in sign_ins.TAKING:
        raise NotOpen(wording.refused_step(activity.state))
    window = SignInWindow.objects.filter(activity=activity).first()
    if window is None or at < window.opened_at:
        raise NotOpen("还没有开始签到，请等主持人开始签到。")
    if at >= window.closes_at:
        closed = timezone.localtime(window.closes_at)
        raise NotOpen(f"签到已于 {closed:%H:%M} 结束。您已经到会的，请告诉主持人在名册上登记。")
    return window
