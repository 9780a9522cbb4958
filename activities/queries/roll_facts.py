"""What is known of people on a roll before the chair marks anybody: sign-ins, leave granted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from activities.models import Activity, Leave, SignIn
from activities.rules import sign_in
from activities.rules.attendance import AttendanceStatus
from activities.rules.leave import LeaveState
from activities.wording import sign_in as wording


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody before the chair marks anything: a sign-in, or a leave granted.

    ``status`` "" says nothing yet (a leave before the day); ``words`` are for the roll.
    """

    status: str
    words: str
    reason: str = ""
    sitting_id: int | None = None
    signed_late: bool | None = None  # None: did not sign in

    @property
    def is_leave(self) -> bool:
        """Whether it is a leave granted; who signed in all the same has come."""
        return self.signed_late is None

    def disagrees(self, status: str) -> bool:
        """Return whether a mark says something else than the sign-in."""
        return self.signed_late is not None and sign_in.disagrees(status, is_late=self.signed_late)


def known(activity: Activity, *, day: dt.date, today: dt.date) -> dict[int, Known]:
    """Return what is known, by member, of a meeting of ``day`` (two queries).

    Who signed in has come, whatever leave was granted. A leave says nothing before the day.
    """
    found: dict[int, Known] = {}
    granted = Leave.objects.filter(activity=activity, state=LeaveState.APPROVED)
    for member_id, reason in granted.values_list("member_id", "reason"):
        status = str(AttendanceStatus.LEAVE) if day <= today else ""
        found[member_id] = Known(status, "已准假", reason)
    for row in SignIn.objects.filter(activity=activity):
        if sign_in.counts_for(timezone.localdate(row.signed_at), day):
            leave = found.get(row.member_id)
            words = said(row) + ("，曾准假" if leave else "")
            mark = str(sign_in.mark_of(row.is_late))
            found[row.member_id] = Known(mark, words, "", row.sitting_id, row.is_late)
    return found


def said(row: SignIn) -> str:
    """Return a sign-in in words: 14:58 扫码签到."""
    time = timezone.localtime(row.signed_at)
    late = "，迟到" if row.is_late else ""
    return f"{time:%H:%M} {wording.METHODS[sign_in.SignInMethod(row.method)]}{late}"
