"""Questions about the problem list: what is open, what is due, what a meeting raised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from activities import wording
from activities.models import Activity, Problem, Supervision
from activities.queries import activities
from activities.rules import problems as rules
from activities.rules.kinds import ActivityKind
from activities.rules.problems import ProblemState
from activities.rules.progress import State
from activities.rules.supervision import Satisfaction, Severity
from activities.wording import problems as problem_wording
from activities.wording import supervision as supervision_wording
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
    library: str
    severity: str
    severity_tone: str
    source: str
    raised_on: dt.date
    origin: str  # "" where it was raised by whoever handles it
    satisfaction: str
    satisfaction_tone: str
    look_back_due_on: dt.date | None
    looked_back_on: dt.date | None
    is_supervised: bool  # and not answered yet

    @property
    def label(self) -> str:
        return problem_wording.STATES[self.state]

    @property
    def tone(self) -> str:
        return problem_wording.TONES[self.state]


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
            library=problem.get_library_display(),
            severity=problem.get_severity_display(),
            severity_tone=supervision_wording.SEVERITY_TONES[Severity(problem.severity)],
            source=problem.get_source_display(),
            raised_on=problem.raised_on,
            origin=_origin(problem),
            satisfaction=problem.get_satisfaction_display(),
            satisfaction_tone=(
                supervision_wording.SATISFACTION_TONES[Satisfaction(problem.satisfaction)]
                if problem.satisfaction
                else ""
            ),
            look_back_due_on=problem.look_back_due_on,
            looked_back_on=problem.looked_back_on,
            is_supervised=getattr(problem, "is_supervised", False),
        )
        for problem in problems
    ]


def _origin(problem: Problem) -> str:
    if problem.origin_id in (None, problem.organization_id) or problem.origin is None:
        return ""
    return problem.origin.short_name


def is_supervised() -> Exists:
    """Return the condition that a problem has a supervision not answered yet."""
    return Exists(Supervision.objects.filter(problem=OuterRef("pk"), answered_on__isnull=True))


def with_people(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    """Return problems with all that ``rows_of`` reads of them."""
    rows = rows.select_related("organization__parent", "origin", "owner")
    rows = rows.defer("owner__id_number", "owner__phone")
    return rows.annotate(is_supervised=is_supervised())


def of_activity(activity: Activity) -> QuerySet[Problem]:
    """Return what a meeting raised, as it was written down."""
    return with_people(Problem.objects.filter(activity=activity)).order_by("pk")


def before(activity: Activity) -> QuerySet[Problem]:
    """Return the problems of the year before an 组织生活会 and those still open from earlier."""
    year = activity.held_on.year - 1
    rows = Problem.objects.filter(
        Q(raised_on__year=year) | Q(raised_on__year__lt=year, closed_on__isnull=True),
        activity__organization_id=activity.organization_id,
        activity__kind=ActivityKind.ORGANIZATION_LIFE,
    )
    return with_people(rows).order_by("raised_on", "pk")


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


def due(scope: Scope, user: User, until: dt.date) -> QuerySet[Problem]:
    """Return the open problems due by a day that are in ``scope`` or that somebody answers for,
    most urgent first.
    """
    rows = Problem.objects.open().filter(
        scope.q("organization__path") | Q(owner__user=user), due_on__lte=until
    )
    return rows.select_related("organization__parent").order_by("due_on", "pk")[:DUE_SHOWN]


def unassigned(scope: Scope) -> QuerySet[Problem]:
    """Return the open problems of closed meetings that lack an owner or a deadline."""
    rows = Problem.objects.in_scope(scope).open().order_by()
    lacking = Q(owner__isnull=True) | Q(due_on__isnull=True)
    return rows.filter(lacking, activity__state=State.CLOSED)
