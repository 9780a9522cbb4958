"""Taking over a roster: kept with its findings, applied as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from branches import audit, documents
from branches.models import Organization, User
from branches.rules import tree
from members.models import Member, MemberEvent, Membership, RosterImport
from members.operations.steps import place_name
from members.queries.rosters import Entry, Plan
from members.rules.roster_header import TITLES, RosterField, RowProblem
from members.rules.status import EventKind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEMS_KEPT = 1000
PREVIEWED = 100  # of the new and of the changed each
BATCH = 1000
TITLES_OF = {field.name: str(field.verbose_name) for field in Member._meta.fields}
_LOCK = 7_301  # first half of the advisory lock; the second is the root's number
_PRIVATE_TITLES = frozenset({*TITLES[RosterField.ID_NUMBER], *TITLES[RosterField.PHONE]})

# Writes the members of the entries and returns their keys, in order.
Write = Callable[[Sequence[Entry]], list[int]]


class NotReady(Exception):
    """The import is in another state; the text says what to do, in Chinese."""


class Busy(Exception):
    """Another roster of the same organisation is being taken over."""


@transaction.atomic
def upload(
    *,
    content: bytes,
    filename: str,
    organization: Organization,
    effective_on: dt.date,
    by: User,
    at: dt.datetime,
) -> RosterImport:
    """Keep an uploaded roster, to be checked."""
    document = documents.keep(
        content,
        title=f"花名册 {filename}"[:160],
        filename=filename[-160:],
        content_type=XLSX,
        owner=by,
        # The file holds whole ID numbers: no organisation, so it opens to its owner alone.
        organization=None,
        at=at,
    )
    return RosterImport.objects.create(
        organization=organization,
        document=document,
        uploaded_by=by,
        uploaded_at=at,
        effective_on=effective_on,
    )


@transaction.atomic
def keep_findings(*, roster: RosterImport, plan: Plan) -> RosterImport:
    """Keep what the check found: READY without problems, REFUSED with any."""
    row = RosterImport.objects.select_for_update().get(pk=roster.pk)
    if not row.is_at_work:
        return row
    row.state = RosterImport.State.REFUSED if plan.problems else RosterImport.State.READY
    row.rows = plan.rows
    row.to_create = len(plan.creates)
    row.to_update = len(plan.updates)
    row.unchanged = plan.unchanged
    row.problem_count = len(plan.problems)
    row.problems = [_kept(problem) for problem in plan.problems[:PROBLEMS_KEPT]]
    row.remarks = plan.remarks
    row.preview = _preview(plan)
    row.save()
    return row


@transaction.atomic
def confirm(*, roster: RosterImport) -> RosterImport:
    """Mark a checked roster as being taken over. One whose work broke off may start again.

    :raises NotReady: not checked, with problems, or taken over already.
    """
    row = RosterImport.objects.select_for_update().get(pk=roster.pk)
    if row.state not in (RosterImport.State.READY, RosterImport.State.APPLYING):
        raise NotReady("这份花名册现在不能导入：请看下面的状态。")
    row.state = RosterImport.State.APPLYING
    row.save(update_fields=["state"])
    return row


def take_turn(roster: RosterImport) -> None:
    """Hold the rolls below the root of an import until the transaction ends.

    :raises Busy: another import holds them.
    """
    root = Organization.objects.get(path=roster.organization.path[: tree.STEP])
    with connection.cursor() as cursor:
        # Reading 30,000 rows between statements takes longer than a web request may.
        cursor.execute(
            "SELECT set_config('statement_timeout', '300s', true),"
            " set_config('idle_in_transaction_session_timeout', '300s', true)"
        )
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, root.pk])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise Busy


@transaction.atomic
def take_over(
    *, roster: RosterImport, plan: Plan, write: Write, by: User, at: dt.datetime
) -> RosterImport:
    """Write a plan without problems: members, then memberships and events.

    ``write`` stores the members. Inside a transaction that holds ``take_turn``.
    """
    if plan.problems:
        raise ValueError("a plan with problems is never written")
    row = RosterImport.objects.select_for_update().get(pk=roster.pk)
    if row.is_done:
        return row
    entries = [*plan.creates, *plan.updates]
    ids = write(entries)
    _write_places(entries, ids, row.effective_on, at)
    row.state = RosterImport.State.DONE
    row.applied_at = at
    row.rows = plan.rows
    row.to_create = len(plan.creates)
    row.to_update = len(plan.updates)
    row.unchanged = plan.unchanged
    row.remarks = plan.remarks
    row.preview = _preview(plan)
    row.save()
    audit.record(
        "roster.imported", by=by, at=at, on=row, organization=row.organization,
        after={
            "rows": row.rows, "created": row.to_create, "updated": row.to_update,
            "unchanged": row.unchanged, "sha256": row.document.sha256,
        },
    )  # fmt: skip
    return row


def _write_places(
    entries: list[Entry], ids: list[int], effective_on: dt.date, at: dt.datetime
) -> None:
    opened: list[Membership] = []
    ended: list[int] = []
    corrected: list[Membership] = []
    events: list[MemberEvent] = []
    today = timezone.localdate(at)

    def note(member_id: int, kind: EventKind, on: dt.date, text: str) -> None:
        events.append(
            MemberEvent(
                member_id=member_id, kind=kind, happened_on=on, note=text[:200], recorded_at=at
            )
        )

    for entry, member_id in zip(entries, ids, strict=True):
        branch, group = entry.branch, entry.group
        if entry.home is None:
            admitted = entry.values["admitted_on"]
            start = min(max(effective_on, admitted or effective_on), today)
            opened.append(
                Membership(member_id=member_id, branch=branch, group=group, started_on=start)
            )
            note(member_id, EventKind.MOVED_IN, start, f"{branch.name}（花名册导入）")
        elif entry.moves and entry.home.started_on == effective_on:
            # A membership of no day cannot be kept: the one that began that day is put right.
            corrected.append(
                Membership(
                    pk=entry.home.pk,
                    member_id=member_id,
                    branch=branch,
                    group=group,
                    started_on=effective_on,
                )
            )
        elif entry.moves:
            ended.append(entry.home.pk)
            opened.append(
                Membership(member_id=member_id, branch=branch, group=group, started_on=effective_on)
            )
            text = f"调整到{place_name(branch, group)}（花名册导入）"
            note(member_id, EventKind.MOVED, effective_on, text)
    Membership.objects.filter(pk__in=ended).update(ended_on=effective_on)
    Membership.objects.bulk_update(corrected, ["branch", "group"], batch_size=BATCH)
    Membership.objects.bulk_create(opened, batch_size=BATCH)
    MemberEvent.objects.bulk_create(events, batch_size=BATCH)


def _preview(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Return who is new and who changes, in words; of changes the columns, not the values."""
    return {
        "created": [_person(entry) for entry in plan.creates[:PREVIEWED]],
        "updated": [
            _person(entry) | {"fields": _changes(entry)} for entry in plan.updates[:PREVIEWED]
        ],
    }


def _person(entry: Entry) -> dict[str, Any]:
    return {"name": entry.values["name"], "place": place_name(entry.branch, entry.group)}


def _changes(entry: Entry) -> list[str]:
    titles = [TITLES_OF[name] for name in entry.changed]
    if entry.moves and entry.home is not None:
        titles.append("党支部" if entry.home.branch_id != entry.branch.pk else "党小组")
    return titles


def _kept(problem: RowProblem) -> dict[str, Any]:
    """Return a problem for the table; of an ID number or a phone only the ends are kept."""
    value = problem.value[:100]
    is_private = problem.column_title in _PRIVATE_TITLES or sum(map(str.isdigit, value)) >= 11
    if is_private and len(value) > 7:
        value = f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
    return {
        "row": problem.row,
        "column": problem.column_letter,
        "title": problem.column_title,
        "value": value,
        "message": problem.message,
    }
