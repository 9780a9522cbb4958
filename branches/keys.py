"""The keyring: sealing of sensitive fields, signatures of the audit, lookup digests.

``FIELD_KEYS`` holds ``version:base64`` entries, the newest last; values sealed under an
older version stay readable. Keys never enter the database.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class UnsealingFailed(Exception):
    """The value was sealed under a key this machine lacks, or was altered."""


@functools.lru_cache(maxsize=1)
def _ring(entries: tuple[str, ...]) -> dict[int, bytes]:
    ring = {}
    for entry in entries:
        version, _, key = entry.partition(":")
        ring[int(version)] = base64.b64decode(key)
    return dict(sorted(ring.items()))


def ring() -> dict[int, bytes]:
    return _ring(tuple(settings.FIELD_KEYS))


def _subkey(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, b"branches/" + purpose.encode(), "sha256")


@functools.lru_cache(maxsize=64)
def _cipher(key: bytes, purpose: str) -> AESGCM:
    return AESGCM(_subkey(key, purpose))


def seal(text: str, *, purpose: str) -> str:
    """Return ``text`` encrypted with the newest key; empty text stays empty."""
    if not text:
        return ""
    version, key = list(ring().items())[-1]
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key, purpose).encrypt(nonce, text.encode(), None)
    return f"{version}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(token: str, *, purpose: str) -> str:
    """Return the text of a sealed value.

    :raises UnsealingFailed: unknown key version, wrong purpose, or altered value.
    """
    if not token:
        return ""
    version, _, body = token.partition(":")
    try:
        raw = base64.b64decode(body)
        key = ring()[int(version)]
        return _cipher(key, purpose).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise UnsealingFailed from error


def digest(text: str, *, purpose: str) -> str:
    """Return a keyed digest (hex) by which equal values find each other; "" for "".

    Always made with the oldest key, so that it survives the addition of newer ones.
    """
    if not text:
        return ""
    key = next(iter(ring().values()))
    return hmac.new(_subkey(key, purpose), text.encode(), hashlib.sha256).hexdigest()


def sign(message: bytes, *, purpose: str, version: int | None = None) -> tuple[int, str]:
    """Return the key version used (the newest by default) and the HMAC-SHA256 in hex.

    :raises KeyError: this machine lacks that version.
    """
    chosen = list(ring())[-1] if version is None else version
    key = _subkey(ring()[chosen], purpose)
    return chosen, hmac.new(key, message, hashlib.sha256).hexdigest()
