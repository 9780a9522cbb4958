"""What an inspector enters on a sheet: marks and photos, a part at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from branches import audit, documents, photos
from branches.models import Document, User
from scoring.models import Inspection, InspectionPhoto
from scoring.operations import marks as mark_operations
from scoring.operations.inspections import NotPossible, OwnBranch, unfinished
from scoring.queries import inspections as queries
from scoring.rules.rounds import MarkKind

PHOTOS_OF_AN_ITEM = 6


@dataclass(frozen=True, slots=True)
class Saved:
    marks: int
    photos: int


@transaction.atomic
def save(
    *,
    inspection: Inspection,
    marks: Mapping[str, tuple[Decimal, str]],
    cleared: Collection[str] = (),
    photos: Mapping[str, Sequence[bytes]],
    dropped: Collection[int] = (),
    by: User,
    at: dt.datetime,
) -> Saved:
    """Record marks and photos (item code → re-encoded JPEGs) of a sheet, or of a part of it.

    :param dropped: ids of its photos to delete, with their files.

    :raises NotPossible: it is submitted or cancelled, or an item has too many photos.
    :raises OwnBranch: the inspector has come to the branch since.
    :raises marks.PeriodSealed: the period's results are in a round.
    """
    sheet = unfinished(inspection)
    places = queries.own_places([by.pk], timezone.localdate(at)).get(by.pk, ())
    if queries.is_own(sheet.organization, places):
        raise OwnBranch(
            f"您现在属于{sheet.organization.short_name}，不能检查本支部，请联系派出人改派。"
        )
    changed = mark_operations.enter_sheet(
        version=sheet.version,
        organization=sheet.organization,
        period=sheet.period,
        marks=marks,
        cleared=cleared,
        kind=MarkKind(sheet.kind),
        inspection=sheet,
        by=by,
        at=at,
    )
    _drop_photos(sheet, dropped, by, at)
    return Saved(changed, _add_photos(sheet, photos, by, at))


def _drop_photos(sheet: Inspection, dropped: Collection[int], by: User, at: dt.datetime) -> None:
    rows = list(sheet.photos.filter(pk__in=dropped).select_related("document"))
    if not rows:
        return
    files = [row.document.file for row in rows]

    def remove_files() -> None:
        for file in files:
            file.delete(save=False)

    InspectionPhoto.objects.filter(pk__in=[row.pk for row in rows]).delete()
    Document.objects.filter(pk__in=[row.document_id for row in rows]).delete()
    transaction.on_commit(remove_files)
    audit.record(
        "inspection.photos_removed", by=by, at=at, on=sheet, organization=sheet.organization,
        before={"photos": len(rows)},
    )  # fmt: skip


def _add_photos(
    sheet: Inspection, added: Mapping[str, Sequence[bytes]], by: User, at: dt.datetime
) -> int:
    had = {code: len(kept) for code, kept in queries.photos_on(sheet).items()}
    for code, contents in added.items():
        if had.get(code, 0) + len(contents) > PHOTOS_OF_AN_ITEM:
            raise NotPossible(f"每项最多 {PHOTOS_OF_AN_ITEM} 张照片，请先删去不要的。")
    # Without an organisation: served only with the sheet, never as a ledger of the branch.
    rows = [
        InspectionPhoto(
            inspection=sheet,
            item_code=code,
            document=documents.keep(
                content,
                title=f"{sheet}照片"[:160],
                filename=f"inspection-{sheet.pk}-{code}-{had.get(code, 0) + n}.jpg",
                content_type=photos.CONTENT_TYPE,
                owner=by,
                organization=None,
                at=at,
            ),
            added_at=at,
        )
        for code, contents in added.items()
        for n, content in enumerate(contents, start=1)
    ]
    if rows:
        InspectionPhoto.objects.bulk_create(rows)
        audit.record(
            "inspection.photos_added", by=by, at=at, on=sheet, organization=sheet.organization,
            after={"photos": len(rows)},
        )  # fmt: skip
    return len(rows)
