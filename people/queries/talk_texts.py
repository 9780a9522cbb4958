"""What was said in talks. No other module reads it.

Readable by the two who talked and, if the talker shared it, by whoever is secretary of that very
branch now. For everybody else it does not exist: deputies, group leaders, those above,
administrators, reviewers and auditors included.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.views.decorators.debug import sensitive_variables

from branches.access import Grants
from branches.models import User
from branches.rules.roles import Role
from people.models import Talk
from people.models.talk import TalkQuerySet
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
    rows = Talk.objects.annotate(has_words=has_words).filter(
        Q(member__user=user) | Q(talker__user=user) | shared
    )
    sealed = ("member__id_number", "member__phone", "talker__id_number", "talker__phone")
    return rows.select_related("branch", "member", "talker").defer("note", "answer", *sealed)


@sensitive_variables()
def words_of(talk: Talk) -> Words:
    """Return what was said (one query). Only for ``operations.talk_words``, which keeps who read
    it.
    """
    note, answer = Talk.objects.filter(pk=talk.pk).values_list("note", "answer").get()
    return Words(note, answer)
