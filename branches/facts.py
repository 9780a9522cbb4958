"""How an app hands counted facts up to be scored: a grouped query and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class FactSource:
    """One row a subject at most, counted by SQL, not yet evaluated.

    ``subject`` names the column with the subject's id. ``feeds`` says for each feed which
    column is the quantity and which the base (None: the feed has no base). ``counts``: a
    subject without a row has done nothing and was due nothing (quantity and base 0); otherwise
    they are measures, absent where there is no row. ``whole``: all are whole numbers.
    """

    rows: QuerySet[Any, Any]
    subject: str
    feeds: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    counts: bool = True
    whole: bool = True
