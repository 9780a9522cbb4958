"""Who may see what is closely kept of a person (召回, 容错, 帮教, 双向反馈).

The person himself, the secretary and deputies of the very branch, and those strictly above it who
review people; nobody else, whatever they may see otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from members.models import Member, Membership
from members.rules.status import ON_ROLL
from people.queries.talks import arranging_paths


def of_reviewers(grants: Grants, field: str = "branch") -> Q:
    """Return the filter for rows of branches strictly below somebody who reviews people."""
    found = Q(pk__in=[])
    for root in grants.scope(Capability.REVIEW_PEOPLE).roots:
        found |= Q(**{f"{field}__path__startswith": root}) & ~Q(**{f"{field}__path": root})
    return found


def of_keepers(grants: Grants, field: str = "branch") -> Q:
    """Return the filter for rows of the branches where somebody is secretary or deputy."""
    return Q(**{f"{field}__path__in": arranging_paths(grants)})


def of_either(grants: Grants, field: str = "branch") -> Q:
    """Return the filter for what somebody sees by a post."""
    return of_keepers(grants, field) | of_reviewers(grants, field)


def reviews(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody reviews the people of a branch, from strictly above."""
    roots = grants.scope(Capability.REVIEW_PEOPLE).roots
    return any(branch.path.startswith(root) and root != branch.path for root in roots)


def keeps(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody is secretary or deputy of the very branch."""
    return branch.path in arranging_paths(grants)


def handles(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody keeps the branch or reviews its people."""
    return keeps(grants, branch) or reviews(grants, branch)


def may_open(grants: Grants) -> bool:
    """Return whether somebody has anything to see by a post at all."""
    return bool(arranging_paths(grants)) or grants.allows(Capability.REVIEW_PEOPLE)


def kept_branches(grants: Grants) -> QuerySet[Organization]:
    """Return the branches of which somebody is secretary or deputy, in tree order."""
    rows = Organization.objects.of_kind(OrganizationKind.BRANCH)
    return rows.filter(path__in=arranging_paths(grants), dissolved_on__isnull=True).order_by("path")


def handled_branches(grants: Grants) -> QuerySet[Organization]:
    """Return the branches somebody keeps, and those whose people he reviews, in tree order."""
    reach = Q(path__in=arranging_paths(grants))
    for root in grants.scope(Capability.REVIEW_PEOPLE).roots:
        reach |= Q(path__startswith=root) & ~Q(path=root)
    rows = Organization.objects.of_kind(OrganizationKind.BRANCH).filter(reach)
    return rows.filter(dissolved_on__isnull=True).order_by("path")


def people(branches: Sequence[Organization], user: User | None = None) -> QuerySet[Member]:
    """Return the members on the roll of some branches by pinyin, but the person himself."""
    homes = Membership.objects.current().home().filter(branch__in=branches)
    rows = Member.objects.filter(pk__in=homes.values("member_id"), status__in=ON_ROLL)
    if user is not None:
        rows = rows.exclude(user=user)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")
