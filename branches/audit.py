"""The only writer of the audit, its sealer and its verifier.

An entry is written inside its operation's transaction and sealed right after the commit:
it takes the next number of the chain and an HMAC over its own content and the signature
before it, so a changed, deleted or inserted row breaks the chain. Sealing apart from writing
keeps operations from waiting for each other (and from deadlocks between their row locks and
one lock of the chain); the reaper seals what a killed process left behind within a minute.
Cutting off the tail cannot be seen from inside: that is what ``anchor`` is for.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import hmac
import json
import logging
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction

from branches import keys
from branches.models import AuditEntry, Organization, User

logger = logging.getLogger(__name__)

# Set by the middleware; empty in commands and tasks.
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

SYSTEM = "系统"
_PURPOSE = "audit"
_LOCK = 7_301_001  # advisory lock: one sealer at a time
_BATCH = 1000


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
    """Write one entry inside the caller's transaction; it is sealed after the commit."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record needs a transaction")
    entry = AuditEntry.objects.create(
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
    if all(waiting[1] is not _seal_quietly for waiting in connection.run_on_commit):
        transaction.on_commit(_seal_quietly)
    return entry


def seal() -> int:
    """Seal every committed entry that is not sealed yet; return how many."""
    sealed = 0
    while done := _seal_batch():
        sealed += done
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    waiting = list(AuditEntry.objects.filter(seal_number__isnull=True).order_by("id")[:_BATCH])
    last = AuditEntry.objects.filter(seal_number__isnull=False).order_by("-seal_number").first()
    number, signature = (last.seal_number or 0, last.signature) if last else (0, "")
    for entry in waiting:
        number += 1
        key_version, signature = keys.sign(_content(entry, signature), purpose=_PURPOSE)
        AuditEntry.objects.filter(pk=entry.pk).update(
            seal_number=number, key_version=key_version, signature=signature
        )
    return len(waiting)


def _seal_quietly() -> None:
    """Seal after a commit: what was done is done, so a failure here is for the reaper."""
    try:
        seal()
    except DatabaseError:
        logger.exception("sealing the audit failed; the reaper will do it")


@dataclass(frozen=True, slots=True)
class Break:
    entry_id: int
    what: str


def verify() -> list[Break]:
    """Return where the chain is broken, in its order; an unbroken chain returns nothing.

    Entries that still wait for their seal are not part of the chain yet.
    """
    rows = AuditEntry.objects.filter(seal_number__isnull=False).order_by("seal_number")
    found: list[Break] = []
    signature, number = "", 0
    for row in rows.iterator(chunk_size=2000):
        number += 1
        assert row.key_version is not None and row.seal_number is not None  # sealed together
        try:
            _, expected = keys.sign(
                _content(row, signature), purpose=_PURPOSE, version=row.key_version
            )
        except KeyError:
            found.append(Break(row.pk, "签名密钥不在本机"))
        else:
            is_next = row.seal_number == number
            if not (is_next and hmac.compare_digest(expected, row.signature)):
                found.append(Break(row.pk, "内容或前一条记录与签名不符"))
        signature, number = row.signature, row.seal_number
    return found


def anchor() -> str:
    """Return number and signature of the latest sealed entry, to be kept outside the database."""
    sealed = AuditEntry.objects.filter(seal_number__isnull=False).order_by("-seal_number")
    row = sealed.values_list("seal_number", "signature").first()
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
