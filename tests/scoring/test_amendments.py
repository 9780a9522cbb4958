"""Late facts, corrections and roll-ups: what they touch, and that nothing else moves."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection

from activities.models import Activity, Attendance
from branches.models import Organization, User
from branches.rules.periods import Period
from members.models import Member, Membership
from scoring.models import Appeal, Line, Mark, Place, PointEntry, Round, Run, Score
from scoring.operations import amendments, corrections, rollups, runs, sealing
from scoring.queries import fingerprints
from scoring.queries.corrections import behind
from scoring.rules import explaining
from scoring.rules.rounds import RoundState
from tests.scoring.random_months import (
    AT,
    DAY,
    MARCH,
    MEMBERS,
    adopt,
    organization,
    random_month,
)

COMPUTED = AT + dt.timedelta(minutes=3)
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def author(db) -> User:
    return User.objects.create(username="author", name="登记人", created_at=AT)


@pytest.fixture
def committee(db) -> Organization:
    return organization("C", "COMMITTEE", None)


@pytest.fixture
def run(committee, author) -> Run:
    random_month(committee, author, random.Random(7))
    return runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=COMPUTED)


def _entry(member: Member, code: str, author: User, *, quantity: int = 1, at=LATER) -> PointEntry:
    return PointEntry.objects.create(
        scheme_code="all-rules",
        item_code=code,
        member=member,
        organization=member.memberships.get().branch,
        quantity=quantity,
        happened_on=DAY,
        evidence="事实",
        entered_by=author,
        entered_at=at,
    )


def _anew(run: Run) -> str:
    """Return the checksum of the same period computed from nothing."""
    return fingerprints.checksum(
        runs.compute(version=run.version, period=run.period, by=None, at=LATER).pk
    )


@pytest.mark.parametrize("seed", range(6))
def test_after_late_facts_the_run_is_what_computing_anew_would_give(run, author, seed):
    rng = random.Random(seed)
    before = fingerprints.checksum(run.pk)
    members = list(Member.objects.order_by("id"))
    touched = rng.sample(members, 4)
    for member in touched:
        _entry(member, rng.choice(["faults", "steps", "crime", "reported"]), author, quantity=3)
    Attendance.objects.filter(member=touched[0]).update(status="ABSENT")
    Membership.objects.filter(member=touched[1]).update(ended_on=DAY)

    amendments.amend(run=run, subjects=[member.pk for member in touched], at=LATER)

    amended = fingerprints.checksum(run.pk)
    assert amended != before
    assert amended == _anew(run)
    run.refresh_from_db()
    assert (run.amended, run.amended_at, run.subjects) == (
        4,
        LATER,
        Score.objects.filter(run=run).count(),
    )


def test_a_late_record_is_found_and_only_those_on_its_roll_are_rated(run, author):
    branch = Organization.objects.get(code="B1")
    late = Activity.objects.create(
        organization=branch, kind="THEME_DAY", title="补登", held_on=DAY, starts_at=dt.time(9),
        place="会议室", record_due_on=DAY, entered_by=author, entered_at=LATER,
    )  # fmt: skip
    present = Member.objects.filter(memberships__branch=branch).order_by("id")[:3]
    for member in present:
        Attendance.objects.create(
            activity=late, member=member, branch=branch, kind=late.kind, held_on=DAY,
            status="PRESENT", is_counted=True,
        )  # fmt: skip

    assert amendments.catch_up(run=run, at=LATER) == 3
    assert fingerprints.checksum(run.pk) == _anew(run)


def test_with_nothing_new_nobody_is_rated(run):
    assert amendments.catch_up(run=run, at=LATER) == 0


def test_one_and_thirty_late_members_take_the_same_statements(run, django_assert_num_queries):
    members = list(Member.objects.order_by("id").values_list("pk", flat=True))
    for count in (1, 30):
        with django_assert_num_queries(18):
            amendments.amend(run=run, subjects=members[:count], at=LATER)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM scoring_score",
        "DELETE FROM scoring_line",
        "DELETE FROM scoring_place",
        "UPDATE scoring_place SET rank = 1",
        "UPDATE scoring_run SET checksum = repeat('0', 64)",
        "UPDATE scoring_run SET sealed_at = NULL",
        "UPDATE scoring_run SET subjects = 1",
    ],
)
def test_a_sealed_run_is_kept_by_the_database(run, statement):
    sealing.seal(run=run, at=LATER)

    with pytest.raises(DatabaseError, match="sealed"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_sealed_run_takes_no_late_facts(run):
    sealing.seal(run=run, at=LATER)
    run.refresh_from_db()

    with pytest.raises(amendments.CannotAmend):
        amendments.amend(run=run, subjects=[1], at=LATER)


def test_an_old_month_computed_again_gives_the_bytes_it_gave(run):
    sealed = sealing.seal(run=run, at=LATER)

    assert _anew(run) == sealed.checksum


def _appeal(run: Run, member: Member, author: User, item: str) -> Appeal:
    sealing.seal(run=run, at=LATER)
    round_ = Round.objects.create(
        run=run, committee=run.committee, scheme_code=run.scheme_code,
        period_start=run.period_start, period_kind=run.period_kind, opened_by=author,
        opened_at=LATER, state=RoundState.PUBLIC,
    )  # fmt: skip
    return Appeal.objects.create(
        round=round_, organization=member.memberships.get().branch, member=member,
        item_code=item, item_title=item, text="有误", filed_by=author, filed_at=LATER, due_on=DAY,
    )  # fmt: skip


def _correct(appeal: Appeal, author: User, *, lifts_veto: bool = False, quantity=Decimal(0)):
    made = corrections.correct(
        appeal=appeal, quantity=None if lifts_veto else quantity, base=None,
        lifts_veto=lifts_veto, by=author, at=LATER,
    )  # fmt: skip
    corrections.rate_again(correction=made, at=LATER)
    made.refresh_from_db()
    return made


def test_a_correction_rates_the_round_again_from_what_was_counted(run, author):
    line = Line.objects.filter(run=run, item__code="daily", quantity__gt=0).first()
    member = Member.objects.get(pk=line.subject_id)
    appeal = _appeal(run, member, author, "daily")
    other = Member.objects.exclude(pk=member.pk).first()
    _entry(other, "faults", author, quantity=9)  # recorded too late for the round

    correction = _correct(appeal, author)

    appeal.round.refresh_from_db()
    after = appeal.round.run
    assert (after, after.corrects, after.is_sealed, after.is_current) == (
        correction.run, run, True, True,
    )  # fmt: skip
    assert (correction.before_quantity, correction.quantity) == (line.quantity, 0)
    changed = {
        key
        for key in (set(_lines(run)) | set(_lines(after)))
        if _lines(run).get(key) != _lines(after).get(key)
    }
    assert changed == {(member.pk, "daily")}


def _lines(run: Run) -> dict[tuple[int, str], tuple[Decimal, Decimal | None, Decimal]]:
    rows = Line.objects.filter(run=run).values_list(
        "subject_id", "item__code", "quantity", "base", "points"
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def test_correcting_nothing_gives_the_same_bytes(run, author):
    line = Line.objects.filter(run=run, item__code="daily").first()
    appeal = _appeal(run, Member.objects.get(pk=line.subject_id), author, "daily")

    correction = _correct(appeal, author, quantity=line.quantity)

    assert correction.run.checksum == Run.objects.get(pk=run.pk).checksum


def test_a_lifted_veto_gives_a_place(run, author):
    vetoed = Score.objects.filter(run=run).exclude(veto="").first()
    assert vetoed.place is None
    appeal = _appeal(run, vetoed.member, author, "crime")

    correction = _correct(appeal, author, lifts_veto=True)

    score = Score.objects.get(run=correction.run, member=vetoed.member)
    assert (score.veto, score.total) == ("", vetoed.total)
    assert score.place == Place.objects.get(
        run=correction.run, comparison_group=score.comparison_group, total=score.total
    )


def test_a_period_in_a_round_is_not_computed(run, author):
    _appeal(run, Member.objects.first(), author, "daily")

    with pytest.raises(runs.PeriodInRound, match="2026 年 3 月的结果已进入定评"):
        runs.recompute(committee=run.committee, period=MARCH, by=None, at=LATER)


MARKED = """
code = "marked"
title = "打分"
target = "organization"
period = "month"
groups = "all"

[[part]]
code = "base"
title = "基础"
full = 10

  [[part.item]]
  code = "first"
  title = "第一项"
  rule = "mark"
  full = 10

[[outcome.band]]
label = "好"
star = 2
min = 8

[[outcome.band]]
label = "差"
star = 1
min = 0

[[rollup]]
of = "month"
to = "quarter"

[[rollup]]
of = "quarter"
to = "half-year"
weights = [0.4, 0.6]
"""


def _mark(branch: Organization, month: Period, value: str, author: User) -> None:
    Mark.objects.create(
        scheme_code="marked", item_code="first", organization=branch,
        period_start=month.first_day, value=value, marked_by=author, marked_at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("marks", "total", "star"),
    [
        (("7", "8", "9"), "8.00", 2),
        (("7", "8", "8"), "7.67", 1),
        (("10", "10", "10"), "10.00", 2),
        (("10", None, "10"), None, None),
    ],
)
def test_a_quarter_is_the_mean_of_its_months(committee, author, marks, total, star):
    branch = organization("B", "BRANCH", committee)
    version = adopt(committee, MARKED)
    months = Period.parse("2026Q1").months
    for month, value in zip(months, marks, strict=True):
        if value is not None:
            _mark(branch, month, value, author)
        runs.compute(version=version, period=month, by=None, at=AT)

    run = rollups.roll_up(version=version, period=Period.parse("2026Q1"), by=None, at=AT)

    [score] = Score.objects.filter(run=run)
    expected = None if total is None else Decimal(total)
    assert (score.total, score.star, score.parts) == (expected, star, [expected])
    assert [source.source.period for source in run.sources.all()] == months


def test_a_half_year_weighs_its_quarters(committee, author):
    branch = organization("B", "BRANCH", committee)
    version = adopt(committee, MARKED)
    for n, month in enumerate(Period.parse("2026H1").months):
        _mark(branch, month, "5" if n < 3 else "9.01", author)
        runs.compute(version=version, period=month, by=None, at=AT)
    for quarter in ("2026Q1", "2026Q2"):
        rollups.roll_up(version=version, period=Period.parse(quarter), by=None, at=AT)

    run = rollups.roll_up(version=version, period=Period.parse("2026H1"), by=None, at=AT)

    assert Score.objects.get(run=run).total == Decimal("7.41")  # 0.4 × 5 + 0.6 × 9.01 = 7.406


def test_a_quarter_waits_for_its_months(committee):
    version = adopt(committee, MARKED)
    runs.compute(version=version, period=Period.parse("2026-01"), by=None, at=AT)

    with pytest.raises(
        rollups.CannotRollUp, match="2026 年 2 月、2026 年 3 月还没有核算，不能汇总2026 年第一季度"
    ):
        rollups.roll_up(version=version, period=Period.parse("2026Q1"), by=None, at=AT)


def test_several_inspectors_count_by_their_mean_and_a_review_stands_in(committee, author):
    branch = organization("B", "BRANCH", committee)
    version = adopt(committee, MARKED)
    other = User.objects.create(username="other", name="另一人", created_at=AT)
    _mark(branch, MARCH, "8", author)
    _mark(branch, MARCH, "9.01", other)

    mean = runs.compute(version=version, period=MARCH, by=None, at=AT)
    Mark.objects.create(
        scheme_code="marked", item_code="first", organization=branch, kind="SPOT",
        period_start=MARCH.first_day, value="3", note="现场不符", marked_by=author, marked_at=AT,
    )  # fmt: skip
    reviewed = runs.compute(version=version, period=MARCH, by=None, at=AT)

    totals = [Score.objects.get(run=one).total for one in (mean, reviewed)]
    assert totals == [Decimal("8.51"), Decimal("3.00")]  # 8.505 half up


def test_a_later_month_rolls_its_quarter_up_again(committee, author):
    branch = organization("B", "BRANCH", committee)
    version = adopt(committee, MARKED)
    quarter = Period.parse("2026Q1")
    for month in quarter.months:
        _mark(branch, month, "6", author)
        runs.compute(version=version, period=month, by=None, at=AT)
    first = rollups.roll_up(version=version, period=quarter, by=None, at=AT)
    assert rollups.outdated(first) == []

    Mark.objects.filter(period_start=quarter.first_day).update(value="9")
    runs.compute(version=version, period=quarter.months[0], by=None, at=LATER)
    [again] = rollups.refresh(version=version, period=quarter.months[0], by=None, at=LATER)

    assert rollups.outdated(first) != []
    assert (again.period, Score.objects.get(run=again).total) == (quarter, Decimal("7.00"))


def test_a_quarter_is_not_made_of_provisional_months(committee):
    organization("B", "BRANCH", committee)
    version = adopt(committee, MARKED)
    for month in Period.parse("2026Q1").months:
        runs.compute(version=version, period=month, by=None, at=AT - dt.timedelta(days=3))

    with pytest.raises(rollups.CannotRollUp, match="2026 年 3 月还是暂算"):
        rollups.roll_up(version=version, period=Period.parse("2026Q1"), by=None, at=AT)


def test_a_corrected_line_says_what_it_was(run, author):
    line = Line.objects.filter(run=run, item__code="daily", quantity__gt=0).first()
    appeal = _appeal(run, Member.objects.get(pk=line.subject_id), author, "daily")
    corrected = _correct(appeal, author)
    score = Score.objects.get(run=corrected.run, member=appeal.member)

    [found] = behind(score, "daily")

    assert (found.before, found.after, found.correction) == (
        explaining.plain(line.quantity), "0", corrected,
    )  # fmt: skip
    assert behind(score, "rate") == []
