"""Checks that the steps about a person share."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from activities.operations.refusals import Refused
from branches.models import User
from members.models import Member


def check_other(member: Member, by: User) -> None:
    """See that nobody handles his own.

    :raises Refused: it is about the one who acts.
    """
    if member.user_id == by.pk:
        raise Refused("这是您本人，请由其他人办理。")


def check_day(
    day: dt.date, at: dt.datetime, *, first: dt.date | None = None, why: str = ""
) -> None:
    """See that something happened on a day from ``first`` up to today.

    :param why: what is said of a day before ``first``.
    :raises Refused: it was earlier, or is to come.
    """
    if first is not None and day < first:
        raise Refused(why)
    if day > timezone.localdate(at):
        raise Refused("日期不能晚于今天。")
