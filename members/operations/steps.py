"""What every step on the roll shares: its refusal, its checks, its trace on the timeline."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from branches.models import Organization
from members.models import Member, MemberEvent, Membership
from members.rules.status import EventKind


class CannotChange(Exception):
    """The step does not fit; the text says why and how to mend it, in Chinese.

    ``field`` names the detail it is about, "" the step as a whole.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def check_day(day: dt.date | None, at: dt.datetime, field: str) -> None:
    """:raises CannotChange: the day has not come yet."""
    if day is not None and day > timezone.localdate(at):
        raise CannotChange("日期不能晚于今天。", field=field)


def check_group(branch: Organization, group: Organization | None) -> None:
    """:raises CannotChange: the group is not one of the branch."""
    if group is not None and group.parent_id != branch.pk:
        raise CannotChange(f"{group.short_name}不属于{branch.short_name}，请重选。", field="group")


def home_of(member: Member) -> Membership:
    """Return the last home of a member, open or ended, with branch and group."""
    return (
        Membership.objects.home()
        .filter(member=member)
        .select_related("branch", "group")
        .latest("started_on")
    )


def note_event(
    member: Member, kind: EventKind, on: dt.date, note: str, at: dt.datetime
) -> MemberEvent:
    """Put an event on the timeline of a member."""
    return MemberEvent.objects.create(
        member=member, kind=kind, happened_on=on, note=note[:200], recorded_at=at
    )


def place_name(branch: Organization, group: Organization | None) -> str:
    """Return a place as people say it: 采煤党支部采煤一组."""
    return f"{branch.short_name}{group.short_name}" if group else branch.short_name


def place_codes(branch: Organization, group: Organization | None) -> dict[str, str]:
    """Return a place as the audit keeps it."""
    return {"branch": branch.code, "group": group.code if group else ""}
