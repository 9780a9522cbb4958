"""Whose facts of a period changed lately: what must be rated again, and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from activities.models import (
    Activity,
    ActivityCorrection,
    Attendance,
    DutyShift,
    DutySwap,
    Enrolment,
    MakeUp,
    Problem,
    StudyCredit,
    TakenOffDuty,
    VolunteerHours,
)
from activities.rules.duty import SwapState
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from members.models import Membership


def members_touched(
    period: Period, since: dt.datetime, within: Organization, back_to: dt.date
) -> set[int]:
    """Return the members on the rolls of records closed or reopened since, or with new study.

    Study is new that was made up for, attended in a class, credited or voided since (six queries
    in all).

    :param back_to: the first day whose records some fact of the period counts.
    """
    rolls = Attendance.objects.filter(
        activity__in=_changed(back_to, period.end, since), branch__path__startswith=within.path
    )
    here = Membership.objects.filter(branch__path__startswith=within.path).values("member")
    found = set(rolls.order_by().values_list("member_id", flat=True).distinct())
    for rows, member in _studied(period, since):
        found |= set(rows.filter(**{f"{member}__in": here}).values_list(member, flat=True))
    return found


def branches_touched(period: Period, since: dt.datetime, within: Organization) -> set[int]:
    """Return the branches that held such records, or whose members were there (eight queries)."""
    changed = _changed(period.first_day, period.end, since)
    held = Activity.objects.filter(pk__in=changed, organization__path__startswith=within.path)
    of_group = Q(organization__kind=OrganizationKind.GROUP)
    attended = Attendance.objects.filter(activity__in=changed, branch__path__startswith=within.path)
    found = [
        *held.filter(of_group).values_list("organization__parent_id", flat=True),
        *held.exclude(of_group).values_list("organization_id", flat=True),
        *attended.order_by().values_list("branch_id", flat=True).distinct(),
    ]
    for rows, member in _studied(period, since):
        homes = Membership.objects.home().filter(
            branch__path__startswith=within.path, member__in=rows.values(member)
        )
        found += homes.order_by().values_list("branch_id", flat=True).distinct()
    return {pk for pk in found if pk is not None}


def served(period: Period, since: dt.datetime) -> set[int]:
    """Return the members whose own hours of service were entered or answered since (one query)."""
    hours = VolunteerHours.objects.in_period(period).filter(
        Q(entered_at__gt=since) | Q(answered_at__gt=since)
    )
    return set(hours.order_by().values_list("member_id", flat=True))


def on_duty(period: Period, since: dt.datetime, until: dt.datetime) -> set[int]:
    """Return the members whose days on duty changed since (three queries).

    A day on duty is new once it has come, once somebody else serves it, and once it is taken away.

    :param until: up to when facts are seen now; ``since`` is up to when they were.
    """
    first, last = period.first_day, period.last_day
    come = Q(on__gt=timezone.localdate(since), on__lte=timezone.localdate(until))
    shifts = DutyShift.objects.filter(Q(entered_at__gt=since) | come, on__range=(first, last))
    swaps = DutySwap.objects.filter(
        Q(shift__on__range=(first, last)) | Q(other__on__range=(first, last)),
        state=SwapState.AGREED, answered_at__gt=since,
    )  # fmt: skip
    taken_off = TakenOffDuty.objects.filter(taken_off_at__gt=since, on__range=(first, last))
    both = swaps.order_by().values_list("asked_by_id", "asked_of_id")
    return {
        *shifts.order_by().values_list("member_id", flat=True),
        *(pk for pair in both for pk in pair),
        *taken_off.values_list("member_id", flat=True),
    }


def handled(since: dt.datetime, within: Organization) -> set[int]:
    """Return the branches with a problem handled since, there or where it came from (one query).

    Whatever its deadline: that may have been another before.
    """
    rows = (
        Problem.objects.filter(changed_at__gt=since)
        .filter(
            Q(organization__path__startswith=within.path) | Q(origin__path__startswith=within.path)
        )
        .order_by()
        .annotate(handled_by=_branch("organization"), raised_at=_branch("origin"))
    )
    found = {pk for both in rows.values_list("handled_by", "raised_at") for pk in both}
    return {pk for pk in found if pk is not None}


def _branch(place: str) -> Case:
    """Return the branch of a problem's place: a group counts with its branch."""
    of_group = Q(**{f"{place}__kind": OrganizationKind.GROUP})
    return Case(When(of_group, then=F(f"{place}__parent_id")), default=F(f"{place}_id"))


def _studied(period: Period, since: dt.datetime) -> list[tuple[QuerySet[Any], str]]:
    """Return the study of a period written down since, and where each row names its member."""
    first, last = period.first_day, period.last_day
    return [
        (
            # What it makes up for may be of an earlier period: it counts once that is closed.
            MakeUp.objects.filter(
                Q(recorded_at__gt=since)
                | Q(attendance__activity__closed_at__gt=since)
                | Q(attendance__activity__corrections__made_at__gt=since),
                done_on__range=(first, last),
            ).order_by(),
            "attendance__member",
        ),
        (
            Enrolment.objects.filter(
                training_class__closed_at__gt=since,
                training_class__ended_on__range=(first, last),
            ).order_by(),
            "member",
        ),
        (
            StudyCredit.objects.filter(
                Q(entered_at__gt=since) | Q(voided_at__gt=since),
                happened_on__range=(first, last),
            ).order_by(),
            "member",
        ),
    ]


def _changed(first_day: dt.date, end: dt.date, since: dt.datetime) -> list[int]:
    """Return the records of some days entered or closed since, and all reopened since.

    A record that was reopened may have left the period; its roll still names who was counted.
    """
    recorded = Activity.objects.filter(
        Q(closed_at__gt=since) | Q(entered_at__gt=since),
        held_on__gte=first_day,
        held_on__lt=end,
    )
    reopened = ActivityCorrection.objects.filter(made_at__gt=since)
    return [
        *recorded.order_by().values_list("pk", flat=True),
        *reopened.order_by().values_list("activity_id", flat=True),
    ]
