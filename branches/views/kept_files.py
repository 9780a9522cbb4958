"""Handing out a kept file so that a browser neither guesses at it nor runs it."""

from __future__ import annotations

from django.http import FileResponse, Http404

from branches.models import Document


def send(document: Document, *, is_shown: bool = False) -> FileResponse:
    """Return a kept file as a download; with ``is_shown`` (photos alone) inside the page.

    Whether this person may have it is asked before.

    :raises Http404: its file is gone.
    """
    try:
        content = document.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=not is_shown,
        filename=document.filename,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
