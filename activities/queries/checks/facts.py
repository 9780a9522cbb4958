"""What the checks of a scope look at, read in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import TruncMonth

from activities.models import Attendance
from activities.queries import absences, owing
from activities.queries.owing import Meetings, Owing
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.participation import Month
from branches.access import Grants
from branches.models import Organization, Post, Term
from branches.queries import organizations, regulations
from branches.queries.regulations import RuleBook, Rules
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES, Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Membership
from members.rules.status import ON_ROLL, MemberStatus

# Two quarters, and six months missed in a row with a pause between them.
MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class Size:
    """The roll of a branch: full and probationary members, those without a group."""

    full: int = 0
    probationary: int = 0
    ungrouped: int = 0

    @property
    def members(self) -> int:
        return self.full + self.probationary


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody's post, with the dates that rules ask about."""

    organization_id: int
    role: Role
    name: str
    started_on: dt.date
    regularised_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a branch, month by month; ``leads`` names the committee he sits on, or ""."""

    member_id: int
    name: str
    months: tuple[Month, ...] = ()
    leads: str = ""


@dataclass(slots=True)
class Facts:
    """Everything the checks need of the organisations of a scope, on a day."""

    on: dt.date
    organizations: list[Organization]
    book: RuleBook
    meetings: Meetings
    sizes: Mapping[int, Size]
    posts: Mapping[int, Sequence[Holder]]
    # When the last secretary left, for those that have none.
    vacant_since: Mapping[int, dt.date]
    terms: Mapping[int, Term]
    owing: Mapping[int, Sequence[Owing]]
    groups: Mapping[int, Sequence[Organization]]
    people: Mapping[int, Sequence[Person]] = field(default_factory=dict)

    def rules(self, organization: Organization) -> Rules:
        return self.book.of(organization, self.on)

    def size(self, organization: Organization) -> Size:
        return self.sizes.get(organization.pk, Size())

    def held_by(self, organization: Organization, *roles: Role) -> list[Holder]:
        return [post for post in self.posts.get(organization.pk, ()) if post.role in roles]


def load(
    scope: Scope,
    on: dt.date,
    *,
    with_meetings: bool = True,
    with_people: bool = False,
    grants: Grants | None = None,
) -> Facts:
    """Return the facts of everything that stands in ``scope`` (six queries).

    ``with_meetings`` adds what was held (two more), ``with_people`` who came month by month (two
    more): the latter only for a few branches at a time. With ``grants``, whose posts reach all
    of ``scope``, the organisations and the rules are those the request has read already.
    """
    if grants is not None:
        standing = organizations.standing_within(grants, scope, on)
        book = regulations.book_of(grants)
    else:
        rows = Organization.objects.in_scope(scope).standing_on(on)
        standing = list(rows.select_related("parent").order_by("path"))
        book = regulations.book(standing)
    hosts = [row for row in standing if row.is_branch or row.is_group]
    known = owing.meetings(scope, hosts, book, on) if with_meetings else Meetings({}, {})
    owed = defaultdict(list)
    for each in owing.owing(hosts, known, book, on) if with_meetings else ():
        owed[each.host.pk].append(each)
    groups = defaultdict(list)
    for row in standing:
        if row.is_group and row.parent_id:
            groups[row.parent_id].append(row)
    posts, vacant_since = _posts(scope, on)
    return Facts(
        on=on,
        organizations=standing,
        book=book,
        meetings=known,
        sizes=_sizes(scope, on) if grants is None else sizes_within(grants, on),
        posts=posts,
        vacant_since=vacant_since,
        terms=_terms(scope),
        owing=owed,
        groups=groups,
        people=people_of(scope, on) if with_people else {},
    )


def sizes_within(grants: Grants, on: dt.date) -> dict[int, Size]:
    """Return the rolls of the branches at or below somebody's posts.

    One query at the first asking, none later in the same request.
    """
    return grants.once(f"sizes on {on}", lambda: _sizes(grants.reach(), on))


def _sizes(scope: Scope, on: dt.date) -> dict[int, Size]:
    counted = (
        Membership.objects.home()
        .on(on)
        .filter(scope.q("branch__path"), member__status__in=ON_ROLL)
        .order_by()
        .values_list("branch_id")
        .annotate(
            full=Count("pk", filter=Q(member__status=MemberStatus.FULL)),
            probationary=Count("pk", filter=Q(member__status=MemberStatus.PROBATIONARY)),
            ungrouped=Count("pk", filter=Q(group__isnull=True)),
        )
    )
    return {branch: Size(*counts) for branch, *counts in counted}


def _posts(scope: Scope, on: dt.date) -> tuple[dict[int, list[Holder]], dict[int, dt.date]]:
    """Return who holds which post, and when the last secretary left where none is (one query)."""
    held = defaultdict(list)
    left: dict[int, dt.date] = {}
    rows = (
        Post.objects.in_scope(scope)
        .filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=on) | Q(role=Role.SECRETARY),
            role__in=[*COMMITTEE_ROLES, Role.GROUP_LEADER],
            started_on__lte=on,
        )
        .order_by("organization_id", "started_on", "pk")
        .values_list(
            "organization_id", "role", "user__name", "started_on", "ended_on",
            "user__member__regularised_on",
        )
    )  # fmt: skip
    for organization, role, name, started_on, ended_on, regularised_on in rows:
        if ended_on is None or ended_on > on:
            held[organization].append(
                Holder(organization, Role(role), name, started_on, regularised_on)
            )
        else:
            left[organization] = max(ended_on, left.get(organization, ended_on))
    has_secretary = {
        organization
        for organization, posts in held.items()
        if any(post.role is Role.SECRETARY for post in posts)
    }
    return held, {pk: day for pk, day in left.items() if pk not in has_secretary}


def _terms(scope: Scope) -> dict[int, Term]:
    rows = (
        Term.objects.filter(scope.q("organization__path"))
        .order_by("organization_id", "-ordinal")
        .distinct("organization_id")
    )
    return {row.organization_id: row for row in rows}


def people_of(scope: Scope, on: dt.date) -> dict[int, list[Person]]:
    """Return who belongs where, with the months since a year ago (two queries)."""
    first = Period.containing(on).minus(MONTHS_BACK).first_day
    absent = Q(status=AttendanceStatus.ABSENT) & ~Q(absences.excused())
    months = defaultdict(list)
    for member, branch, month, attended, missed in (
        Attendance.objects.filter(
            scope.q("branch__path"), is_counted=True, held_on__gte=first, held_on__lte=on
        )
        .order_by()
        .annotate(month=TruncMonth("held_on"))
        .values_list("member_id", "branch_id", "month")
        .annotate(
            attended=Count("pk", filter=Q(status__in=ATTENDED)),
            missed=Count("pk", filter=absent),
        )
        .order_by("month")
    ):
        months[member, branch].append(Month(month, attended, missed))
    found = defaultdict(list)
    homes = (
        Membership.objects.home()
        .on(on)
        .filter(scope.q("branch__path"), member__status__in=ON_ROLL)
        .annotate(leads=_leading(on))
        .order_by("member__name_pinyin", "member_id")
        .values_list("branch_id", "member_id", "member__name", "leads")
    )
    for branch, member, name, leads in homes:
        person = Person(member, name, tuple(months[member, branch]), leads or "")
        found[branch].append(person)
    return found


def _leading(on: dt.date) -> Subquery:
    """Return the committee or general branch that a member helps to lead, null if none."""
    posts = (
        Post.objects.held_on(on)
        .filter(
            user__member=OuterRef("member_id"),
            role__in=COMMITTEE_ROLES,
            organization__kind__in=[OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH],
        )
        .order_by("organization__path")
        .values("organization__short_name")
    )
    return Subquery(posts[:1])
