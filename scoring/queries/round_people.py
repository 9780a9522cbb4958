"""Whom a grading round concerns: those who speak for the rated branches, and the office."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from branches.models import Post, User
from branches.queries import posts
from branches.rules import tree
from branches.rules.roles import Capability
from scoring.models import Round, Score


def secretaries(round_: Round, on: dt.date) -> QuerySet[User]:
    """Return who speaks for the branches that a round rates."""
    rated = Score.objects.filter(run=round_.run_id).order_by().values("organization_id")
    return _people(posts.granting(Capability.FILE_APPEALS, on).filter(organization__in=rated))


def rated_members(round_: Round) -> QuerySet[User]:
    """Return the accounts of the members that a round rates."""
    return User.objects.filter(member__scores__run=round_.run_id, is_active=True)


def office(round_: Round, on: dt.date) -> QuerySet[User]:
    """Return who runs a round: by their posts at its committee or above it."""
    above = tree.lineage(round_.committee.path)
    return _people(posts.granting(Capability.RUN_ROUNDS, on).filter(organization__path__in=above))


def _people(held: QuerySet[Post]) -> QuerySet[User]:
    return User.objects.filter(pk__in=held.values("user_id")).order_by("id")
