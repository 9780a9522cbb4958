"""The records behind numbers of work done: hours of service, days on duty, problems settled."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from activities.models import DutyShift, Problem, Serving
from activities.queries import work_facts
from activities.queries.learning import plain
from activities.rules.hours import CENT
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from members.models import Member
from members.queries.evidence import Record


def service(member: Member, period: Period) -> list[Record]:
    """Return a member's hours of service, in order of time (one query).

    Service of a branch is told by its record; what was entered by oneself counts once confirmed.
    """
    rows = (
        Serving.objects.in_period(period)
        .filter(member=member)
        .select_related("attendance__activity__organization", "entry__team")
        .order_by("served_on", "key")
    )
    return [_served(row, period) for row in rows]


def shifts(member: Member, period: Period, on: dt.date, *, own: bool) -> list[Record]:
    """Return a member's days on duty up to a day, in order of time (one query)."""
    rows = DutyShift.objects.filter(
        member=member, on__gte=period.first_day, on__lte=min(on, period.last_day)
    ).select_related("organization", "stands_in_for")
    found = []
    for row in rows.order_by("on", "pk"):
        month = Period.containing(row.on)
        roster = f"{reverse('duty-roster')}?branch={row.organization_id}&month={month}"
        found.append(
            Record(
                when=day(row.on, period),
                title=f"{row.organization.short_name}值班",
                note=f"替{row.stands_in_for.name}值班" if row.stands_in_for else "",
                url=reverse("my-duty") if own else roster,
            )
        )
    return found


def problems(organization: Organization, period: Period) -> list[Record]:
    """Return the problems of a branch and its groups due in a period, by that day (one query)."""
    rows = Problem.objects.filter(
        Q(organization=organization)
        | Q(organization__parent=organization, organization__kind=OrganizationKind.GROUP),
        work_facts.due_in(period),
    )
    return [_problem(row, period) for row in rows.order_by(Coalesce("missed_on", "due_on"), "pk")]


def day(on: dt.date, period: Period) -> str:
    """Return a day as a record's, with its year where that is not the period's."""
    year = f"{on.year}年" if on.year != period.year else ""
    return f"{year}{on.month}月{on.day}日"


def _served(row: Serving, period: Period) -> Record:
    when = day(row.served_on, period)
    hours = f"{plain(row.hours.quantize(CENT))} 小时"
    if row.attendance is not None:
        activity = row.attendance.activity
        took = hours if activity.ends_at else "没有结束时间，不计时"
        status = row.attendance.get_status_display()
        return Record(
            when=when,
            title=activity.title,
            note=" · ".join([status, took, activity.organization.short_name]),
            url=reverse("my-activity", kwargs={"pk": row.attendance_id}),
            counts=activity.ends_at is not None,
        )
    assert row.entry is not None
    team = row.entry.team.name if row.entry.team else ""
    note = " · ".join(filter(None, ["本人填报、支部确认", hours, team]))
    return Record(when=when, title=row.entry.what, note=note)


def _problem(row: Problem, period: Period) -> Record:
    until = row.missed_on or row.due_on
    assert until is not None
    in_time = row.missed_on is None and row.closed_on is not None and row.closed_on <= until
    put_off = "到期没有办结，后来改期" if row.missed_on else ""
    if row.closed_on is None:
        when, closed = "未办结", ""
    else:
        when = "按期办结" if in_time else "逾期办结"
        closed = f"{day(row.closed_on, period)}办结"
    return Record(
        when=when,
        title=row.text,
        note=" · ".join(filter(None, [f"整改期限 {day(until, period)}", put_off, closed])),
        url=reverse("problem", kwargs={"pk": row.pk}),
        counts=in_time,
    )
