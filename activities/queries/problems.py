"""Questions about the problem list: what is open, what is due, what a meeting raised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Max, Q, QuerySet

from activities import wording
from activities.models import Activity, Problem
from activities.queries import activities
from activities.rules import problems as rules
from activities.rules.kinds import ActivityKind
from activities.rules.problems import ProblemState
from activities.rules.progress import State
from activities.wording import problems as problem_wording
from branches.models import Organization, Post, User
from branches.scope import Scope
from branches.templatetags import formats
from members.models import Member, Membership
from members.rules.status import ON_ROLL

# What counts as study before an 组织生活会.
STUDIES = (ActivityKind.STUDY, ActivityKind.LECTURE, ActivityKind.THEME_DAY, ActivityKind.SALON)
# The parts of its agenda that say what was done (KINDS).
TALKS_PART, CRITICISM_PART = "会前准备", "批评与自我批评"
DUE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    pk: int
    whose: str
    text: str
    measures: str
    owner: str
    due_on: dt.date | None
    closed_on: dt.date | None
    outcome: str
    organization: str
    state: ProblemState

    @property
    def label(self) -> str:
        return problem_wording.STATES[self.state]

    @property
    def tone(self) -> str:
        return problem_wording.TONES[self.state]


def found(
    scope: Scope, state: str, organization: Organization | None, on: dt.date
) -> QuerySet[Problem]:
    """Return the problems of ``scope`` in a state ("" is everything not closed), most urgent
    first; closed ones by their day, the last first.
    """
    rows = Problem.objects.in_scope(scope).select_related("organization__parent", "owner")
    rows = rows.defer("owner__id_number", "owner__phone")
    if organization is not None:
        rows = rows.filter(organization__path__startswith=organization.path)
    if state == ProblemState.CLOSED:
        return rows.filter(closed_on__isnull=False).order_by("-closed_on", "-pk")
    rows = rows.filter(closed_on__isnull=True)
    if state == ProblemState.OVERDUE:
        rows = rows.filter(due_on__lt=on)
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def counts(scope: Scope, organization: Organization | None, on: dt.date) -> dict[str, int]:
    """Return how many are open, overdue and closed (one query)."""
    rows = Problem.objects.in_scope(scope).order_by()
    if organization is not None:
        rows = rows.filter(organization__path__startswith=organization.path)
    open_ones = Q(closed_on__isnull=True)
    return rows.aggregate(
        open=Count("pk", filter=open_ones),
        overdue=Count("pk", filter=open_ones & Q(due_on__lt=on)),
        closed=Count("pk", filter=~open_ones),
    )


def rows_of(problems: Iterable[Problem], on: dt.date) -> list[Row]:
    """Return the lines of a list."""
    return [
        Row(
            pk=problem.pk,
            whose=problem.whose,
            text=problem.text,
            measures=problem.measures,
            owner=problem.owner.name if problem.owner else "",
            due_on=problem.due_on,
            closed_on=problem.closed_on,
            outcome=problem.outcome,
            organization=activities.place_name(problem.organization),
            state=rules.state_of(closed_on=problem.closed_on, due_on=problem.due_on, on=on),
        )
        for problem in problems
    ]


def of_activity(activity: Activity) -> QuerySet[Problem]:
    """Return what a meeting raised, as it was written down."""
    return (
        Problem.objects.filter(activity=activity)
        .select_related("organization__parent", "owner")
        .defer("owner__id_number", "owner__phone")
        .order_by("pk")
    )


def before(activity: Activity) -> QuerySet[Problem]:
    """Return the problems of the year before an 组织生活会 and those still open from earlier."""
    year = activity.held_on.year - 1
    return (
        Problem.objects.filter(
            Q(raised_on__year=year) | Q(raised_on__year__lt=year, closed_on__isnull=True),
            organization_id=activity.organization_id,
            activity__kind=ActivityKind.ORGANIZATION_LIFE,
        )
        .select_related("organization__parent", "owner")
        .defer("owner__id_number", "owner__phone")
        .order_by("raised_on", "pk")
    )


def studies_before(activity: Activity, days: int) -> list[Activity]:
    """Return the closed records of study in so many days up to the meeting, the last first."""
    since = activity.held_on - dt.timedelta(days=days)
    return list(
        Activity.objects.closed()
        .filter(
            Q(kind__in=STUDIES) | Q(lesson__isnull=False),
            organization_id=activity.organization_id,
            held_on__gte=since,
            held_on__lte=activity.held_on,
        )
        .exclude(pk=activity.pk)
        .order_by("-held_on", "-pk")
    )


def meeting_of(
    activity: Activity, listed: list[Problem], earlier: list[Problem], studies: int
) -> rules.Meeting:
    """Return what the check-list asks of an 组织生活会 whose ``parts`` are fetched."""
    written = {part.title: bool(part.content.strip()) for part in activity.parts.all()}
    kind = ActivityKind(activity.kind)
    return rules.Meeting(
        has_theme=activity.title
        not in (wording.KINDS[kind], wording.usual_title(kind, activity.held_on)),
        studies=studies,
        has_talks=written.get(TALKS_PART, False),
        has_criticism=written.get(CRITICISM_PART, False),
        problems=tuple(
            rules.Listed(bool(row.measures), row.owner_id is not None, row.due_on is not None)
            for row in listed
        ),
        left_open=sum(row.closed_on is None for row in earlier),
    )


def written(activity: Activity) -> tuple[str, ...]:
    """Return the problem list as the minutes tell it, one paragraph each (one query)."""
    return tuple(
        f"{place}. {problem.whose}：{problem.text}"
        + (f"　整改措施：{problem.measures}" if problem.measures else "")
        + (f"　责任人：{problem.owner.name}" if problem.owner else "")
        + (f"　期限：{formats.day(problem.due_on)}" if problem.due_on else "")
        for place, problem in enumerate(of_activity(activity), start=1)
    )


def owners(organization: Organization, on: dt.date, *, keep: int | None = None) -> QuerySet[Member]:
    """Return who may answer for a problem there: the members of a branch or group; elsewhere
    those who hold a post. ``keep`` is somebody who does already.
    """
    if organization.is_branch or organization.is_group:
        homes = Membership.objects.home().on(on)
        place = Q(branch=organization) if organization.is_branch else Q(group=organization)
        ids = homes.filter(place).values("member_id")
        may = Q(pk__in=ids, status__in=ON_ROLL)
    else:
        posts = Post.objects.filter(organization=organization).held_on(on)
        may = Q(user_id__in=posts.values("user_id"))
    found = Member.objects.filter(may | Q(pk=keep))
    return found.defer("id_number", "phone").order_by("name_pinyin", "pk")


def due(scope: Scope, until: dt.date) -> list[Problem]:
    """Return the open problems of ``scope`` due by a day, most urgent first (one query)."""
    return list(
        Problem.objects.in_scope(scope)
        .open()
        .filter(due_on__lte=until)
        .select_related("organization__parent")
        .order_by("due_on", "pk")[:DUE_SHOWN]
    )


def due_of(user: User, until: dt.date) -> list[Problem]:
    """Return the open problems that somebody answers for, due by a day (one query)."""
    return list(
        Problem.objects.filter(owner__user=user, due_on__lte=until)
        .open()
        .select_related("organization__parent")
        .order_by("due_on", "pk")
    )


def unassigned(scope: Scope) -> dict[str, object]:
    """Return ``n``: how many open problems of closed meetings lack an owner or a deadline;
    ``last_held``: the last of these meetings (one query).
    """
    return (
        Problem.objects.in_scope(scope)
        .open()
        .filter(Q(owner__isnull=True) | Q(due_on__isnull=True), activity__state=State.CLOSED)
        .order_by()
        .aggregate(n=Count("pk"), last_held=Max("activity__held_on"))
    )
