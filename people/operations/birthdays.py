"""What a branch does for a political birthday: greeting, talk, oath."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import audit, notices
from branches.models import Organization, User
from members.models import Member
from people.models import PoliticalBirthday
from people.operations import talks
from people.rules.birthdays import birthday
from people.rules.talks import TalkReason


@transaction.atomic
def greet(
    *, branch: Organization, member: Member, year: int, greeting: str, by: User, at: dt.datetime
) -> PoliticalBirthday:
    """Send a member the branch's greeting, once a year.

    :raises Refused: it is not the month yet, the year is over, there is no text, or it was sent.
    """
    on = timezone.localdate(at)
    row = _row(branch, member, year, on)
    if not greeting.strip():
        raise Refused("请写贺词。")
    if row.greeted_on is not None:
        raise Refused(f"{member.name}今年的贺词已经送出，不用再送。")
    row.greeting, row.greeted_on, row.greeted_by = greeting.strip(), on, by
    row.save(update_fields=["greeting", "greeted_on", "greeted_by"])
    _record("birthday.greeted", row, member, by, at, {"year": year})
    if member.user is not None and member.user_id != by.pk:
        notices.tell([member.user], row.greeting, url=reverse("my-people"), at=at)
    return row


@transaction.atomic
def arrange_talk(
    *,
    branch: Organization,
    member: Member,
    year: int,
    talker: Member | None,
    by: User,
    at: dt.datetime,
) -> PoliticalBirthday:
    """Arrange the talk of a political birthday, once a year.

    The capability (at the very branch) is the caller's to check.

    :raises Refused: it is not the month yet, or the talk cannot be arranged.
    """
    row = _row(branch, member, year, timezone.localdate(at))
    if row.talk_id is None:
        row.talk = talks.arrange(
            member=member, reason=TalkReason.BIRTHDAY, talker=talker,
            source=f"birthday:{member.pk}:{year}", branch=branch, by=by, at=at,
        )  # fmt: skip
        row.save(update_fields=["talk"])
        # Not who: those who read the audit are not among those who may know.
        audit.record(
            "birthday.talk_arranged", by=by, at=at, on=row.talk, organization=row.branch,
            after={"year": year},
        )  # fmt: skip
    return row


@transaction.atomic
def record_oath(
    *, branch: Organization, member: Member, year: int, oath_on: dt.date, by: User, at: dt.datetime
) -> PoliticalBirthday:
    """Write down on which day the member renewed the oath; a later one corrects it.

    :raises Refused: the day is to come or of another year.
    """
    on = timezone.localdate(at)
    row = _row(branch, member, year, on)
    if oath_on > on:
        raise Refused("重温入党誓词的日期不能晚于今天。")
    if oath_on.year != year:
        raise Refused(f"重温入党誓词的日期应在 {year} 年。")
    before = row.oath_on
    row.oath_on = oath_on
    row.save(update_fields=["oath_on"])
    if before != oath_on:
        _record("birthday.oath_recorded", row, member, by, at, {"year": year, "on": oath_on})
    return row


def _row(branch: Organization, member: Member, year: int, on: dt.date) -> PoliticalBirthday:
    """Return the row of the year, locked; it is made at the first thing that is done."""
    day = birthday(member.admitted_on, year) if member.admitted_on else None
    if day is None:
        raise Refused(f"{member.name}这一年还没有政治生日，请核对入党日期。")
    if on < day.replace(day=1):
        raise Refused(f"政治生日是{day.month}月{day.day}日，到当月再办。")
    if on.year > year:
        raise Refused(f"{year} 年已经过去，不再补办。")
    row, _ = PoliticalBirthday.objects.get_or_create(
        member=member, year=year, defaults={"branch": branch}
    )
    return PoliticalBirthday.objects.select_for_update(of=("self",)).get(pk=row.pk)


def _record(
    action: str,
    row: PoliticalBirthday,
    member: Member,
    by: User,
    at: dt.datetime,
    after: dict[str, Any],
) -> None:
    audit.record(
        action, by=by, at=at, on=row, organization=row.branch,
        after={"person": member.name, **after},
    )  # fmt: skip
