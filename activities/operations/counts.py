"""Counting the ballots of an election, and leaving seats empty by consent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from activities.models import Candidate, Election
from activities.operations import meetings, objections
from activities.operations.elections import check_unapproved, lock
from activities.operations.refusals import Refused
from activities.queries import elections as election_queries
from activities.queries import votes as queries
from activities.queries.votes import Meeting
from activities.rules import elections
from activities.rules.elections import Count, ElectionState
from branches import audit
from branches.models import User


class Annuls(Exception):
    """These numbers annul the ballot, and nobody has said that they are right; says why."""


@dataclass(frozen=True, slots=True)
class Votes:
    """For whom how many, by member."""

    yes: int
    no: int = 0
    abstain: int = 0


@transaction.atomic
def count_election(
    *,
    election: Election,
    issued: int,
    returned: int,
    void: int,
    votes: Mapping[int, Votes],
    written_in: Sequence[tuple[int, int]] = (),
    confirmed: bool = False,
    annul: bool = False,
    by: User,
    at: dt.datetime,
) -> Election:
    """Count a ballot and say who is elected; a count may be corrected while the record is open.

    More papers back than were given out annul it (E7): then nobody is elected.

    :param votes: by member, one for each candidate.
    :param written_in: member and approvals of those whom voters wrote in themselves.
    A result that was reported is to be reported anew.

    :param annul: the papers were counted again, and there are more than were given out.
    :raises Annuls: there are more, and ``annul`` does not say so.
    :raises objections.Blocked: a blocking rule does not hold.
    :raises objections.Unconfirmed: fewer than four fifths are present, and it is not confirmed.
    :raises Refused: approved above, the roll is not complete, or the numbers cannot be right.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row, stored = lock(election)
    check_unapproved(stored)
    if stored.revotes.exists():
        raise Refused("后面已经有再次投票，这次的计票不能再改。要改，请先删除再次投票。")
    meetings.check_roll(row)
    meeting = queries.meeting_of(row)
    due, present = meeting.electorate.due, meeting.electorate.present
    objections.check(
        [election_queries.quorum(meeting)],
        rules=meeting.rules, set_aside=meeting.set_aside, confirmed=confirmed,
    )  # fmt: skip
    candidates = list(stored.candidates.filter(is_written_in=False))
    if {each.member_id for each in candidates} != votes.keys():
        raise Refused("候选人名单刚刚改过，请重新打开计票页面填写。")
    _check_written_in(meeting, written_in, votes.keys())
    counts = [
        *(Count(member, each.yes, each.no, each.abstain) for member, each in votes.items()),
        *(Count(member, yes, is_written_in=True) for member, yes in written_in),
    ]
    slips = elections.slips(
        counts, present=present, issued=issued, returned=returned, void=void, seats=stored.seats
    )
    if slips:
        raise Refused("".join(slips))
    is_annulled = elections.is_annulled(issued=issued, returned=returned)
    if is_annulled and not annul:
        raise Annuls(f"{elections.papers(issued=issued, returned=returned).words}。")
    before: dict[str, object] = {"election_state": stored.state}
    after: dict[str, object] = {}
    if stored.reported_on is not None:
        before["reported_on"], after["reported_on"] = stored.reported_on, None
        stored.reported_on = None
    stored.due, stored.present = due, present
    stored.issued, stored.returned, stored.void = issued, returned, void
    stored.state = ElectionState.ANNULLED if is_annulled else ElectionState.COUNTED
    stored.counted_by, stored.counted_at = by, at
    stored.fewer_seats_consent = ""
    stored.save()
    _write_counts(stored, [] if is_annulled else counts)
    audit.record(
        "election.counted", by=by, at=at, on=stored, organization=row.organization,
        before=before,
        after={
            "election_state": stored.state, "due": due, "present": present, "issued": issued,
            "returned": returned, "void": void,
            "elected": list(
                stored.candidates.filter(is_elected=True).values_list("member__name", flat=True)
            ),
        }
        | after,
    )  # fmt: skip
    return stored


@transaction.atomic
def accept_fewer_seats(*, election: Election, consent: str, by: User, at: dt.datetime) -> Election:
    """Leave the open seats empty with the consent of more than half of the voters (E10).

    :raises Refused: nothing is open, nobody is elected, votes are tied or no consent is written.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row, stored = lock(election)
    consent = consent.strip()
    elected = stored.candidates.filter(is_elected=True).count()
    if stored.state != ElectionState.COUNTED or not elected or elected >= stored.seats:
        raise Refused("这次选举没有可以减少的名额。")
    if stored.candidates.filter(is_tied=True).exists():
        raise Refused("有人票数相等，应当就票数相等的人再次投票，不能减少名额。")
    if stored.revotes.exists():
        raise Refused("再次投票已经准备好。要减少名额，请先删除再次投票。")
    if not consent:
        raise Refused("请写明同意情况，如“实到 18 人，16 人举手同意”。")
    stored.fewer_seats_consent = consent
    stored.save(update_fields=["fewer_seats_consent"])
    audit.record(
        "election.fewer_seats", by=by, at=at, on=stored, organization=row.organization,
        after={"consent": consent},
    )  # fmt: skip
    return stored


def _check_written_in(
    meeting: Meeting, written_in: Sequence[tuple[int, int]], candidates: Iterable[int]
) -> None:
    members = [member for member, _ in written_in]
    if len(set(members)) != len(members) or set(members) & set(candidates):
        raise Refused("另选的人不能重复，也不能是候选人；候选人的票请填在上面。")
    if not set(members) <= {each.member_id for each in meeting.electorate.voters}:
        raise Refused("另选的人应是有被选举权的正式党员，请核对。")


def _write_counts(election: Election, counts: Sequence[Count]) -> None:
    """Write the votes and who is elected; those written in before are replaced."""
    election.candidates.filter(is_written_in=True).delete()
    assert election.present is not None
    result = elections.outcome(
        counts, seats=election.seats, present=election.present,
        among_tied=election_queries.is_among_tied(election),
    )  # fmt: skip
    by_member = {each.candidate: each for each in counts}
    rows = list(election.candidates.all())
    for row in rows:
        counted = by_member.pop(row.member_id, None)
        row.yes = counted.yes if counted else None
        row.no = counted.no if counted else None
        row.abstain = counted.abstain if counted else None
        row.is_elected = row.member_id in result.elected
        row.is_tied = row.member_id in result.tied
    Candidate.objects.bulk_update(rows, ["yes", "no", "abstain", "is_elected", "is_tied"])
    Candidate.objects.bulk_create(
        Candidate(
            election=election, member_id=each.candidate, is_written_in=True, yes=each.yes, no=0,
            abstain=0, is_elected=each.candidate in result.elected,
            is_tied=each.candidate in result.tied,
        )
        for each in by_member.values()
    )  # fmt: skip
