"""From a talk to the problem list: only what is typed for it travels, with consent."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from activities.models import Problem
from activities.operations import problems
from activities.operations.refusals import Refused
from activities.rules.supervision import Source
from branches import audit
from branches.models import User
from people.models import Talk
from people.operations.talk_locks import locked
from people.rules.talks import TalkState

WHOSE = "党员谈话反映"


@transaction.atomic
def raise_problem(
    *, talk: Talk, text: str, has_consent: bool, by: User, at: dt.datetime
) -> Problem:
    """Raise a problem at the branch from a talk, in words typed anew. The member is not named.

    :raises Refused: the member has not consented, somebody else talked, or nothing is written.
    """
    row = locked(talk)
    if not has_consent:
        raise Refused("没有本人同意，不能提出。请先和本人说明。")
    if row.state != TalkState.HELD or row.talker is None or row.talker.user_id != by.pk:
        raise Refused("只有谈话人可以由谈话提出问题。")
    problem = problems.raise_from(
        source=Source.TALK, source_id=row.pk, organization=row.branch, text=text, whose=WHOSE,
        by=by, at=at,
    )  # fmt: skip
    audit.record("talk.problem_raised", by=by, at=at, on=row, organization=row.branch)
    return problem
