"""Who holds what on a day: the posts that grant a capability."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from branches.models import Organization, Post, User
from branches.rules.roles import COMMITTEE_ROLES, Capability, roles_with


def granting(capability: Capability, on: dt.date) -> QuerySet[Post]:
    """Return the posts that grant a capability on a day.

    Of accounts in use, at organisations that stand; narrow them by place.
    """
    return Post.objects.held_on(on).filter(
        role__in=roles_with(capability),
        user__is_active=True,
        organization__dissolved_on__isnull=True,
    )


def holders(capability: Capability, organization: Organization, on: dt.date) -> QuerySet[User]:
    """Return whose post at an organisation itself, not above it, grants a capability on a day."""
    posts = granting(capability, on).filter(organization=organization)
    return User.objects.filter(pk__in=posts.values("user_id")).order_by("id")


def committee(branch: Organization, on: dt.date) -> QuerySet[User]:
    """Return the accounts in use of a branch's 支委会 on a day."""
    posts = Post.objects.held_on(on).filter(organization=branch, role__in=COMMITTEE_ROLES)
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True).order_by("pk")
