"""Whose accounts somebody manages, beyond people with posts: upper apps say whom they know.

An account has no organisation of its own. Posts place some people; the others are placed
by what upper apps keep about them (the roll), which they declare here when they load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from branches.scope import Scope

Source = Callable[[Scope], "QuerySet[Any, Any]"]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source: from a scope to a queryset of one column, the ids of accounts in it."""
    _sources.append(source)


def q(scope: Scope) -> Q:
    """Return the filter for accounts that some source places in ``scope``."""
    reach = Q(pk__in=[])
    for source in _sources:
        reach |= Q(pk__in=source(scope))
    return reach
