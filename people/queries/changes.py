"""Whose promises, pairs and ideas of a period changed lately: what must be rated again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from branches.models import Organization
from branches.rules.periods import Period
from people.models import Contact, Idea, Pair, Pledge


def members_touched(period: Period, since: dt.datetime, feeds: frozenset[str]) -> set[int]:
    """Return the members with a fact of some feeds written down or taken back since.

    One query a feed (``people.queries.facts``).
    """
    rows: dict[str, tuple[QuerySet[Any], str]] = {
        "pledges_kept": (_pledges(period, since).filter(member__isnull=False), "member_id"),
        "pair_contacts": (_contacts(period, since), "pair__helper_id"),
        # An answer is given once: its day does not move.
        "ideas_adopted": (
            Idea.objects.filter(
                changed_at__gt=since,
                answered_on__gte=period.first_day,
                answered_on__lt=period.end,
            ),
            "member_id",
        ),
    }
    return _named(rows[feed] for feed in sorted(feeds & rows.keys()))


def branches_touched(
    period: Period, since: dt.datetime, within: Organization, feeds: frozenset[str]
) -> set[int]:
    """Return the branches that keep such promises and pairs (three queries at most)."""
    inside = Q(branch__path__startswith=within.path)
    found: list[tuple[QuerySet[Any], str]] = []
    if "pledges_kept" in feeds:
        found.append((_pledges(period, since).filter(inside), "branch_id"))
    if "pairs_in_touch" in feeds:
        moments = Q(formed_at__gt=since) | Q(ended_at__gt=since) | Q(changed_at__gt=since)
        pairs = Pair.objects.filter(moments, inside)
        contacts = _contacts(period, since).filter(pair__branch__path__startswith=within.path)
        found += [(pairs, "branch_id"), (contacts, "pair__branch_id")]
    return _named(found)


def _named(rows: Iterable[tuple[QuerySet[Any], str]]) -> set[int]:
    return {pk for found, column in rows for pk in found.order_by().values_list(column, flat=True)}


def _pledges(period: Period, since: dt.datetime) -> QuerySet[Pledge]:
    return Pledge.objects.filter(
        changed_at__gt=since, due_on__gte=period.first_day, due_on__lt=period.end
    )


def _contacts(period: Period, since: dt.datetime) -> QuerySet[Contact]:
    return Contact.objects.between(period.first_day, period.last_day).filter(
        Q(entered_at__gt=since) | Q(removed_at__gt=since)
    )
