"""Questions about 金点子: whose, how they stand, which wait for an answer or to be carried out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.queries import homes
from people.models import Idea
from people.rules import ideas as rules
from people.rules.ideas import ADOPTED, IdeaState, Terms

RULE = "P10"


@dataclass(frozen=True, slots=True)
class Month:
    """What came of suggestions in a month, by the days on which it happened."""

    raised: int
    adopted: int
    done: int


def terms(organization: Organization, day: dt.date, book: RuleBook | None = None) -> Terms:
    """Return how soon a branch answers on a day (two queries, none with a rule book)."""
    return rules.terms_of(regulations.parameters(organization, day, RULE, book))


def seen_by(user: User, grants: Grants, on: dt.date) -> QuerySet[Idea]:
    """Return the suggestions open to somebody: one's own and those one is to carry out, those of
    the own branch, and those in reach.
    """
    home = homes.of_user(user, on)
    seen = grants.scope(Capability.SEE_ACTIVITIES).q("branch__path")
    seen |= Q(member__user=user) | Q(owner__user=user)
    return Idea.objects.filter(seen | Q(branch=home.branch) if home else seen)


def branches(user: User, grants: Grants, on: dt.date) -> list[Organization]:
    """Return the branches whose suggestions somebody may read, in tree order (two queries)."""
    home = homes.of_user(user, on)
    reach = grants.scope(Capability.SEE_ACTIVITIES).q("path")
    rows = Organization.objects.filter(reach | Q(pk=home.branch_id) if home else reach)
    return list(rows.of_kind(OrganizationKind.BRANCH).standing_on(on).order_by("path"))


def with_people(rows: QuerySet[Idea]) -> QuerySet[Idea]:
    """Read along who raised it and who carries it out, without what is sealed."""
    sealed = [f"{who}__{what}" for who in ("member", "owner") for what in ("id_number", "phone")]
    return rows.select_related("branch", "member", "owner", "answered_by").defer(*sealed)


def counts(rows: QuerySet[Idea]) -> dict[str, int]:
    """Return how many there are of each state (one query)."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in IdeaState}


def month_of(rows: QuerySet[Idea], month: Period) -> Month:
    """Return what came of suggestions in a month (one query)."""
    raised = Q(raised_on__gte=month.first_day, raised_on__lt=month.end)
    answered = Q(answered_on__gte=month.first_day, answered_on__lt=month.end)
    done = Q(done_on__gte=month.first_day, done_on__lt=month.end)
    found = rows.aggregate(
        raised=Count("pk", filter=raised),
        adopted=Count("pk", filter=answered & Q(state__in=ADOPTED)),
        done=Count("pk", filter=done),
    )
    return Month(**found)


# What is due


def to_answer(scope: Scope, user: User) -> QuerySet[Idea]:
    """Return the suggestions in reach that wait for an answer, but for one's own, oldest first."""
    rows = Idea.objects.in_scope(scope).filter(state=IdeaState.RAISED)
    return rows.exclude(member__user=user).order_by("raised_on", "pk")


def to_carry_out(user: User, until: dt.date) -> QuerySet[Idea]:
    """Return what somebody is to carry out by a day, most urgent first."""
    rows = Idea.objects.filter(owner__user=user, state=IdeaState.ADOPTED, due_on__lte=until)
    return rows.order_by("due_on", "pk")


def overdue(scope: Scope, user: User, on: dt.date) -> QuerySet[Idea]:
    """Return the adopted suggestions in reach that others did not carry out in time."""
    rows = Idea.objects.in_scope(scope).filter(state=IdeaState.ADOPTED, due_on__lt=on)
    return rows.exclude(owner__user=user).order_by("due_on", "pk")
