"""Decisions of a meeting: 应到 computed, quorum kept, majority of those due, then locked."""

import datetime as dt

import pytest

from activities.models import Resolution, RuleOverride, VoterExemption
from activities.operations import activities as operations
from activities.operations import objections, voters, votes
from activities.operations.details import Mark
from activities.operations.refusals import Refused, RollIncomplete
from activities.operations.votes import Motion
from activities.queries import documents, electorates
from activities.queries import votes as queries
from activities.rules.kinds import ActivityKind
from activities.rules.votes import DecisionKind, ExemptionGround, Method, Tally
from branches.models import AuditEntry, Post, RegulationAdjustment, User
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from branches.scope import Scope
from members.models import Exemption, Restriction
from members.rules.status import MemberStatus
from tests.activities.conftest import FOUNDED, details, moment

DAY = dt.date(2026, 10, 13)
ASSEMBLY, COMMITTEE = ActivityKind.ASSEMBLY, ActivityKind.COMMITTEE


@pytest.fixture
def ten(branch_a, join):
    """Ten full members, by pinyin 甲 … 子 as it happens."""
    return [join(branch_a, f"党员{letter}") for letter in "甲乙丙丁戊己庚辛壬癸"]


def meet(hold, branch, marks, kind=ASSEMBLY, **changes):
    return hold(branch, kind, DAY, marks, close=False, **changes)


def record(
    activity, by, *, subject="年度工作计划", confirmed=False, later=dt.timedelta(0), **given
):
    motion = {"yes": 0} | {name: given.pop(name) for name in list(given) if name in TALLY}
    return votes.record_resolution(
        activity=activity,
        motion=Motion(subject=subject, tally=Tally(**motion), **given),
        confirmed=confirmed,
        by=by,
        at=moment(DAY) + later,
    )


TALLY = {"yes", "no", "abstain", "written_yes", "issued", "returned", "void"}


def counted(activity) -> tuple[int, int]:
    found = electorates.of_activity(activity, queries.rules_of(activity))
    return found.due, found.present


@pytest.mark.parametrize(
    ("admitted_on", "refused"),
    [
        (dt.date(2025, 10, 13), False),
        (dt.date(2025, 10, 14), True),
        (dt.date(2024, 2, 29), False),
        (None, False),
    ],
)
def test_nobody_is_regularised_before_probation_is_over(
    hold, branch_a, secretary, ten, join, admitted_on, refused
):
    candidate = join(branch_a, "预备", status=MemberStatus.PROBATIONARY)
    candidate.admitted_on = admitted_on
    candidate.save()
    marks = "P" * 11
    activity = meet(hold, branch_a, marks)
    motion = {"kind": DecisionKind.REGULARISATION, "about": candidate, "yes": 10}

    if refused:
        with pytest.raises(objections.Blocked, match="预备期到2026年10月14日期满"):
            record(activity, secretary, confirmed=True, **motion)
    else:
        assert record(activity, secretary, confirmed=True, **motion).is_passed


# 应到


def test_those_due_have_a_vote(hold, branch_a, join, ten):
    """Full members count; the probationary do not, on whatever roll they stand."""
    join(branch_a, "预备", status=MemberStatus.PROBATIONARY)
    activity = meet(hold, branch_a, "P" * 11)
    assert counted(activity) == (10, 10)


def test_late_is_present_and_online_is_not(hold, branch_a, ten):
    activity = meet(hold, branch_a, "PPPPPTTOLA")
    assert counted(activity) == (10, 7)


def test_online_counts_where_the_rule_says_so(hold, branch_a, ten):
    activity = meet(hold, branch_a, "PPPPPTTOLA")
    rules = queries.rules_of(activity)
    rules["M17"].parameters = {"online_counts": True}
    assert electorates.of_activity(activity, rules).present == 8


def test_excused_from_study_still_due(hold, branch_a, ten):
    Exemption.objects.create(member=ten[0], reason="ill", started_on=FOUNDED)
    activity = meet(hold, branch_a, "P" * 9)
    assert counted(activity) == (10, 9)


@pytest.mark.parametrize(
    ("started_on", "ended_on", "due"),
    [
        (FOUNDED, None, 9),
        (DAY, None, 9),
        (DAY + dt.timedelta(days=1), None, 10),
        (FOUNDED, DAY, 10),
        (FOUNDED, DAY + dt.timedelta(days=1), 9),
    ],
)
def test_a_restricted_member_has_no_vote(hold, branch_a, ten, started_on, ended_on, due):
    Restriction.objects.create(
        member=ten[0], ground="PROBATION", reference="纪〔2026〕1号", started_on=started_on,
        ended_on=ended_on,
    )  # fmt: skip
    activity = meet(hold, branch_a, "P" * 10)
    assert counted(activity) == (due, due)


@pytest.mark.parametrize(
    ("regularised_on", "due"),
    [(DAY - dt.timedelta(days=1), 10), (DAY, 10), (DAY + dt.timedelta(days=1), 9)],
)
def test_the_vote_begins_on_the_day_of_becoming_a_full_member(
    hold, branch_a, ten, regularised_on, due
):
    ten[0].admitted_on, ten[0].regularised_on = dt.date(2025, 10, 1), regularised_on
    ten[0].save()
    assert counted(meet(hold, branch_a, "P" * 10)) == (due, due)


def test_who_left_since_was_due_then(hold, branch_a, join, ten):
    join(branch_a, "后来走", status=MemberStatus.LEFT, until=DAY + dt.timedelta(days=1))
    join(branch_a, "先走", status=MemberStatus.LEFT, until=DAY)
    activity = meet(hold, branch_a, "P" * 11)
    assert counted(activity) == (11, 11)


@pytest.fixture
def board(branch_a, join, at, secretary):
    """A committee of five: the secretary, a deputy and three members, all on the roll."""
    roles = [Role.DEPUTY_SECRETARY, *[Role.COMMITTEE_MEMBER] * 3]
    join(branch_a, "周岚", user=secretary)
    for number, role in enumerate(roles):
        user = User.objects.create(username=f"wei{number}", name=f"委员{number}", created_at=at)
        Post.objects.create(user=user, organization=branch_a, role=role, started_on=FOUNDED)
        join(branch_a, user.name, user=user)
    return secretary


def test_a_committee_counts_its_members(hold, branch_a, board, ten):
    activity = meet(hold, branch_a, "PPPLA", kind=COMMITTEE)
    assert counted(activity) == (5, 3)


def test_a_committee_member_without_a_file_is_due_and_never_present(hold, branch_a, board, at):
    user = User.objects.create(username="ghost", name="无档案", created_at=at)
    Post.objects.create(
        user=user, organization=branch_a, role=Role.COMMITTEE_MEMBER, started_on=FOUNDED
    )
    activity = meet(hold, branch_a, "PPPPP", kind=COMMITTEE)
    found = electorates.of_activity(activity, queries.rules_of(activity))
    assert (found.due, found.present, found.unlinked) == (6, 5, ("无档案",))


def test_counting_voters_takes_as_many_queries_for_thirty(
    hold, branch_a, join, ten, django_assert_num_queries
):
    activity = meet(hold, branch_a, "P" * 10)
    rules = queries.rules_of(activity)
    with django_assert_num_queries(3):
        electorates.of_activity(activity, rules)
    for number in range(20):
        join(branch_a, f"新{number}")
    with django_assert_num_queries(3):
        electorates.of_activity(activity, rules)


# Recording


@pytest.mark.parametrize(
    ("marks", "yes", "is_passed"),
    [
        ("PPPPPPPPPP", 5, False),  # exactly half of ten due
        ("PPPPPPPPPP", 6, True),
        ("PPPPPAAAAA", 5, False),  # exactly half present: may vote, cannot carry
        ("PPPPPPAAAA", 6, True),
    ],
)
def test_carried_or_not_it_is_recorded(hold, branch_a, ten, secretary, marks, yes, is_passed):
    row = record(meet(hold, branch_a, marks), secretary, yes=yes)
    present = marks.count("P")
    assert (row.due, row.present, row.is_passed) == (10, present, is_passed)


def test_below_half_nothing_is_decided(hold, branch_a, ten, secretary):
    activity = meet(hold, branch_a, "PPPPAAAAAA")
    with pytest.raises(objections.Blocked) as refused:
        record(activity, secretary, yes=4)
    assert str(refused.value) == (
        "应到 10 人的一半是 5 人，实到 4 人，没有达到规定人数"
        "（《中国共产党支部工作条例（试行）》第十一条）。"
    )
    assert not Resolution.objects.exists()


def test_admission_needs_more_than_half_or_a_word_that_it_is_meant(
    hold, branch_a, ten, secretary, join
):
    """The article of the membership rules has not been seen itself: it warns."""
    about = join(branch_a, "新人", status=MemberStatus.PROBATIONARY)
    activity = meet(hold, branch_a, "PPPPPAAAAA" + "P")
    given = {"kind": DecisionKind.ADMISSION, "about": about, "yes": 5, "written_yes": 1}
    with pytest.raises(objections.Unconfirmed) as refused:
        record(activity, secretary, **given)
    assert {each.code for each in refused.value.objections} == {"F15", "M19"}
    row = record(activity, secretary, confirmed=True, **given)
    assert (row.is_passed, row.written_yes) == (True, 1)


@pytest.mark.parametrize("kind", [kind for kind in DecisionKind if kind != "ORDINARY"])
def test_a_committee_decides_nothing_of_the_general_meeting(hold, branch_a, board, kind, join):
    activity = meet(hold, branch_a, "PPPPP", kind=COMMITTEE)
    with pytest.raises(objections.Blocked) as refused:
        record(activity, board, kind=kind, about=join(branch_a, "某人"), yes=5)
    assert [each.code for each in refused.value.objections] == ["M16"]


@pytest.mark.parametrize(
    ("marks", "yes", "is_passed"), [("PPPAA", 2, False), ("PPPAA", 3, True), ("PPAAA", 2, None)]
)
def test_a_committee_decides_by_half_of_its_members(hold, branch_a, board, marks, yes, is_passed):
    activity = meet(hold, branch_a, marks, kind=COMMITTEE)
    if is_passed is None:
        with pytest.raises(objections.Blocked) as refused:
            record(activity, board, yes=yes)
        assert [each.code for each in refused.value.objections] == ["M2Q"]
    else:
        assert record(activity, board, yes=yes).is_passed is is_passed


def test_a_matter_that_went_through_the_committee_needs_no_word(hold, branch_a, board, join):
    for number in range(3):
        join(branch_a, f"党员{number}")
    about = join(branch_a, "受表彰的")
    earlier = record(
        meet(hold, branch_a, "PPPPP", kind=COMMITTEE), board, yes=5, subject="研究表彰"
    )
    activity = meet(hold, branch_a, "P" * 9)
    given = {"kind": DecisionKind.PRAISE, "about": about, "yes": 9}
    with pytest.raises(objections.Unconfirmed) as refused:
        record(activity, board, **given)
    assert [each.code for each in refused.value.objections] == ["M19"]
    assert record(activity, board, prior=earlier, **given).prior == earlier


@pytest.mark.parametrize(
    ("held_on", "yes", "done", "fits"),
    [
        (DAY, 5, "", True),  # open, its roll taken
        (DAY - dt.timedelta(days=1), 5, "close", True),
        (DAY - dt.timedelta(days=1), 5, "cancel", False),
        (DAY - dt.timedelta(days=1), 5, "forget", False),  # somebody has no mark any more
        (DAY - dt.timedelta(days=1), 2, "close", False),  # not passed
        (DAY + dt.timedelta(days=1), 5, "", False),
    ],
)
def test_what_went_through_the_committee(hold, branch_a, board, join, held_on, yes, done, fits):
    about = join(branch_a, "受表彰的")
    earlier = hold(branch_a, COMMITTEE, held_on, "PPPPP", close=False)
    item = record(earlier, board, yes=yes, subject="研究表彰")
    if done == "close":
        operations.close(activity=earlier, by=board, at=moment(DAY))
    elif done == "cancel":
        operations.cancel(activity=earlier, reason="停电", by=board, at=moment(DAY))
    elif done == "forget":
        earlier.attendances.filter(member=board.member).update(status="UNMARKED")
    activity = meet(hold, branch_a, "P" * 6)
    given = {"kind": DecisionKind.PRAISE, "about": about, "yes": 6, "prior": item}

    assert list(queries.prior_items(activity)) == ([item] if fits else [])
    if fits:
        assert record(activity, board, **given).prior == item
    else:
        with pytest.raises(Refused, match="支委会上已经通过的事项"):
            record(activity, board, **given)


def test_a_branch_without_a_committee_goes_straight_to_the_meeting(
    hold, branch_a, three, secretary
):
    activity = meet(hold, branch_a, "PPP")
    given = {"kind": DecisionKind.PRAISE, "about": three[0], "yes": 3}
    assert record(activity, secretary, **given).is_passed is True


def test_no_vote_before_the_roll(hold, branch_a, ten, secretary):
    activity = hold(branch_a, ASSEMBLY, DAY, "", close=False)
    with pytest.raises(RollIncomplete):
        record(activity, secretary, yes=6)


def test_a_theme_day_does_not_vote(hold, branch_a, ten, secretary):
    activity = meet(hold, branch_a, "P" * 10, kind=ActivityKind.THEME_DAY)
    with pytest.raises(Refused, match="不作表决"):
        record(activity, secretary, yes=6)


def test_one_vote_a_person(hold, branch_a, ten, secretary):
    activity = meet(hold, branch_a, "P" * 10)
    given = {"kind": DecisionKind.PRAISE, "about": ten[0], "yes": 9, "confirmed": True}
    record(activity, secretary, **given)
    with pytest.raises(Refused, match="已经登记"):
        record(activity, secretary, **given)


def test_numbers_that_cannot_be_are_refused(hold, branch_a, ten, secretary):
    with pytest.raises(Refused, match="合计 11 票，比有表决权的实到 10 人多"):
        record(meet(hold, branch_a, "P" * 10), secretary, yes=10, no=1)


def test_changing_and_removing_leave_their_trace(hold, branch_a, ten, secretary):
    activity = meet(hold, branch_a, "P" * 10)
    row = record(activity, secretary, yes=5)
    votes.change_resolution(
        resolution=row,
        motion=Motion(
            subject="年度工作计划", method=Method.BALLOT,
            tally=Tally(yes=7, no=2, issued=10, returned=10, void=1),
        ),
        by=secretary, at=moment(DAY),
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.is_passed, row.void, row.ordinal) == (True, 1, 1)
    votes.remove_resolution(resolution=row, by=secretary, at=moment(DAY))
    assert list(Resolution.objects.all()) == []
    told = AuditEntry.objects.filter(action__startswith="vote.").order_by("id")
    assert [(entry.action, entry.object_id) for entry in told] == [
        (action, str(activity.pk)) for action in ("vote.recorded", "vote.changed", "vote.removed")
    ]


def test_a_closed_record_is_locked(hold, branch_a, ten, secretary):
    activity = meet(hold, branch_a, "P" * 10)
    row = record(activity, secretary, yes=9)
    operations.close(activity=activity, by=secretary, at=moment(DAY))
    with pytest.raises(StepNotAllowed):
        record(activity, secretary, yes=9)
    with pytest.raises(StepNotAllowed):
        votes.remove_resolution(resolution=row, by=secretary, at=moment(DAY))
    with pytest.raises(StepNotAllowed):
        leave_out(activity, ten[0], secretary)


# 不计入应到


def leave_out(activity, member, by, approval="组〔2026〕3号", vote="全体到会党员举手通过"):
    return voters.exempt_voter(
        activity=activity, member=member, ground=ExemptionGround.BEDRIDDEN,
        approval_reference=approval, vote_reference=vote, by=by, at=moment(DAY),
    )  # fmt: skip


def test_with_both_references_a_member_is_left_out(hold, branch_a, three, secretary):
    activity = meet(hold, branch_a, "PPA")
    leave_out(activity, three[2], secretary)
    found = electorates.of_activity(activity, queries.rules_of(activity))
    assert (found.due, found.present, found.words) == (
        2, 2, "应到 2 人 = 有表决权的正式党员 3 人 − 经批准不计入应到 1 人",
    )  # fmt: skip


@pytest.mark.parametrize(("approval", "vote"), [("", "通过"), ("组〔2026〕3号", ""), (" ", " ")])
def test_without_both_the_member_stays(hold, branch_a, three, secretary, approval, vote):
    activity = meet(hold, branch_a, "PPA")
    with pytest.raises(Refused, match="缺一项仍计入应到"):
        leave_out(activity, three[2], secretary, approval, vote)
    assert counted(activity) == (3, 2)


def test_whoever_is_here_is_due(hold, branch_a, three, secretary):
    activity = meet(hold, branch_a, "PPA")
    with pytest.raises(Refused, match="到会的党员计入应到"):
        leave_out(activity, three[0], secretary)


def test_the_meetings_own_vote_on_it_counted_everybody(hold, branch_a, three, secretary):
    """First the vote with three due, then the exemption, then a vote with two due: it closes."""
    activity = meet(hold, branch_a, "PPA")
    first = record(activity, secretary, subject="王强不计入应到", yes=2)
    exemption = voters.exempt_voter(
        activity=activity, member=three[2], ground=ExemptionGround.ABROAD,
        approval_reference="组〔2026〕3号", vote_reference="2 人赞成", by=secretary,
        at=moment(DAY, 18),
    )  # fmt: skip
    second = votes.record_resolution(
        activity=activity, motion=Motion("年度计划", Tally(yes=2)), by=secretary,
        at=moment(DAY, 19),
    )  # fmt: skip
    assert (first.due, second.due) == (3, 2)
    operations.close(activity=activity, by=secretary, at=moment(DAY, 20))
    assert VoterExemption.objects.get() == exemption


@pytest.mark.parametrize(
    ("later", "changes", "rows"),
    [(0, {}, 1), (59, {}, 1), (60, {}, 2), (1, {"subject": "活动安排"}, 2), (1, {"yes": 2}, 2)],
)
def test_what_is_sent_twice_is_recorded_once(
    hold, branch_a, three, secretary, later, changes, rows
):
    activity = meet(hold, branch_a, "PPP")
    first = record(activity, secretary, yes=3)
    second = record(
        activity, secretary, later=dt.timedelta(seconds=later), **({"yes": 3} | changes)
    )

    assert (activity.resolutions.count(), second == first) == (rows, rows == 1)


def test_a_roll_changed_after_the_vote_does_not_close(hold, branch_a, three, secretary):
    activity = meet(hold, branch_a, "PPP")
    record(activity, secretary, yes=3)
    operations.take_roll(
        activity=activity, marks={three[0].pk: Mark("ABSENT")}, by=secretary, at=moment(DAY)
    )
    with pytest.raises(Refused, match="到会情况又改过"):
        operations.close(activity=activity, by=secretary, at=moment(DAY))


# A rule set aside


@pytest.fixture
def above(committee, at):
    user = User.objects.create(username="above", name="上级", created_at=at)
    Post.objects.create(user=user, organization=committee, role=Role.REVIEWER, started_on=FOUNDED)
    return user


def set_aside(activity, by, path, code="M17", reason="抢险在岗，已电话报告"):
    return voters.set_aside(
        activity=activity, code=code, reason=reason, reach=Scope((path,)), by=by, at=moment(DAY)
    )


def test_from_above_a_rule_is_set_aside_with_its_reason(
    hold, committee, branch_a, ten, secretary, above
):
    activity = meet(hold, branch_a, "PPPPAAAAAA")
    set_aside(activity, above, committee.path)
    assert record(activity, secretary, yes=4).is_passed is False
    operations.close(activity=activity, by=secretary, at=moment(DAY))
    activity.refresh_from_db()
    said = {title.partition("、")[2]: text for title, text in documents.record_of(activity).parts}
    assert said["经上级同意不按规则办理"][0].endswith(
        "：上级同意不按此办理，理由：抢险在岗，已电话报告"
    )


def test_nobody_sets_a_rule_aside_for_the_own_branch(hold, committee, branch_a, ten, secretary):
    activity = meet(hold, branch_a, "PPPPAAAAAA")
    with pytest.raises(Refused, match="本支部不能自己突破"):
        set_aside(activity, secretary, branch_a.path)
    # Nor with a post above, if he belongs to the branch as well.
    with pytest.raises(Refused, match="本支部不能自己突破"):
        set_aside(activity, secretary, committee.path)
    assert not RuleOverride.objects.exists()


@pytest.mark.parametrize(
    ("since", "may"),
    [
        (FOUNDED, False),  # on the meeting's day
        (DAY + dt.timedelta(days=1), False),  # on the day of the act alone
        (DAY + dt.timedelta(days=2), True),
    ],
)
def test_nor_by_whoever_belongs_to_it_on_the_day_of_the_act(
    hold, committee, branch_a, ten, above, join, since, may
):
    activity = meet(hold, branch_a, "PPPPAAAAAA")
    join(branch_a, "上级", user=above, since=since)

    def act():
        voters.set_aside(
            activity=activity, code="M17", reason="抢险", reach=Scope((committee.path,)), by=above,
            at=moment(DAY + dt.timedelta(days=1)),
        )  # fmt: skip

    if may:
        act()
    else:
        with pytest.raises(Refused, match="本支部不能自己突破"):
            act()
    assert RuleOverride.objects.exists() is may


@pytest.mark.parametrize("days", [0, 1])
def test_on_another_day_the_rule_is_in_force_again(
    hold, committee, branch_a, ten, secretary, above, days
):
    activity = meet(hold, branch_a, "PPPPAAAAAA")
    set_aside(activity, above, committee.path)

    operations.change(
        activity=activity, by=secretary, at=moment(DAY),
        details=details(DAY - dt.timedelta(days=days), starts_at=activity.starts_at),
    )  # fmt: skip

    assert RuleOverride.objects.exists() is (days == 0)
    told = [entry.before for entry in AuditEntry.objects.filter(action="vote.rules_restored")]
    assert told == ([{"rule": "M17", "reason": "抢险在岗，已电话报告"}] if days else [])


@pytest.mark.parametrize(("code", "reason"), [("M17", " "), ("M19", "有理由"), ("X1", "有理由")])
def test_only_a_blocking_rule_and_with_a_reason(
    hold, committee, branch_a, ten, above, code, reason
):
    activity = meet(hold, branch_a, "PPPPAAAAAA")
    with pytest.raises(Refused):
        set_aside(activity, above, committee.path, code, reason)


# Minutes


def test_the_minutes_spell_it_out(hold, branch_a, three, secretary):
    activity = meet(hold, branch_a, "PPA", host_note="书记委托")
    record(activity, secretary, yes=2, text="同意实施。")
    operations.close(activity=activity, by=secretary, at=moment(DAY))
    activity.refresh_from_db()
    document = documents.record_of(activity)
    said = {title.partition("、")[2]: text for title, text in document.parts}
    assert said["表决事项和结果"] == (
        "1. 年度工作计划。举手表决：赞成 2 票，反对 0 票，弃权 0 票。"
        "应到 3 人的一半是 1.5 人，实到 2 人，达到规定人数。"
        "赞成 2 票，超过应到 3 人的一半（1.5），通过。同意实施。",
    )
    assert dict(document.facts)["主持委托"] == "书记委托"


def test_a_committee_above_may_let_online_count(hold, committee, branch_a, ten, above):
    """The parameter follows the committee's adjustment once one is made."""
    RegulationAdjustment.objects.create(
        committee=committee, code="M17", parameters={"online_counts": True}, reason="试行",
        effective_from=FOUNDED, made_by=above, made_at=moment(DAY),
    )  # fmt: skip
    assert counted(meet(hold, branch_a, "PPPPPTTOLA")) == (10, 8)
