"""Preparing elections at a meeting: candidates and tellers, and the ballot that must follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from activities.models import Activity, Candidate, Election, Teller
from activities.operations import meetings, objections
from activities.operations.refusals import Refused
from activities.queries import elections as election_queries
from activities.queries import votes as queries
from activities.queries.votes import Meeting
from activities.rules.elections import ElectionState, Office, TellerDuty
from branches import audit
from branches.models import User
from members.models import Member


@dataclass(frozen=True, slots=True)
class Ballot:
    """What an election is prepared with; persons by member."""

    office: Office
    title: str
    seats: int
    candidates: tuple[int, ...]
    supervisors: tuple[int, ...]
    counters: tuple[int, ...] = ()


@transaction.atomic
def prepare_election(
    *, activity: Activity, ballot: Ballot, confirmed: bool = False, by: User, at: dt.datetime
) -> Election:
    """Put an election on the agenda with its candidates and tellers.

    The roll need not be taken yet: 应到 and 实到 are computed when it is counted.

    :raises objections.Blocked: the meeting does not elect to this office.
    :raises objections.Unconfirmed: too few candidates, and it is not confirmed.
    :raises Refused: somebody cannot be elected, or is candidate and teller at once.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(activity)
    _check_ballot(queries.meeting_of(row), ballot, confirmed=confirmed)
    election = Election.objects.create(
        activity=row, office=ballot.office, title=ballot.title, seats=ballot.seats,
        prepared_by=by, prepared_at=at,
    )  # fmt: skip
    _write_persons(election, ballot)
    audit.record(
        "election.prepared", by=by, at=at, on=election, organization=row.organization,
        after=_kept(ballot),
    )  # fmt: skip
    return election


@transaction.atomic
def change_election(
    *, election: Election, ballot: Ballot, confirmed: bool = False, by: User, at: dt.datetime
) -> Election:
    """Change what is on the ballot, as long as nothing has been counted.

    :raises Refused: as ``prepare_election``, or it has been counted.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row, stored = lock(election)
    _check_uncounted(stored)
    _check_ballot(
        queries.meeting_of(row), ballot, confirmed=confirmed, is_revote=bool(stored.revote_of_id)
    )
    before = _kept(_ballot_of(stored))
    stored.office, stored.title, stored.seats = ballot.office, ballot.title, ballot.seats
    stored.save(update_fields=["office", "title", "seats"])
    stored.candidates.all().delete()
    stored.tellers.all().delete()
    _write_persons(stored, ballot)
    audit.record(
        "election.changed", by=by, at=at, on=stored, organization=row.organization,
        before=before, after=_kept(ballot),
    )  # fmt: skip
    return stored


@transaction.atomic
def remove_election(*, election: Election, by: User, at: dt.datetime) -> None:
    """Take an election off an open record; the audit keeps it.

    :raises Refused: approved above, or another ballot follows from it.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row, stored = lock(election)
    check_unapproved(stored)
    if stored.revotes.exists():
        raise Refused("这次选举后面还有再次投票的记录，请先删除再次投票。")
    before = _kept(_ballot_of(stored)) | {"election_state": stored.state}
    stored.delete()
    audit.record(
        "election.removed", by=by, at=at, on=election, organization=row.organization, before=before
    )


@transaction.atomic
def prepare_revote(*, election: Election, by: User, at: dt.datetime) -> Election:
    """Prepare the next ballot: the same once more if annulled, else the tied or those left over.

    :raises Refused: the election is complete, not counted, or the next ballot exists.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row, stored = lock(election)
    if stored.state == ElectionState.PREPARED:
        raise Refused("还没有计票，不能准备再次投票。")
    if stored.revotes.exists():
        raise Refused("再次投票已经准备好，请直接打开。")
    if stored.fewer_seats_consent:
        raise Refused("已经同意减少名额，不再选举。")
    seats, members = election_queries.next_ballot(stored)
    if not seats:
        raise Refused("应选名额已经选满，不需要再次投票。")
    if not members:
        raise Refused("没有可以再次投票的人选。请登记一次新的选举，另提候选人。")
    again = Election.objects.create(
        activity=row, office=stored.office, title=f"{stored.title[:72]}（再次投票）", seats=seats,
        revote_of=stored, prepared_by=by, prepared_at=at,
    )  # fmt: skip
    tellers = list(stored.tellers.exclude(member_id__in=members))
    ballot = Ballot(
        office=Office(stored.office), title=again.title, seats=seats, candidates=tuple(members),
        supervisors=_of_duty(tellers, TellerDuty.SUPERVISOR),
        counters=_of_duty(tellers, TellerDuty.COUNTER),
    )  # fmt: skip
    _write_persons(again, ballot)
    audit.record(
        "election.prepared", by=by, at=at, on=again, organization=row.organization,
        after=_kept(ballot),
    )  # fmt: skip
    return again


def lock(election: Election) -> tuple[Activity, Election]:
    """Return the record of an election's meeting, locked and open, and the election as it stands.

    :raises Refused: the election is gone.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(election.activity)
    # Reporting and approving hold the election alone; a count must not write over them.
    stored = Election.objects.select_for_update().filter(pk=election.pk, activity=row).first()
    if stored is None:
        raise Refused("这次选举刚刚已被删除，请返回会议页面核对。")
    return row, stored


def check_unapproved(stored: Election) -> None:
    """Check that the body above has not approved the result yet.

    :raises Refused: it has.
    """
    if stored.approved_on is not None:
        raise Refused(
            f"上级已批复（{stored.approval_reference}），计票结果不能再改，也不能删除。"
            "确有差错，请报告上级党委处理。"
        )


def _check_uncounted(stored: Election) -> None:
    if stored.state != ElectionState.PREPARED:
        raise Refused("已经计票，候选人不能再改。可以更正计票，或删除后重新登记。")


def _check_ballot(
    meeting: Meeting, ballot: Ballot, *, confirmed: bool, is_revote: bool = False
) -> None:
    roles = [*ballot.candidates, *ballot.supervisors, *ballot.counters]
    if len(set(roles)) != len(roles):
        raise Refused("候选人不能担任监票人、计票人，一个人只能选一项（选举工作条例第二十二条）。")
    entitled = {each.member_id for each in meeting.electorate.voters}
    if not set(roles) <= entitled:
        raise Refused(
            "候选人、监票人、计票人都应是本次会议有选举权的正式党员。名单可能刚刚改过，请重新选择。"
        )
    if not ballot.supervisors:
        raise Refused("请至少选 1 名监票人。监票人从不是候选人的党员中推选，经大会通过。")
    objections.check(
        election_queries.checks(
            meeting, ballot.office, seats=ballot.seats, candidates=len(ballot.candidates),
            is_revote=is_revote,
        ),
        rules=meeting.rules, set_aside=meeting.set_aside, confirmed=confirmed,
    )  # fmt: skip


def _write_persons(election: Election, ballot: Ballot) -> None:
    Candidate.objects.bulk_create(
        Candidate(election=election, member_id=member) for member in ballot.candidates
    )
    Teller.objects.bulk_create(
        Teller(election=election, member_id=member, duty=duty)
        for duty, members in (
            (TellerDuty.SUPERVISOR, ballot.supervisors),
            (TellerDuty.COUNTER, ballot.counters),
        )
        for member in members
    )


def _ballot_of(election: Election) -> Ballot:
    tellers = list(election.tellers.all())
    return Ballot(
        office=Office(election.office), title=election.title, seats=election.seats,
        candidates=tuple(
            election.candidates.filter(is_written_in=False).values_list("member_id", flat=True)
        ),
        supervisors=_of_duty(tellers, TellerDuty.SUPERVISOR),
        counters=_of_duty(tellers, TellerDuty.COUNTER),
    )  # fmt: skip


def _of_duty(tellers: Sequence[Teller], duty: TellerDuty) -> tuple[int, ...]:
    return tuple(each.member_id for each in tellers if each.duty == duty)


def _kept(ballot: Ballot) -> dict[str, Any]:
    names = dict(
        Member.objects.filter(
            pk__in=[*ballot.candidates, *ballot.supervisors, *ballot.counters]
        ).values_list("pk", "name")
    )
    return {
        "office": ballot.office,
        "title": ballot.title,
        "seats": ballot.seats,
        "candidates": [names[each] for each in ballot.candidates],
        "supervisors": [names[each] for each in ballot.supervisors],
        "counters": [names[each] for each in ballot.counters],
    }
