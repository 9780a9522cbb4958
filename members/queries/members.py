"""Questions about persons: lists, files and their timelines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from branches.models import Organization
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members import wording
from members.models import Exemption, Member, MemberEvent, Membership
from members.rules.name_search import pinyin_pattern
from members.rules.status import ON_ROLL, EventKind, MemberStatus

ORDERS = {"pinyin": "member__name_pinyin", "strokes": "member__name_strokes"}


def on_list(
    scope: Scope,
    *,
    organization: Organization | None = None,
    status: str = "",
    search: str = "",
    order: str = "pinyin",
) -> QuerySet[Membership]:
    """Return the last homes of the members of ``scope``, with member, branch and group.

    ``status`` "" means everybody on the roll. ``search`` finds a part of the name, pinyin or
    initials, and the beginning of an employee number. ``order``: "pinyin" or "strokes".
    """
    rows = Membership.objects.in_scope(scope)
    is_on_roll = status in ("", *ON_ROLL)
    rows = rows.current().home() if is_on_roll else rows.last_homes()
    rows = rows.filter(member__status__in=[status] if status else ON_ROLL)
    if organization is not None:
        rows = rows.filter(
            Q(branch__path__startswith=organization.path)
            | Q(group__path__startswith=organization.path)
        )
    search = search.strip()
    if search:
        found = Q(member__name__contains=search) | Q(member__employee_number__istartswith=search)
        pattern = pinyin_pattern(search)
        if pattern:
            found |= Q(member__name_pinyin__regex=pattern)
        rows = rows.filter(found)
    return (
        rows.select_related("member", "branch", "group")
        .defer("member__id_number", "member__phone")
        .order_by(ORDERS.get(order, ORDERS["pinyin"]), "member_id")
    )


def places(scope: Scope, on: dt.date) -> list[Organization]:
    """Return the organisations of ``scope`` that stand on a day, in tree order (one query)."""
    return list(Organization.objects.in_scope(scope).standing_on(on).order_by("path"))


def branches_for(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return the branches where a member may be put."""
    return (
        Organization.objects.in_scope(scope)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(on)
        .order_by("path")
    )


def groups_for(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return the groups where a member may be put, with their branches."""
    return (
        Organization.objects.in_scope(scope)
        .of_kind(OrganizationKind.GROUP)
        .standing_on(on)
        .select_related("parent")
        .order_by("path")
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline, as the ``timeline`` component shows it."""

    when: dt.date
    title: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """What a member's file shows. ``home`` is the last home, open or ended."""

    member: Member
    home: Membership
    homes: tuple[Membership, ...]
    exemption: Exemption | None
    moments: tuple[Moment, ...]

    @property
    def has_left(self) -> bool:
        return self.home.ended_on is not None

    @property
    def organization(self) -> Organization:
        return self.home.branch


_TONES = {
    EventKind.HONOURED: "ok",
    EventKind.DISCIPLINED: "bad",
    EventKind.EXPELLED: "bad",
    EventKind.SUSPENDED: "warn",
}


def file_of(member: Member, on: dt.date) -> File:
    """Return a member's file (three queries)."""
    homes = tuple(
        Membership.objects.home()
        .filter(member=member)
        .select_related("branch", "group")
        .order_by("started_on")
    )
    exemptions = list(Exemption.objects.filter(member=member).order_by("started_on"))
    running = [row for row in exemptions if row.ended_on is None or row.ended_on > on]
    return File(
        member=member,
        home=homes[-1],
        homes=homes,
        exemption=running[0] if running else None,
        moments=_timeline(member, exemptions),
    )


def _timeline(member: Member, exemptions: list[Exemption]) -> tuple[Moment, ...]:
    """Return what happened, newest first.

    Admission and regularisation are told by the member's own dates; an event of that kind
    only adds its note, so that a corrected date shows once.
    """
    dates = {
        EventKind.ADMITTED: member.admitted_on,
        EventKind.REGULARISED: member.regularised_on,
    }
    notes: dict[str, str] = {}
    moments: list[tuple[dt.date, int, Moment]] = []

    def add(place: int, moment: Moment) -> None:
        moments.append((moment.when, place, moment))

    for place, event in enumerate(MemberEvent.objects.filter(member=member).order_by("id")):
        kind = EventKind(event.kind)
        if dates.get(kind) is not None:
            notes[kind] = event.note
            continue
        add(
            100 + place,
            Moment(event.happened_on, wording.EVENTS[kind], event.note, _TONES.get(kind, "")),
        )
    for place, (kind, day) in enumerate(dates.items()):
        if day is not None:
            add(place, Moment(day, wording.EVENTS[kind], notes.get(kind, ""), "ok"))
    for exemption in exemptions:
        why = exemption.get_reason_display()
        add(50, Moment(exemption.started_on, "开始免考评", exemption.note or why))
        if exemption.ended_on is not None:
            add(51, Moment(exemption.ended_on, "恢复考评", why))
    moments.sort(key=lambda item: item[:2], reverse=True)
    return tuple(moment for *_, moment in moments)


def probationary_since(scope: Scope, latest: dt.date) -> QuerySet[Membership]:
    """Return the open homes of probationary members of ``scope`` admitted by ``latest``."""
    return (
        Membership.objects.current()
        .home()
        .in_scope(scope)
        .filter(
            member__status=MemberStatus.PROBATIONARY,
            member__admitted_on__lte=latest,
        )
        .select_related("member", "branch")
        .defer("member__id_number", "member__phone")
        .order_by(F("member__admitted_on"), "member_id")
    )
