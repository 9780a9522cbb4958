"""Questions about the tree."""

from __future__ import annotations

import datetime as dt

from branches.models import Organization, Post, Term
from branches.rules import tree
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope


def problems() -> list[tree.TreeProblem]:
    """Return what is wrong with the stored tree (one query); empty when sound."""
    rows = Organization.objects.values_list("id", "parent_id", "kind", "path")
    return tree.problems(
        tree.Node(pk, parent, OrganizationKind(kind), path) for pk, parent, kind, path in rows
    )


def standing_tree(scope: Scope, on: dt.date) -> list[Organization]:
    """Return the organisations of ``scope`` standing on a day, in tree order (one query)."""
    return list(Organization.objects.in_scope(scope).standing_on(on).order_by("path"))


def committee_of(organization: Organization) -> Organization:
    """Return the root above ``organization`` (itself when it is one)."""
    return Organization.objects.get(path=organization.path[: tree.STEP])


def ancestors(organization: Organization) -> list[Organization]:
    """Return the organisations above, the root first (one query)."""
    return list(Organization.objects.filter(path__in=tree.ancestor_paths(organization.path)))


def branch_of(organization: Organization) -> Organization | None:
    """Return the branch an organisation is or belongs to; None above branches."""
    if organization.is_branch:
        return organization
    return organization.parent if organization.is_group else None


def posts_at(organization: Organization, on: dt.date) -> list[Post]:
    """Return who holds which post there, 书记 first (one query)."""
    posts = Post.objects.filter(organization=organization).held_on(on).select_related("user")
    order = list(Role)
    return sorted(posts, key=lambda post: (order.index(Role(post.role)), post.started_on, post.pk))


def current_term(organization: Organization) -> Term | None:
    return Term.objects.filter(organization=organization).order_by("-ordinal").first()
