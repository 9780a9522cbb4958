"""Inspections: whose they are, how far they are, and who may read them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from branches.access import Grants
from branches.models import Organization, Post, User
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability, Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Membership
from scoring.models import Inspection, InspectionPhoto, Mark, SchemeVersion
from scoring.models.inspection import InspectionQuerySet
from scoring.queries import marks, schemes
from scoring.rules.scheme import Item, Part

# Beyond this, inspectors are named instead of picked from a list.
CANDIDATES_SHOWN = 300


def readable(user: User, grants: Grants) -> QuerySet[Inspection]:
    """Return the sheets somebody may open.

    One's own; those of branches where one assigns inspections; and, once submitted, those of
    branches whose scores one sees.
    """
    seen = grants.scope(Capability.SEE_SCORES).q("organization__path")
    return _related().filter(
        Q(inspector=user)
        | grants.scope(Capability.ASSIGN_INSPECTIONS).q("organization__path")
        | (seen & Q(submitted_at__isnull=False))
    )


def of_inspector(user: User) -> InspectionQuerySet:
    """Return what one was assigned and not relieved of, the unfinished first."""
    mine = _related().filter(inspector=user, cancelled_at__isnull=True)
    return mine.order_by("submitted_at", "due_on", "organization__path")


def listed(user: User, grants: Grants) -> QuerySet[Inspection]:
    """Return what the office oversees, or what a branch may read, the unfinished first."""
    office = grants.scope(Capability.ASSIGN_INSPECTIONS).q("organization__path")
    seen = grants.scope(Capability.SEE_SCORES).q("organization__path")
    rows = _related().filter(office | (seen & Q(submitted_at__isnull=False)))
    return rows.filter(cancelled_at__isnull=True).order_by(
        "-period_start", "due_on", "organization__path", "id"
    )


def _related() -> InspectionQuerySet:
    return Inspection.objects.select_related(
        "organization", "inspector", "assigned_by", "version__committee"
    )


def photos_for(user: User, grants: Grants) -> QuerySet[InspectionPhoto]:
    """Return the photos of sheets somebody may open."""
    sheets = readable(user, grants).order_by().values("pk")
    return InspectionPhoto.objects.filter(inspection__in=sheets)


def items_of(inspection: Inspection) -> list[tuple[Part, list[Item]]]:
    """Return what is to be marked, by part."""
    scheme = schemes.scheme_of(inspection.version)
    return marks.items_of(scheme, inspection.organization, inspection.part_codes)


@dataclass(frozen=True, slots=True)
class Progress:
    inspection: Inspection
    done: int
    due: int


def progress(inspections: Sequence[Inspection]) -> list[Progress]:
    """Return how many items of each sheet its inspector has marked (one query)."""
    rows = Mark.objects.standing().filter(
        organization__in={one.organization_id for one in inspections},
        period_start__in={one.period_start for one in inspections},
        marked_by__in={one.inspector_id for one in inspections},
    )
    marked = defaultdict(set)
    for *whose, item in rows.order_by().values_list(
        "scheme_code", "organization_id", "period_start", "kind", "marked_by_id", "item_code"
    ):
        marked[tuple(whose)].add(item)
    found = []
    for one in inspections:
        whose = [one.version.code, one.organization_id, one.period_start, one.kind]
        due = {item.code for _, items in items_of(one) for item in items}
        found.append(Progress(one, len(due & marked[(*whose, one.inspector_id)]), len(due)))
    return found


def marks_on(inspection: Inspection) -> dict[str, Mark]:
    """Return the inspector's latest mark of each item, also if it stands no more (one query)."""
    rows = Mark.objects.filter(
        scheme_code=inspection.version.code,
        organization=inspection.organization_id,
        period_start=inspection.period_start,
        kind=inspection.kind,
        marked_by=inspection.inspector_id,
    )
    return {mark.item_code: mark for mark in rows.order_by("marked_at", "id")}


def photos_on(inspection: Inspection) -> dict[str, list[InspectionPhoto]]:
    """Return a sheet's photos by item code (one query)."""
    found = defaultdict(list)
    for photo in inspection.photos.order_by("id"):
        found[photo.item_code].append(photo)
    return dict(found)


# Assigning


def assignable(scope: Scope, month: Period) -> list[tuple[SchemeVersion, Period]]:
    """Return the versions marked in a month, or in a longer period around it (one query)."""
    periods = {kind: Period.containing(month.first_day, kind) for kind in PeriodKind}
    in_force = Q(pk__in=[])
    for kind, period in periods.items():
        day = period.first_day
        still = Q(effective_to__isnull=True) | Q(effective_to__gt=day)
        in_force |= still & Q(period=kind, effective_from__lte=day)
    versions = (
        SchemeVersion.objects.filter(in_force, target="organization")
        .filter(Q(committee__path__in=scope.lineage()) | scope.q("committee__path"))
        .select_related("committee")
        .order_by("committee__path", "code")
    )
    return [(v, periods[PeriodKind(v.period)]) for v in versions if marks.is_marked(v)]


def branches_of(
    version: SchemeVersion, period: Period, scope: Scope, on: dt.date
) -> QuerySet[Organization]:
    """Return the branches that a version rates and that ``scope`` reaches."""
    nested = schemes.rated_below(version, period)
    return (
        Organization.objects.in_scope(scope)
        .subtree_of(version.committee)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(on)
        .exclude(nested.q("path"))
        .order_by("path")
    )


def candidates(scope: Scope, on: dt.date) -> dict[int, str]:
    """Return who is usually sent to inspect, by account, with name and post (one query).

    Secretaries, their deputies and reviewers; nobody when they are too many to pick from.
    """
    posts = (
        Post.objects.in_scope(scope)
        .held_on(on)
        .filter(
            role__in=[Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.REVIEWER],
            user__is_active=True,
            organization__dissolved_on__isnull=True,
        )
        .select_related("user", "organization")
        .order_by("organization__path", "user__name", "role")[: CANDIDATES_SHOWN + 1]
    )
    found: dict[int, str] = {}
    for post in posts:
        label = f"{post.user.name}（{post.organization.short_name}{post.title}）"
        found.setdefault(post.user_id, label)
    return found if len(posts) <= CANDIDATES_SHOWN else {}


def own_places(users: Collection[int], on: dt.date) -> dict[int, set[str]]:
    """Return where accounts hold a post or are on the roll, as paths (two queries)."""
    found = defaultdict(set)
    held = Post.objects.filter(user__in=users).held_on(on)
    for user, path in held.values_list("user_id", "organization__path"):
        found[user].add(path)
    enrolled = Membership.objects.home().on(on).filter(member__user__in=users)
    for user, path in enrolled.order_by().values_list("member__user_id", "branch__path"):
        found[user].add(path)
    return dict(found)


def is_own(branch: Organization, places: Iterable[str]) -> bool:
    """Return whether one of ``places`` is in the branch or its groups."""
    return any(path.startswith(branch.path) for path in places)
