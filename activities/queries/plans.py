"""Plans in reach, what became of their lines, and what to propose for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from activities import wording
from activities.models import Activity, Plan, PlanItem
from activities.queries import schedule
from activities.queries import series as series_queries
from activities.rules import plans as rules
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State
from activities.rules.series import Rhythm
from activities.wording import plans as words
from branches.queries import regulations, working_calendar
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope

COMMITTEE_RULE = "O8"  # small branches have no committee
_MARGIN = dt.timedelta(days=15)
_HELD = [State.OPEN, State.CLOSED]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan and how far it is; ``tone`` colours the word."""

    item: PlanItem
    kind: str
    state: str
    tone: str

    @property
    def is_open(self) -> bool:
        """Whether the line may still be changed here."""
        return self.item.activity_id is None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many lines a plan has, are planned as activities, were held, and are closed."""

    items: int
    planned: int
    held: int
    closed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line that is proposed, with the reason; ``key`` names it in the page's form."""

    kind: ActivityKind
    title: str
    planned_on: dt.date
    why: str
    place: str = ""
    responsible: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.planned_on}.{self.title}"

    @property
    def kind_label(self) -> str:
        return wording.KINDS[self.kind]


def period_of(plan: Plan) -> Period:
    return Period(plan.period_start, PeriodKind(plan.period_kind))


def listed(scope: Scope) -> QuerySet[Plan]:
    """Return the plans in reach with ``items_n``, ``held_n`` and ``closed_n``, latest first."""
    return (
        Plan.objects.in_scope(scope)
        .select_related("organization__parent")
        .annotate(
            items_n=Count("items"),
            held_n=Count("items", filter=Q(items__activity__state__in=_HELD)),
            closed_n=Count("items", filter=Q(items__activity__state=State.CLOSED)),
        )
        .order_by("-period_start", "period_kind", "organization__path")
    )


def lines(plan: Plan) -> list[Line]:
    """Return the lines of a plan in order of their day (one query)."""
    rows = plan.items.select_related("activity").order_by("planned_on", "ordinal")
    return [
        Line(item, wording.KINDS[ActivityKind(item.kind)], *_state(plan, item)) for item in rows
    ]


def progress(lines: Iterable[Line]) -> Progress:
    """Return how far a plan is (no query)."""
    activities = [line.item.activity for line in lines]
    states = [activity.state for activity in activities if activity is not None]
    return Progress(
        items=len(activities),
        planned=len(states),
        held=sum(state in _HELD for state in states),
        closed=sum(state == State.CLOSED for state in states),
        cancelled=sum(state == State.CANCELLED for state in states),
    )


def proposals(plan: Plan, on: dt.date) -> list[Proposal]:
    """Return what is planned already, what the series bring and what the regulations ask.

    Only what is still to come and is no line of the plan yet (a fixed number of queries).
    """
    period = period_of(plan)
    calendar = working_calendar.working_calendar(
        period.first_day - _MARGIN, max(period.last_day, on) + _MARGIN
    )
    items = list(plan.items.values_list("kind", "planned_on", "activity"))
    taken = {(kind, day) for kind, day, _ in items}
    # A meeting asked for once a quarter or year may have been held before the plan begins.
    of_year = list(
        Activity.objects.standing()
        .in_period(Period.containing(period.first_day, PeriodKind.YEAR))
        .filter(organization=plan.organization)
        .select_related("plan_item")
        .order_by("held_on", "starts_at")
    )
    standing = [each for each in of_year if period.contains(each.held_on)]
    held = {(each.kind, each.held_on) for each in standing if each.held_on < on}
    # What a line has become may have been moved: its day is that of the activity then.
    taken |= {(each.kind, each.held_on) for each in standing if hasattr(each, "plan_item")}
    found: list[Proposal] = []

    def propose(kind: ActivityKind, title: str, day: dt.date, why: str, place: str = "") -> None:
        if (kind, day) not in taken:
            taken.add((kind, day))
            found.append(Proposal(kind, title, day, why, place))

    for each in standing:
        if each.held_on >= on:
            why = "已经安排"
            propose(ActivityKind(each.kind), each.title, each.held_on, why, each.place)
    first = max(on, period.first_day)
    hosted = [kind for kind, rule in KINDS.items() if rule.held_by == plan.organization.kind]
    live = [
        series
        for series in series_queries.of_kind(plan.organization, hosted, first)
        if not _too_often(Rhythm(series.rhythm), period)
    ]
    given = series_queries.given_days(live, period.first_day, period.last_day)
    for series in live:
        fall_on = series_queries.days_of(series, first, period.last_day, calendar)
        done = {day for kind, day in held if kind == series.kind}
        for day in series_queries.unplanned_of(series, fall_on, given[series.pk] | done):
            title = words.title_of(series.title, series.rhythm, day)
            propose(
                ActivityKind(series.kind), title, day, f"固定活动：{series.title}", series.place
            )
    counted = [(kind, day) for kind, day, activity in items if activity is None]
    counted += [(each.kind, each.held_on) for each in of_year]
    counted += [(str(each.kind), each.planned_on) for each in found]
    for proposal in _asked(plan, period, on, set(counted), calendar):
        propose(proposal.kind, proposal.title, proposal.planned_on, proposal.why)
    return sorted(found, key=lambda each: (each.planned_on, each.kind))


def from_last(plan: Plan) -> tuple[Period | None, list[Proposal]]:
    """Return the lines of the latest plan of its sort before it, moved to this period.

    The period they are from comes with them; None where there is no such plan (two queries).
    """
    period = period_of(plan)
    last = (
        Plan.objects.filter(
            organization=plan.organization,
            period_kind=plan.period_kind,
            period_start__lt=plan.period_start,
        )
        .order_by("-period_start")
        .prefetch_related("items")
        .first()
    )
    if last is None:
        return None, []
    old = period_of(last)
    there = set(plan.items.values_list("kind", "planned_on"))
    found = [
        Proposal(
            ActivityKind(item.kind),
            _renamed(item, day),
            day,
            f"{old.label}计划 {item.planned_on.month} 月 {item.planned_on.day} 日",
            item.place,
            item.responsible,
        )
        for item in last.items.all()
        for day in [rules.shifted(item.planned_on, old, period)]
        if (item.kind, day) not in there
    ]
    return old, sorted(found, key=lambda each: (each.planned_on, each.kind))


def _asked(
    plan: Plan,
    period: Period,
    on: dt.date,
    counted: set[tuple[str, dt.date]],
    calendar: working_calendar.WorkingCalendar,
) -> list[Proposal]:
    """Return what the regulations ask for and is neither planned nor proposed."""
    asked = regulations.for_organization(plan.organization, max(on, period.first_day))
    found = []
    for kind, rule in KINDS.items():
        regulation = asked.get(rule.regulation)
        if rule.every is None or regulation is None or rule.held_by != plan.organization.kind:
            continue
        if kind is ActivityKind.COMMITTEE and not _has_committee(plan, asked, on):
            continue
        every = PeriodKind(regulation.parameters["every"])
        count = regulation.parameters.get("count", 1)
        for window in rules.windows_in(period, every):
            if window.last_day < on:
                continue
            stands = rules.counted_in(window, (day for of, day in counted if of == kind))
            days = rules.proposed_days(kind, window, count, calendar)
            for proposed in days[stands:]:
                day = rules.still_open(proposed, window, on, calendar)
                if period.contains(day) and day >= on:
                    title = wording.meeting_of(kind, window)
                    why = f"{regulation.title}（{regulation.source}{regulation.article}）"
                    found.append(Proposal(kind, title, day, why))
    return found


def _has_committee(plan: Plan, asked: regulations.Rules, on: dt.date) -> bool:
    rule = asked.get(COMMITTEE_RULE)
    if rule is None:
        return True
    scope = Scope((plan.organization.path,))
    members = schedule.full_members(scope, on).get(plan.organization_id, 0)
    return members >= int(rule.parameters["committee_from"])


def _too_often(rhythm: Rhythm, period: Period) -> bool:
    """Return whether the lines would be more than a plan is read with: daily, weekly for a year."""
    return rhythm is Rhythm.DAILY or (rhythm is Rhythm.WEEKLY and period.kind is PeriodKind.YEAR)


def _renamed(item: PlanItem, day: dt.date) -> str:
    """Return a title whose month or quarter goes with the new day: 10月主题党日 → 11月主题党日."""
    kind = ActivityKind(item.kind)
    if item.title == wording.usual_title(kind, item.planned_on):
        return wording.usual_title(kind, day)
    old = f"{item.planned_on.month}月"
    if item.title.startswith(old):
        return f"{day.month}月{item.title.removeprefix(old)}"
    return item.title


def _state(plan: Plan, item: PlanItem) -> tuple[str, str]:
    if item.activity is None:
        return ("未下发", "") if plan.adopted_at is None else ("还没有安排", "warn")
    state = State(item.activity.state)
    if state is State.OPEN:
        return "已开展，登记中", "warn"
    return wording.STATES[state], wording.STATE_TONES[state]
