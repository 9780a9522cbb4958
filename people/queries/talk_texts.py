"""What was said in talks. No other module reads it.

Readable by the two who talked and, if the talker shared it, by whoever is secretary of that very
branch now; by the member only while it is not shut (``is_shut``). For everybody else it does not
exist: deputies, group leaders, those above, administrators, reviewers and auditors included.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.views.decorators.debug import sensitive_variables

from branches.access import Grants
from branches.models import User
from branches.rules.roles import Role
from people.models import Talk
from people.models.talk import TalkQuerySet
from people.rules import talks as rules
from people.rules.talks import TalkState


@dataclass(frozen=True, slots=True)
class Words:
    """What the talker noted and what the member added; never shown by ``repr``."""

    note: str = field(repr=False)
    answer: str = field(repr=False)


def readable_by(user: User, grants: Grants) -> TalkQuerySet:
    """Return the talks somebody may open, still without their words; ``has_words`` says whether
    there are any.
    """
    led = [grant.path for grant in grants.held if grant.role == Role.SECRETARY]
    shared = Q(is_shared=True, state=TalkState.HELD, branch__path__in=led)
    has_words = ExpressionWrapper(~Q(note="") | ~Q(answer=""), output_field=BooleanField())
    rows = (
        Talk.objects.without_words()
        .annotate(has_words=has_words)
        .filter(Q(member__user=user) | Q(talker__user=user) | shared)
    )
    sealed = ("member__id_number", "member__phone", "talker__id_number", "talker__phone")
    return rows.select_related("branch", "member__user", "talker").defer(*sealed)


def is_shut(talk: Talk) -> bool:
    """Return whether the words of a talk are kept from its member: somebody else has opened or
    reset his account since, and could sit at it. It ends when the talker opens them again.
    """
    account = talk.member.user
    if account is None or talk.recorded_at is None:
        return False
    return max(talk.recorded_at, talk.released_at or talk.recorded_at) < account.handed_over_at


def may_correct(talk: Talk, by: User, at: dt.datetime) -> bool:
    """Return whether somebody may correct the note of a talk."""
    return (
        talk.state == TalkState.HELD
        and talk.recorded_at is not None
        and talk.talker is not None
        and talk.talker.user_id == by.pk
        and rules.may_be_corrected(talk.recorded_at, at)
    )


def may_withdraw(talk: Talk, by: User, at: dt.datetime) -> bool:
    """Return whether somebody may take back what he has written down (two queries at most)."""
    is_own_slip = talk.due_on is None and may_correct(talk, by, at)
    return is_own_slip and not is_known_to_others(talk, by)


def is_known_to_others(talk: Talk, talker: User) -> bool:
    """Return whether somebody but the talker has read what was said, or the member has added to
    it (two queries at most): then it is not the talker's alone to take away.
    """
    is_answered = Talk.objects.filter(pk=talk.pk).exclude(answer="").exists()
    return is_answered or talk.readings.exclude(reader=talker).exists()


@sensitive_variables()
def words_of(talk: Talk) -> Words:
    """Return what was said (one query). Only for ``operations.talk_words``, which keeps who read
    it.
    """
    note, answer = Talk.objects.filter(pk=talk.pk).values_list("note", "answer").get()
    return Words(note, answer)
