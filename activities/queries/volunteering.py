"""Questions about volunteering: teams, who is in them, hours reported and hours that count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from activities.models import (
    Activity,
    Attendance,
    Serving,
    Volunteer,
    VolunteerHours,
    VolunteerTeam,
)
from activities.models.volunteering import VolunteerQuerySet, VolunteerTeamQuerySet
from activities.rules import volunteering as rules
from activities.rules.hours import CENT
from activities.rules.kinds import ActivityKind
from activities.rules.volunteering import Terms
from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Member, Membership
from members.queries import homes

RULE = "P10"
CONFIRMED, REFUSED = "CONFIRMED", "REFUSED"


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in a list: how many volunteers it has, and its confirmed hours of a year."""

    team: VolunteerTeam
    volunteers: int
    hours: Decimal


def terms(branch: Organization, day: dt.date, book: RuleBook | None = None) -> Terms:
    """Return how service is reported at a branch on a day (two queries, none with a book)."""
    return rules.terms_of(regulations.parameters(branch, day, RULE, book))


def branches(scope: Scope, on: dt.date) -> list[Organization]:
    """Return the branches in reach that stand on a day, in tree order (one query)."""
    rows = Organization.objects.in_scope(scope).of_kind(OrganizationKind.BRANCH)
    return list(rows.standing_on(on).order_by("path"))


# Teams


def teams_seen_by(user: User, grants: Grants, on: dt.date) -> QuerySet[VolunteerTeam]:
    """Return the teams of the own branch and those in reach: whoever has moved away sees the old
    branch's no longer.
    """
    home = homes.of_user(user, on)
    seen = grants.scope(Capability.SEE_ACTIVITIES).q("branch__path")
    rows = VolunteerTeam.objects.filter(seen | Q(branch=home.branch) if home else seen)
    return rows.select_related("branch", "leader").defer("leader__id_number", "leader__phone")


def lines_of(teams: Iterable[VolunteerTeam], year: Period, on: dt.date) -> list[TeamLine]:
    """Return teams with their numbers (two queries)."""
    rows = list(teams)
    people = dict(
        _of_branch(on)
        .filter(team__in=rows)
        .order_by()
        .values_list("team_id")
        .annotate(n=Count("pk"))
    )
    hours = dict(
        VolunteerHours.objects.in_period(year)
        .filter(team__in=rows, is_confirmed=True)
        .order_by()
        .values_list("team_id")
        .annotate(n=Sum("hours"))
    )
    return [TeamLine(row, people.get(row.pk, 0), hours.get(row.pk, Decimal(0))) for row in rows]


def volunteers(team: VolunteerTeam, on: dt.date) -> list[Volunteer]:
    """Return who is in a team on a day, by pinyin (one query)."""
    rows = _of_branch(on).filter(team=team).select_related("member")
    rows = rows.defer("member__id_number", "member__phone")
    return list(rows.order_by("member__name_pinyin", "member_id"))


def teams_of(member: Member, on: dt.date) -> VolunteerTeamQuerySet:
    """Return the standing teams of the home branch somebody is in on a day, by name."""
    inside = _of_branch(on).filter(member=member).values("team_id")
    return VolunteerTeam.objects.filter(pk__in=inside, dissolved_on__isnull=True).order_by("name")


# Hours


def of_year(member: Member, year: Period) -> QuerySet[Serving]:
    """Return what counts as somebody's service in a year, the last first."""
    rows = Serving.objects.in_period(year).filter(member=member)
    return rows.select_related(
        "attendance__activity__organization", "entry__team", "entry__answered_by"
    ).order_by("-served_on", "-key")


def total(rows: Iterable[Serving]) -> Decimal:
    """Return the hours of services together, to 0.01: rounded once, as they are scored."""
    return sum((row.hours for row in rows), Decimal(0)).quantize(CENT)


def open_entries(member: Member) -> QuerySet[VolunteerHours]:
    """Return what somebody has reported and nobody has confirmed, with what was refused."""
    rows = VolunteerHours.objects.filter(member=member).exclude(is_confirmed=True)
    return with_clash(rows).select_related("team", "answered_by")


def with_clash(rows: QuerySet[VolunteerHours]) -> QuerySet[VolunteerHours]:
    """Add ``clashes``: the branch has recorded service of the same person on the same day."""
    recorded = _recorded().filter(member=OuterRef("member"), held_on=OuterRef("served_on"))
    return rows.annotate(clashes=Exists(recorded))


def recorded(member: Member, day: dt.date) -> list[Attendance]:
    """Return the service of a day that records of the branch tell already (one query)."""
    rows = _recorded().filter(member=member, held_on=day).select_related("activity")
    return list(rows.order_by("pk"))


def services_of(member: Member, day: dt.date) -> list[Activity]:
    """Return the service activities of a day with somebody on their roll, closed or not yet."""
    rows = Activity.objects.filter(kind=ActivityKind.SERVICE, attendances__member=member)
    return list(rows.filter(held_on=day).order_by("pk").distinct())


def confirmed_beside(activity: Activity) -> int:
    """Return how many whom a closed service record counts also have confirmed hours of that day:
    perhaps the same service twice (one query, none for other kinds).
    """
    if activity.kind != ActivityKind.SERVICE:
        return 0
    confirmed = VolunteerHours.objects.filter(
        member=OuterRef("member"), served_on=OuterRef("held_on"), is_confirmed=True
    )
    return _recorded().filter(Exists(confirmed), activity=activity).count()


def reported(member: Member, day: dt.date) -> Decimal:
    """Return the hours of a day that somebody has reported and nobody has refused (one query)."""
    rows = VolunteerHours.objects.filter(member=member, served_on=day).exclude(is_confirmed=False)
    return rows.aggregate(n=Sum("hours"))["n"] or Decimal(0)


def entries(scope: Scope, state: str, branch: Organization | None) -> QuerySet[VolunteerHours]:
    """Return the hours reported in reach: waiting, confirmed or refused, the last first."""
    rows = VolunteerHours.objects.in_scope(scope)
    if branch is not None:
        rows = rows.filter(branch=branch)
    answer = {CONFIRMED: True, REFUSED: False}.get(state)
    rows = (
        rows.filter(is_confirmed__isnull=True)
        if answer is None
        else rows.filter(is_confirmed=answer)
    )
    return (
        with_clash(rows)
        .select_related("branch", "member", "team", "entered_by", "answered_by")
        .defer("member__id_number", "member__phone")
        .order_by("-served_on", "-pk")
    )


def counts(scope: Scope, branch: Organization | None) -> dict[str, int]:
    """Return how many wait, were confirmed and were refused (one query)."""
    rows = VolunteerHours.objects.in_scope(scope)
    if branch is not None:
        rows = rows.filter(branch=branch)
    return rows.aggregate(
        waiting=Count("pk", filter=Q(is_confirmed__isnull=True)),
        confirmed=Count("pk", filter=Q(is_confirmed=True)),
        refused=Count("pk", filter=Q(is_confirmed=False)),
    )


def to_confirm(scope: Scope, user: User) -> QuerySet[VolunteerHours]:
    """Return what waits for somebody else's word, the oldest first: not one's own service, nor
    what one has entered oneself.
    """
    rows = VolunteerHours.objects.in_scope(scope).filter(is_confirmed__isnull=True)
    rows = rows.exclude(member__user=user).exclude(entered_by=user)
    return rows.order_by("entered_at", "pk")


def _of_branch(on: dt.date) -> VolunteerQuerySet:
    """Keep the volunteers of a day who are still at home in the team's branch."""
    here = Membership.objects.home().on(on)
    here = here.filter(member=OuterRef("member"), branch=OuterRef("team__branch"))
    return Volunteer.objects.on(on).filter(Exists(here))


def _recorded() -> QuerySet[Attendance]:
    return Attendance.objects.attended().filter(kind=ActivityKind.SERVICE, is_counted=True)
