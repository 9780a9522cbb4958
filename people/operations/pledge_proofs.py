"""What shows that a promise is being kept: a line, and a photo or paper if there is one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from activities.models import Attachment
from activities.operations.attachments import Taken
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, documents, photos
from branches.models import Document, User
from people.models import Pledge, PledgeProof
from people.operations.pledge_drafts import locked
from people.rules.pledges import PledgeState

MOST = 50


@transaction.atomic
def add(
    *, pledge: Pledge, on: dt.date, text: str, file: Taken | None = None, by: User, at: dt.datetime
) -> PledgeProof:
    """Write down what was done for a published promise.

    What was sent twice within a minute is entered once.

    :raises Refused: it is not published or is reviewed, the day has not come or is of another
        year, nothing is said, or there are fifty.
    """
    row = locked(pledge)
    if row.state != PledgeState.APPROVED:
        raise Refused("公开以后、评诺以前才能登记践诺情况。")
    if not text.strip():
        raise Refused("请写一句做了什么。")
    if on > timezone.localdate(at):
        raise Refused("日期不能晚于今天。")
    if on < dt.date(row.year, 1, 1):
        raise Refused(f"日期要在 {row.year} 年以内。")
    same = PledgeProof.objects.standing().filter(pledge=row, on=on, text=text.strip())
    if twice := repeated(same, action="pledge.proof_added", by=by, at=at):
        return twice
    if PledgeProof.objects.standing().filter(pledge=row).count() >= MOST:
        raise Refused(f"一条承诺最多登记 {MOST} 次践诺情况。")
    added = PledgeProof.objects.create(
        pledge=row, on=on, text=text.strip(), document=_kept(row, file, by, at),
        entered_by=by, entered_at=at,
    )  # fmt: skip
    after = {"on": on, "pledge_done": added.text}
    if file is not None:
        after["filename"] = file.filename
    audit.record("pledge.proof_added", by=by, at=at, on=added, organization=row.branch, after=after)
    row.changed_at = at
    row.save(update_fields=["changed_at"])
    return added


@transaction.atomic
def remove(*, proof: PledgeProof, by: User, at: dt.datetime) -> None:
    """Take a line off again; who did it, and when, stays.

    :raises Refused: the promise is reviewed, or it was removed.
    """
    row = locked(proof.pledge)
    if row.state != PledgeState.APPROVED:
        raise Refused("已经评诺，践诺情况不能再删。")
    found = PledgeProof.objects.standing().select_related("document").filter(pk=proof.pk).first()
    if found is None:
        raise Refused("这条践诺情况已经删除，请刷新页面。")
    found.removed_by, found.removed_at = by, at
    found.save(update_fields=["removed_by", "removed_at"])
    before = {"on": found.on, "pledge_done": found.text}
    if found.document is not None:
        before["filename"] = found.document.filename
    audit.record(
        "pledge.proof_removed", by=by, at=at, on=found, organization=row.branch, before=before
    )
    row.changed_at = at
    row.save(update_fields=["changed_at"])


@transaction.atomic
def record_download(*, proof: PledgeProof, by: User, at: dt.datetime) -> None:
    assert proof.document is not None
    audit.record(
        "document.downloaded", by=by, at=at, on=proof.document, organization=proof.pledge.branch
    )


def _kept(row: Pledge, file: Taken | None, by: User, at: dt.datetime) -> Document | None:
    if file is None:
        return None
    # Without an organisation: served only with the promise, never as a ledger of the branch.
    document = documents.keep(
        file.content, title=f"践诺：{row.text}"[:160], filename=file.filename,
        content_type=file.content_type, owner=by, organization=None, at=at,
    )  # fmt: skip
    if file.kind == Attachment.Kind.PHOTO:
        documents.keep_small(document, photos.small(file.content))
    return document
