"""The sweep that follows late facts, and the quarter that a month completes."""

import datetime as dt

import pytest
from django.utils import timezone

from branches.models import Organization, User
from branches.rules.periods import Period
from members.models import Member, Membership
from scoring import tasks
from scoring.models import PointEntry, Run, Score
from scoring.operations import runs, sealing
from tests.scoring.random_months import AT, FOUNDED, MEMBERS, adopt, organization
from tests.scoring.test_amendments import MARKED

NOW = timezone.now()
THIS_MONTH = Period.containing(timezone.localdate(NOW))


@pytest.fixture
def committee(db) -> Organization:
    return organization("C", "COMMITTEE", None)


@pytest.fixture
def late(committee) -> tuple[Run, Member]:
    """A run of this month, computed an hour ago, and a member with a fact entered just now."""
    branch = organization("B", "BRANCH", committee)
    author = User.objects.create(username="author", name="登记人", created_at=AT)
    members = Member.objects.bulk_create(
        Member(name=f"党员{n}", name_pinyin="d", name_strokes="1") for n in range(20)
    )
    for member in members:
        Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
    run = runs.compute(
        version=adopt(committee, MEMBERS), period=THIS_MONTH, by=None,
        at=NOW - dt.timedelta(hours=1),
    )  # fmt: skip
    PointEntry.objects.create(
        scheme_code="all-rules", item_code="faults", member=members[0], organization=branch,
        quantity=1, happened_on=THIS_MONTH.first_day, evidence="事实", entered_by=author,
        entered_at=NOW,
    )  # fmt: skip
    return run, members[0]


def test_the_sweep_rates_who_has_a_late_fact(late):
    run, member = late
    before = Score.objects.get(run=run, member=member).total

    tasks.catch_up()

    run.refresh_from_db()
    assert (run.is_current, run.amended) == (True, 1)
    assert Score.objects.get(run=run, member=member).total == before - 4


def test_the_sweep_leaves_a_sealed_run_alone(late):
    run, _ = late
    sealed = sealing.seal(run=run, at=NOW)

    tasks.catch_up()

    assert Run.objects.get(pk=run.pk).checksum == sealed.checksum
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("months", "quarters"),
    [((1, 2, 3), ["2026Q1"]), ((1, 3), []), ((1, 2), []), ((3, 1, 2), ["2026Q1"])],
)
def test_a_quarter_is_rolled_up_once_its_months_are_there(committee, months, quarters):
    organization("B", "BRANCH", committee)
    adopt(committee, MARKED)

    for month in months:
        job, _ = tasks.request_recompute(committee, Period(dt.date(2026, month, 1)), by=None)
        tasks.recompute(job_id=job.pk)

    rolled = Run.objects.current().filter(period_kind="quarter")
    assert [str(run.period) for run in rolled] == quarters
