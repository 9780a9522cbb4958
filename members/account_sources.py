"""Whose accounts belong where, as the roll knows it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from branches import account_sources
from branches.scope import Scope
from members.models import Member


def declare() -> None:
    """Register the accounts of members with those who manage accounts."""
    account_sources.register(of_members)


def of_members(scope: Scope) -> QuerySet[Member, Any]:
    """Return the accounts of members of ``scope``, those who left too, as one column."""
    linked = Member.objects.filed_in_scope(scope).filter(user__isnull=False)
    return linked.order_by().values("user_id")
