"""Which rule of which regulation speaks on a day."""

from __future__ import annotations

import datetime as dt

from branches.models import Regulation


def in_force(day: dt.date) -> dict[str, Regulation]:
    """Return the regulations in force on a day by code (one query); the newest edition wins."""
    rows = Regulation.objects.in_force_on(day).order_by("code", "effective_from")
    return {row.code: row for row in rows}
