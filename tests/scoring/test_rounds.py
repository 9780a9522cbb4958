"""Grading rounds: who takes which step from where, the working-day clock, and what then stands."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from branches.access import Grant, Grants
from branches.models import AuditEntry, Organization, Post, User
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.rules.workflow import StepNotAllowed
from branches.scope import Scope
from scoring import duties
from scoring.models import Appeal, Line, PointEntry, Round, RoundComment, RoundEvent, Run
from scoring.operations import runs
from scoring.operations.rounds import CannotStep, comment, open_round, reply, take
from scoring.queries import rounds
from scoring.rules.rounds import RoundState, RoundStep
from tests.conftest import FOUNDED, set_up
from tests.scoring.grading import (
    ASKED,
    COMPUTED,
    LATER,
    OPENED,
    POINTS,
    PUBLIC_UNTIL,
    PUBLISHED,
    STARS,
    adopt,
    begun,
    computed,
    enter,
    moment,
    notes,
    refused,
)

S, T = RoundState, RoundStep


@pytest.fixture
def reviewer(person, committee) -> User:
    return person(Role.REVIEWER, committee).user


@pytest.fixture
def leader(person, committee) -> User:
    return person(Role.SECRETARY, committee).user


@pytest.fixture
def secretary(person, branch_a) -> User:
    return person(Role.SECRETARY, branch_a).user


@pytest.fixture
def version(committee, branch_a, branch_b, reviewer):
    enter("stars", "files", 95, branch_a, reviewer)
    enter("stars", "files", 80, branch_b, reviewer)
    return adopt(committee, STARS)


@pytest.fixture
def run(version) -> Run:
    return computed(version)


# Who may take which step


OFFICE = {
    S.FIRST: [T.ASK_COMMENTS, T.WITHDRAW],
    S.COMMENTS: [T.PUBLISH, T.WITHDRAW],
    S.PUBLIC: [T.END_NOTICE, T.WITHDRAW],
    S.VERIFYING: [T.SUBMIT, T.WITHDRAW],
}
LEADERS = {S.DECIDING: [T.RETURN, T.DECIDE]}
NOBODY: dict[RoundState, list[RoundStep]] = {}


@pytest.mark.parametrize("state", list(RoundState))
@pytest.mark.parametrize(
    ("role", "path", "expected"),
    [
        (Role.REVIEWER, "00010001", OFFICE),
        (Role.REVIEWER, "0001", OFFICE),  # above the committee
        (Role.REVIEWER, "000100010001", NOBODY),  # at a branch of it
        (Role.REVIEWER, "00010002", NOBODY),  # beside it
        (Role.SECRETARY, "00010001", LEADERS),
        (Role.SECRETARY, "0001", LEADERS),
        (Role.SECRETARY, "000100010001", NOBODY),
        (Role.DEPUTY_SECRETARY, "00010001", NOBODY),
        (Role.COMMITTEE_MEMBER, "00010001", NOBODY),
        (Role.ADMINISTRATOR, "00010001", NOBODY),
        (Role.AUDITOR, "00010001", NOBODY),
        (None, "", NOBODY),
    ],
)
def test_steps_open_to_somebody(role, path, expected, state):
    round_ = Round(state=state, committee=Organization(path="00010001"))
    grants = Grants((Grant(role, path, "", ""),) if role else ())

    assert rounds.open_steps(round_, grants) == expected.get(state, [])


# Where a step leads


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (S.FIRST, {T.ASK_COMMENTS: S.COMMENTS, T.WITHDRAW: S.WITHDRAWN}),
        (S.COMMENTS, {T.PUBLISH: S.PUBLIC, T.WITHDRAW: S.WITHDRAWN}),
        (S.PUBLIC, {T.END_NOTICE: S.VERIFYING, T.WITHDRAW: S.WITHDRAWN}),
        (S.VERIFYING, {T.SUBMIT: S.DECIDING, T.WITHDRAW: S.WITHDRAWN}),
        (S.DECIDING, {T.RETURN: S.VERIFYING, T.DECIDE: S.FINAL}),
        (S.FINAL, {}),
        (S.WITHDRAWN, {}),
    ],
)
def test_every_step_from_every_state(run, reviewer, leader, state, expected):
    ends = {S.FINAL: T.DECIDE, S.WITHDRAWN: T.WITHDRAW}
    if state in ends:
        start = S.DECIDING if state == S.FINAL else S.FIRST
        round_ = take(
            round=begun(run, reviewer, start), step=ends[state], by=leader, at=LATER, note="原因"
        )
    else:
        round_ = begun(run, reviewer, state)

    reached = {}
    for step in RoundStep:
        with transaction.atomic():
            try:
                moved = take(round=round_, step=step, by=leader, at=LATER, note="原因")
            except StepNotAllowed:
                pass
            else:
                reached[step] = moved.state
                last = RoundEvent.objects.filter(round=moved).latest("id")
                assert (last.step, last.state, last.by) == (step, moved.state, leader)
            transaction.set_rollback(True)
    assert reached == expected


@pytest.mark.parametrize(
    ("state", "step"), [(S.FIRST, T.WITHDRAW), (S.PUBLIC, T.WITHDRAW), (S.DECIDING, T.RETURN)]
)
def test_taking_back_needs_a_reason(run, reviewer, leader, state, step):
    round_ = begun(run, reviewer, state)

    with refused(CannotStep, "请写明原因，它会留在定评的记录里。"):
        take(round=round_, step=step, by=leader, at=LATER, note="  ")

    round_.refresh_from_db()
    assert round_.state == state


# The beginning


def test_a_round_seals_its_run_and_keeps_the_period(run, version, reviewer):
    round_ = open_round(run=run, by=reviewer, at=OPENED)

    run.refresh_from_db()
    assert (round_.state, round_.run, run.sealed_at) == (S.FIRST, run, OPENED)
    entry = AuditEntry.objects.get(action="round.opened")
    assert (entry.actor_name, entry.after["checksum"]) == (reviewer.name, run.checksum)
    with pytest.raises(runs.PeriodInRound):
        computed(version)


def test_a_run_that_was_computed_anew_begins_no_round(run, version, reviewer):
    computed(version)

    with refused(CannotStep, "2026 年 8 月已经重新核算，请刷新页面，用最新的核算结果开始定评。"):
        open_round(run=run, by=reviewer, at=OPENED)


@pytest.mark.parametrize(
    ("computed_at", "opened_at", "text"),
    [
        (moment(8, 31, 23), moment(8, 31, 23),
         "2026 年 8 月还没有结束，期满并核算后才能开始定评。"),
        (moment(8, 31, 23), moment(9, 1),
         "这次核算时2026 年 8 月还没有结束，请重新核算后再开始定评。"),
        (moment(9, 1, 0), moment(9, 1), ""),
    ],
)  # fmt: skip
def test_only_a_finished_period_begins_a_round(version, reviewer, computed_at, opened_at, text):
    run = computed(version, at=computed_at)
    ready = [] if text else [run]
    assert rounds.candidates(Scope(("",)), opened_at.date()) == ready

    if text:
        with refused(CannotStep, text):
            open_round(run=run, by=reviewer, at=opened_at)
    else:
        assert open_round(run=run, by=reviewer, at=opened_at).state == S.FIRST


def test_a_period_has_one_round_at_a_time(run, reviewer):
    open_round(run=run, by=reviewer, at=OPENED)

    with refused(CannotStep, "2026 年 8 月的定评已经开始，请在定评列表中打开它。"):
        open_round(run=run, by=reviewer, at=OPENED)


def test_a_run_without_subjects_begins_no_round(committee, reviewer):
    run = computed(adopt(committee, POINTS))

    assert rounds.candidates(Scope((committee.path,)), OPENED.date()) == []
    with refused(CannotStep, "这次核算没有考评对象，请检查组织和党员名册，重新核算后再开始定评。"):
        open_round(run=run, by=reviewer, at=OPENED)


def test_a_withdrawn_round_frees_the_period_and_its_run_stays_sealed(run, version, reviewer):
    withdrawn = take(
        round=begun(run, reviewer), step=T.WITHDRAW, by=reviewer, at=OPENED, note="漏录"
    )
    run.refresh_from_db()
    assert run.is_sealed
    with refused(CannotStep, "这次核算的定评已经撤回，请重新核算2026 年 8 月后再开始定评。"):
        open_round(run=run, by=reviewer, at=OPENED)
    scope = Scope((version.committee.path,))
    assert rounds.candidates(scope, OPENED.date()) == []

    anew = computed(version)

    assert rounds.candidates(scope, OPENED.date()) == [anew]
    again = open_round(run=anew, by=reviewer, at=OPENED)
    withdrawn.refresh_from_db()
    assert (withdrawn.state, withdrawn.run, again.run) == (S.WITHDRAWN, run, anew)
    assert rounds.candidates(scope, OPENED.date()) == []


# The clock


def test_the_clock_skips_the_holiday_and_counts_the_worked_saturday(run, reviewer):
    round_ = take(round=begun(run, reviewer), step=T.ASK_COMMENTS, by=reviewer, at=ASKED)
    assert round_.comments_until == dt.date(2026, 10, 8)

    with refused(CannotStep, "征求意见到 2026 年 10 月 8 日为止，次日起才能开始公示。"):
        take(round=round_, step=T.PUBLISH, by=reviewer, at=moment(10, 8, 23))

    round_ = take(round=round_, step=T.PUBLISH, by=reviewer, at=PUBLISHED)
    assert (round_.public_from, round_.public_until) == (PUBLISHED.date(), PUBLIC_UNTIL)

    with refused(CannotStep, "公示到 2026 年 10 月 15 日为止，次日起才能结束公示。"):
        take(round=round_, step=T.END_NOTICE, by=reviewer, at=moment(10, 15, 23))
    round_ = take(round=round_, step=T.END_NOTICE, by=reviewer, at=moment(10, 16, 0))
    assert round_.state == S.VERIFYING


# Comments


def test_comments_are_answered_before_the_notice(run, reviewer, secretary, branch_a):
    round_ = begun(run, reviewer, S.COMMENTS)
    said = comment(
        round=round_, organization=branch_a, text=" 少计一次 ", by=secretary, at=moment(10, 8, 23)
    )
    with refused(CannotStep, "还有 1 条意见没有答复，请逐条答复后再开始公示。"):
        take(round=round_, step=T.PUBLISH, by=reviewer, at=PUBLISHED)

    reply(comment=said, text="已核对", by=reviewer, at=PUBLISHED)

    said.refresh_from_db()
    assert (said.text, said.reply, said.replied_by) == ("少计一次", "已核对", reviewer)
    assert notes(secretary)[-1] == "2026 年 8 月星级支部的意见已答复：已核对"
    with refused(CannotStep, "这条意见已经答复，请刷新页面查看。"):
        reply(comment=said, text="再答", by=reviewer, at=PUBLISHED)
    assert take(round=round_, step=T.PUBLISH, by=reviewer, at=PUBLISHED).state == S.PUBLIC


def test_nobody_answers_the_own_comment(run, reviewer, person, committee, branch_a):
    client = person(Role.REVIEWER, committee)
    both = client.user
    Post.objects.create(user=both, organization=branch_a, role=Role.SECRETARY, started_on=FOUNDED)
    round_ = begun(run, reviewer, S.COMMENTS)
    said = comment(round=round_, organization=branch_a, text="少计", by=both, at=ASKED)

    with refused(CannotStep, "不能答复自己提出的意见，请由另一位负责考评的人员答复。"):
        reply(comment=said, text="已核对", by=both, at=ASKED)
    for user, waits in ((both, []), (reviewer, [f"/rounds/{round_.pk}/"])):
        grants = Grants.of(user, ASKED.date())
        found = duties.comments_to_reply(user, grants, ASKED.date())
        assert [duty.url for duty in found] == waits
    page = client.get(f"/rounds/{round_.pk}/")
    assert [form for _, form in page.context["comments"]] == [None]
    assert "由另一位负责考评的人员答复" in page.content.decode()
    assert reply(comment=said, text="已核对", by=reviewer, at=ASKED).replied_by == reviewer


@pytest.mark.parametrize(
    ("state", "at", "said", "text"),
    [
        (S.FIRST, ASKED, "少计", "现在不在征求意见阶段，不能提意见；公示期内有异议可以申诉。"),
        (S.PUBLIC, ASKED, "少计", "现在不在征求意见阶段，不能提意见；公示期内有异议可以申诉。"),
        (S.COMMENTS, moment(10, 9, 0), "少计",
         "征求意见已于 2026 年 10 月 8 日截止；公示期内有异议可以申诉。"),
        (S.COMMENTS, ASKED, " ", "内容不能为空，请写明后再提交。"),
    ],
)  # fmt: skip
def test_a_comment_out_of_time_is_refused(
    run, reviewer, secretary, branch_a, state, at, said, text
):
    round_ = begun(run, reviewer, state)

    with refused(CannotStep, text):
        comment(round=round_, organization=branch_a, text=said, by=secretary, at=at)


def test_who_was_not_rated_does_not_comment(run, reviewer, committee, at):
    late = set_up("QF09", "新设党支部", OrganizationKind.BRANCH, committee, at)
    with refused(CannotStep, "新设党支部不在这次定评的范围内，请核对所选支部。"):
        comment(
            round=begun(run, reviewer, S.COMMENTS), organization=late, text="意见", by=reviewer,
            at=ASKED,
        )  # fmt: skip


# Deciding


def test_whoever_submitted_does_not_decide(run, reviewer, leader):
    round_ = begun(run, reviewer, S.DECIDING)
    assert round_.submitted_by == reviewer

    with refused(CannotStep, "提交审定的人不能自己审定，请由另一位负责人审定。"):
        take(round=round_, step=T.DECIDE, by=reviewer, at=LATER)

    final = take(round=round_, step=T.DECIDE, by=leader, at=LATER)
    assert (final.state, final.decided_by, final.decided_at) == (S.FINAL, leader, LATER)


def test_a_returned_round_is_submitted_anew(run, reviewer, leader):
    round_ = take(
        round=begun(run, reviewer, S.DECIDING), step=T.RETURN, by=leader, at=LATER, note="再核"
    )
    assert (round_.state, round_.submitted_by) == (S.VERIFYING, None)

    assert take(round=round_, step=T.SUBMIT, by=leader, at=LATER).submitted_by == leader


def test_the_database_refuses_to_change_a_final_round(run, reviewer, leader, branch_a):
    final = take(round=begun(run, reviewer, S.DECIDING), step=T.DECIDE, by=leader, at=LATER)
    said = {"round": final, "organization": branch_a, "text": "迟到的话"}

    for change in (
        lambda: Round.objects.filter(pk=final.pk).update(state=S.VERIFYING),
        lambda: Round.objects.filter(pk=final.pk).update(public_until=LATER.date()),
        lambda: Round.objects.filter(pk=final.pk)._raw_delete("default"),
        lambda: RoundComment.objects.create(**said, by=leader, at=LATER),
        lambda: Appeal.objects.create(
            **said, filed_by=leader, filed_at=LATER, due_on=LATER.date(), item_code="files"
        ),
        lambda: RoundEvent.objects.filter(round=final).update(note="改"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    final.refresh_from_db()
    assert final.state == S.FINAL


def test_what_was_recorded_before_the_round_is_counted_in_it(run, reviewer, branch_a):
    enter("stars", "slips", 2, branch_a, reviewer)
    late = PointEntry.objects.filter(item_code="slips", organization=branch_a).latest("id")
    PointEntry.objects.filter(pk=late.pk).update(entered_at=COMPUTED + dt.timedelta(hours=1))

    round_ = open_round(run=run, by=reviewer, at=OPENED)

    line = Line.objects.get(run=round_.run, subject_id=branch_a.pk, item__code="slips")
    assert (line.quantity, round_.run.amended) == (2, 1)
