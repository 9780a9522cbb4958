"""The records that a check has counted, to be looked at one by one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from activities import wording
from activities.models import Activity, Attendance
from activities.queries import absences
from activities.queries.checks.facts import MONTHS_BACK, Facts
from activities.queries.checks.finding import Finding
from activities.queries.checks.meetings import kind_of
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.kinds import ActivityKind
from branches.models import Organization, Post, Term
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import COMMITTEE_ROLES, Role
from members.models import Membership
from members.rules.status import ON_ROLL

SHOWN = 60
_POSTS = ("O7", "O14", "O15")
_TERMS = ("O9", "O10")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: when, what, what is remarkable about it, where it stands."""

    when: str
    title: str
    note: str = ""
    url: str = ""


def records(facts: Facts, finding: Finding) -> list[Record]:
    """Return the records behind a finding, at most 60 (at most two queries)."""
    code, organization = finding.code, finding.organization
    kind = kind_of(code)
    if kind is not None:
        return _meetings(facts, finding, kind)
    if code in _POSTS:
        return _posts(facts, organization)
    if code in _TERMS:
        return _terms(organization)
    if code == "O16":
        return _ungrouped(facts, organization)
    if finding.people:
        return _attendance(facts, finding)
    return []


def _meetings(facts: Facts, finding: Finding, kind: ActivityKind) -> list[Record]:
    every = PeriodKind(finding.regulation.parameters["every"])
    owed = finding.owing
    window = owed.window if owed else Period.containing(facts.on, every)
    rows = (
        Activity.objects.filter(organization=finding.organization, kind=kind)
        .in_period(window)
        .order_by("held_on", "pk")[:SHOWN]
    )
    return [
        Record(
            _day(row.held_on),
            row.title,
            wording.STATES[row.state] + ("，不计入" if row.is_cancelled else ""),  # type: ignore[index]
            reverse("activity", kwargs={"pk": row.pk}),
        )
        for row in rows
    ]


def _posts(facts: Facts, organization: Organization) -> list[Record]:
    rows = (
        Post.objects.filter(organization=organization, role__in=COMMITTEE_ROLES)
        .held_on(facts.on)
        .select_related("user")
        .order_by("started_on", "pk")
    )
    order = list(Role)
    found = sorted(rows, key=lambda row: order.index(Role(row.role)))
    return [Record(f"{_day(row.started_on)}任", row.user.name, row.title) for row in found]


def _terms(organization: Organization) -> list[Record]:
    rows = Term.objects.filter(organization=organization).order_by("-ordinal")[:SHOWN]
    return [
        Record(
            f"{_day(row.elected_on)}选举",
            str(row),
            f"{_day(row.ends_on)}届满"
            + (
                f"，延期至{_day(row.extended_to)}（{row.extension_reference}）"
                if row.extended_to
                else ""
            ),
        )
        for row in rows
    ]


def _ungrouped(facts: Facts, organization: Organization) -> list[Record]:
    rows = (
        Membership.objects.home()
        .on(facts.on)
        .filter(branch=organization, group__isnull=True, member__status__in=ON_ROLL)
        .order_by("member__name_pinyin", "member_id")
        .values_list("member_id", "member__name")[:SHOWN]
    )
    return [
        Record("", name, "没有编入党小组", reverse("member", kwargs={"pk": pk}))
        for pk, name in rows
    ]


def _attendance(facts: Facts, finding: Finding) -> list[Record]:
    """Return whom it is about, each with what he was called to lately."""
    first = Period.containing(facts.on).minus(MONTHS_BACK).first_day
    rows = (
        Attendance.objects.filter(
            Q(status=AttendanceStatus.ABSENT) | Q(status__in=ATTENDED),
            branch=finding.organization,
            member__in=finding.people,
            is_counted=True,
            held_on__gte=first,
            held_on__lte=facts.on,
        )
        .exclude(Q(status=AttendanceStatus.ABSENT) & absences.excused())
        .select_related("activity", "member")
        .order_by("member__name_pinyin", "member_id", "-held_on", "-activity_id")[:SHOWN]
    )
    return [
        Record(
            _day(row.held_on),
            f"{row.member.name} · {row.activity.title}",
            row.get_status_display(),
            reverse("activity", kwargs={"pk": row.activity_id}),
        )
        for row in rows
    ]


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
