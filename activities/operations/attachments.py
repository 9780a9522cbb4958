"""Photos and papers of a record: kept while it is open, standing once it is closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from activities import wording
from activities.models import Activity, Attachment
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.queries import attachments as queries
from activities.rules.attachments import MOST_OF_A_RECORD
from branches import audit, documents, papers, photos
from branches.models import User


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept: what it is was found out from its content."""

    kind: Attachment.Kind
    content: bytes
    filename: str
    content_type: str


def take(name: str, content: bytes) -> Taken:
    """Return a file as it is kept: photos re-encoded, papers as they came under a clean name.

    :raises photos.BadPhoto: a photo that is too large, damaged or of another format.
    :raises papers.BadPaper: any other file that may not be kept.
    """
    if photos.is_picture(content):
        return Taken(
            Attachment.Kind.PHOTO,
            photos.reencode(content),
            papers.clean_name(name, ".jpg"),
            photos.CONTENT_TYPE,
        )
    sort = papers.sort_of(content)
    return Taken(
        Attachment.Kind.FILE, content, papers.clean_name(name, sort.suffix), sort.content_type
    )


@transaction.atomic
def add(*, activity: Activity, file: Taken, by: User, at: dt.datetime) -> Attachment:
    """Attach a file to a record that is planned or open, or closed and still within its deadline.

    :raises Refused: it is too late or cancelled, it has twenty, or it has this very file.
    """
    row = locked(activity)
    if not queries.may_be_added(row, timezone.localdate(at)):
        _check_open(row)
    kept = queries.of_activity(row)
    if len(kept) >= MOST_OF_A_RECORD:
        raise Refused(f"一次活动最多 {MOST_OF_A_RECORD} 个附件，请先删去不要的。")
    # Without an organisation: served only with the record, never as a ledger of the branch.
    document = documents.keep(
        file.content, title=f"{row}附件"[:160], filename=file.filename,
        content_type=file.content_type, owner=by, organization=None, at=at,
    )  # fmt: skip
    if any(each.document.sha256 == document.sha256 for each in kept):
        document.file.delete(save=False)
        document.delete()
        raise Refused("已经上传过，没有重复保存。")
    if file.kind == Attachment.Kind.PHOTO:
        documents.keep_small(document, photos.small(file.content))
    added = Attachment.objects.create(
        activity=row, document=document, kind=file.kind, added_by=by, added_at=at
    )
    audit.record(
        "attachment.added", by=by, at=at, on=added, organization=row.organization,
        after={"filename": file.filename},
    )  # fmt: skip
    return added


@transaction.atomic
def caption(*, attachment: Attachment, text: str, by: User, at: dt.datetime) -> None:
    """Say what a photo or paper shows.

    :raises Refused: the record is closed or cancelled, or it was removed.
    """
    row, stored = _of_open(attachment)
    if stored.caption == text:
        return
    before = stored.caption
    stored.caption = text
    stored.save(update_fields=["caption"])
    audit.record(
        "attachment.captioned", by=by, at=at, on=stored, organization=row.organization,
        before={"caption": before}, after={"caption": text},
    )  # fmt: skip


@transaction.atomic
def remove(*, attachment: Attachment, by: User, at: dt.datetime) -> None:
    """Take an attachment off a record; who did it, and when, stays.

    :raises Refused: the record is closed or cancelled, or it was removed.
    """
    row, stored = _of_open(attachment)
    stored.removed_by, stored.removed_at = by, at
    stored.save(update_fields=["removed_by", "removed_at"])
    audit.record(
        "attachment.removed", by=by, at=at, on=stored, organization=row.organization,
        before={"filename": stored.document.filename, "caption": stored.caption},
    )  # fmt: skip


@transaction.atomic
def record_download(*, attachment: Attachment, by: User, at: dt.datetime) -> None:
    audit.record(
        "document.downloaded", by=by, at=at, on=attachment.document,
        organization=attachment.activity.organization,
    )  # fmt: skip


def _open(activity: Activity) -> Activity:
    row = locked(activity)
    _check_open(row)
    return row


def _check_open(row: Activity) -> None:
    if row.is_closed:
        raise Refused("记录已经办结，附件随记录保存，不能再增删。确需更正，请先退回更正。")
    if not row.may_be_edited:
        raise Refused(wording.refused_step(row.state))


def _of_open(attachment: Attachment) -> tuple[Activity, Attachment]:
    row = _open(attachment.activity)
    stored = queries.standing().select_related("document").filter(pk=attachment.pk).first()
    if stored is None:
        raise Refused("这个附件已经删除，请刷新页面。")
    return row, stored
