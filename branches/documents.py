"""Keeping files: under random names outside the web root, with size and checksum."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.core.files.base import ContentFile, File

from branches.models import Document, Organization, User


def keep(
    content: bytes,
    *,
    title: str,
    filename: str,
    content_type: str,
    owner: User,
    organization: Organization | None,
    at: dt.datetime,
) -> Document:
    """Store ``content`` and return its row."""
    document = Document(
        title=title,
        filename=filename,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        owner=owner,
        organization=organization,
        created_at=at,
    )
    document.file.save(secrets.token_hex(16), ContentFile(content), save=False)
    document.save(force_insert=True)
    return document


def keep_small(document: Document, content: bytes) -> None:
    """Store a small picture of a photo beside it, under its name with an ending of its own."""
    document.file.storage.save(_small_name(document), ContentFile(content))


def open_small(document: Document) -> File[bytes]:
    """Return the small picture of a photo; of one kept without it, the photo.

    :raises FileNotFoundError: the file of the photo is gone.
    """
    try:
        return document.file.storage.open(_small_name(document), "rb")
    except FileNotFoundError:
        return document.file.open("rb")


def _small_name(document: Document) -> str:
    return f"{document.file.name}-small"
