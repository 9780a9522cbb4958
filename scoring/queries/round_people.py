"""Whom a grading round concerns: those who speak for the rated branches, and the office."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from branches.models import Post, User
from branches.rules import tree
from branches.rules.roles import Capability, roles_with
from scoring.models import Round, Score


def secretaries(round_: Round, on: dt.date) -> QuerySet[User]:
    """Return who speaks for the branches that a round rates."""
    rated = Score.objects.filter(run=round_.run_id).order_by().values("organization_id")
    return _holding(Capability.FILE_APPEALS, Post.objects.filter(organization__in=rated), on)


def rated_members(round_: Round) -> QuerySet[User]:
    """Return the accounts of the members that a round rates."""
    return User.objects.filter(member__scores__run=round_.run_id, is_active=True)


def office(round_: Round, on: dt.date) -> QuerySet[User]:
    """Return who runs a round: by their posts at its committee or above it."""
    above = tree.lineage(round_.committee.path)
    return _holding(Capability.RUN_ROUNDS, Post.objects.filter(organization__path__in=above), on)


def _holding(capability: Capability, posts: QuerySet[Post], on: dt.date) -> QuerySet[User]:
    held = Post.objects.held_on(on).filter(role__in=roles_with(capability))
    return User.objects.filter(
        pk__in=held.filter(pk__in=posts).values("user_id"), is_active=True
    ).order_by("id")
