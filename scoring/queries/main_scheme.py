"""Which scheme speaks first where several rate the same: the main scheme (主方案).

First those that lead to stars or tiers, of these the one its committee adopted first; what
somebody looked at last stands in for it, for him alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import OuterRef, Subquery

from scoring.models import Run, SchemeVersion, Score
from scoring.queries import schemes

LookedAt = tuple[str, int]  # a scheme's code, its committee


def first_adopted(run: str = "") -> Subquery:
    """Return the column that ``of_runs`` and ``of_scores`` order by, to annotate rows with.

    :param run: the way from the row to its run, with ``__`` at the end.
    """
    versions = SchemeVersion.objects.filter(
        committee=OuterRef(f"{run}committee"), code=OuterRef(f"{run}scheme_code")
    )
    return Subquery(versions.order_by("number").values("adopted_at")[:1])


def of_runs(found: Iterable[Run]) -> list[Run]:
    """Return runs annotated with ``first_adopted``, the main scheme's first (no query)."""
    return sorted(found, key=lambda run: _order(run, run.first_adopted))  # type: ignore[attr-defined]


def of_scores(found: Iterable[Score]) -> list[Score]:
    """Return scores annotated with ``first_adopted``, the main scheme's first (no query)."""
    return sorted(
        found,
        key=lambda score: _order(score.run, score.first_adopted),  # type: ignore[attr-defined]
    )


def chosen(runs: Sequence[Run], looked_at: LookedAt | None) -> Run | None:
    """Return the run of the scheme looked at last, the first one where that is none of them."""
    last = (run for run in runs if (run.scheme_code, run.committee_id) == looked_at)
    return next(last, runs[0] if runs else None)


def _order(run: Run, adopted_at: dt.datetime) -> tuple[bool, dt.datetime, str, int]:
    outcome = schemes.scheme_of(run.version).outcome
    return not (outcome.bands or outcome.tiers), adopted_at, run.scheme_code, run.committee_id
