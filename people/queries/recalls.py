"""Questions about recalls: closely kept (``people.queries.care``)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, DateField, F, Q, QuerySet, When

from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from people.models import Recall
from people.queries import care
from people.rules import recalls as rules
from people.rules.recalls import RecallState, Terms

RULE = "P7"
OVER = (RecallState.ENDED, RecallState.DROPPED)


def terms(branch: Organization, day: dt.date, book: RuleBook | None = None) -> Terms:
    """Return how a recall goes at a branch on a day (two queries, none with a rule book)."""
    return rules.terms_of(regulations.parameters(branch, day, RULE, book))


def seen(user: User, grants: Grants) -> QuerySet[Recall]:
    """Return the recalls somebody may know of: those handled by a post, and one's own."""
    kept = care.at_home(care.of_either(grants))
    return _listed(Recall.objects.filter(kept | Q(member__user=user)))


def handled(user: User, grants: Grants) -> QuerySet[Recall]:
    """Return the recalls somebody handles by a post, never his own."""
    kept = care.at_home(care.of_either(grants))
    return _listed(Recall.objects.filter(kept)).exclude(member__user=user)


def about(user: User) -> QuerySet[Recall]:
    """Return all that is kept about somebody, the last first."""
    return _listed(Recall.objects.filter(member__user=user)).order_by("-listed_on", "-pk")


def next_by(recall: Recall, terms: Terms) -> dt.date | None:
    """Return the last day for the next step of a recall; None once it is over."""
    return rules.next_by(
        RecallState(recall.state),
        terms,
        listed_on=recall.listed_on,
        training_until=recall.training_until,
        assessed_on=recall.assessed_on,
        follow_until=recall.follow_until,
    )


def waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Recall]:
    """Return the recalls whose next step may be taken by a day, at the very branches somebody
    keeps; ``since`` is from when it may.
    """
    kept = care.at_home(care.of_keepers(grants))
    rows = Recall.objects.filter(kept).exclude(state__in=OVER)
    since = Case(
        When(state=RecallState.TRAINING, then=F("training_until")),
        When(state=RecallState.ASSESSED, then=F("assessed_on")),
        When(state=RecallState.FOLLOW_UP, then=F("follow_until")),
        default=F("listed_on"),
        output_field=DateField(),
    )
    found = _listed(rows).exclude(member__user=user).annotate(since=since)
    return found.filter(since__lte=on).order_by("since", "pk")


def _listed(rows: QuerySet[Recall]) -> QuerySet[Recall]:
    found = rows.select_related("branch", "member__user", "listed_by")
    return found.defer("member__id_number", "member__phone")
