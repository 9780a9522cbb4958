"""Schemes being written: a draft made, saved section by section, thrown away, put into force."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period
from scoring.models import SchemeDraft, SchemeVersion
from scoring.operations import schemes
from scoring.rules import reading, writing
from scoring.rules.scheme import Scheme


class DraftChanged(Exception):
    """Somebody saved the draft since the form was opened; ``draft`` is as it stands now."""

    def __init__(self, draft: SchemeDraft) -> None:
        self.draft = draft
        super().__init__(f"草稿已被{draft.saved_by.name}改过")


@transaction.atomic
def create(
    *, committee: Organization, text: str, source: str, by: User, at: dt.datetime
) -> SchemeDraft:
    """Make a draft of a scheme's text, laid out afresh (comments are not kept).

    :raises reading.BadScheme: the text is not a scheme; nothing is kept.
    """
    scheme = reading.read(text)
    draft = SchemeDraft.objects.create(
        committee=committee,
        title=scheme.title,
        text=writing.write(scheme),
        source=source[:80],
        created_by=by,
        created_at=at,
        saved_by=by,
        saved_at=at,
    )
    audit.record(
        "draft.created", by=by, at=at, on=draft, organization=committee,
        after={"title": draft.title, "source": draft.source},
    )  # fmt: skip
    return draft


@transaction.atomic
def save(
    *, draft: SchemeDraft, edition: int, scheme: Scheme, by: User, at: dt.datetime
) -> SchemeDraft:
    """Write a changed scheme over the edition it was made from.

    :raises DraftChanged: that edition is no longer the latest.
    :raises reading.BadScheme: the scheme cannot be carried out; ``writing.write`` of it is
        the text whose lines the problems name.
    """
    locked = _locked(draft, edition)
    text = writing.write(scheme)
    reading.read(text)
    before = locked.edition
    locked.text, locked.title = text, scheme.title
    locked.edition = before + 1
    locked.saved_by, locked.saved_at = by, at
    locked.save(update_fields=["text", "title", "edition", "saved_by", "saved_at"])
    audit.record(
        "draft.saved", by=by, at=at, on=locked, organization=locked.committee,
        before={"edition": before}, after={"title": locked.title, "edition": locked.edition},
    )  # fmt: skip
    return locked


@transaction.atomic
def discard(*, draft: SchemeDraft, by: User, at: dt.datetime) -> None:
    """Throw a draft away, its trial runs with it."""
    audit.record(
        "draft.discarded", by=by, at=at, on=draft, organization=draft.committee,
        before={"title": draft.title, "edition": draft.edition},
    )  # fmt: skip
    draft.delete()


@transaction.atomic
def publish(
    *, draft: SchemeDraft, edition: int, effective_from: Period, by: User, at: dt.datetime
) -> SchemeVersion:
    """Adopt the draft as it was seen; the draft stays, for the next version.

    :raises DraftChanged: it was saved since it was seen.
    :raises schemes.CannotAdopt: as ``schemes.adopt``.
    """
    locked = _locked(draft, edition)
    return schemes.adopt(
        committee=locked.committee, text=locked.text, effective_from=effective_from, by=by, at=at
    )


def _locked(draft: SchemeDraft, edition: int) -> SchemeDraft:
    locked = (
        SchemeDraft.objects.select_for_update(of=("self",))
        .select_related("committee", "saved_by")
        .get(pk=draft.pk)
    )
    if locked.edition != edition:
        raise DraftChanged(locked)
    return locked
