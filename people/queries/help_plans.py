"""Questions about help plans: closely kept (``people.queries.care``); the 支委 who helps reads and
writes his own, as long as he is of the 支委会 of the branch where the person is at home.
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
    return rules.terms_of(regulations.parameters(branch, day, RULE, book))


def seen(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the plans somebody may know of: by a post, as the person, as the 支委 who helps."""
    kept = care.at_home(care.of_either(grants)) | helps(user, grants)
    return _listed(HelpPlan.objects.filter(kept | Q(member__user=user)))


def listed(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the plans somebody sees by a post, not his own."""
    kept = care.at_home(care.of_either(grants))
    return _listed(HelpPlan.objects.filter(kept)).exclude(member__user=user)


def noted_by(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the plans to which somebody may add notes: those who handle it and who helps."""
    kept = care.at_home(care.of_either(grants))
    rows = HelpPlan.objects.filter(kept | helps(user, grants))
    return _listed(rows).exclude(member__user=user)


def about(user: User) -> QuerySet[HelpPlan]:
    """Return the plans that somebody was helped by, the last first."""
    return _listed(HelpPlan.objects.filter(member__user=user)).order_by("-started_on", "-pk")


def helps(user: User, grants: Grants) -> Q:
    """Return the filter for the plans by which somebody helps as 支委, while he is one there."""
    paths = [grant.path for grant in grants.held if grant.role in COMMITTEE_ROLES]
    return Q(committee_member__user=user) & care.at_home(Q(branch__path__in=paths))


def helping(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the running plans by which somebody helps as 支委."""
    rows = HelpPlan.objects.running().filter(helps(user, grants))
    return _listed(rows).order_by("started_on", "pk")


def running(user: User, grants: Grants) -> QuerySet[HelpPlan]:
    """Return the running plans for which somebody owes notes or the review: at the very branch,
    and as the 支委 who helps. ``last_note`` is the day of the last note or None.
    """
    kept = care.at_home(care.of_keepers(grants))
    rows = HelpPlan.objects.running().filter(kept | helps(user, grants))
    found = _listed(rows).exclude(member__user=user).annotate(last_note=Max("notes__on"))
    return found.order_by("ends_on", "pk")


def committee(branch: Organization, on: dt.date) -> QuerySet[Member]:
    """Return the members of a branch's 支委会 on a day, by pinyin."""
    posts = Post.objects.held_on(on).filter(organization=branch, role__in=COMMITTEE_ROLES)
    rows = Member.objects.filter(user_id__in=posts.values("user_id"), status__in=ON_ROLL)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def helper_of(plan: HelpPlan, branch: Organization, on: dt.date) -> Member | None:
    """Return the 支委 who helps, while he is of the 支委会 of the branch that keeps the plan on a
    day; else None (one query).
    """
    known = committee(branch, on).filter(pk=plan.committee_member_id).exists()
    return plan.committee_member if known else None


def _listed(rows: QuerySet[HelpPlan]) -> QuerySet[HelpPlan]:
    found = rows.select_related("branch", "member__user", "committee_member__user")
    return found.defer(
        "member__id_number", "member__phone",
        "committee_member__id_number", "committee_member__phone",
    )  # fmt: skip
