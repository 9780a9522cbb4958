"""Questions about 揭榜: to whom a project is open, who works on it, what waits."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.rules import tree
from branches.rules.roles import Capability, roles_with
from branches.scope import Scope
from members.models import Membership
from members.queries import homes
from people.models import Project
from people.rules.projects import RUNNING, ProjectState


def keeping(grants: Grants) -> Scope:
    """Return where somebody puts projects up and decides about them: where one keeps the
    records or reviews.
    """
    scopes = (grants.scope(Capability.LOG_ACTIVITIES), grants.scope(Capability.REVIEW_PEOPLE))
    return Scope.over(root for scope in scopes for root in scope.roots)


def places(scope: Scope, on: dt.date) -> list[Organization]:
    """Return the organisations a project can be put up at, in tree order (one query)."""
    rows = Organization.objects.in_scope(scope).standing_on(on)
    return list(rows.order_by("path"))


def seen_by(user: User, grants: Grants, on: dt.date) -> QuerySet[Project]:
    """Return the projects somebody may read: published ones of the organisations one belongs to
    and of those in reach, what one works on, and the drafts of where one puts them up.
    """
    home = homes.of_user(user, on)
    published = grants.scope(Capability.SEE_ACTIVITIES).q("organization__path")
    if home is not None:
        published |= Q(organization__path__in=tree.lineage(_place(home).path))
    kept = keeping(grants).q("organization__path")
    # Of the team by a set of keys: joined, each of them would bring the row once more.
    joined = Project.team.through.objects.filter(member__user=user).values("project_id")
    own = Q(leader__user=user) | Q(pk__in=joined)
    return Project.objects.filter((published & ~Q(state=ProjectState.DRAFT)) | own | kept)


def with_people(rows: QuerySet[Project]) -> QuerySet[Project]:
    """Read along who put it up and who leads it, without what is sealed."""
    return rows.select_related("organization", "leader", "decided_by").defer(
        "leader__id_number", "leader__phone"
    )


def addressed(project: Project, on: dt.date) -> QuerySet[User]:
    """Return the accounts of those whom a project is open to."""
    path = project.organization.path
    rows = Membership.objects.home().on(on)
    rows = rows.filter(Q(branch__path__startswith=path) | Q(group__path__startswith=path))
    return User.objects.filter(is_active=True, member__in=rows.values("member_id")).order_by("pk")


def is_addressed(project: Project, home: Membership) -> bool:
    """Return whether a project is open to somebody with this home."""
    return _place(home).path.startswith(project.organization.path)


def workers(project: Project) -> QuerySet[User]:
    """Return the accounts of who leads a project and of the team."""
    return User.objects.filter(
        Q(member=project.leader_id, member__isnull=False)
        | Q(member__in=project.team.through.objects.filter(project=project).values("member_id"))
    ).order_by("pk")


def counts(rows: QuerySet[Project]) -> dict[str, int]:
    """Return how many there are of each state (one query)."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in ProjectState}


# What is due


def led_by(user: User, until: dt.date) -> QuerySet[Project]:
    """Return what somebody is to finish by a day, most urgent first."""
    rows = Project.objects.filter(leader__user=user, state=ProjectState.CLAIMED, due_on__lte=until)
    return rows.order_by("due_on", "pk")


def to_decide(user: User, grants: Grants) -> QuerySet[Project]:
    """Return what was handed in to the very organisation of one's post, but for one's own."""
    return _others(user, grants).filter(state=ProjectState.HANDED_IN).order_by("handed_in_on", "pk")


def overdue(user: User, grants: Grants, on: dt.date) -> QuerySet[Project]:
    """Return what the very organisation of one's post has put up and others have not handed in,
    or nobody has claimed, by its day.
    """
    rows = _others(user, grants).filter(state__in=RUNNING, due_on__lt=on)
    return rows.order_by("due_on", "pk")


def _others(user: User, grants: Grants) -> QuerySet[Project]:
    roles = roles_with(Capability.LOG_ACTIVITIES) | roles_with(Capability.REVIEW_PEOPLE)
    paths = [grant.path for grant in grants.held if grant.role in roles]
    rows = Project.objects.filter(organization__path__in=paths)
    joined = Project.team.through.objects.filter(member__user=user).values("project_id")
    return rows.exclude(leader__user=user).exclude(pk__in=joined)


def _place(home: Membership) -> Organization:
    """Return the lowest place somebody belongs to: the group, else the branch."""
    return home.group or home.branch
