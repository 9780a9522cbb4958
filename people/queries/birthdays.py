"""Questions about political birthdays: whose come in a month, and what was done for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractDay, ExtractMonth

from branches.access import Grants
from branches.models import Organization, User
from branches.rules.roles import Capability, roles_with
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Membership
from members.rules.status import ON_ROLL
from people.models import PoliticalBirthday
from people.queries.talks import arranging_paths
from people.rules.birthdays import AHEAD, birthday
from people.rules.talks import TalkState

TALKS = {TalkState.DUE: "已安排", TalkState.HELD: "已谈", TalkState.DROPPED: "不再需要"}


@dataclass(frozen=True, slots=True)
class Row:
    """One member's political birthday of a year; ``done`` is None before anything was done."""

    membership: Membership
    on: dt.date
    years: int
    done: PoliticalBirthday | None
    shows_talk: bool = False  # whoever reads may know of the talk

    @property
    def is_greeted(self) -> bool:
        return self.done is not None and self.done.greeted_on is not None

    @property
    def talk(self) -> str:
        """How the talk stands, without why or what; "" for whoever may not know of it."""
        if not self.shows_talk or self.done is None or self.done.talk is None:
            return ""
        return TALKS[TalkState(self.done.talk.state)]


def members(scope: Scope) -> QuerySet[Membership]:
    """Return the homes in reach of members on the roll whose day of admission is known."""
    rows = Membership.objects.current().home().in_scope(scope)
    rows = rows.filter(member__status__in=ON_ROLL, member__admitted_on__isnull=False)
    return rows.select_related("member", "branch").defer("member__id_number", "member__phone")


def of_branch(
    scope: Scope, branch: Organization, year: int, month: int | None = None
) -> QuerySet[Membership]:
    """Return the members of a branch in reach who have a political birthday in a year, or in one
    month of it, by day.
    """
    rows = members(scope).filter(branch=branch, member__admitted_on__lt=dt.date(year, 1, 1))
    if month is not None:
        rows = rows.filter(member__admitted_on__month=month)
    return rows.order_by(
        ExtractMonth("member__admitted_on"), ExtractDay("member__admitted_on"),
        "member__name_pinyin", "member_id",
    )  # fmt: skip


def rows_of(homes: list[Membership], year: int, user: User, grants: Grants) -> list[Row]:
    """Return the lines of a list (one query): how the talk stands is for those who arrange talks
    at the very branch, and for the member.
    """
    paths = arranging_paths(grants)
    found = PoliticalBirthday.objects.filter(
        member__in=[home.member_id for home in homes], year=year
    ).select_related("talk")
    known = {row.member_id: row for row in found.defer("talk__note", "talk__answer")}
    rows = []
    for home in homes:
        admitted_on = home.member.admitted_on
        day = birthday(admitted_on, year) if admitted_on else None
        if admitted_on is not None and day is not None:
            knows = home.branch.path in paths or home.member.user_id == user.pk
            done = known.get(home.member_id)
            rows.append(Row(home, day, year - admitted_on.year, done, knows))
    return rows


def row_of(home: Membership, year: int, user: User, grants: Grants) -> Row | None:
    """Return one member's political birthday of a year; None before the first (one query)."""
    return next(iter(rows_of([home], year, user, grants)), None)


def without_date(scope: Scope, branch: Organization) -> int:
    """Return how many members of a branch in reach have no known day of admission."""
    rows = Membership.objects.current().home().in_scope(scope).filter(branch=branch)
    return rows.filter(member__status__in=ON_ROLL, member__admitted_on__isnull=True).count()


def ungreeted(grants: Grants, on: dt.date) -> QuerySet[Membership]:
    """Return the members with a birthday between the first of the month and a few days ahead,
    not greeted yet: at the very branches and groups where somebody keeps the records.
    """
    roles = roles_with(Capability.LOG_ACTIVITIES)
    paths = [grant.path for grant in grants.held if grant.role in roles]
    greeted = PoliticalBirthday.objects.filter(
        member=OuterRef("member_id"), year=on.year, greeted_on__isnull=False
    )
    after = on + AHEAD + dt.timedelta(days=1)
    # To the end of the month: also of 29 February in common years.
    last = (after - dt.timedelta(days=1)).day if after.month == on.month else 31
    rows = (
        Membership.objects.current()
        .home()
        .filter(Q(branch__path__in=paths) | Q(group__path__in=paths))
    )
    return rows.filter(
        ~Exists(greeted),
        branch__kind=OrganizationKind.BRANCH,
        member__status__in=ON_ROLL,
        member__admitted_on__lt=dt.date(on.year, 1, 1),
        member__admitted_on__month=on.month,
        member__admitted_on__day__lte=last,
    )
