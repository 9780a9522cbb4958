"""Making talks due by what happened. Safe to do again: each event makes one talk."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from branches import audit, notices
from branches.models import User
from people.models import Talk
from people.queries import talk_events
from people.rules.talks import TalkForm
from people.wording import talks as wording

_LOCK = 7_301_071  # advisory lock: events are looked at by one at a time


@transaction.atomic
def make_due(*, at: dt.datetime) -> int:
    """Make the talks due that lately's events ask for, and tell the members; return how many.

    Who is to hold each is for the branch to say. The audit has one entry a branch.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    called = talk_events.calls(timezone.localdate(at))
    rows = Talk.objects.bulk_create(
        (
            Talk(
                branch=call.branch, member_id=call.member, reason=call.reason, form=call.form,
                due_on=call.due_on, source=call.source, arranged_at=at,
            )
            for call in called
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    branches = {call.branch.pk: call.branch for call in called}
    for key, count in sorted(Counter(call.branch.pk for call in called).items()):
        branch = branches[key]
        audit.record(
            "talk.made_due", by=None, at=at, on=branch, organization=branch,
            after={"talks": count},
        )  # fmt: skip
    told: dict[tuple[TalkForm, dt.date], set[int]] = defaultdict(set)
    for call in called:
        told[call.form, call.due_on].add(call.member)
    for (form, due_on), members in sorted(told.items()):
        text = f"支部和您{wording.FORMS[form]}，{due_on.month}月{due_on.day}日前"
        accounts = User.objects.filter(member__in=members, is_active=True)
        notices.tell_many(accounts, text, url=reverse("my-talks"), at=at)
    return len(rows)
