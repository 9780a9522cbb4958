"""The job that rates a round again after an upheld appeal: once, whatever happens to it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from branches import jobs
from branches.access import Grants
from branches.models import Job
from branches.rules.roles import Role
from scoring import duties, tasks
from scoring.models import Appeal, Correction, Round, Run, Score
from scoring.operations import corrections
from scoring.operations.appeals import CannotAppeal, file, uphold
from scoring.operations.rounds import CannotStep, take
from scoring.queries import corrections as queries
from scoring.queries import rounds
from scoring.rules.rounds import RoundState, RoundStep
from tests.scoring.grading import LATER, PUBLISHED, STARS, adopt, begun, computed, enter, refused

S, T = RoundState, RoundStep
RATING = "正在按更正重新核算，请稍候；算完才能办下一步。"


@pytest.fixture
def reviewer(person, committee):
    return person(Role.REVIEWER, committee).user


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a).user


@pytest.fixture
def first(committee, branch_a, branch_b, reviewer) -> Run:
    enter("stars", "files", 85, branch_a, reviewer)
    enter("stars", "slips", 1, branch_a, reviewer)
    enter("stars", "files", 70, branch_b, reviewer)
    return computed(adopt(committee, STARS))


@pytest.fixture
def public(first, reviewer) -> Round:
    return begun(first, reviewer, S.PUBLIC)


@pytest.fixture
def filed(public, secretary, branch_a) -> Appeal:
    return _file(public, branch_a, secretary, "files")


def _file(round_, organization, by, item) -> Appeal:
    return file(
        round=round_, organization=organization, member=None, item_code=item, text="有误", by=by,
        at=PUBLISHED,
    )  # fmt: skip


def _uphold(appeal, by, quantity) -> Correction:
    return uphold(
        appeal=appeal, quantity=quantity, base=None, lifts_veto=False, answer="属实", by=by,
        at=LATER,
    )  # fmt: skip


def _job() -> Job:
    return Job.objects.get(task=queries.TASK)


def _total(run: Run, organization) -> str:
    return str(Score.objects.get(run=run, organization=organization).total)


def test_answering_leaves_the_run_to_a_job(public, filed, reviewer, first, branch_a):
    made = _uphold(filed, reviewer, 97)

    public.refresh_from_db()
    assert (made.run, public.run) == (None, first)
    assert [one.correction for one in queries.waiting(public)] == [made]
    job = _job()
    assert (job.state, job.requested_by, job.organization, job.label) == (
        Job.State.QUEUED, reviewer, public.committee, "2026 年 8 月星级支部按更正重新核算",
    )  # fmt: skip

    tasks.correct(job_id=job.pk)

    made.refresh_from_db()
    public.refresh_from_db()
    job.refresh_from_db()
    assert (made.run, public.run.corrects, public.run.is_current) == (public.run, first, True)
    assert _total(public.run, branch_a) == "92.00"
    assert queries.waiting(public) == []
    assert (job.state, job.message, job.result_url) == (
        Job.State.DONE, "已按更正重新核算 2 个对象", f"/rounds/{public.pk}/",
    )  # fmt: skip


def test_delivered_twice_it_rates_once(public, filed, reviewer):
    made = _uphold(filed, reviewer, 97)
    tasks.correct(job_id=_job().pk)
    tasks.correct(job_id=_job().pk)
    runs = Run.objects.count()

    # Even a second job for it, asked for in the instant the first one ended, changes nothing.
    again = tasks.send_correction(Correction.objects.get(pk=made.pk))
    tasks.correct(job_id=again.pk)

    again.refresh_from_db()
    assert (Run.objects.count(), again.state) == (runs, Job.State.DONE)


def test_a_worker_believed_dead_leaves_nothing(public, filed, reviewer, first):
    made = _uphold(filed, reviewer, 97)
    with jobs.work_on(_job().pk) as slow:
        jobs.reap(at=timezone.now() + dt.timedelta(minutes=5))  # silent: back to the queue
        with pytest.raises(jobs.Superseded), transaction.atomic():
            corrections.rate_again(correction=made, at=LATER)
            slow.confirm()

    made.refresh_from_db()
    public.refresh_from_db()
    assert (made.run, public.run, Run.objects.count()) == (None, first, 1)
    tasks.correct(job_id=_job().pk)
    made.refresh_from_db()
    assert made.run is not None


def test_a_lost_or_failed_job_is_asked_for_again(public, filed, reviewer):
    made = _uphold(filed, reviewer, 97)
    tasks.correct_waiting()
    lost = _job()  # still the one job
    Job.objects.update(state=Job.State.FAILED, finished_at=LATER, error="系统内部错误。")
    [shown] = queries.waiting(public)
    assert shown.job.has_failed

    tasks.correct_waiting()

    again = Job.objects.filter(task=queries.TASK).exclude(pk=lost.pk).get()
    tasks.correct(job_id=again.pk)
    made.refresh_from_db()
    assert made.run is not None
    tasks.correct_waiting()  # nothing waits any more
    assert Job.objects.filter(task=queries.TASK).count() == 2


@pytest.mark.parametrize(("state", "step"), [(S.PUBLIC, T.END_NOTICE), (S.VERIFYING, T.SUBMIT)])
def test_until_it_is_rated_again_the_round_stays(
    public, filed, reviewer, person, committee, state, step
):
    round_ = public
    if state is S.VERIFYING:
        round_ = take(round=round_, step=T.END_NOTICE, by=reviewer, at=LATER)
    _uphold(filed, reviewer, 97)
    office = person(Role.REVIEWER, committee)

    assert rounds.obstacle(round_, step, LATER.date()) == RATING
    with refused(CannotStep, RATING):
        take(round=round_, step=step, by=reviewer, at=LATER)
    assert _to_move(office) == []

    tasks.correct(job_id=_job().pk)

    assert [duty.url for duty in _to_move(office)] == [f"/rounds/{round_.pk}/"]
    assert take(round=round_, step=step, by=reviewer, at=LATER).state != state


def _to_move(client) -> list[duties.Duty]:
    return duties.rounds_to_move(client.user, Grants.of(client.user, LATER.date()), LATER.date())


def test_one_correction_of_a_subject_at_a_time(
    public, filed, reviewer, secretary, person, branch_a, branch_b
):
    sibling = person(Role.SECRETARY, branch_b).user
    same = _file(public, branch_a, secretary, "slips")
    other = _file(public, branch_b, sibling, "files")
    _uphold(filed, reviewer, 97)

    with refused(CannotAppeal, "这一对象正在按另一件申诉的更正重新核算，请过几分钟再答复。"):
        _uphold(same, reviewer, 0)
    second = _uphold(other, reviewer, 75)

    waiting = list(Job.objects.filter(task=queries.TASK).order_by("-id"))
    for job in waiting:  # in any order each follows the run the one before left
        tasks.correct(job_id=job.pk)
    public.refresh_from_db()
    second.refresh_from_db()
    assert [_total(public.run, one) for one in (branch_a, branch_b)] == ["92.00", "75.00"]
    assert public.run.corrects == second.run
    _uphold(same, reviewer, 0)
    tasks.correct(job_id=Job.objects.latest("id").pk)
    public.refresh_from_db()
    assert _total(public.run, branch_a) == "97.00"


def test_a_withdrawn_round_is_not_rated_again(public, filed, reviewer, first):
    made = _uphold(filed, reviewer, 97)
    take(round=public, step=T.WITHDRAW, by=reviewer, at=LATER, note="有误")

    tasks.correct(job_id=_job().pk)

    made.refresh_from_db()
    job = _job()
    assert (job.state, job.error) == (Job.State.FAILED, "这次定评已撤回，不再按更正核算。")
    assert (made.run, list(Run.objects.all()), list(queries.pending())) == (None, [first], [])


@pytest.mark.parametrize("change", [{"quantity": 1}, {"run": None}])
def test_a_correction_takes_its_run_and_nothing_else(public, filed, reviewer, change):
    made = _uphold(filed, reviewer, 97)
    if "run" in change:
        tasks.correct(job_id=_job().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=made.pk).update(**change)
