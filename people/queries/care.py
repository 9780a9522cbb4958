"""Who may see what is closely kept of a person (召回, 容错, 帮教, 双向反馈).

The person himself, the secretary and deputies of the very branch, and those strictly above it who
review people and do not belong to it; nobody else, whatever they may see otherwise. The branch is
where the person is at home today: whoever moves is kept by the new branch, no longer by the old.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from members.models import Member, Membership
from members.queries import above
from members.rules.status import ON_ROLL
from people.models import HelpPlan, Recall, Tolerance
from people.queries.talks import arranging_paths


def of_reviewers(grants: Grants, field: str = "branch") -> Q:
    """Return the filter for rows of branches strictly below somebody who reviews people."""
    return above.below(grants, Capability.REVIEW_PEOPLE, field)


def of_keepers(grants: Grants, field: str = "branch") -> Q:
    """Return the filter for rows of the branches where somebody is secretary or deputy."""
    return Q(**{f"{field}__path__in": arranging_paths(grants)})


def of_either(grants: Grants, field: str = "branch") -> Q:
    """Return the filter for what somebody sees by a post."""
    return of_keepers(grants, field) | of_reviewers(grants, field)


def at_home(reach: Q) -> Q:
    """Return the filter for rows about a member whose home today is a branch in ``reach``, a
    filter by ``branch``; where the member has no home any more, the row's own branch is asked.
    """
    homes = Membership.objects.current().home().filter(member=OuterRef("member"))
    return Q(Exists(homes.filter(reach))) | (~Q(Exists(homes)) & reach)


def branch_of(row: Recall | Tolerance | HelpPlan) -> Organization:
    """Return the branch that keeps a row now: as ``at_home`` says it (one query)."""
    homes = Membership.objects.current().home().filter(member=row.member_id)
    home = homes.select_related("branch").first()
    return home.branch if home else row.branch


def reviews(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody reviews the people of a branch, from strictly above."""
    return above.decides(grants, Capability.REVIEW_PEOPLE, branch)


def keeps(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody is secretary or deputy of the very branch."""
    return branch.path in arranging_paths(grants)


def handles(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody keeps the branch or reviews its people."""
    return keeps(grants, branch) or reviews(grants, branch)


def may_open(grants: Grants) -> bool:
    """Return whether somebody has anything to see by a post at all."""
    return bool(arranging_paths(grants)) or grants.allows(Capability.REVIEW_PEOPLE)


def handled_branches(grants: Grants) -> QuerySet[Organization]:
    """Return the branches somebody keeps, and those whose people he reviews, in tree order."""
    reviewed = above.below(grants, Capability.REVIEW_PEOPLE)
    reach = Q(path__in=arranging_paths(grants)) | reviewed
    rows = Organization.objects.of_kind(OrganizationKind.BRANCH).filter(reach)
    return rows.filter(dissolved_on__isnull=True).order_by("path")


def people(branches: Sequence[Organization], user: User | None = None) -> QuerySet[Member]:
    """Return the members on the roll of some branches by pinyin, but the person himself."""
    homes = Membership.objects.current().home().filter(branch__in=branches)
    rows = Member.objects.filter(pk__in=homes.values("member_id"), status__in=ON_ROLL)
    if user is not None:
        rows = rows.exclude(user=user)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")
