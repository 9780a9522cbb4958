"""The contact log of pairs: one tap writes a contact down, one takes it back the same day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import audit
from branches.models import User
from people.models import Contact, Pair
from people.rules import pairs as rules
from people.rules.pairs import Way
from people.wording import pairs as wording


@transaction.atomic
def log(*, pair: Pair, on: dt.date, way: Way, note: str = "", by: User, at: dt.datetime) -> Contact:
    """Write down that the two were in touch. One a day and way: a second tap changes nothing
    (but for a note where there was none).

    :raises Refused: the day is to come, too long ago, or the pair was not in force on it.
    """
    row = (
        Pair.objects.select_for_update(of=("self",))
        .select_related("branch", "helper")
        .get(pk=pair.pk)
    )
    slip = rules.may_enter(
        on, pair_from=row.started_on, ended_on=row.ended_on, today=timezone.localdate(at)
    )
    if slip:
        raise Refused(slip)
    same = row.contacts.filter(on=on, way=way, removed_at=None).first()
    if same is not None:
        return _noted(same, note, by, at) if note.strip() and not same.note else same
    contact = Contact.objects.create(
        pair=row, on=on, way=way, note=note.strip(), entered_by=by, entered_at=at
    )
    audit.record(
        "contact.logged", by=by, at=at, on=row, organization=row.branch,
        after={"contact_on": on, "contact_way": wording.WAYS[way]},
    )  # fmt: skip
    return contact


@transaction.atomic
def note(*, contact: Contact, text: str, by: User, at: dt.datetime) -> Contact:
    """Say in a line what the contact was about.

    :raises Refused: somebody else wrote the contact down, or not today.
    """
    return _noted(_own(contact, by, at), text, by, at)


@transaction.atomic
def remove(*, contact: Contact, by: User, at: dt.datetime) -> Contact:
    """Take a contact back; the row stays, marked as taken back.

    :raises Refused: somebody else wrote it down, not today, or it is taken back already.
    """
    row = _own(contact, by, at)
    row.removed_at, row.removed_by = at, by
    row.save(update_fields=["removed_at", "removed_by"])
    audit.record(
        "contact.removed", by=by, at=at, on=row.pair, organization=row.pair.branch,
        before={"contact_on": row.on, "contact_way": wording.WAYS[Way(row.way)]},
    )  # fmt: skip
    return row


def _noted(row: Contact, text: str, by: User, at: dt.datetime) -> Contact:
    row.note = text.strip()
    row.save(update_fields=["note"])
    # That there is a note; what it says is for the branch alone.
    audit.record(
        "contact.noted", by=by, at=at, on=row.pair, organization=row.pair.branch,
        after={"contact_on": row.on, "contact_way": wording.WAYS[Way(row.way)]},
    )  # fmt: skip
    return row


def _own(contact: Contact, by: User, at: dt.datetime) -> Contact:
    row = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("pair__branch", "pair__helper")
        .get(pk=contact.pk)
    )
    if row.removed_at is not None:
        raise Refused("这次联系已经撤销了。")
    if row.entered_by_id != by.pk:
        raise Refused("谁登记的由谁修改或者撤销。")
    if timezone.localdate(row.entered_at) != timezone.localdate(at):
        raise Refused("只有登记的当天可以修改或者撤销。")
    return row
