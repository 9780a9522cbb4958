"""Whether this machine can draw."""

from __future__ import annotations

import functools

from branches import pdf


class _Lacking(Exception):
    """Carries what is missing past the memory, which keeps results but no exceptions."""


def what_drawing_lacks() -> list[str]:
    """Return what is missing for PDFs, in Chinese; empty when all is there.

    Looking takes a moment; once all was there it is not looked for again, while a gap is
    looked for each time, so that installing mends the page at once.
    """
    try:
        _look()
    except _Lacking as lacking:
        return list(lacking.args)
    return []


@functools.cache
def _look() -> None:
    if missing := pdf.missing_libraries():
        raise _Lacking(*missing)
