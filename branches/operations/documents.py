"""Filing what was printed, and keeping track of who took it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches import audit, documents
from branches.models import Document, Organization, User
from branches.rules.ledger_table import TableLedger


@transaction.atomic
def file_ledger(
    *, ledger: TableLedger, pdf: bytes, organization: Organization, by: User, at: dt.datetime
) -> Document:
    """Keep a printed ledger as a document of its organisation."""
    title = f"{ledger.organization} {ledger.title}（{ledger.period}）"
    document = documents.keep(
        pdf,
        title=title[:160],
        filename=f"{title[:150]}.pdf",
        content_type="application/pdf",
        owner=by,
        organization=organization,
        at=at,
    )
    audit.record(
        "ledger.printed", by=by, at=at, on=document, organization=organization,
        after={
            "code": ledger.code, "period": ledger.period, "rows": ledger.row_count,
            "checksum": ledger.checksum,
        },
    )  # fmt: skip
    return document


@transaction.atomic
def record_download(*, document: Document, by: User, at: dt.datetime) -> None:
    audit.record(
        "document.downloaded", by=by, at=at, on=document, organization=document.organization
    )
