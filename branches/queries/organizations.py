"""Questions about the tree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, Post, Term
from branches.rules import tree
from branches.rules.roles import Role
from branches.rules.terms import Clock, clock
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


def standing_within(grants: Grants, scope: Scope, on: dt.date) -> list[Organization]:
    """Return the organisations of ``scope`` standing on a day with their parents, in tree order.

    ``scope`` lies within the person's posts. One query at the first asking, none later in the
    same request.
    """
    rows = grants.once(
        f"standing on {on}",
        lambda: list(
            Organization.objects.in_scope(grants.reach())
            .standing_on(on)
            .select_related("parent")
            .order_by("path")
        ),
    )
    return [row for row in rows if scope.reaches(row.path)]


def ancestors(organization: Organization) -> list[Organization]:
    """Return the organisations above, the root first (one query)."""
    return list(Organization.objects.filter(path__in=tree.ancestor_paths(organization.path)))


def posts_at(organization: Organization, on: dt.date) -> list[Post]:
    """Return who holds which post there, 书记 first (one query)."""
    posts = Post.objects.filter(organization=organization).held_on(on).select_related("user")
    order = list(Role)
    return sorted(posts, key=lambda post: (order.index(Role(post.role)), post.started_on, post.pk))


# Beyond this a page of the tree shows no groups; they are on their branch's page.
GROUPS_SHOWN_UP_TO = 400


@dataclass(slots=True)
class TreeNode:
    organization: Organization
    children: list[TreeNode] = field(default_factory=list)
    branches: int = 0  # in the subtree, itself not counted
    groups: int = 0


def forest(scope: Scope, on: dt.date) -> list[TreeNode]:
    """Return what stands in ``scope`` as nested nodes with their counts (one query).

    A large tree ends at the branches; groups are counted all the same.
    """
    standing = standing_tree(scope, on)
    with_groups = len(standing) <= GROUPS_SHOWN_UP_TO
    roots: list[TreeNode] = []
    above: list[TreeNode] = []
    for organization in standing:
        while above and not organization.path.startswith(above[-1].organization.path):
            above.pop()
        for node in above:
            node.branches += organization.is_branch
            node.groups += organization.is_group
        node = TreeNode(organization)
        if with_groups or not organization.is_group or not above:
            (above[-1].children if above else roots).append(node)
        above.append(node)
    return roots


def children_with_secretary(organization: Organization, on: dt.date) -> QuerySet[Organization]:
    """Return the standing children, each with ``below`` and ``leaders`` (two queries).

    ``below`` counts the children's own children; ``leaders`` are the posts of its 书记 or
    党小组长.
    """
    standing = Q(children__dissolved_on__isnull=True) | Q(children__dissolved_on__gt=on)
    leaders = (
        Post.objects.held_on(on)
        .filter(role__in=[Role.SECRETARY, Role.GROUP_LEADER])
        .select_related("user")
        .order_by("started_on", "id")
    )
    return (
        Organization.objects.filter(parent=organization)
        .standing_on(on)
        .annotate(below=Count("children", filter=standing))
        .prefetch_related(Prefetch("posts", leaders, to_attr="leaders"))
        .order_by("path")
    )


def terms_of(organization: Organization) -> list[Term]:
    """Return all terms, the latest first (one query)."""
    return list(Term.objects.filter(organization=organization).order_by("-ordinal"))


def term_clock(term: Term, on: dt.date) -> Clock:
    return clock(term.ends_on, term.extended_to, on)


def possible_parents(
    organization: Organization, scope: Scope, on: dt.date
) -> QuerySet[Organization]:
    """Return where in ``scope`` an organisation could be moved to."""
    kinds = [
        kind
        for kind in OrganizationKind
        if tree.may_stand_under(OrganizationKind(organization.kind), kind)
    ]
    places = Organization.objects.in_scope(scope).standing_on(on).of_kind(*kinds)
    places = places.exclude(path__startswith=organization.path)
    return places.exclude(path=tree.parent_path(organization.path)).order_by("path")
