"""Marks: what stands, what it counts for, and how far a month's marking is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg

from branches.models import Organization, User
from branches.queries import working_calendar
from branches.rules.periods import Period
from scoring import wording
from scoring.models import InspectionPhoto, Mark, SchemeVersion
from scoring.queries import schemes
from scoring.rules import explaining, feeds, marking
from scoring.rules.rounds import REVIEWS, MarkKind
from scoring.rules.scheme import Item, Part, Scheme


def items_of(
    scheme: Scheme, organization: Organization, part_codes: Collection[str] = ()
) -> list[tuple[Part, list[Item]]]:
    """Return the items an inspector marks at a branch, by part; parts without any are left out.

    :param part_codes: only these parts; empty: all.
    """
    groups = [
        (part, [i for i in part.items if _is_marked(scheme, i) and i.applies_to(organization.type)])
        for part in scheme.parts
        if not part_codes or part.code in part_codes
    ]
    return [(part, items) for part, items in groups if items]


def is_marked(version: SchemeVersion) -> bool:
    """Return whether anything of a version is marked by inspectors."""
    scheme = schemes.scheme_of(version)
    return not version.rates_members and any(_is_marked(scheme, item) for item in scheme.items)


def parts_of(version: SchemeVersion) -> list[Part]:
    """Return the parts of a version in which inspectors mark something."""
    scheme = schemes.scheme_of(version)
    return [part for part in scheme.parts if any(_is_marked(scheme, i) for i in part.items)]


def _is_marked(scheme: Scheme, item: Item) -> bool:
    """Leave out what records or other schemes feed."""
    of_scheme = item.fact is not None and feeds.scheme_code(item.fact) is not None
    return item.rule == "mark" and not of_scheme and not schemes.is_counted(scheme, item)


def versions_for(organization: Organization, period: Period) -> list[SchemeVersion]:
    """Return what a branch is marked for in a period: of each scheme the nearest committee's
    version (one query).
    """
    return nearest([v for v in schemes.for_organization(organization, period) if is_marked(v)])


def nearest(above: Sequence[SchemeVersion]) -> list[SchemeVersion]:
    """Return of the versions of each scheme above a branch the nearest committee's."""
    found = {v.code: v for v in sorted(above, key=lambda v: v.committee.path)}
    return [version for version in above if found[version.code] == version]


def standing(
    version: SchemeVersion, organization: Organization, period: Period
) -> dict[str, list[Mark]]:
    """Return everybody's standing marks by item code, oldest first (one query)."""
    rows = Mark.objects.standing().filter(
        scheme_code=version.code, organization=organization, period_start=period.first_day
    )
    found = defaultdict(list)
    for mark in rows.select_related("marked_by").order_by("marked_at", "id"):
        found[mark.item_code].append(mark)
    return dict(found)


def own_mark(marks: Iterable[Mark], user: User, kind: str) -> Mark | None:
    """Return somebody's own among the standing marks of one item."""
    return next((m for m in marks if m.marked_by_id == user.pk and m.kind == kind), None)


def mean(marks: Iterable[Mark]) -> Decimal | None:
    """Return the inspectors' mean of one item, without any review."""
    return marking.counted([m.value for m in marks if m.kind == MarkKind.INSPECTION])


def counted(marks: Sequence[Mark]) -> Decimal | None:
    """Return what the standing marks of one item count for."""
    review = next((mark.value for mark in marks if mark.kind in REVIEWS), None)
    inspected = [mark.value for mark in marks if mark.kind == MarkKind.INSPECTION]
    return marking.counted(inspected, review)


def in_words(mark: Mark) -> str:
    """Return one mark as shown beside another's sheet."""
    kind = wording.MARK_KINDS[MarkKind(mark.kind)]
    value = explaining.plain(mark.value)
    return f"{mark.marked_by.name}{kind} {value} 分" + (f"：{mark.note}" if mark.note else "")


@dataclass(frozen=True, slots=True)
class SheetProgress:
    organization: Organization
    marked: int
    due: int

    @property
    def is_complete(self) -> bool:
        return self.marked >= self.due > 0


def progress(branches: Sequence[Organization], period: Period) -> list[SheetProgress]:
    """Return how many of the due items of each branch are marked by anybody (two queries)."""
    versions = SchemeVersion.objects.filter(target="organization", period=period.kind).in_force_on(
        period.first_day
    )
    inspected = [one for one in versions.select_related("committee") if is_marked(one)]
    marked = {
        (organization, code): set(items)
        for organization, code, items in Mark.objects.standing()
        .filter(organization__in=branches, period_start=period.first_day)
        .order_by()
        .values_list("organization_id", "scheme_code")
        .annotate(items=ArrayAgg("item_code", distinct=True))
    }
    found = []
    for branch in branches:
        above = [one for one in inspected if branch.path.startswith(one.committee.path)]
        due = {
            (version.code, item.code)
            for version in nearest(above)
            for _, items in items_of(schemes.scheme_of(version), branch)
            for item in items
        }
        # Other items may be marked too: of an earlier version, or before the type changed.
        done = sum(item in marked.get((branch.pk, scheme), ()) for scheme, item in due)
        found.append(SheetProgress(branch, done, len(due)))
    return found


@dataclass(frozen=True, slots=True)
class PastMark:
    """A mark with the photos shown with it."""

    mark: Mark
    kind: str
    photos: tuple[InspectionPhoto, ...]


def history(
    version: SchemeVersion, organization: Organization, period: Period, item_code: str
) -> list[PastMark]:
    """Return every mark of one item, the newest first, with its photos (two queries).

    Photos are shown once the inspector has submitted the sheet.
    """
    marks = list(
        Mark.objects.filter(
            scheme_code=version.code,
            organization=organization,
            period_start=period.first_day,
            item_code=item_code,
        )
        .select_related("marked_by")
        .order_by("-marked_at", "-id")
    )
    sheets = {mark.inspection_id for mark in marks if mark.inspection_id}
    photos = defaultdict(list)
    for photo in InspectionPhoto.objects.filter(
        inspection__in=sheets, inspection__submitted_at__isnull=False, item_code=item_code
    ).order_by("id"):
        photos[photo.inspection_id].append(photo)
    return [
        PastMark(
            mark,
            wording.MARK_KINDS[MarkKind(mark.kind)],
            tuple(photos[mark.inspection_id]) if mark.inspection_id else (),
        )
        for mark in marks
    ]


def last_working_day(period: Period) -> dt.date:
    """Return the day until which a period's marking is due (one query)."""
    calendar = working_calendar.working_calendar(period.first_day, period.last_day)
    day = period.last_day
    while not calendar.is_working(day):
        day -= dt.timedelta(days=1)
    return day
