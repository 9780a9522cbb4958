"""What this app counts for schemes: how long a branch's secretary has served, and the age."""

from __future__ import annotations

import datetime as dt

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from branches.facts import FactSource
from branches.models import Organization, Post, Term
from branches.models.post import PostQuerySet
from branches.rules.periods import Period
from branches.rules.roles import Role

_ORGANIZATION_FEEDS = ("secretary_terms", "secretary_age")


def counts(target: str, feed: str) -> bool:
    """Return whether this app counts a feed of schemes for ``member`` or ``organization``."""
    return target == "organization" and feed in _ORGANIZATION_FEEDS


def organization_facts(
    period: Period, feeds: frozenset[str], within: Organization
) -> list[FactSource]:
    """Return what is known of the secretaries on the last day of ``period``, below ``within``.

    Feeds: ``secretary_terms`` (terms of the branch in which the secretary has held the post
    there without a break, one served in part included; absent where no term is recorded) and
    ``secretary_age`` (full years; absent where the birth date is). A branch without a secretary
    has neither.
    """
    day = period.last_day
    columns = {"secretary_terms": terms(day), "secretary_age": age(day)}
    asked = [feed for feed in _ORGANIZATION_FEEDS if feed in feeds]
    if not asked:
        return []
    rows = (
        secretaries(day, within)
        .annotate(since=since(day))
        .order_by()
        .values("organization_id")
        .annotate(**{feed: columns[feed] for feed in asked})
    )
    return [FactSource(rows, "organization_id", {feed: (feed, None) for feed in asked}, False)]


def secretaries(day: dt.date, within: Organization) -> QuerySet[Post]:
    """Return the post of each organisation's secretary on a day, one each: the latest appointed."""
    held = _posts().held_on(day)
    later = held.filter(
        Q(started_on__gt=OuterRef("started_on"))
        | Q(started_on=OuterRef("started_on"), pk__gt=OuterRef("pk")),
        organization=OuterRef("organization_id"),
    )
    found: QuerySet[Post] = held.filter(~Exists(later), organization__path__startswith=within.path)
    return found


def since(day: dt.date) -> Subquery:
    """Return from when a secretary's post has been held without a break, as of a day.

    A new appointment that begins on the day the old one ends, or before, goes on with it.
    """
    same = _posts().filter(
        user=OuterRef("user_id"), organization=OuterRef("organization_id"), started_on__lte=day
    )
    before = _posts().filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("started_on")),
        user=OuterRef("user_id"),
        organization=OuterRef("organization_id"),
        started_on__lt=OuterRef("started_on"),
    )
    starts = same.filter(~Exists(before)).order_by("-started_on").values("started_on")
    return Subquery(starts[:1], output_field=DateField())


def terms(day: dt.date) -> Subquery:
    """Return how many terms have run since ``since``, that in which it lies included.

    A term runs until the next election, however late that comes.
    """
    counted = (
        Term.objects.filter(organization=OuterRef("organization_id"), elected_on__lte=day)
        .order_by()
        .values("organization_id")
        .annotate(
            n=Count("pk", filter=Q(elected_on__gt=OuterRef("since")))
            + Max(Case(When(elected_on__lte=OuterRef("since"), then=1), default=0))
        )
        .values("n")
    )
    return Subquery(counted, output_field=IntegerField())


def age(day: dt.date) -> Func:
    return Func(
        Cast(Value(day), DateField()),
        F("user__member__birth_date"),
        template="EXTRACT(YEAR FROM AGE(%(expressions)s))::integer",
        output_field=IntegerField(),
    )


def _posts() -> PostQuerySet:
    """Return the posts of secretaries that lasted at least a day."""
    found: PostQuerySet = Post.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")), role=Role.SECRETARY
    )
    return found
