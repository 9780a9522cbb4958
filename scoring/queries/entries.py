"""Point entries as lists show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from scoring.models import PointEntry, Run, SchemeItem, SchemeVersion, Score
from scoring.queries import schemes


def of_month(period: Period, scope: Scope) -> QuerySet[PointEntry]:
    return (
        PointEntry.objects.in_scope(scope)
        .in_period(period)
        .select_related("member", "organization", "entered_by")
        .order_by("-happened_on", "-id")
    )


@dataclass(frozen=True, slots=True)
class EntryRow:
    entry: PointEntry
    title: str


def titled(entries: Sequence[PointEntry]) -> list[EntryRow]:
    """Return entries with the words for their item and veto codes (two queries)."""
    schemes_shown = {entry.scheme_code for entry in entries}
    items_shown = {entry.item_code for entry in entries}
    rows = (
        SchemeItem.objects.filter(version__code__in=schemes_shown, code__in=items_shown)
        .order_by("version_id")
        .values_list("version__code", "code", "title")
    )
    found = {(scheme, code): title for scheme, code, title in rows}
    for version in SchemeVersion.objects.filter(code__in=schemes_shown, effective_to__isnull=True):
        for veto in schemes.scheme_of(version).vetoes:
            found.setdefault((version.code, veto.code), f"一票否决：{veto.title}")
            if veto.unless:
                found.setdefault((version.code, veto.unless), "主动发现、主动查处")
    return [
        EntryRow(entry, found.get((entry.scheme_code, entry.item_code), entry.item_code))
        for entry in entries
    ]


def versions_for(organization: Organization, on: dt.date, target: str) -> list[SchemeVersion]:
    """Return the versions in force that rate such subjects, one a scheme: the nearest committee's.

    Whatever the length of their periods: what happens today counts for the month and the year.
    """
    versions = (
        SchemeVersion.objects.filter(
            committee__path__in=tree.lineage(organization.path), target=target
        )
        .in_force_on(on)
        .select_related("committee")
        .order_by("committee__path", "code")
    )
    return sorted({one.code: one for one in versions}.values(), key=lambda one: one.code)


def version_of(entry: PointEntry) -> SchemeVersion | None:
    """Return the version that an entry counts under: the nearest committee's (one query)."""
    target = "member" if entry.member_id else "organization"
    found = versions_for(entry.organization, entry.happened_on, target)
    return next((one for one in found if one.code == entry.scheme_code), None)


def behind(score: Score, item_code: str) -> QuerySet[PointEntry]:
    """Return the entries, voided ones included, behind one item of a score."""
    return (
        PointEntry.objects.in_period(score.run.period)
        .filter(
            scheme_code=score.run.scheme_code,
            item_code=item_code,
            member=score.member_id,
            **({} if score.member_id else {"organization": score.organization_id}),
        )
        .order_by("happened_on", "id")
    )


def counted_by(version: SchemeVersion, day: dt.date) -> Run | None:
    """Return the current run of the period that a day's entry counts for, if there is one."""
    period = Period.containing(day, PeriodKind(version.period))
    return (
        Run.objects.current()
        .of_period(period)
        .filter(committee=version.committee_id, scheme_code=version.code)
        .select_related("version")
        .first()
    )
