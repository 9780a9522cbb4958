"""Who stands above an organisation and does not belong to it.

What is examined, confirmed, supervised or decided from above is not for those at home there:
whoever holds a post at the very organisation, or is a member of it, leaves it to another.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from branches.access import Grants
from branches.models import Organization, Post
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from members.models import Membership


def own(user: int | None, on: dt.date | None) -> QuerySet[Organization]:
    """Return where an account holds a post or is a member on a day: of a group its branch too,
    and with a branch all its groups. None of it where either is None.
    """
    if user is None or on is None:
        return Organization.objects.none()
    posts = Post.objects.filter(user=user).held_on(on)
    in_groups = posts.filter(organization__kind=OrganizationKind.GROUP)
    memberships = Membership.objects.on(on).filter(member__user=user)
    near = Organization.objects.filter(
        Q(pk__in=posts.values("organization_id"))
        | Q(pk__in=in_groups.values("organization__parent_id"))
        | Q(pk__in=memberships.values("branch_id"))
    )
    return Organization.objects.filter(
        Q(pk__in=near.values("pk")) | Q(kind=OrganizationKind.GROUP, parent__in=near.values("pk"))
    )


def below(grants: Grants, capability: Capability, field: str = "") -> Q:
    """Return the filter for rows of organisations that somebody decides on from strictly above,
    the own ones left out; ``field`` leads to the organisation, "" is the row itself.
    """
    path, key = (f"{field}__path", field) if field else ("path", "pk")
    reach = grants.scope(capability).below_q(path)
    return reach & ~Q(**{f"{key}__in": own(grants.user_id, grants.on).values("pk")})


def decides(grants: Grants, capability: Capability, organization: Organization) -> bool:
    """Return whether somebody decides on an organisation from strictly above without belonging
    to it (one query a request).
    """
    if not grants.scope(capability).is_above(organization.path):
        return False
    found = own(grants.user_id, grants.on)
    return organization.pk not in grants.once(
        "own organizations", lambda: frozenset(found.values_list("pk", flat=True))
    )


def is_own(user: int, organization: Organization, on: dt.date) -> bool:
    """Return whether somebody holds a post at an organisation or is a member of it (one query)."""
    return own(user, on).filter(pk=organization.pk).exists()
