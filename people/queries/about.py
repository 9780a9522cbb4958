"""What is kept about one member, noun by noun: nothing confidential (one query each)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from activities.models import Serving, Volunteer
from branches.rules.periods import Period
from members.models import Member
from people.models import (
    Idea,
    Pair,
    Pledge,
    PoliticalBirthday,
    Project,
    StationClaim,
    Steward,
    Talent,
    Talk,
)
from people.rules.pledges import PledgeState

SHOWN = 5


def pairs(member: Member) -> QuerySet[Pair]:
    """Return the pairs of which somebody is one, those in force first."""
    rows = Pair.objects.filter(Q(helper=member) | Q(helped=member)).select_related("helper")
    rows = rows.defer("helper__id_number", "helper__phone")
    return rows.order_by("-ended_on", "-started_on", "-pk")  # NULL comes first


def stewardships(member: Member) -> QuerySet[Steward]:
    """Return the times somebody was recommended or appointed as 小政委, the latest first."""
    rows = Steward.objects.filter(member=member).select_related("organization")
    return rows.order_by("-recommended_on", "-pk")


def pledges(member: Member, year: int) -> QuerySet[Pledge]:
    """Return somebody's promises of a year, but what was withdrawn."""
    rows = Pledge.objects.filter(member=member, year=year)
    return rows.exclude(state=PledgeState.WITHDRAWN).order_by("due_on", "pk")


def published_pledges(member: Member, year: int) -> QuerySet[Pledge]:
    """Return somebody's published promises of a year."""
    return Pledge.objects.published().filter(member=member, year=year).order_by("due_on", "pk")


def stations(member: Member) -> QuerySet[StationClaim]:
    """Return the posts somebody has claimed, those held first."""
    rows = StationClaim.objects.filter(member=member).select_related("station")
    return rows.order_by("-ended_on", "-claimed_on", "-pk")


def ideas(member: Member) -> QuerySet[Idea]:
    """Return what somebody has suggested, the latest first."""
    return Idea.objects.filter(member=member).order_by("-raised_on", "-pk")


def projects(member: Member) -> QuerySet[Project]:
    """Return the projects somebody leads or works on, the latest first."""
    rows = Project.objects.filter(Q(leader=member) | Q(team=member)).distinct()
    return rows.order_by("-claimed_on", "-pk")


def service(member: Member, year: Period) -> Decimal:
    """Return the hours of service of a year."""
    found = Serving.objects.in_period(year).filter(member=member).aggregate(n=Sum("hours"))["n"]
    return found or Decimal(0)


def teams(member: Member, on: dt.date) -> QuerySet[Volunteer]:
    """Return the volunteer teams somebody is in on a day."""
    rows = Volunteer.objects.on(on).filter(member=member, team__dissolved_on__isnull=True)
    return rows.select_related("team").order_by("joined_on", "pk")


def talents(member: Member) -> QuerySet[Talent]:
    """Return the times somebody was recommended for the talent pool, the latest first."""
    rows = Talent.objects.filter(member=member).select_related("mentor")
    return rows.defer("mentor__id_number", "mentor__phone").order_by("-recommended_on", "-pk")


def birthdays(member: Member) -> QuerySet[PoliticalBirthday]:
    """Return what was done for somebody's political birthdays, the latest first."""
    return PoliticalBirthday.objects.filter(member=member).order_by("-year")


def talks(member: Member) -> QuerySet[Talk]:
    """Return the talks somebody is one of, without what was said, those due first."""
    rows = Talk.objects.without_words().filter(Q(member=member) | Q(talker=member))
    rows = rows.select_related("member", "talker").defer(
        "note", "answer", "member__id_number", "member__phone",
        "talker__id_number", "talker__phone",
    )  # fmt: skip
    return rows.order_by("-held_on", "-pk")  # NULL comes first
