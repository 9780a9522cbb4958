"""People of a branch who talk with each other."""

from __future__ import annotations

import datetime as dt

from branches.models import Organization, User
from members.models import Member, Membership
from members.name_keys import pinyin_key, stroke_key
from people.models import Talk
from people.operations import talks
from people.operations.talks import Held
from people.rules.talks import TalkReason

SINCE = dt.date(2020, 1, 1)


def enrol(
    branch: Organization, name: str, user: User | None = None, group: Organization | None = None
) -> Member:
    """Put somebody on the roll of a branch."""
    member = Member.objects.create(
        name=name, name_pinyin=pinyin_key(name), name_strokes=stroke_key(name), user=user
    )
    Membership.objects.create(member=member, branch=branch, group=group, started_on=SINCE)
    return member


def talked(
    talker: User, member: Member, at: dt.datetime, *, note: str = "", is_shared: bool = False
) -> Talk:
    """Write down a talk that was held on the day of ``at``."""
    held = Held(at.date(), "休息室", note, is_shared)
    return talks.record(member=member, reason=TalkReason.REGULAR, held=held, by=talker, at=at)
