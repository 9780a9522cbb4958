"""Absences without cause: those in a row, and those of secretaries."""

from __future__ import annotations

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Case,
    Count,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from activities.models import Attendance
from activities.rules import absences
from activities.rules.attendance import ATTENDED, AttendanceStatus
from branches.facts import FactSource
from branches.models import Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption

IN_ORDER = ("held_on", "activity__starts_at", "activity_id")


class _LongestRun(Func):
    """From a member's activities in order, each a letter, the length of the longest run.

    P: came, which parts the runs; a: absent before the period; A: absent in it. A run that
    reaches into the period ends with A.
    """

    template = (
        "(SELECT MAX(LENGTH(run)) FROM UNNEST(STRING_TO_ARRAY(%(expressions)s, 'P')) AS run"
        " WHERE RIGHT(run, 1) = 'A')"
    )
    arity = 1
    output_field = IntegerField()


def running(period: Period) -> FactSource:
    """Return ``absent_running``: the longest run of absences that has one in ``period``.

    The run may have begun up to a year before the period; what comes after the period does not
    belong to it. ``rules.absences.longest_run`` says what makes a run; this is the same in SQL.
    """
    absent = (
        Attendance.objects.in_period(period)
        .filter(is_counted=True, status=AttendanceStatus.ABSENT)
        .exclude(excused())
    )
    letters = Case(
        When(status__in=ATTENDED, then=Value("P")),
        When(held_on__lt=period.first_day, then=Value("a")),
        default=Value("A"),
    )
    rows = (
        until_the_end_of(period)
        # Only those with an absence in the period are looked at closely.
        .filter(
            member_id__in=absent.order_by().values("member_id"),
            status__in=[AttendanceStatus.ABSENT, *ATTENDED],
        )
        .exclude(Q(status=AttendanceStatus.ABSENT) & excused())
        .order_by()
        .values("member_id")
        .annotate(running=_LongestRun(StringAgg(letters, "", order_by=IN_ORDER)))
    )
    return FactSource(rows, "member_id", {"absent_running": ("running", None)})


def as_secretary(period: Period) -> FactSource:
    """Return ``absent_as_secretary``: absences on days on which one led the own branch."""
    rows = (
        Attendance.objects.in_period(period)
        .filter(while_secretary(), is_counted=True, status=AttendanceStatus.ABSENT)
        .order_by()
        .values("member_id")
        .annotate(absent_as_secretary=Count("pk"))
    )
    return FactSource(rows, "member_id", {"absent_as_secretary": ("absent_as_secretary", None)})


def until_the_end_of(period: Period) -> QuerySet[Attendance]:
    """Return the counted attendance in which a run that reaches into ``period`` may lie."""
    return Attendance.objects.filter(
        is_counted=True,
        held_on__gte=absences.looks_back_to(period.first_day),
        held_on__lt=period.end,
    )


def while_secretary() -> Exists:
    """Whether the member was, on that day, secretary of the branch that was then the home."""
    return Exists(
        Post.objects.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("held_on")),
            user__member=OuterRef("member_id"),
            organization=OuterRef("branch_id"),
            role=Role.SECRETARY,
            started_on__lte=OuterRef("held_on"),
        )
    )


def excused() -> Exists:
    """Whether the member was exempt on that day."""
    return Exists(
        Exemption.objects.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("held_on")),
            member=OuterRef("member_id"),
            started_on__lte=OuterRef("held_on"),
        )
    )
