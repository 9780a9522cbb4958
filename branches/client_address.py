"""Where a request came from, for the limits on sign-in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def of(request: HttpRequest) -> str:
    """Return the client's address as seen by the outermost proxy that is trusted.

    Each proxy adds the address it saw to the end of ``X-Forwarded-For``; what stands further
    left was written by the client and is not believed.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(seen) >= trusted and seen[-trusted]:
        return seen[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))
