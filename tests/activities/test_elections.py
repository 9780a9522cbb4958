"""Elections at a meeting: who may stand, the count, the next ballot, the report upwards."""

import datetime as dt

import pytest

from activities.duties import elections as duties
from activities.models import Candidate, Election
from activities.operations import activities as operations
from activities.operations import counts, election_results, elections, objections
from activities.operations.counts import Votes
from activities.operations.elections import Ballot
from activities.operations.refusals import Refused, RollIncomplete
from activities.queries import documents
from activities.queries import elections as queries
from activities.rules.elections import Office
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry
from branches.rules.workflow import StepNotAllowed
from members.models import Restriction
from members.rules.status import MemberStatus
from tests.activities.conftest import FOUNDED, moment

DAY = dt.date(2026, 10, 13)
ASSEMBLY, COMMITTEE = ActivityKind.ASSEMBLY, ActivityKind.COMMITTEE


@pytest.fixture
def ten(branch_a, join):
    return [join(branch_a, f"党员{letter}") for letter in "甲乙丙丁戊己庚辛壬癸"]


@pytest.fixture
def meeting(hold, branch_a, ten):
    """A 党员大会 of ten, all present."""
    return hold(branch_a, ASSEMBLY, DAY, "P" * 10, close=False)


def prepare(activity, by, stand, *, supervise=(), count=(), confirmed=False, **changes):
    given = {"office": Office.COMMITTEE, "title": "支部委员会选举", "seats": 3} | changes
    ballot = Ballot(
        candidates=tuple(each.pk for each in stand),
        supervisors=tuple(each.pk for each in supervise),
        counters=tuple(each.pk for each in count),
        **given,
    )
    return elections.prepare_election(
        activity=activity, ballot=ballot, confirmed=confirmed, by=by, at=moment(DAY)
    )


def count(election, by, votes, *, issued=10, returned=10, void=0, confirmed=False, **given):
    """``votes``: approvals by member; everybody else's paper says no."""
    valid = returned - void
    return counts.count_election(
        election=election, issued=issued, returned=returned, void=void,
        votes={member.pk: Votes(yes, max(valid - yes, 0)) for member, yes in votes.items()},
        confirmed=confirmed, by=by, at=moment(DAY), **given,
    )  # fmt: skip


def elected(election) -> set[str]:
    rows = Candidate.objects.filter(election=election, is_elected=True)
    return set(rows.values_list("member__name", flat=True))


def shown(election):
    return queries.shown(queries.with_persons().get(pk=election.pk))


# Preparing


def test_candidates_stand_by_strokes(meeting, secretary, join, branch_a, hold):
    people = [join(branch_a, name) for name in ("魏征", "丁一", "王二", "李三")]
    teller = join(branch_a, "监票")
    activity = hold(branch_a, ASSEMBLY, DAY, "P" * 15, close=False)
    election = prepare(activity, secretary, people, supervise=[teller])
    assert [row.name for row in shown(election).standings] == ["丁一", "王二", "李三", "魏征"]


def test_too_few_candidates_wait_for_a_word(meeting, secretary, ten):
    with pytest.raises(objections.Unconfirmed) as refused:
        prepare(meeting, secretary, ten[:3], supervise=ten[9:])
    assert [each.code for each in refused.value.objections] == ["E5"]
    assert prepare(meeting, secretary, ten[:3], supervise=ten[9:], confirmed=True).pk


@pytest.mark.parametrize("office", [Office.COMMITTEE, Office.DELEGATE])
def test_a_committee_is_not_elected_by_the_committee(hold, branch_a, secretary, join, office):
    join(branch_a, "周岚", user=secretary)
    activity = hold(branch_a, COMMITTEE, DAY, "P", close=False)
    with pytest.raises(objections.Blocked) as refused:
        prepare(activity, secretary, [], supervise=[secretary.member], office=office)
    assert "M16" in {each.code for each in refused.value.objections}


def test_a_candidate_is_no_teller(meeting, secretary, ten):
    for role in ("supervise", "count"):
        given = {"supervise": [ten[9]]} | {role: [ten[0]]}
        with pytest.raises(Refused, match="不能担任监票人、计票人"):
            prepare(meeting, secretary, ten[:4], **given)
    assert not Election.objects.exists()


def test_there_must_be_a_teller(meeting, secretary, ten):
    with pytest.raises(Refused, match="至少选 1 名监票人"):
        prepare(meeting, secretary, ten[:4])


def test_only_who_may_be_elected_stands(meeting, secretary, ten, join, branch_a, branch_b):
    Restriction.objects.create(
        member=ten[0], ground="DETAINED", reference="1号", started_on=FOUNDED
    )
    probationary = join(branch_a, "预备", status=MemberStatus.PROBATIONARY)
    for wrong in (ten[0], probationary, join(branch_b, "外支部")):
        with pytest.raises(Refused, match="有选举权的正式党员"):
            prepare(meeting, secretary, [wrong, *ten[1:4]], supervise=ten[9:])


# Counting


def test_the_count_says_who_is_elected(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=[ten[8]], count=[ten[9]])
    count(election, secretary, dict(zip(ten[:4], (9, 8, 7, 5), strict=True)))
    found = shown(election)
    assert elected(election) == {"党员甲", "党员乙", "党员丙"}
    assert (found.quorum, found.papers, found.open_seats) == (
        "应到 10 人的五分之四是 8 人，实到 10 人，符合规定人数",
        "发出 10 张，收回 10 张，收回不多于发出，选举有效",
        0,
    )
    words = {row.name: (row.verdict, row.words) for row in found.standings}
    assert words["党员丁"] == ("未当选", "赞成 5 票，正好是实到 10 人的一半（5），不能当选")


@pytest.mark.parametrize(
    ("marks", "may_elect"),
    [("PPPPPPPAAA", False), ("PPPPPPPPAA", True), ("PPPPPPPPPA", True), ("PPPPPPPOOO", False)],
)
def test_four_fifths_must_be_present(hold, branch_a, ten, secretary, marks, may_elect):
    activity = hold(branch_a, ASSEMBLY, DAY, marks, close=False)
    present = marks.count("P")
    election = prepare(activity, secretary, ten[:4], supervise=ten[9:])
    given = {"issued": present, "returned": present}
    votes = dict.fromkeys(ten[:4], 3)
    if may_elect:
        assert count(election, secretary, votes, **given).present == present
    else:
        with pytest.raises(objections.Unconfirmed) as refused:
            count(election, secretary, votes, **given)
        assert [each.code for each in refused.value.objections] == ["E3"]


def test_before_july_2020_exactly_four_fifths_were_too_few(hold, branch_a, ten, secretary):
    """The former edition asked for more than four fifths; its article has been seen: it blocks."""
    day = dt.date(2019, 6, 4)
    activity = hold(branch_a, ASSEMBLY, day, "PPPPPPPPAA", close=False)
    election = prepare(activity, secretary, ten[:4], supervise=ten[9:])
    with pytest.raises(objections.Blocked) as refused:
        count(election, secretary, dict.fromkeys(ten[:4], 3), issued=8, returned=8)
    assert [each.code for each in refused.value.objections] == ["E3"]


def test_more_papers_back_annul_and_the_same_ballot_follows(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    count(election, secretary, dict.fromkeys(ten[:4], 9), returned=11, annul=True)
    assert (shown(election).result, elected(election)) == ("选举无效，应重新投票。", set())
    again = elections.prepare_revote(election=election, by=secretary, at=moment(DAY))
    assert (again.seats, again.candidates.count(), again.tellers.count()) == (3, 4, 1)


def test_a_ballot_is_annulled_only_once_it_is_said_so(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    with pytest.raises(counts.Annuls, match="发出 10 张，收回 11 张，收回多于发出"):
        count(election, secretary, dict.fromkeys(ten[:4], 9), returned=11)
    election.refresh_from_db()
    assert (election.state, election.returned) == ("PREPARED", None)
    # Said of numbers that annul nothing, it changes nothing.
    count(election, secretary, dict.fromkeys(ten[:4], 4), annul=True)
    election.refresh_from_db()
    assert election.state == "COUNTED"


def test_the_tied_go_to_another_ballot_and_most_votes_decide(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    count(election, secretary, dict(zip(ten[:4], (9, 8, 6, 6), strict=True)))
    assert shown(election).result == (
        "当选：党员乙、党员甲。党员丁、党员丙票数相等，还有 1 个名额不能确定，"
        "应就票数相等的人再次投票。"
    )
    again = elections.prepare_revote(election=election, by=secretary, at=moment(DAY))
    assert (again.seats, set(again.candidates.values_list("member_id", flat=True))) == (
        1, {ten[2].pk, ten[3].pk},
    )  # fmt: skip
    # Not more than half, but the most: they had more than half before.
    count(again, secretary, {ten[2]: 5, ten[3]: 4})
    assert elected(again) == {"党员丙"}
    with pytest.raises(Refused, match="再次投票已经准备好"):
        elections.prepare_revote(election=election, by=secretary, at=moment(DAY))


def test_open_seats_go_to_those_left_over(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    count(election, secretary, dict(zip(ten[:4], (9, 8, 5, 4), strict=True)))
    again = elections.prepare_revote(election=election, by=secretary, at=moment(DAY))
    assert (again.seats, set(again.candidates.values_list("member_id", flat=True))) == (
        1, {ten[2].pk, ten[3].pk},
    )  # fmt: skip
    # Here exactly half is not enough, most votes or not.
    count(again, secretary, {ten[2]: 5, ten[3]: 4})
    assert elected(again) == set()


def test_or_fewer_seats_with_consent(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    count(election, secretary, dict(zip(ten[:4], (9, 8, 5, 4), strict=True)))
    with pytest.raises(Refused, match="请写明同意情况"):
        counts.accept_fewer_seats(election=election, consent=" ", by=secretary, at=moment(DAY))
    counts.accept_fewer_seats(
        election=election, consent="实到 10 人，9 人同意", by=secretary, at=moment(DAY)
    )
    found = shown(election)
    assert (found.result, found.needs_more) == (
        "当选：党员乙、党员甲。还缺 1 名，经同意减少名额：实到 10 人，9 人同意。", False,
    )  # fmt: skip


def test_a_tie_is_no_reason_for_fewer_seats(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    count(election, secretary, dict(zip(ten[:4], (9, 8, 6, 6), strict=True)))
    with pytest.raises(Refused, match="票数相等"):
        counts.accept_fewer_seats(
            election=election, consent="全体同意", by=secretary, at=moment(DAY)
        )


def test_somebody_written_in_may_be_elected(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    votes = dict(zip(ten[:4], (9, 8, 2, 2), strict=True))
    count(election, secretary, votes, written_in=[(ten[5].pk, 6), (ten[6].pk, 1)])
    assert elected(election) == {"党员甲", "党员乙", "党员己"}
    # Counting once more replaces what was written in.
    count(election, secretary, votes, written_in=[(ten[6].pk, 1)])
    assert elected(election) == {"党员甲", "党员乙"}


@pytest.mark.parametrize("position", [0, 9])
def test_candidates_are_not_written_in(meeting, secretary, ten, position):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    votes = dict.fromkeys(ten[:4], 6)
    if position == 0:
        with pytest.raises(Refused, match="不能是候选人"):
            count(election, secretary, votes, written_in=[(ten[0].pk, 1)])
    else:  # a teller may be
        count(election, secretary, votes, written_in=[(ten[position].pk, 1)])


def test_nobody_votes_for_another(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    with pytest.raises(Refused, match="不能代人投票"):
        count(election, secretary, dict.fromkeys(ten[:4], 6), issued=11)


def test_no_count_before_the_roll(hold, branch_a, ten, secretary):
    activity = hold(branch_a, ASSEMBLY, DAY, "", close=False)
    election = prepare(activity, secretary, ten[:4], supervise=ten[9:])
    with pytest.raises(RollIncomplete):
        count(election, secretary, dict.fromkeys(ten[:4], 6))


def test_a_branch_without_a_committee_elects_its_secretary_itself(hold, branch_a, three, secretary):
    activity = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False)
    election = prepare(
        activity, secretary, three[:1], supervise=three[1:2], office=Office.SECRETARY, seats=1,
        title="书记选举",
    )  # fmt: skip
    count(election, secretary, {three[0]: 2}, issued=3, returned=3)
    assert elected(election) == {"陈卓"}


# Afterwards


@pytest.fixture
def chosen(hold, branch_a, three, secretary):
    """A secretary elected by a small branch; the record is closed."""
    activity = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False)
    election = prepare(
        activity, secretary, three[:1], supervise=three[1:2], office=Office.SECRETARY, seats=1,
        title="书记选举",
    )  # fmt: skip
    count(election, secretary, {three[0]: 3}, issued=3, returned=3)
    operations.close(activity=activity, by=secretary, at=moment(DAY))
    activity.refresh_from_db()
    return election


def test_a_closed_record_locks_its_elections(chosen, secretary):
    with pytest.raises(StepNotAllowed):
        elections.remove_election(election=chosen, by=secretary, at=moment(DAY))


@pytest.mark.parametrize(
    ("on", "may"),
    [
        (DAY - dt.timedelta(days=1), False),
        (DAY, True),
        (dt.date(2026, 10, 20), True),
        (dt.date(2026, 10, 21), False),
    ],
)
def test_the_result_is_reported_and_then_approved(chosen, secretary, at, on, may):
    with pytest.raises(Refused, match="请先登记报上级日期"):
        election_results.approve_result(
            election=chosen, on=on, reference="组〔2026〕8号", by=secretary, at=at
        )
    if not may:
        with pytest.raises(Refused, match="请核对"):
            election_results.report_result(election=chosen, on=on, by=secretary, at=at)
        return
    election_results.report_result(election=chosen, on=on, by=secretary, at=at)
    done = election_results.approve_result(
        election=chosen, on=on, reference="组〔2026〕8号", by=secretary, at=at
    )
    assert (done.reported_on, done.approved_on) == (on, on)


@pytest.fixture
def reported(chosen, secretary, at):
    """Reported upwards, and the record open again."""
    election_results.report_result(election=chosen, on=DAY, by=secretary, at=at)
    operations.reopen(activity=chosen.activity, reason="更正", by=secretary, at=at)
    return chosen


def test_what_is_approved_above_is_neither_counted_again_nor_removed(
    reported, three, secretary, at
):
    election_results.approve_result(
        election=reported, on=DAY, reference="组〔2026〕8号", by=secretary, at=at
    )
    with pytest.raises(Refused, match="上级已批复（组〔2026〕8号）"):
        count(reported, secretary, {three[0]: 2}, issued=3, returned=3)
    with pytest.raises(Refused, match="上级已批复（组〔2026〕8号）"):
        elections.remove_election(election=reported, by=secretary, at=at)
    assert Candidate.objects.get().yes == 3


def test_what_is_counted_again_is_reported_again(reported, three, secretary):
    count(reported, secretary, {three[0]: 2}, issued=3, returned=3)

    assert Election.objects.get().reported_on is None
    told = AuditEntry.objects.filter(action="election.counted").latest("id")
    assert (told.before["reported_on"], told.after["reported_on"]) == (DAY.isoformat(), None)


def test_a_committee_is_put_on_record_and_not_approved(meeting, secretary, ten, at):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    count(election, secretary, dict(zip(ten[:4], (9, 8, 7, 5), strict=True)))
    election_results.report_result(election=election, on=DAY, by=secretary, at=at)
    with pytest.raises(Refused, match="备案即可"):
        election_results.approve_result(
            election=election, on=DAY, reference="1号", by=secretary, at=at
        )


def test_a_result_not_reported_is_due(chosen, secretary, at, django_assert_num_queries):
    grants = Grants.of(secretary, DAY)
    with django_assert_num_queries(1):
        [line] = duties.due(secretary, grants, DAY)
    assert (line.title, line.due_on) == ("选举结果报上级：书记选举", dt.date(2026, 10, 16))
    election_results.report_result(election=chosen, on=DAY, by=secretary, at=at)
    assert duties.due(secretary, grants, DAY) == []


def test_the_minutes_tell_the_ballot(chosen):
    document = documents.record_of(chosen.activity.__class__.objects.get(pk=chosen.activity_id))
    said = {title.partition("、")[2]: text for title, text in document.parts}
    assert said["选举：书记选举"] == (
        "应选书记 1 名，候选人 1 名，无记名投票。",
        "监票人：李敏。",
        "应到 3 人的五分之四是 2.4 人，实到 3 人，符合规定人数。",
        "发出 3 张，收回 3 张，收回不多于发出，选举有效。",
        "陈卓：赞成 3 票，不赞成 0 票，弃权 0 票；赞成 3 票，超过实到 3 人的一半（1.5）。",
        "当选：陈卓。",
    )


def test_every_step_is_on_record(meeting, secretary, ten):
    election = prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    elections.change_election(
        election=election,
        ballot=Ballot(
            Office.COMMITTEE, "改", 3, tuple(each.pk for each in ten[:5]), (ten[9].pk,)
        ),
        by=secretary, at=moment(DAY),
    )  # fmt: skip
    count(election, secretary, dict.fromkeys(ten[:5], 4))
    with pytest.raises(Refused, match="候选人不能再改"):
        elections.change_election(
            election=election,
            ballot=Ballot(Office.COMMITTEE, "再改", 3, (), (ten[9].pk,)),
            by=secretary, at=moment(DAY),
        )  # fmt: skip
    elections.remove_election(election=election, by=secretary, at=moment(DAY))
    told = AuditEntry.objects.filter(action__startswith="election.").order_by("id")
    assert [entry.action.partition(".")[2] for entry in told] == [
        "prepared", "changed", "counted", "removed",
    ]  # fmt: skip
    assert not Election.objects.exists()


def test_a_page_of_elections_takes_as_many_queries_for_many(
    meeting, secretary, ten, django_assert_num_queries
):
    prepare(meeting, secretary, ten[:4], supervise=ten[9:])
    assert meeting.organization.path  # read before, as a page has it
    with django_assert_num_queries(6):
        queries.of_activity(meeting)
    for number in range(3):
        prepare(meeting, secretary, ten[:7], supervise=ten[9:], title=f"第{number}次")
    with django_assert_num_queries(6):
        queries.of_activity(meeting)
