"""Setting up, changing, moving and dissolving organisations."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, F, Max, Value, When
from django.db.models.functions import Concat, Greatest, Substr

from branches import audit
from branches.models import AuditEntry, Organization, Post, Term, User
from branches.rules import terms, tree
from branches.rules.tree import OrganizationKind, OrganizationType

_LOCK = 7_301_002  # advisory lock: one change of the tree's shape at a time


class CannotPlace(Exception):
    """The organisation cannot stand there; the text says why, in Chinese."""


@transaction.atomic
def create(
    *,
    code: str,
    name: str,
    short_name: str,
    kind: str,
    type: str,
    parent: Organization | None,
    founded_on: dt.date,
    by: User | None,
    at: dt.datetime,
) -> Organization:
    """Set up an organisation as the last child of ``parent``.

    :raises CannotPlace: the code is in use, the parent is dissolved, or the kind does not
        fit under it.
    """
    _take_turn()
    if Organization.objects.filter(code=code).exists():
        raise CannotPlace(f"组织编码“{code}”已被使用，请换一个。")
    if parent is not None:
        parent = Organization.objects.get(pk=parent.pk)
    _check_place(kind, parent)
    organization = Organization.objects.create(
        code=code,
        name=name,
        short_name=short_name,
        kind=kind,
        type=type,
        parent=parent,
        path=_next_path(parent),
        founded_on=founded_on,
    )
    audit.record(
        "organization.created", by=by, at=at, on=organization, organization=organization,
        after={"code": code, "name": name, "kind": kind, "type": type},
    )  # fmt: skip
    return organization


@transaction.atomic
def change(
    *,
    organization: Organization,
    name: str,
    short_name: str,
    type: str,
    founded_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Organization:
    """Correct an organisation's own data."""
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    new = {"name": name, "short_name": short_name, "type": type, "founded_on": founded_on}
    before = {key: getattr(row, key) for key in new}
    for key, value in new.items():
        setattr(row, key, value)
    row.save(update_fields=list(new))
    audit.record(
        "organization.changed", by=by, at=at, on=row, organization=row, before=before, after=new
    )
    return row


@transaction.atomic
def move(
    *, organization: Organization, parent: Organization | None, by: User, at: dt.datetime
) -> Organization:
    """Hang an organisation with everything below it under another parent (one UPDATE).

    :raises CannotPlace: it hangs there already, it or the parent is dissolved, the kind
        does not fit there, or the parent is in its own subtree.
    """
    _take_turn()
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    if row.dissolved_on is not None:
        raise CannotPlace("这个组织已经撤销，不能再调整。")
    if parent is not None:
        parent = Organization.objects.get(pk=parent.pk)
        if parent.path.startswith(row.path):
            raise CannotPlace("不能把组织调整到它自己或它的下级之下。")
    if row.parent_id == (parent.pk if parent else None):
        raise CannotPlace("它已经在这个上级之下，不用调整。")
    _check_place(row.kind, parent)
    old, old_parent = row.path, row.parent
    new = _next_path(parent)
    Organization.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr(F("path"), len(old) + 1)),
        parent_id=Case(
            When(pk=row.pk, then=Value(parent.pk if parent else None)),
            default=F("parent_id"),
            output_field=BigIntegerField(),
        ),
    )
    row.refresh_from_db()
    audit.record(
        "organization.moved", by=by, at=at, on=row, organization=row,
        before={"path": old, "parent": old_parent.name if old_parent else ""},
        after={"path": new, "parent": parent.name if parent else ""},
    )  # fmt: skip
    return row


@transaction.atomic
def dissolve(*, organization: Organization, on: dt.date, by: User, at: dt.datetime) -> Organization:
    """Dissolve an organisation: its posts end on that day, its records stay.

    :raises CannotPlace: it is dissolved already, was not yet founded, or organisations
        below it still stand.
    """
    _take_turn()
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    if row.dissolved_on is not None:
        raise CannotPlace("这个组织已经撤销。")
    if on < row.founded_on:
        raise CannotPlace(f"撤销日期不能早于成立日期 {row.founded_on:%Y-%m-%d}。")
    below = Organization.objects.subtree_of(row).exclude(pk=row.pk)
    if below.filter(dissolved_on__isnull=True).exists():
        raise CannotPlace("下面还有未撤销的组织，请先撤销或调整它们。")
    row.dissolved_on = on
    row.save(update_fields=["dissolved_on"])
    posts = Post.objects.filter(organization=row, ended_on__isnull=True).update(
        ended_on=Greatest(F("started_on"), Value(on))
    )
    audit.record(
        "organization.closed", by=by, at=at, on=row, organization=row,
        after={"dissolved_on": on, "posts": posts},
    )  # fmt: skip
    return row


@transaction.atomic
def record_term(
    *, organization: Organization, elected_on: dt.date, by: User | None, at: dt.datetime
) -> Term:
    """Record an election: the next 届, with the years its kind of organisation has.

    :raises CannotPlace: groups have no term, or the last election is not earlier.
    """
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    years = terms.term_years(OrganizationKind(row.kind), OrganizationType(row.type))
    if years is None:
        raise CannotPlace("党小组没有届次。")
    last = Term.objects.filter(organization=row).order_by("-ordinal").first()
    if last is not None and elected_on <= last.elected_on:
        raise CannotPlace(f"选举日期应晚于上一届的 {last.elected_on:%Y-%m-%d}。")
    term = Term.objects.create(
        organization=row,
        ordinal=last.ordinal + 1 if last else 1,
        elected_on=elected_on,
        ends_on=terms.term_end(elected_on, years),
    )
    audit.record(
        "term.recorded", by=by, at=at, on=term, organization=row,
        after={"ordinal": term.ordinal, "elected_on": elected_on, "ends_on": term.ends_on},
    )  # fmt: skip
    return term


@transaction.atomic
def extend_term(
    *,
    organization: Organization,
    extended_to: dt.date,
    reference: str,
    by: User,
    at: dt.datetime,
) -> Term:
    """Record that the higher body has approved a later election of the running term.

    :raises CannotPlace: there is no term, the day is not after its end, or no reference is given.
    """
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    term = Term.objects.filter(organization=row).order_by("-ordinal").first()
    if term is None:
        raise CannotPlace("还没有登记届次，请先登记最近一次换届。")
    if extended_to <= term.ends_on:
        raise CannotPlace(f"延期应晚于任期届满的 {term.ends_on:%Y-%m-%d}。")
    if not reference.strip():
        raise CannotPlace("请填写上级批复的文号。")
    before = {"extended_to": term.extended_to, "extension_reference": term.extension_reference}
    term.extended_to, term.extension_reference = extended_to, reference.strip()
    term.save(update_fields=["extended_to", "extension_reference"])
    audit.record(
        "term.extended", by=by, at=at, on=term, organization=row, before=before,
        after={"extended_to": extended_to, "extension_reference": term.extension_reference},
    )  # fmt: skip
    return term


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _check_place(kind: str, parent: Organization | None) -> None:
    if parent is not None and parent.dissolved_on is not None:
        raise CannotPlace("所选上级已经撤销。")
    parent_kind = OrganizationKind(parent.kind) if parent else None
    if not tree.may_stand_under(OrganizationKind(kind), parent_kind):
        raise CannotPlace("这类组织不能放在所选上级之下。")


def _next_path(parent: Organization | None) -> str:
    """Return the first path that no sibling has or ever had.

    The audit keeps the paths of what was moved away; a newcomer on an old path would inherit
    its entries.
    """
    above = parent.path if parent else ""
    used = Organization.objects.filter(parent=parent).aggregate(last=Max("path"))["last"]
    told = AuditEntry.objects.filter(
        organization_path__regex=f"^{above}[0-9A-Z]{{{tree.STEP}}}$"
    ).aggregate(last=Max("organization_path"))["last"]
    return tree.next_child_path(above, max((p for p in (used, told) if p), default=None))
