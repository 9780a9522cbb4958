"""Questions about help plans: closely kept (``people.queries.care``); the 支委 who helps reads and
writes his own.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Max, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, Post, User
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.rules.roles import COMMITTEE_ROLES
from members.models import Member
from members.rules.status import ON_ROLL
from people.models import HelpPlan
from people.queries import care
from people.rules import help_plans as rules
from people.rules.help_plans import Terms

RULE = "P9"


def terms(branch: Organization, day: dt.date, book: RuleBook | None = None) -> Terms:
    """Return how help plans run at a branch on a day (two queries, none with a rule book)."""
    known = book or regulations.book([branch])
    rule = known.of(branch, day).get(RULE)
    return rules.terms_of(rule.parameters if rule else {})


def seen(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the plans somebody may know of: by a post, as the person, as the 支委 who helps."""
    own = Q(member__user=user) | Q(committee_member__user=user)
    return _listed(HelpPlan.objects.filter(care.of_either(grants) | own))


def listed(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the plans somebody sees by a post, not his own."""
    return _listed(HelpPlan.objects.filter(care.of_either(grants))).exclude(member__user=user)


def noted_by(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the plans to which somebody may add notes: those who handle it and who helps."""
    rows = HelpPlan.objects.filter(care.of_either(grants) | Q(committee_member__user=user))
    return _listed(rows).exclude(member__user=user)


def about(user: User) -> QuerySet[HelpPlan]:
    """Return the plans that somebody was helped by, the last first."""
    return _listed(HelpPlan.objects.filter(member__user=user)).order_by("-started_on", "-pk")


def helping(user: User) -> QuerySet[HelpPlan]:
    """Return the running plans by which somebody helps as 支委."""
    rows = HelpPlan.objects.running().filter(committee_member__user=user)
    return _listed(rows).order_by("started_on", "pk")


def running(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the running plans for which somebody owes notes or the review: at the very branch,
    and as the 支委 who helps. ``last_note`` is the day of the last note or None.
    """
    rows = HelpPlan.objects.running().filter(
        care.of_keepers(grants) | Q(committee_member__user=user)
    )
    found = _listed(rows).exclude(member__user=user).annotate(last_note=Max("notes__on"))
    return found.order_by("ends_on", "pk")


def committee(branch: Organization, on: dt.date) -> QuerySet[Member]:
    """Return the members of a branch's 支委会 on a day, by pinyin."""
    posts = Post.objects.held_on(on).filter(organization=branch, role__in=COMMITTEE_ROLES)
    rows = Member.objects.filter(user_id__in=posts.values("user_id"), status__in=ON_ROLL)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def _listed(rows: QuerySet[HelpPlan]) -> QuerySet[HelpPlan]:
    found = rows.select_related("branch", "member__user", "committee_member__user")
    return found.defer(
        "member__id_number", "member__phone",
        "committee_member__id_number", "committee_member__phone",
    )  # fmt: skip
