"""Hours of members against their targets: of a branch, of many, of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from activities.models import Enrolment
from activities.queries import hours
from activities.rules import hours as rules
from activities.rules.study import CENTRALISED_KINDS, ClassKind, EnrolmentState
from branches.models import Organization, Post
from branches.queries.regulations import RuleBook
from branches.rules import tree
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES, Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Exemption, Member, Membership


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands: hours done, asked for in the year, and asked for until today.

    Until today means until the end of the last month that is over.
    """

    member_id: int
    name: str
    branch_id: int
    done: Decimal
    target: Decimal
    so_far: Decimal
    is_exempt: bool

    @property
    def missing(self) -> Decimal:
        return rules.behind(done=self.done, asked=self.target)

    @property
    def behind(self) -> Decimal:
        return Decimal(0) if self.is_exempt else rules.behind(done=self.done, asked=self.so_far)

    @property
    def has_reached(self) -> bool:
        return self.done >= self.target


@dataclass(frozen=True, slots=True)
class BranchStanding:
    """How many of a branch's members reached the year's hours, and how many are behind today."""

    branch: Organization
    members: int
    reached: int
    behind: int


def standings(within: Organization, year: Period, on: dt.date) -> list[Standing]:
    """Return where the members below ``within`` stand in a year, by branch and pinyin.

    A fixed number of queries. There is no order by hours: nobody is ranked.
    """
    exempt = Exemption.objects.on(min(on, year.last_day))
    return _read(hours.of_classes(year, within).rows, exempt, year, on)


def standings_of(
    branches: Sequence[Organization], year: Period, on: dt.date, *, book: RuleBook | None = None
) -> list[Standing]:
    """Return where the members of some branches stand, as ``standings``.

    A fixed number of queries however many branches: they are read below what is above them all.
    ``book`` is that of the branches, where it has been read already.
    """
    if not branches:
        return []
    shared = set.intersection(*(set(tree.lineage(branch.path)) for branch in branches))
    within = Organization.objects.get(path=max(shared, key=len))
    exempt = Exemption.objects.on(min(on, year.last_day))
    rows = hours.of_classes(year, within, book=book).rows.filter(branch__in=branches)
    return _read(rows, exempt, year, on)


def _read(
    rows: QuerySet[Any, Any], exempt: QuerySet[Exemption], year: Period, on: dt.date
) -> list[Standing]:
    over = sum(month.end <= on for month in year.months)
    spared = set(exempt.values_list("member_id", flat=True))
    found = rows.values_list(
        "member_id", "member__name", "branch_id", "hours", "target", "yearly", "months"
    ).order_by("branch__path", "member__name_pinyin", "member_id")
    return [
        Standing(
            member_id=pk,
            name=name,
            branch_id=branch,
            done=done,
            target=target,
            so_far=rules.target(yearly, max(0, months - (rules.MONTHS_OF_A_YEAR - over))),
            is_exempt=pk in spared,
        )
        for pk, name, branch, done, target, yearly, months in found
    ]


def of_member(member: Member, branch: Organization, year: Period, on: dt.date) -> Standing | None:
    """Return where one member of ``branch`` stands; None when no longer on its roll.

    Nobody else's hours are read.
    """
    rows = hours.of_classes(year, branch, member=member).rows
    exempt = Exemption.objects.on(min(on, year.last_day)).filter(member=member)
    return next(iter(_read(rows, exempt, year, on)), None)


def by_branch(
    organizations: Iterable[Organization], year: Period, on: dt.date
) -> list[BranchStanding]:
    """Return the branches below some organisations with their counts, in tree order."""
    found: list[BranchStanding] = []
    for top in organizations:
        counted = hours.counted_by_branch(year, top, min(on, year.last_day))
        by_pk = {row["branch_id"]: row for row in counted}
        branches = Organization.objects.subtree_of(top).of_kind(OrganizationKind.BRANCH)
        for branch in branches.standing_on(on).order_by("path"):
            row = by_pk.get(branch.pk, {"members": 0, "reached": 0, "behind": 0})
            found.append(BranchStanding(branch, row["members"], row["reached"], row["behind"]))
    return found


@dataclass(frozen=True, slots=True)
class Trained:
    """Somebody on a committee of a branch, and the classes sat in this year."""

    post: Post
    name: str
    centralised: int
    school_days: Decimal


def committees(scope: Scope, year: Period, on: dt.date) -> list[Trained]:
    """Return who is on the committees of the branches in ``scope`` on a day (two queries).

    Each with the centralised classes attended in the year and the days at the party school.
    """
    posts = list(
        Post.objects.in_scope(scope)
        .held_on(on)
        .filter(
            role__in=COMMITTEE_ROLES,
            organization__kind=OrganizationKind.BRANCH,
            user__member__isnull=False,
        )
        .select_related("organization", "user__member")
        .order_by("organization__path", "started_on", "pk")
    )
    attended = Enrolment.objects.filter(
        member__in=[post.user.member.pk for post in posts],
        state=EnrolmentState.ATTENDED,
        training_class__kind__in=CENTRALISED_KINDS,
        training_class__ended_on__gte=year.first_day,
        training_class__ended_on__lt=year.end,
    )
    classes: dict[int, int] = {}
    days: dict[int, Decimal] = {}
    for member, kind, spent in attended.values_list("member_id", "training_class__kind", "days"):
        classes[member] = classes.get(member, 0) + 1
        if kind == ClassKind.PARTY_SCHOOL:
            days[member] = days.get(member, Decimal(0)) + (spent or 0)
    seen: set[tuple[int, int]] = set()
    found = []
    for post in posts:
        pk = post.user.member.pk
        if (post.organization_id, pk) in seen:
            continue
        seen.add((post.organization_id, pk))
        found.append(Trained(post, post.user.name, classes.get(pk, 0), days.get(pk, Decimal(0))))
    return found


def untrained_secretaries(scope: Scope, appointed_since: dt.date, on: dt.date) -> list[Post]:
    """Return secretaries appointed since a day who sat in no class since then (one query)."""
    attended = Enrolment.objects.filter(
        member__user=OuterRef("user"),
        state=EnrolmentState.ATTENDED,
        training_class__kind__in=CENTRALISED_KINDS,
        training_class__ended_on__gte=OuterRef("started_on"),
    )
    before = Post.objects.filter(
        user=OuterRef("user"), role=Role.SECRETARY, started_on__lt=OuterRef("started_on")
    )
    return list(
        Post.objects.in_scope(scope)
        .held_on(on)
        .filter(
            ~Exists(attended),
            ~Exists(before),
            role=Role.SECRETARY,
            organization__kind=OrganizationKind.BRANCH,
            started_on__gte=appointed_since,
        )
        .select_related("organization", "user")
        .order_by("started_on", "pk")
    )


def last_home_of(member: Member) -> Organization:
    """Return the branch of the latest home membership, open or ended (one query)."""
    row = (
        Membership.objects.home()
        .filter(member=member)
        .select_related("branch")
        .order_by("-started_on")[:1]
        .get()
    )
    return row.branch


def roots(scope: Scope) -> list[Organization]:
    """Return the organisations where ``scope`` begins, in tree order (one query)."""
    return list(Organization.objects.filter(path__in=scope.roots).order_by("path"))
