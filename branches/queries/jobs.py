"""Whose jobs and documents somebody may look at."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet

from branches.access import Grants
from branches.models import Document, Job, User
from branches.rules.roles import Capability

# Returns the documents that somebody has ordered about himself.
Own = Callable[[User], Q]

_own: list[Own] = []


def register_own(own: Own) -> None:
    """Let apps above say which documents people without a post may order about themselves."""
    _own.append(own)


def visible_jobs(user: User, grants: Grants) -> QuerySet[Job]:
    """Return one's own jobs and those for organisations one sees.

    Two people who ask for the same work share one job; both must see its progress.
    """
    scope = grants.scope(Capability.SEE_ORGANIZATIONS)
    return Job.objects.filter(Q(requested_by=user) | scope.q("organization__path"))


def readable_documents(user: User, grants: Grants) -> QuerySet[Document]:
    """Return the documents of organisations whose ledgers one prints; of those one has ordered,
    the ones about oneself and of organisations whose records one still sees; one's own uploads.

    Having asked for a document is no right to it: whose post has ended reads it no longer.
    Uploads (rosters, kept without an organisation) are for their owner alone, and only while
    the owner may import.
    """
    readable = grants.scope(Capability.PRINT_LEDGERS).q("organization__path")
    readable |= Q(owner=user) & grants.scope(Capability.SEE_ACTIVITIES).q("organization__path")
    for own in _own:
        readable |= Q(owner=user) & own(user)
    if grants.allows(Capability.IMPORT_MEMBERS):
        readable |= Q(owner=user, organization__isnull=True)
    return Document.objects.filter(readable)
