"""Questions about brands (一支部一品牌): everybody of a committee learns from all its branches."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.rules import tree
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.queries import homes
from people.models import Brand, BrandCase


def shared_with(user: User, grants: Grants, on: dt.date) -> Scope:
    """Return whose brands somebody may read: all of the committee that the own branch belongs to
    (the nearest above it), and of where one sees the records.
    """
    roots = [*grants.scope(Capability.SEE_ACTIVITIES).roots]
    home = homes.of_user(user, on)
    if home is not None:
        above = tree.lineage(home.branch.path)
        committees = Organization.objects.of_kind(OrganizationKind.COMMITTEE)
        nearest = committees.filter(path__in=above).order_by("-path").first()
        roots.append(nearest.path if nearest else home.branch.path)
    return Scope.over(roots)


def found(scope: Scope, words: str = "", *, innovations: bool = False) -> QuerySet[Brand]:
    """Return the brands in reach that stand, by branch, with ``case_count`` and ``last_case_on``.

    :param words: in the brand or one of its cases; "" for all.
    :param innovations: only brands with an innovation among their cases.
    """
    rows = Brand.objects.in_scope(scope).filter(ended_on__isnull=True)
    cases = BrandCase.objects.filter(brand=OuterRef("pk"))
    if words:
        told = Q(title__icontains=words) | Q(story__icontains=words)
        rows = rows.filter(
            Q(name__icontains=words) | Q(meaning__icontains=words) | Exists(cases.filter(told))
        )
    if innovations:
        rows = rows.filter(Exists(cases.filter(is_innovation=True)))
    return (
        rows.select_related("branch")
        .annotate(case_count=Count("cases"), last_case_on=Max("cases__on"))
        .order_by("branch__path")
    )


def without(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return the branches in reach that have no brand, in tree order."""
    standing = Brand.objects.filter(branch=OuterRef("pk"), ended_on__isnull=True)
    rows = Organization.objects.in_scope(scope).of_kind(OrganizationKind.BRANCH)
    return rows.standing_on(on).filter(~Exists(standing)).order_by("path")


def earlier(brand: Brand) -> QuerySet[Brand]:
    """Return the other brands of the same branch, the last first."""
    return Brand.objects.filter(branch=brand.branch_id).exclude(pk=brand.pk).order_by("-started_on")
