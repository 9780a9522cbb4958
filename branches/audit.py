"""The only writer of the audit, and its verifier.

Each row carries an HMAC over its own content and the signature of the row before it, so
a changed, deleted or inserted row breaks the chain. Cutting off the tail does not: the
latest number and signature are therefore printed on ledgers (``anchor``).
"""

from __future__ import annotations

import contextvars
import datetime as dt
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from branches import keys
from branches.models import AuditEntry, Organization, User

# Set by the middleware; empty in commands and tasks.
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

_PURPOSE = "audit"
_LOCK = 7_301_001  # advisory lock: one writer of the chain at a time
SYSTEM = "系统"


def record(
    action: str,
    *,
    by: User | None,
    at: dt.datetime,
    on: models.Model,
    organization: Organization | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry inside the caller's transaction.

    Call it last in an operation: until the transaction ends, other writers wait here.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "audit.record needs the operation's transaction"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = AuditEntry.objects.order_by("-id").values_list("signature", flat=True).first()
    entry = AuditEntry(
        at=at,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else SYSTEM,
        action=action,
        object_type=on._meta.label_lower,
        object_id=str(on.pk),
        object_text=str(on)[:200],
        organization_path=organization.path if organization else "",
        before=_plain(before),
        after=_plain(after),
        request_id=request_id.get(),
    )
    entry.key_version, entry.signature = keys.sign(_content(entry, last or ""), purpose=_PURPOSE)
    entry.save(force_insert=True)
    return entry


@dataclass(frozen=True, slots=True)
class Break:
    entry_id: int
    what: str


def verify(entries: Iterator[AuditEntry] | None = None) -> list[Break]:
    """Return where the chain is broken, oldest first; an unbroken chain returns nothing."""
    rows = entries or AuditEntry.objects.order_by("id").iterator(chunk_size=2000)
    found: list[Break] = []
    last = ""
    for row in rows:
        try:
            _, expected = keys.sign(_content(row, last), purpose=_PURPOSE, version=row.key_version)
        except KeyError:
            found.append(Break(row.pk, "签名密钥不在本机"))
        else:
            if not hmac.compare_digest(expected, row.signature):
                found.append(Break(row.pk, "内容或前一条记录与签名不符"))
        last = row.signature
    return found


def anchor() -> str:
    """Return number and signature of the latest entry, to be kept outside the database."""
    row = AuditEntry.objects.order_by("-id").values_list("id", "signature").first()
    return f"{row[0]}-{row[1][:16]}" if row else "0"


def _plain(value: dict[str, Any] | None) -> Any:
    """Return ``value`` as it will come back from the database, so that signatures match."""
    return None if value is None else json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _content(entry: AuditEntry, previous: str) -> bytes:
    return json.dumps(
        [
            previous,
            entry.at.astimezone(dt.UTC).isoformat(),
            entry.actor_id,
            entry.actor_name,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.object_text,
            entry.organization_path,
            entry.before,
            entry.after,
            entry.request_id,
        ],
        ensure_ascii=False,
        sort_keys=True,
    ).encode()
