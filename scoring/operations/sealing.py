"""Sealing a run: from here on the database refuses every change of its results."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scoring.models import Run
from scoring.queries import fingerprints


@transaction.atomic
def seal(*, run: Run, at: dt.datetime) -> Run:
    """Fix a run's results and their checksum; sealing twice changes nothing."""
    row = Run.objects.select_for_update().get(pk=run.pk)
    if not row.is_sealed:
        row.checksum, row.sealed_at = fingerprints.checksum(row.pk), at
        row.save(update_fields=["checksum", "sealed_at"])
    return row
