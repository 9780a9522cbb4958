"""Questions about the work of a 小政委: days, helps, reports and what was said of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from activities.models import ActivityTask, Problem
from branches.access import Grants
from branches.models import Organization, Post, User
from branches.queries import working_calendar
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES, Role
from branches.rules.working_days import ONE_DAY
from branches.scope import Scope
from members.models import Member, Membership
from people.models import Steward, StewardAssessment, StewardDay, StewardHelp, StewardMonth
from people.queries import stewards
from people.queries.stewards import Seat
from people.rules import stewards as rules
from people.rules.stewards import Side

_HELPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month so far; ``line`` is what was written down, or None."""

    on: dt.date
    is_working: bool
    line: StewardDay | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one seat has to show for a month."""

    seat: Seat
    lines: int = 0
    helps: int = 0
    report: StewardMonth | None = None
    open_tasks: int = 0
    choosing: str = ""  # how far choosing another has come
    has_left: bool = False  # appointed, but no longer on the roll of the group


def line_of(organization: Organization, member: Member, on: dt.date) -> StewardDay | None:
    """Return what was written down on a day (one query)."""
    return StewardDay.objects.filter(organization=organization, member=member, on=on).first()


def last_line(organization: Organization, member: Member, before: dt.date) -> StewardDay | None:
    """Return the latest line before a day, to be copied forward (one query)."""
    rows = StewardDay.objects.filter(organization=organization, member=member, on__lt=before)
    return rows.order_by("-on").first()


def days(organization: Organization, member: Member, month: Period, until: dt.date) -> list[Day]:
    """Return the days of a month up to a day, with their lines (two queries)."""
    last = min(month.last_day, until)
    if last < month.first_day:
        return []
    rows = StewardDay.objects.filter(organization=organization, member=member)
    lines = {row.on: row for row in rows.between(month.first_day, last)}
    calendar = working_calendar.working_calendar(month.first_day, last)
    every = [month.first_day + ONE_DAY * n for n in range((last - month.first_day).days + 1)]
    return [Day(day, calendar.is_working(day), lines.get(day)) for day in every]


def helps(organization: Organization, member: Member, month: Period) -> QuerySet[StewardHelp]:
    """Return the helps of the weeks that end in a month, the latest first."""
    return StewardHelp.objects.filter(
        organization=organization, member=member, week_of__range=rules.weeks_of(month)
    ).order_by("-week_of", "-pk")


def helped(member: Member) -> list[StewardHelp]:
    """Return what is on record about somebody who was helped, the latest first (one query)."""
    rows = StewardHelp.objects.filter(helped=member).select_related("organization", "member")
    rows = rows.defer("member__id_number", "member__phone")
    return list(rows.order_by("-week_of", "-pk")[:_HELPS_SHOWN])


def report(organization: Organization, member: Member, month: Period) -> StewardMonth | None:
    """Return the report of a month with its assessments (two queries)."""
    rows = StewardMonth.objects.filter(
        organization=organization, member=member, month=month.first_day
    )
    return with_assessments(rows).first()


def reports_of(member: Member) -> list[StewardMonth]:
    """Return what somebody has handed in, the latest first (two queries)."""
    return list(with_assessments(StewardMonth.objects.filter(member=member)))


def with_assessments(rows: QuerySet[StewardMonth]) -> QuerySet[StewardMonth]:
    """Return reports with what was said of them in ``said``, the latest first."""
    said = StewardAssessment.objects.select_related("made_by").order_by("-made_at", "-pk")
    found = rows.select_related("organization__parent", "member__user", "handed_in_by")
    return found.defer("member__id_number", "member__phone").prefetch_related(
        Prefetch("assessments", said, to_attr="said")
    )


def standing(report: StewardMonth) -> dict[Side, StewardAssessment]:
    """Return what each side says now of a report fetched ``with_assessments``."""
    found: dict[Side, StewardAssessment] = {}
    for row in report.said:  # type: ignore[attr-defined]
        found.setdefault(Side(row.side), row)
    return found


def advice(report: StewardMonth | None) -> list[StewardAssessment]:
    """Return what is to be done better after a report, as it was last said."""
    return [row for row in standing(report).values() if row.advice] if report else []


def may_speak_for_team(report: StewardMonth, user: User, on: dt.date) -> bool:
    """Return whether somebody may enter what the team said of a report (two queries at most).

    The group's leader, unless it is he who reports; then any other member of the group.
    """
    if report.member.user_id == user.pk:
        return False
    led = Post.objects.held_on(on).filter(
        organization=report.organization, role=Role.GROUP_LEADER, user__is_active=True
    )
    leaders = set(led.values_list("user_id", flat=True)) - {report.member.user_id}
    if leaders:
        return user.pk in leaders
    return stewards.people(report.organization, on).filter(user=user).exists()


def team(report: StewardMonth, on: dt.date) -> list[User]:
    """Return who may enter what the team said of a report (two queries at most)."""
    led = Post.objects.held_on(on).filter(
        organization=report.organization, role=Role.GROUP_LEADER, user__is_active=True
    )
    leaders = User.objects.filter(pk__in=led.values("user_id")).exclude(member=report.member_id)
    found = list(leaders.order_by("pk"))
    if found:
        return found
    here = stewards.people(report.organization, on).filter(user__is_active=True)
    return list(
        User.objects.filter(member__in=here).exclude(member=report.member_id).order_by("pk")
    )


def figures(places: Iterable[Organization], month: Period, on: dt.date) -> list[Figures]:
    """Return what the 小政委 of some groups have to show for a month (nine queries)."""
    rows = list(places)
    day = min(max(on, month.first_day), month.last_day)
    seats = stewards.seats(rows, day)
    members = [seat.member for seat in seats.values() if seat.member is not None]
    span, weeks = (month.first_day, month.last_day), rules.weeks_of(month)
    lines = _counted(StewardDay.objects.filter(organization__in=rows, on__range=span))
    helps = _counted(StewardHelp.objects.filter(organization__in=rows, week_of__range=weeks))
    reports = StewardMonth.objects.filter(organization__in=rows, month=month.first_day)
    handed_in = {(row.organization_id, row.member_id): row for row in with_assessments(reports)}
    tasks = _tasks(members)
    homes = stewards.homes(members, day)
    choosing = {
        row.organization_id: row.get_state_display()
        for row in Steward.objects.filter(organization__in=rows, state__in=stewards.CHOOSING)
    }
    found = []
    for place in rows:
        seat = seats[place.pk]
        if seat.member is None:
            found.append(Figures(seat, choosing=choosing.get(place.pk, "")))
            continue
        key = (place.pk, seat.member.pk)
        home = homes.get(seat.member.pk)
        found.append(
            Figures(
                seat=seat,
                lines=lines.get(key, 0),
                helps=helps.get(key, 0),
                report=handed_in.get(key),
                open_tasks=tasks.get(seat.member.pk, 0),
                choosing=choosing.get(place.pk, ""),
                has_left=seat.chosen is not None
                and (home is None or place.pk not in (home.group_id, home.branch_id)),
            )
        )
    return found


def _counted(rows: QuerySet[StewardDay] | QuerySet[StewardHelp]) -> dict[tuple[int, int], int]:
    keys = rows.order_by().values_list("organization_id", "member_id")
    return {(place, member): many for place, member, many in keys.annotate(many=Count("pk"))}


def _tasks(members: list[Member]) -> dict[int, int]:
    """Return how many problems and preparations each has in hand (two queries)."""
    found: dict[int, int] = {}
    owned = Problem.objects.open().filter(owner__in=members).order_by()
    tasks = ActivityTask.objects.filter(assignee__in=members, done_on__isnull=True).order_by()
    for rows, field in ((owned, "owner"), (tasks, "assignee")):
        for member, many in rows.values_list(field).annotate(many=Count("pk")):
            found[member] = found.get(member, 0) + many
    return found


def without_line(user: User, on: dt.date) -> QuerySet[Organization]:
    """Return the groups whose 小政委 somebody is and has not written the day's line for, but may:
    the day is not handed in with its month yet.
    """
    own = {"organization": OuterRef("pk"), "member__user": user}
    written = StewardDay.objects.filter(on=on, **own)
    closed = StewardMonth.objects.filter(
        month=Period.containing(on).first_day, handed_in_at__date__gte=on, **own
    )
    return stewards.places_of(user, on).filter(~Exists(written), ~Exists(closed))


def without_report(user: User, month: Period, on: dt.date) -> QuerySet[Organization]:
    """Return the groups whose 小政委 somebody is and has not reported on for a month."""
    handed_in = StewardMonth.objects.filter(
        organization=OuterRef("pk"), member__user=user, month=month.first_day
    )
    return stewards.places_of(user, on).filter(~Exists(handed_in))


def with_work(rows: QuerySet[Organization], user: User, month: Period) -> QuerySet[Organization]:
    """Keep the groups for which somebody has something on record of a month."""
    own = {"organization": OuterRef("pk"), "member__user": user}
    span = (month.first_day, month.last_day)
    return rows.filter(
        Exists(StewardDay.objects.filter(on__range=span, **own))
        | Exists(StewardHelp.objects.filter(week_of__range=rules.weeks_of(month), **own))
    )


def to_assess(user: User, grants: Grants) -> QuerySet[StewardMonth]:
    """Return the reports that the 支委会 of one's own branch has not assessed, the first first."""
    here = stewards.at_own_branch(grants, *COMMITTEE_ROLES)
    return _unassessed(Side.BRANCH, user).filter(here)


def to_speak_of(user: User, grants: Grants) -> QuerySet[StewardMonth]:
    """Return the reports of the groups one leads that the team has said nothing of."""
    paths = [grant.path for grant in grants.held if grant.role == Role.GROUP_LEADER]
    return _unassessed(Side.TEAM, user).filter(organization__path__in=paths)


def _unassessed(side: Side, user: User) -> QuerySet[StewardMonth]:
    said = StewardAssessment.objects.filter(report=OuterRef("pk"), side=side)
    rows = StewardMonth.objects.filter(~Exists(said)).exclude(member__user=user)
    rows = rows.select_related("organization", "member").order_by("handed_in_at", "pk")
    return rows.defer("member__id_number", "member__phone")


def visible(scope: Scope, user: User, on: dt.date) -> QuerySet[StewardMonth]:
    """Return the reports somebody may open: those in reach, one's own, and of one's own group."""
    homes = Membership.objects.home().on(on).filter(member__user=user)
    of_team = Q(organization__in=homes.values("group")) | Q(organization__in=homes.values("branch"))
    rows = StewardMonth.objects.filter(
        scope.q("organization__path") | Q(member__user=user) | of_team
    )
    return with_assessments(rows)
