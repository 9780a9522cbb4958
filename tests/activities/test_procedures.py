"""Guided procedures: started, step by step, papers with what is known, what is due, the pages."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import tasks
from activities.duties import procedures as duties
from activities.models import Procedure, ProcedureStep, Resolution
from activities.operations import procedures as operations
from activities.operations.procedures import StepDetails, StepRefused
from activities.operations.refusals import Refused
from activities.queries import procedure_papers, procedures
from activities.rules.kinds import ActivityKind
from activities.rules.procedure_progress import StepState
from branches.access import Grants
from branches.models import AuditEntry, Job, RegulationAdjustment
from branches.rules.roles import Role
from members.models import Restriction
from members.rules.status import MemberStatus
from tests.activities.conftest import FOUNDED, moment

DAY = dt.date(2026, 10, 13)
ONE = dt.timedelta(days=1)


@pytest.fixture
def page(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def probationer(branch_a, join):
    member = join(branch_a, "赵六", status=MemberStatus.PROBATIONARY)
    member.admitted_on = dt.date(2025, 10, 10)
    member.save()
    return member


@pytest.fixture
def start(branch_a, secretary):
    def make(code="lecture", on=DAY, organization=branch_a, **whom):
        return operations.start(
            organization=organization, code=code, by=secretary, at=moment(on), **whom
        )

    return make


@pytest.fixture
def take(secretary):
    def make(row, step, on=DAY, *, at=None, activity=None, people=None, **facts):
        return operations.take(
            procedure=row, step=step, by=secretary, at=moment(at or on),
            details=StepDetails(
                None if activity else on, facts, people or {}, activity, facts.pop("note", "")
            ),
        )  # fmt: skip

    return make


def run_of(row, on=DAY):
    return procedures.run_of(procedures.with_steps(Procedure.objects.all()).get(pk=row.pk), on)


def states(row, on=DAY):
    return {each.step.code: each.state for each in run_of(row, on).standings}


def decide(activity, secretary, kind, *, is_passed=True, about=None, subject="表决"):
    return Resolution.objects.create(
        activity=activity, ordinal=1, kind=kind, subject=subject, about=about, method="BALLOT",
        due=3, present=3, yes=2, no=1, is_passed=is_passed, recorded_by=secretary,
        recorded_at=moment(DAY),
    )  # fmt: skip


def test_a_run_is_started_and_told_in_the_audit(start):
    row = start(code="admission", person="张三")
    assert (row.title, row.person, row.member) == ("发展党员：张三", "张三", None)
    assert AuditEntry.objects.get(action="procedure.started").object_id == str(row.pk)


@pytest.mark.parametrize(
    ("code", "whom", "words"),
    [
        ("admission", {"person": " "}, "请填写申请人姓名。"),
        ("discipline", {}, "请选择党员。"),
        ("regularisation", {"member": "three"}, "陈卓不是预备党员"),
        ("discipline", {"member": "stranger"}, "外人的组织关系不在这个党支部。"),
    ],
)
def test_what_is_not_started(start, three, join, branch_b, code, whom, words):
    people = {"three": three[0], "stranger": join(branch_b, "外人")}
    given = {key: people.get(value, value) for key, value in whom.items()}
    with pytest.raises(Refused, match=words):
        start(code=code, **given)
    assert not Procedure.objects.exists()


def test_only_a_branch_has_procedures(start, committee):
    with pytest.raises(Refused, match="请选择党支部"):
        start(organization=committee)


def test_the_same_thing_runs_once_and_again_when_it_is_over(start, secretary, three):
    row = start(code="discipline", member=three[0])
    with pytest.raises(Refused, match="正在办理"):
        start(code="discipline", member=three[0])
    operations.end(procedure=row, reason="不予处分", by=secretary, at=moment(DAY))
    start(code="discipline", member=three[0])
    assert start(code="lecture") != start(code="lecture")


def test_steps_come_in_their_order(start, take):
    row = start()
    with pytest.raises(Refused, match="还没有轮到这一步"):
        take(row, "draft")
    take(row, "topic", topic="学党章", lecturer="周岚")
    assert states(row) == {
        "topic": StepState.DONE, "draft": StepState.OPEN, "held": StepState.WAITING,
        "feedback": StepState.WAITING,
    }  # fmt: skip
    with pytest.raises(Refused, match="已经登记过了"):
        take(row, "topic")


def test_the_last_step_finishes_and_undoing_it_opens_the_run(
    start, take, hold, branch_a, secretary, three
):
    row = start()
    take(row, "topic")
    take(row, "draft", held_on=DAY)
    meeting = hold(branch_a, ActivityKind.LECTURE, DAY)
    record, _ = take(row, "held", activity=meeting)
    assert record.done_on == DAY
    take(row, "feedback", DAY + ONE)
    row.refresh_from_db()
    assert row.finished_at == moment(DAY + ONE)
    with pytest.raises(Refused, match="已经办完"):
        operations.end(procedure=row, reason="不办", by=secretary, at=moment(DAY))

    assert (
        operations.undo(procedure=row, reason="登错了", by=secretary, at=moment(DAY))
        == "补课、听取意见"
    )
    row.refresh_from_db()
    assert row.finished_at is None
    undone = AuditEntry.objects.get(action="procedure.step_undone")
    assert (undone.before["on"], undone.after["reason"]) == ("2026-10-14", "登错了")


@pytest.mark.parametrize(
    ("kind", "day", "close", "where"),
    [
        (ActivityKind.ASSEMBLY, DAY, True, "branch_a"),
        (ActivityKind.LECTURE, DAY - ONE, True, "branch_a"),
        (ActivityKind.LECTURE, DAY, False, "branch_a"),
        (ActivityKind.LECTURE, DAY, True, "branch_b"),
    ],
)
def test_which_meetings_do_not_fit_a_step(
    request, start, take, hold, join, kind, day, close, where
):
    join(request.getfixturevalue(where), "陈卓")
    row = start()
    take(row, "topic")
    take(row, "draft")
    meeting = hold(request.getfixturevalue(where), kind, day, close=close)
    with pytest.raises(Refused, match="这次会议不能对应这一步"):
        take(row, "held", activity=meeting, at=DAY + ONE)


def test_nothing_goes_on_after_the_end(start, take, secretary):
    row = start()
    operations.end(procedure=row, reason="改期", by=secretary, at=moment(DAY))
    for refused in (
        lambda: take(row, "topic"),
        lambda: operations.undo(procedure=row, reason="错", by=secretary, at=moment(DAY)),
        lambda: operations.end(procedure=row, reason="错", by=secretary, at=moment(DAY)),
    ):
        with pytest.raises(Refused, match="已经终止"):
            refused()


def test_a_minor_cannot_apply(start, take):
    row = start(code="admission", person="张三")
    with pytest.raises(StepRefused, match="不满 18 岁"):
        take(row, "apply", birth_date=dt.date(2008, 10, 14), work_post="采煤队")
    take(row, "apply", birth_date=dt.date(2008, 10, 13), work_post="采煤队")
    assert ProcedureStep.objects.get().facts == {"birth_date": "2008-10-13", "work_post": "采煤队"}


def test_a_late_talk_is_recorded_with_a_warning(start, take):
    row = start(code="admission", person="张三")
    take(row, "apply", birth_date=dt.date(1990, 1, 1))
    _, warned = take(row, "talk", DAY + 32 * ONE)
    assert [(each.words, each.regulation) for each in warned] == [
        ("应在2026年11月13日以前办理，晚了 1 天。", "F2")
    ]


def test_a_committee_may_mute_what_only_warns(start, take, committee, secretary):
    RegulationAdjustment.objects.create(
        committee=committee, code="F2", parameters={}, is_muted=True, reason="另有规定",
        effective_from=FOUNDED, made_by=secretary, made_at=moment(DAY),
    )  # fmt: skip
    row = start(code="admission", person="张三")
    take(row, "apply", birth_date=dt.date(1990, 1, 1))
    assert take(row, "talk", DAY + 32 * ONE)[1] == []


@pytest.fixture
def ready(start, secretary):
    """A run of admission before the sponsors are chosen."""
    row = start(code="admission", person="张三", on=dt.date(2025, 1, 1))
    codes = [step.code for step in procedures.find("admission").steps]
    for code in codes[: codes.index("sponsors")]:
        times = 2 if code == "review" else 1
        for ordinal in range(1, times + 1):
            ProcedureStep.objects.create(
                procedure=row, code=code, ordinal=ordinal, done_on=dt.date(2025, 2, 1),
                done_by=secretary, done_at=moment(DAY),
            )  # fmt: skip
    return row


def test_who_is_under_probation_by_discipline_recommends_nobody(ready, take, three):
    Restriction.objects.create(
        member=three[0], ground="PROBATION", reference="1号", started_on=FOUNDED
    )
    with pytest.raises(StepRefused, match="留党察看"):
        take(ready, "sponsors", people={"sponsors": three[:2]})
    record, _ = take(ready, "sponsors", people={"sponsors": three[1:]})
    assert record.facts["sponsors"] == [
        {"id": three[1].pk, "name": "李敏"},
        {"id": three[2].pk, "name": "王强"},
    ]


@pytest.fixture
def regularising(start, take, probationer, three):
    row = start(code="regularisation", member=probationer, on=dt.date(2026, 9, 1))
    for code in ("apply", "opinions", "notice"):
        take(row, code, dt.date(2026, 9, 28), opinion="同意", contact="党支部")
    return row


def assembly_of(hold, branch_a, day=DAY):
    return hold(branch_a, ActivityKind.ASSEMBLY, day, host="周岚")


@pytest.mark.parametrize(
    ("day", "refused"), [(dt.date(2026, 10, 9), True), (dt.date(2026, 10, 10), False)]
)
def test_nobody_becomes_a_full_member_before_the_year_is_over(
    regularising, take, hold, branch_a, secretary, probationer, day, refused
):
    meeting = assembly_of(hold, branch_a, day)
    decide(meeting, secretary, "REGULARISATION", about=probationer)
    if refused:
        with pytest.raises(StepRefused, match="2026年10月10日以前不能办理这一步"):
            take(regularising, "assembly", activity=meeting, at=DAY)
    else:
        take(regularising, "assembly", activity=meeting, at=DAY)


def test_an_extension_moves_the_end(regularising, start, secretary, probationer):
    extension = start(code="extension", member=probationer)
    ProcedureStep.objects.create(
        procedure=extension, code="assembly", done_on=DAY, facts={"months": 6},
        done_by=secretary, done_at=moment(DAY),
    )  # fmt: skip
    [standing] = [s for s in run_of(regularising).standings if s.step.code == "assembly"]
    assert (standing.state, standing.possible_on) == (StepState.EARLY, dt.date(2027, 4, 10))


def test_a_vote_that_failed_stops_it(regularising, take, hold, branch_a, secretary, probationer):
    meeting = assembly_of(hold, branch_a)
    decide(meeting, secretary, "REGULARISATION", is_passed=False, about=probationer)
    with pytest.raises(StepRefused, match="没有通过"):
        take(regularising, "assembly", activity=meeting)


@pytest.fixture
def voted(regularising, take, hold, branch_a, secretary, probationer):
    meeting = assembly_of(hold, branch_a)
    decide(meeting, secretary, "REGULARISATION", about=probationer)
    record, _ = take(regularising, "assembly", activity=meeting)
    return record


def test_papers_are_filled_with_what_is_known(voted, regularising):
    run = run_of(regularising)
    record, paper = procedure_papers.numbered(run, voted.pk, 1)
    document = procedure_papers.document(run, record, paper)
    [(_, paragraphs)] = document.parts
    assert document.title == "关于赵六同志转为中共正式党员的决议"
    assert (
        paragraphs[0]
        == "2026年10月13日，青峰能源采煤党支部召开党员大会，讨论预备党员赵六同志的转正问题。"
    )
    assert "2025年10月10日被接收为中共预备党员，预备期至2026年10月10日。同意" in paragraphs[1]
    assert "应到会有表决权的正式党员 3 名，实到 3 名。经表决，赞成 2 票，反对 1 票" in paragraphs[2]
    assert document.signature == ("青峰能源采煤党支部", "2026年10月13日")
    assert document.blanks == 2  # sex and birth date


def test_a_later_request_names_the_vote(voted, regularising, take):
    record, _ = take(regularising, "report")
    run = run_of(regularising)
    document = procedure_papers.document(run, *procedure_papers.numbered(run, record.pk, 1))
    [(_, paragraphs)] = document.parts
    assert (document.addressee, document.blanks) == ("青峰能源党委", 0)
    assert paragraphs[1].startswith("2026年10月13日，我支部召开党员大会讨论其转正问题。应到会")


def test_the_minutes_are_those_of_the_meeting(voted, regularising):
    run = run_of(regularising)
    document = procedure_papers.document(run, *procedure_papers.numbered(run, voted.pk, 2))
    assert document.title == "党员大会记录"


def test_a_paper_is_drawn_once_for_a_message_delivered_twice(voted, page):
    url = reverse("procedure-document-print", kwargs={"pk": voted.pk, "number": 1})
    answer = page.post(url)
    job = Job.objects.get()
    assert answer.url == reverse("job", kwargs={"pk": job.pk})
    tasks.draw_procedure_document(job_id=job.pk)
    tasks.draw_procedure_document(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.document.title) == ("DONE", "预备党员转正：赵六（决议）")


# What is due


def due(user, on):
    return duties.due(user, Grants.of(user, on), on)


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (dt.date(2026, 10, 13), ["发展党员：张三：派人谈话"]),
        (dt.date(2026, 12, 1), ["发展党员：张三：派人谈话"]),
    ],
)
def test_a_talk_is_told_until_it_is_held(start, take, secretary, on, told):
    take(start(code="admission", person="张三"), "apply", birth_date=dt.date(1990, 1, 1))
    [line] = due(secretary, on)
    assert ([line.title], line.due_on) == (told, dt.date(2026, 11, 13))


@pytest.mark.parametrize(("on", "told"), [(dt.date(2026, 9, 9), 0), (dt.date(2026, 9, 10), 1)])
def test_regularisation_is_told_a_month_ahead(start, secretary, probationer, on, told):
    start(code="regularisation", member=probationer, on=dt.date(2026, 9, 1))
    assert [line.due_on for line in due(secretary, on)] == [dt.date(2026, 10, 10)] * told


@pytest.mark.parametrize(("on", "told"), [(dt.date(2026, 11, 12), 0), (dt.date(2026, 11, 13), 1)])
def test_what_has_no_deadline_is_told_after_an_idle_month(start, secretary, on, told):
    start()
    assert len(due(secretary, on)) == told


def test_several_of_a_branch_are_one_line(start, take, secretary, branch_a):
    for name in ("张三", "李四"):
        take(start(code="admission", person=name), "apply", birth_date=dt.date(1990, 1, 1))
    [line] = due(secretary, DAY)
    assert line.title == "采煤党支部有 2 件事要办下一步"
    assert line.url == f"{reverse('procedure-list')}?organization={branch_a.pk}"


def test_a_member_without_a_post_is_told_nothing(start, person, django_assert_num_queries):
    start()
    user = person().user
    grants = Grants.of(user, DAY)
    with django_assert_num_queries(0):
        assert duties.due(user, grants, DAY + 90 * ONE) == []


# The pages


def test_everybody_reads_the_guide(person):
    client = person()
    assert client.get(reverse("guide-list")).status_code == 200
    for each in procedures.catalogue():
        page = client.get(reverse("guide", kwargs={"code": each.code}))
        assert (page.status_code, "开始办理" in page.content.decode()) == (200, False)
    assert client.get(reverse("guide", kwargs={"code": "nothing"})).status_code == 404
    assert client.get(reverse("procedure-list")).status_code == 403


def test_a_step_is_filled_in_and_recorded_on_the_page(page, branch_a):
    answer = page.post(
        reverse("procedure-start", kwargs={"code": "admission"}),
        {"organization": branch_a.pk, "person": "张三"},
    )
    row = Procedure.objects.get()
    url = reverse("procedure", kwargs={"pk": row.pk})
    assert answer.url == url
    step = reverse("procedure-step", kwargs={"pk": row.pk})
    typed = {"step": "apply", "apply-done_on": "2026-01-01", "apply-work_post": "采煤队"}

    wrong = page.post(step, typed)
    assert "请选择日期。" in wrong.content.decode()
    assert "采煤队" in wrong.content.decode()
    minor = page.post(step, typed | {"apply-birth_date": "2008-01-02"})
    assert "依据：《中国共产党章程》第一条。" in minor.content.decode()
    right = page.post(step, typed | {"apply-birth_date": "2008-01-01"}, follow=True)
    assert "“递交入党申请书”已登记。" in right.content.decode()
    assert "期限 2026年2月1日" in right.content.decode()


def test_a_member_is_found_by_name_and_only_ones_own(page, three, join, branch_b):
    stranger = join(branch_b, "陈外")
    url = reverse("procedure-start", kwargs={"code": "discipline"})
    shown = page.get(url, {"q": "陈"}).content.decode()
    assert ("陈卓" in shown, "陈外" in shown) == (True, False)
    assert "陈卓" in page.get(url, {"q": "陈\0"}).content.decode()
    for wrong in (stranger.pk, "9" * 5_000, "9" * 19, "²"):
        assert page.post(url, {"member": wrong}).status_code == 404
    page.post(url, {"member": three[0].pk})
    assert Procedure.objects.get().title == "党员处分（请示与决定）：陈卓"


def test_undoing_and_ending_ask_for_a_reason(page, start, take):
    row = start()
    take(row, "topic")
    for name in ("procedure-undo", "procedure-end"):
        answer = page.post(reverse(name, kwargs={"pk": row.pk}), {})
        assert "请写明原因。" in answer.content.decode()
    page.post(reverse("procedure-undo", kwargs={"pk": row.pk}), {"undo-reason": "登错"})
    page.post(reverse("procedure-end", kwargs={"pk": row.pk}), {"end-reason": "不办了"})
    row.refresh_from_db()
    assert (row.steps.count(), row.ended_reason) == (0, "不办了")


def test_regularisation_leads_to_the_roll(page, voted, regularising, take, probationer):
    take(regularising, "report")
    take(regularising, "approval", reference="1号")
    shown = page.get(reverse("procedure", kwargs={"pk": regularising.pk})).content.decode()
    assert reverse("member-regularise", kwargs={"pk": probationer.pk}) in shown
    assert probationer.status == MemberStatus.PROBATIONARY


def test_who_only_reads_sees_the_steps_and_no_form(person, start, take, committee):
    row = start()
    take(row, "topic", topic="学党章")
    shown = person(Role.REVIEWER, committee).get(reverse("procedure", kwargs={"pk": row.pk}))
    assert ("学党章" in shown.content.decode(), shown.context["form"]) == (True, None)
    assert "终止办理" not in shown.content.decode()


@pytest.mark.parametrize("what", ["list", "duty", "page"])
def test_the_statements_do_not_depend_on_the_number_of_rows(
    page, start, take, secretary, hold, branch_a, what
):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as found:
            if what == "list":
                page.get(reverse("procedure-list"))
            elif what == "page":
                page.get(reverse("procedure", kwargs={"pk": row.pk}))
            else:
                due(secretary, DAY + 60 * ONE)
        return len(found)

    row = start(code="admission", person="张三")
    take(row, "apply", birth_date=dt.date(1990, 1, 1))
    one = count()
    for number in range(29):
        other = start(code="admission", person=f"人{number}")
        take(other, "apply", birth_date=dt.date(1990, 1, 1))
        ProcedureStep.objects.create(
            procedure=row, code="review", ordinal=number + 1, done_on=DAY, done_by=secretary,
            done_at=moment(DAY),
        )  # fmt: skip
    assert count() == one
