"""Questions about 小政委: who is it, who may be, what waits in choosing one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from activities.models import Activity
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import Organization, Post, User
from branches.queries import regulations, working_calendar
from branches.queries.regulations import RuleBook
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES, Role
from branches.rules.tree import OrganizationKind
from branches.rules.working_days import WorkingCalendar
from branches.scope import Scope
from members.models import Member, Membership
from people.models import Steward
from people.rules import stewards as rules
from people.rules.stewards import StewardState, Terms

RULE = "P4"
CHOOSING = (StewardState.RECOMMENDED, StewardState.DECIDED)
_MEETINGS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is the 小政委 of a group on a day.

    ``chosen`` is how the person was appointed; None: the group's leader by default, or nobody
    where ``member`` is None.
    """

    organization: Organization
    member: Member | None = None
    since: dt.date | None = None
    chosen: Steward | None = None


def terms(organization: Organization, day: dt.date, book: RuleBook | None = None) -> Terms:
    """Return the rhythm of a group's 小政委 on a day (two queries, none with a rule book)."""
    return rules.terms_of(regulations.parameters(organization, day, RULE, book))


def calendar_of(month: Period) -> WorkingCalendar:
    """Return the working calendar of a month (one query)."""
    return working_calendar.working_calendar(month.first_day, month.last_day)


def of(organization: Organization, day: dt.date) -> Seat:
    """Return who is the 小政委 of a group on a day (two queries)."""
    return seats([organization], day)[organization.pk]


def seats(organizations: Iterable[Organization], day: dt.date) -> dict[int, Seat]:
    """Return who is the 小政委 of each group on a day, by the group's key (two queries)."""
    places = {row.pk: row for row in organizations}
    found = {pk: Seat(place) for pk, place in places.items()}
    led = (
        Post.objects.held_on(day)
        .filter(organization__in=places, role=Role.GROUP_LEADER, user__member__isnull=False)
        .select_related("user__member")
        .defer("user__member__id_number", "user__member__phone")
        .order_by("-started_on", "-pk")
    )
    for post in led:  # of two leaders the one longer in office
        found[post.organization_id] = Seat(
            places[post.organization_id], post.user.member, post.started_on
        )
    appointed = with_people(Steward.objects.serving_on(day).filter(organization__in=places))
    for row in appointed:
        found[row.organization_id] = Seat(
            places[row.organization_id], row.member, row.appointed_on, row
        )
    return found


def places_of(user: User, day: dt.date) -> QuerySet[Organization]:
    """Return the groups whose 小政委 somebody is on a day: appointed, or leader by default."""
    of_place = Steward.objects.serving_on(day).filter(organization=OuterRef("pk"))
    leads = Post.objects.held_on(day).filter(
        organization=OuterRef("pk"), role=Role.GROUP_LEADER, user=user, user__member__isnull=False
    )
    rows = Organization.objects.standing_on(day).filter(
        Exists(of_place.filter(member__user=user)) | (Exists(leads) & ~Exists(of_place))
    )
    return rows.select_related("parent").order_by("path")


def branches(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return the branches in reach, and those a group in reach belongs to, in tree order."""
    reach = scope.q("path") | Q(path__in=scope.lineage())
    rows = Organization.objects.filter(reach).of_kind(OrganizationKind.BRANCH)
    return rows.standing_on(on).order_by("path")


def places(branch: Organization, scope: Scope, on: dt.date) -> list[Organization]:
    """Return the groups of a branch in reach; a branch without any is its own (one query)."""
    rows = Organization.objects.filter(parent=branch).of_kind(OrganizationKind.GROUP)
    groups = list(rows.standing_on(on).select_related("parent").order_by("path"))
    if not groups:
        return [branch] if scope.reaches(branch.path) else []
    return [group for group in groups if scope.reaches(group.path)]


def branch_of(organization: Organization) -> Organization:
    """Return the branch that a group belongs to; a branch is its own."""
    if organization.is_group:
        assert organization.parent is not None
        return organization.parent
    return organization


def people(organization: Organization, on: dt.date) -> QuerySet[Member]:
    """Return the members on the roll of a group (of a branch: all of it) on a day, by pinyin."""
    homes = Membership.objects.home().on(on)
    here = homes.filter(group=organization) | homes.filter(branch=organization)
    rows = Member.objects.on_roll().filter(pk__in=here.values("member_id"))
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def with_people(rows: QuerySet[Steward]) -> QuerySet[Steward]:
    """Return candidacies with what their pages show of them."""
    found = rows.select_related(
        "organization__parent", "member__user", "decided_at_meeting", "recommended_by",
        "decided_by", "appointed_by",
    )  # fmt: skip
    return found.defer("member__id_number", "member__phone")


def history(places: Iterable[Organization]) -> list[Steward]:
    """Return whoever was ever recommended for some groups, the latest first (one query)."""
    rows = with_people(Steward.objects.filter(organization__in=[row.pk for row in places]))
    return list(rows.order_by("-recommended_on", "-pk"))


def meetings(branch: Organization, since: dt.date) -> list[Activity]:
    """Return the closed 支委会 of a branch from a day on, the latest first (one query)."""
    rows = Activity.objects.closed().of_kind(ActivityKind.COMMITTEE).filter(organization=branch)
    return list(rows.filter(held_on__gte=since).order_by("-held_on", "-pk")[:_MEETINGS_SHOWN])


def appointers(branch: Organization, candidate: Member, on: dt.date) -> list[User]:
    """Return who may appoint or relieve somebody: the branch's secretary; where there is none,
    or the secretary is the one concerned, its deputies (one query).
    """
    posts = (
        Post.objects.held_on(on)
        .filter(organization=branch, role__in=(Role.SECRETARY, Role.DEPUTY_SECRETARY))
        .exclude(user__member=candidate)
        .select_related("user")
        .order_by("pk")
    )
    found: dict[str, list[User]] = {Role.SECRETARY: [], Role.DEPUTY_SECRETARY: []}
    for post in posts:
        found[post.role].append(post.user)
    return found[Role.SECRETARY] or found[Role.DEPUTY_SECRETARY]


def at_own_branch(grants: Grants, *roles: Role, field: str = "organization") -> Q:
    """Return the filter for rows of the very branches where somebody holds one of some posts."""
    paths = [grant.path for grant in grants.held if grant.role in roles]
    of_group = {
        f"{field}__kind": OrganizationKind.GROUP,
        f"{field}__parent__path__in": paths,
    }
    return Q(**of_group) | Q(**{f"{field}__path__in": paths})


def to_decide(user: User, grants: Grants) -> QuerySet[Steward]:
    """Return who waits for the 支委会 of one's own branch, the longest waiting first."""
    here = at_own_branch(grants, *COMMITTEE_ROLES)
    rows = _waiting(user, StewardState.RECOMMENDED, here).exclude(recommended_by=user)
    return rows.order_by("recommended_on", "pk")


def to_appoint(user: User, grants: Grants) -> QuerySet[Steward]:
    """Return who waits to be appointed by the secretary of one's own branch."""
    here = at_own_branch(grants, Role.SECRETARY)
    return _waiting(user, StewardState.DECIDED, here).order_by("decided_on", "pk")


def _waiting(user: User, state: StewardState, here: Q) -> QuerySet[Steward]:
    rows = Steward.objects.filter(here, state=state).exclude(member__user=user)
    return rows.select_related("organization", "member").defer("member__id_number", "member__phone")


def candidacies(member: Member) -> list[Steward]:
    """Return what is on record about somebody as 小政委, the latest first (one query)."""
    rows = with_people(Steward.objects.filter(member=member))
    return list(rows.order_by("-recommended_on", "-pk"))


def homes(members: Iterable[Member], on: dt.date) -> dict[int, Membership]:
    """Return where some members belong on a day, by their key (one query)."""
    rows = Membership.objects.home().on(on).filter(member__in=list(members))
    return {row.member_id: row for row in rows}
