"""小政委 that is due: the day's line, the month's report, its assessment, the steps of choosing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, User
from branches.queries import regulations, working_calendar
from branches.rules.periods import Period
from branches.rules.working_days import ONE_DAY
from people.models import Steward, StewardMonth
from people.operations.steward_work import REPORT_FROM
from people.queries import steward_work, stewards
from people.rules import stewards as rules

RULE = stewards.RULE
_WHY = "小政委日跟班、周帮扶、月汇报"
_CHOOSING = "小政委三步推选：班组推荐、支委会研究、书记任命"
STEP_DAYS = ONE_DAY * 7  # so long a step of choosing may take before it is overdue


def line(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for the day's line, on working days from an hour on (four queries)."""
    return line_at(user, on, timezone.localtime().hour)


def line_at(user: User, on: dt.date, hour: int) -> list[Duty]:
    """Return the line for the day's line at an hour; gone the next day, never overdue."""
    places = list(steward_work.without_line(user, on))
    if not places:
        return []
    book = regulations.book(places)
    calendar = working_calendar.working_calendar(on, on)
    return [
        Duty(
            title="记一句今天的跟班情况",
            due_on=on,
            why=f"小政委日跟班 · {place.short_name}",
            url=f"{reverse('steward-today')}?group={place.pk}",
            action="去记",
        )
        for place in places
        if rules.is_line_due(on, hour, calendar, stewards.terms(place, on, book))
    ]


def line_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Organization]:
    """Return the rows that ``line`` tells of."""
    return steward_work.without_line(user, on)


def reports(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for the reports of this month and the last (eight queries at most).

    Of the last month only where something is on record of it: nobody is asked for a month in
    which the work had not begun.
    """
    this = Period.containing(on)
    last = this.previous
    late = list(
        steward_work.with_work(steward_work.without_report(user, last, last.last_day), user, last)
    )
    now = list(steward_work.without_report(user, this, on))
    if not late and not now:
        return []
    book = regulations.book([*late, *now])
    calendar = working_calendar.working_calendar(last.first_day, this.last_day)
    found = []
    for month, places in ((last, late), (this, now)):
        for place in places:
            terms = stewards.terms(place, month.last_day, book)
            due_on = rules.report_due(month, calendar, terms)
            if on >= due_on - REPORT_FROM:
                found.append(_report(place, month, due_on))
    return found


def reports_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Organization]:
    """Return the rows without which ``reports`` says nothing: whoever was the 小政委 lately."""
    this = Period.containing(on)
    lately = stewards.places_of(user, this.previous.last_day)
    return lately | stewards.places_of(user, on)


def assessments(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for reports to assess: as committee, and as leader (four queries)."""
    rows = list(steward_work.to_assess(user, grants))
    spoken = list(steward_work.to_speak_of(user, grants))
    return [
        *_assessments(rows, "支部评价", grants),
        *_assessments(spoken, "班组评价", grants),
    ]


def assessments_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[StewardMonth] | None:
    """Return the rows that ``assessments`` tells of."""
    if not grants.held:
        return None
    return steward_work.to_assess(user, grants) | steward_work.to_speak_of(user, grants)


def steps(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for candidates who wait for a step (two queries)."""
    return [
        *_steps(list(stewards.to_decide(user, grants)), "等支委会研究", "去研究"),
        *_steps(list(stewards.to_appoint(user, grants)), "等您任命", "去任命"),
    ]


def steps_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Steward] | None:
    """Return the rows that ``steps`` tells of."""
    if not grants.held:
        return None
    return stewards.to_decide(user, grants) | stewards.to_appoint(user, grants)


def _report(place: Organization, month: Period, due_on: dt.date) -> Duty:
    url = reverse("steward-report", kwargs={"period": str(month)})
    return Duty(
        title=f"提交{month.number}月的小政委月汇报",
        due_on=due_on,
        why=f"{_WHY} · {place.short_name} · 数字已经汇总好",
        url=f"{url}?group={place.pk}",
        action="去提交",
        explain=reverse("regulation", kwargs={"code": RULE}),
    )


def _assessments(rows: Sequence[StewardMonth], side: str, grants: Grants) -> list[Duty]:
    """One line whatever the number."""
    if not rows:
        return []
    first = rows[0]
    handed_in = timezone.localdate(first.handed_in_at)
    terms = stewards.terms(first.organization, handed_in, regulations.book_of(grants))
    due_on = rules.assessment_due(handed_in, working_calendar.around(handed_in), terms)
    one = len(rows) == 1
    month = Period(first.month)
    return [
        Duty(
            title=f"{first.member.name}{month.number}月的月汇报等{side}"
            if one
            else f"{len(rows)} 份小政委月汇报等{side}",
            due_on=due_on,
            why=f"{_WHY} · 班组和支部共同评价",
            url=reverse("steward-month", kwargs={"pk": first.pk}),
            action="去评价",
            explain=reverse("regulation", kwargs={"code": RULE}),
        )
    ]


def _steps(rows: Sequence[Steward], word: str, action: str) -> list[Duty]:
    if not rows:
        return []
    first = rows[0]
    since = first.decided_on or first.recommended_on
    return [
        Duty(
            title=f"{first.member.name}任{first.organization.short_name}小政委，{word}"
            if len(rows) == 1
            else f"{len(rows)} 名小政委人选{word}",
            due_on=since + STEP_DAYS,
            why=_CHOOSING,
            url=reverse("steward", kwargs={"pk": first.pk}),
            action=action,
        )
    ]
