"""What a step of a run may be filled with: meetings, members; and what is known of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from activities.models import Activity, Resolution
from activities.queries.procedures import Run
from activities.rules import procedure_progress as progress
from activities.rules.kinds import ActivityKind
from activities.rules.procedure_checks import Decision, Meeting
from activities.rules.procedures import Step
from activities.rules.votes import DecisionKind
from branches.models import Organization
from branches.scope import Scope
from members.models import Member, Membership, Restriction
from members.queries import rolls
from members.rules.admission import Sponsor
from members.rules.probation import standing_on
from members.rules.status import MemberStatus

MOST_FOUND = 20


def meetings(run: Run, step: Step) -> QuerySet[Activity]:
    """Return the closed meetings at which a step can have been done, the latest first.

    Of the branch and its groups, from the day on which what comes before was done.
    """
    rows = (
        Activity.objects.closed()
        .of_kind(*step.meetings)
        .filter(organization__path__startswith=run.row.organization.path, held_on__lte=run.today)
    )
    before = progress.earliest_after(step, run.taken)
    if before is not None:
        rows = rows.filter(held_on__gte=before)
    return rows.select_related("organization").order_by("-held_on", "-pk")


def full_members(organization: Organization, on: dt.date) -> QuerySet[Member]:
    """Return whom a step may name: full members on a day, by strokes."""
    return (
        rolls.members_of(organization, on)
        .filter(status=MemberStatus.FULL)
        .defer("id_number", "phone")
        .order_by("name_strokes", "pk")
    )


def people_found(scope: Scope, text: str, on: dt.date) -> QuerySet[Membership]:
    """Return the members in reach whose name or pinyin holds a text, with their branches."""
    asked = text.strip()
    return (
        Membership.objects.home()
        .current()
        .in_scope(scope)
        .filter(started_on__lte=on, member__in=Member.objects.on_roll())
        .filter(Q(member__name__contains=asked) | Q(member__name_pinyin__startswith=asked.lower()))
        .select_related("member", "branch")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_pinyin", "member_id")[:MOST_FOUND]
    )


def meeting_of(activity: Activity | None) -> Meeting | None:
    """Return what a meeting decided (one query)."""
    if activity is None:
        return None
    rows = Resolution.objects.filter(activity=activity).order_by("ordinal")
    return Meeting(
        ActivityKind(activity.kind),
        tuple(
            Decision(DecisionKind(kind), is_passed, about or "", subject)
            for kind, is_passed, about, subject in rows.values_list(
                "kind", "is_passed", "about__name", "subject"
            )
        ),
    )


def sponsors(chosen: Mapping[str, Iterable[Member]], on: dt.date) -> dict[str, Sequence[Sponsor]]:
    """Return the people chosen in each field as they stand on a day (one query, or none)."""
    everybody = {member.pk: member for members in chosen.values() for member in members}
    restricted: set[int] = set()
    if everybody:
        rows = Restriction.objects.on(on).filter(member__in=everybody)
        restricted = set(rows.values_list("member_id", flat=True))
    return {
        name: [
            Sponsor(
                member.pk,
                standing_on(on, status=member.status, regularised_on=member.regularised_on),
                member.pk in restricted,
            )
            for member in members
        ]
        for name, members in chosen.items()
    }


def on_roll_as(name: str, organization: Organization) -> Member | None:
    """Return the one member of a branch of that name; None where there is none, or several."""
    homes = Membership.objects.home().current().filter(branch=organization)
    rows = Member.objects.on_roll().filter(pk__in=homes.values("member_id"), name=name)
    found = list(rows.defer("id_number", "phone").order_by("pk")[:2])
    return found[0] if len(found) == 1 else None
