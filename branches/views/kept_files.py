"""Handing out a kept file so that a browser neither guesses at it nor runs it."""

from __future__ import annotations

from django.http import FileResponse, Http404

from branches import documents
from branches.models import Document


def send(document: Document, *, is_shown: bool = False, is_small: bool = False) -> FileResponse:
    """Return a kept file as a download; with ``is_shown`` (photos alone) inside the page, and
    with ``is_small`` as the small picture kept beside it.

    Whether this person may have it is asked before.

    :raises Http404: its file is gone.
    """
    try:
        content = documents.open_small(document) if is_small else document.file.open("rb")
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
