"""From a record to the case library: raised, handed on, supervised, asked about, looked back on."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from activities.duties import problem_handling as duties
from activities.models import Problem, ProblemConference, ProblemStep, Supervision, Visit
from activities.operations import (
    problem_conferences,
    problem_follow_ups,
    problem_handling,
    problems,
    supervisions,
    visits,
)
from activities.operations.problem_conferences import Assignment
from activities.operations.problems import ProblemDetails
from activities.operations.refusals import Refused
from activities.rules.supervision import Library, ProblemAct, Satisfaction, Severity, Source
from branches.access import Grants
from branches.models import AuditEntry, Notice, RegulationAdjustment
from branches.rules.roles import Role
from branches.scope import Scope
from tests.activities.conftest import moment

DAY = dt.date(2026, 10, 20)  # a Tuesday
ONE = dt.timedelta(days=1)
A, S = ProblemAct, Severity


@pytest.fixture
def raise_one(branch_a, secretary):
    def make(*, organization=branch_a, source=Source.PAIR, source_id=7, at=None, **changes):
        facts = {"text": "班车晚点", "whose": "采煤一组"} | changes
        return problems.raise_from(
            source=source, source_id=source_id, organization=organization, **facts,
            by=secretary, at=at or moment(DAY),
        )  # fmt: skip

    return make


@pytest.fixture
def closed(raise_one, secretary):
    """Return ``closed(…)``: a problem raised on the day and closed on it."""

    def make(**changes):
        row = raise_one(**changes)
        return problems.close(
            problem=row, closed_on=DAY, outcome="加开一班", by=secretary, at=moment(DAY)
        )

    return make


@pytest.fixture
def mate(person):
    """Somebody else who keeps the records of the branch."""

    def make(organization, role=Role.DEPUTY_SECRETARY):
        return person(role, organization).user

    return make


def course(problem):
    return list(problem.steps.order_by("pk").values_list("step", flat=True))


# Raising


def test_it_stands_in_the_library_of_its_place(raise_one, committee, branch_a, group_a):
    found = [
        raise_one(organization=place, source_id=n).library
        for n, place in enumerate([group_a, branch_a, committee])
    ]
    assert found == [Library.TEAM, Library.DEPARTMENT, Library.COMPANY]


@pytest.mark.parametrize(
    ("severity", "due_on"),
    [
        (S.URGENT, dt.date(2026, 10, 23)),
        (S.MAJOR, dt.date(2026, 11, 10)),
        (S.ORDINARY, dt.date(2026, 11, 19)),
        (S.BUDDING, dt.date(2026, 12, 19)),
    ],
)
def test_its_clock_sets_the_deadline(raise_one, severity, due_on):
    assert raise_one(severity=severity).due_on == due_on


def test_a_committee_sets_its_own_clock(raise_one, committee, secretary):
    RegulationAdjustment.objects.create(
        committee=committee, code="L3", parameters={"ordinary_days": 10}, reason="文件",
        effective_from=DAY, made_by=secretary, made_at=moment(DAY),
    )  # fmt: skip
    assert raise_one().due_on == DAY + 10 * ONE


@pytest.mark.parametrize(
    ("source", "later", "rows"),
    [
        (Source.RATING, 90 * ONE, 1),
        (Source.DUTY, 90 * ONE, 1),
        (Source.PAIR, 59 * dt.timedelta(seconds=1), 1),
        (Source.PAIR, 60 * dt.timedelta(seconds=1), 2),
        (Source.STEWARD, ONE, 2),
    ],
)
def test_how_often_a_record_is_raised(raise_one, source, later, rows):
    first = raise_one(source=source)
    second = raise_one(source=source, at=moment(DAY) + later)

    assert (Problem.objects.count(), second == first) == (rows, rows == 1)


@pytest.mark.parametrize(
    "changes", [{"text": " "}, {"whose": ""}, {"text": "多" * 501}, {"due_on": DAY - ONE}]
)
def test_what_is_not_raised(raise_one, changes):
    with pytest.raises(Refused):
        raise_one(**changes)
    assert not Problem.objects.exists()


def test_an_urgent_one_goes_to_the_top_and_everybody_between_knows(
    raise_one, committee, branch_a, group_a, mate
):
    people = {mate(branch_a), mate(group_a, Role.GROUP_LEADER), mate(committee)}

    row = raise_one(organization=group_a, severity=S.URGENT)

    assert (row.organization, row.origin, row.library) == (committee, group_a, Library.COMPANY)
    assert course(row) == [A.RAISED, A.ESCALATED]
    assert {notice.recipient for notice in Notice.objects.all()} == people
    assert {notice.text for notice in Notice.objects.all()} == {"急难问题，立即办理：班车晚点"}


def test_a_visit_sent_up_is_one_problem_of_its_branch(branch_a, committee, secretary, three, at):
    visit = visits.receive(
        branch=branch_a, received=visits.Received("来人", "路灯不亮", DAY), received_by=three[0],
        by=secretary, at=at,
    )  # fmt: skip
    visits.send_up(visit=visit, by=secretary, at=at)

    row = Visit.objects.get().problem
    assert row is not None
    assert (row.source, row.source_id, row.organization, row.origin) == (
        Source.DUTY, visit.pk, committee, branch_a,
    )  # fmt: skip
    assert row.asker_name == ""  # who came is the branch's alone


def test_a_problem_of_a_meeting_keeps_an_open_deadline(branch_a, secretary, at):
    row = problems.add(
        organization=branch_a, details=ProblemDetails("支部班子", "学习不够"), by=secretary, at=at
    )
    assert (row.due_on, row.severity, row.source) == (None, S.ORDINARY, Source.DIRECT)


# Handling


def test_passed_to_the_organisation_above(raise_one, three, branch_a, committee, secretary, mate):
    above = mate(committee)
    row = raise_one(owner=three[0])
    later = moment(DAY + 5 * ONE)

    problem_handling.escalate(problem=row, reason="班车归公司管", by=secretary, at=later)

    row.refresh_from_db()
    assert (row.organization, row.origin, row.owner) == (committee, branch_a, None)
    assert (row.library, row.due_on) == (Library.COMPANY, DAY + 35 * ONE)
    assert course(row) == [A.RAISED, A.ESCALATED]
    assert row.steps.last().text == ("采煤党支部提交党委（原期限 2026年11月19日）：班车归公司管")
    assert Notice.objects.get(recipient=above).text == "采煤党支部提交问题：班车晚点"


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_passed_on_without_a_reason(raise_one, secretary, reason):
    with pytest.raises(Refused, match="请写明为什么要提交上一级"):
        problem_handling.escalate(problem=raise_one(), reason=reason, by=secretary, at=moment(DAY))


def test_nothing_is_passed_beyond_the_top(raise_one, committee, secretary):
    row = raise_one(organization=committee)
    with pytest.raises(Refused, match="上面没有党组织了"):
        problem_handling.escalate(problem=row, reason="办不了", by=secretary, at=moment(DAY))


def test_a_closed_one_is_not_handled(closed, secretary):
    row, at = closed(), moment(DAY)
    for step in (
        lambda: problem_handling.escalate(problem=row, reason="x", by=secretary, at=at),
        lambda: problem_handling.report(problem=row, text="x", on=DAY, by=secretary, at=at),
        lambda: problem_handling.set_severity(
            problem=row, severity=S.MAJOR, reason="x", by=secretary, at=at
        ),
    ):
        with pytest.raises(Refused, match="已经销号"):
            step()


def test_graver_than_thought(raise_one, branch_a, committee, secretary, three):
    row = raise_one(owner=three[0])
    problem_handling.set_severity(
        problem=row, severity=S.MAJOR, reason="影响两个班", by=secretary, at=moment(DAY + ONE)
    )
    row.refresh_from_db()
    assert (row.organization, row.owner, row.due_on) == (
        branch_a, three[0], dt.date(2026, 11, 11),
    )  # fmt: skip
    problem_handling.set_severity(
        problem=row, severity=S.URGENT, reason="有人受伤", by=secretary, at=moment(DAY + ONE)
    )
    row.refresh_from_db()
    assert (row.organization, row.owner, row.due_on) == (committee, None, dt.date(2026, 10, 26))
    assert course(row) == [A.RAISED, A.SEVERITY, A.SEVERITY, A.ESCALATED]


@pytest.mark.parametrize("begun_before", [False, True])
@pytest.mark.parametrize(("days", "day"), [({}, 22), ({"start_working_days": 2}, 23)])
def test_an_urgent_one_waits_for_a_beginning_until_its_day(
    raise_one, person, committee, secretary, begun_before, days, day
):
    """What was done before it became urgent, a change of severity or deadline: no beginning."""
    RegulationAdjustment.objects.create(
        committee=committee, code="L3", parameters=days, reason="文件",
        effective_from=DAY, made_by=secretary, made_at=moment(DAY),
    )  # fmt: skip
    grants = Grants.of(person(Role.SECRETARY, committee).user, DAY)
    row, at = raise_one(), moment(DAY + ONE)
    if begun_before:
        problem_handling.report(problem=row, text="已联系", on=DAY, by=secretary, at=moment(DAY))
    problem_handling.set_severity(
        problem=row, severity=S.URGENT, reason="有人受伤", by=secretary, at=at
    )
    details = ProblemDetails("采煤一组", "班车晚点", measures="加开", due_on=DAY + 9 * ONE)
    problems.change(problem=row, details=details, by=secretary, at=at)

    waiting = duties.to_begin(secretary, grants, DAY)
    assert [duty.due_on for duty in waiting] == [dt.date(2026, 10, day)]
    assert course(row)[-3:] == [A.SEVERITY, A.ESCALATED, A.CHANGED]

    problem_handling.report(problem=row, text="已派车", on=DAY + ONE, by=secretary, at=at)
    assert duties.to_begin(secretary, grants, DAY) == []


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_problem_handed_on_meets_it_there(raise_one, committee, secretary):
    row, found = raise_one(), []

    def request() -> None:
        try:
            found.append(
                problem_handling.report(
                    problem=row, text="已联系", on=DAY, by=secretary, at=moment(DAY)
                ).organization
            )
        finally:
            connection.close()

    waits = False
    with transaction.atomic():
        problem_handling.escalate(problem=row, reason="办不了", by=secretary, at=moment(DAY))
        thread = threading.Thread(target=request)
        thread.start()
        with connection.cursor() as cursor:
            while not waits and thread.is_alive():
                cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
                waits = cursor.fetchone() is not None
    thread.join()

    assert (waits, found) == (True, [committee])


@pytest.mark.parametrize(
    ("severity", "reason", "words"),
    [(S.ORDINARY, "x", "已经是“一般”"), (S.MAJOR, " ", "请写明调整程度的原因")],
)
def test_how_the_severity_is_not_changed(raise_one, secretary, severity, reason, words):
    with pytest.raises(Refused, match=words):
        problem_handling.set_severity(
            problem=raise_one(), severity=severity, reason=reason, by=secretary, at=moment(DAY)
        )


@pytest.mark.parametrize(
    ("text", "on", "words"),
    [
        (" ", DAY, "请写明做了什么"),
        ("联系车队", DAY - ONE, "办理日期不能早于 10 月 20 日"),
        ("联系车队", DAY + ONE, "办理日期不能晚于今天"),
    ],
)
def test_how_progress_is_not_reported(raise_one, secretary, text, on, words):
    with pytest.raises(Refused, match=words):
        problem_handling.report(problem=raise_one(), text=text, on=on, by=secretary, at=moment(DAY))


def test_progress_sent_twice_stands_once(raise_one, secretary):
    row = raise_one()
    for seconds in (0, 30):
        problem_handling.report(
            problem=row, text="联系车队", on=DAY, by=secretary,
            at=moment(DAY) + dt.timedelta(seconds=seconds),
        )  # fmt: skip
    assert course(row) == [A.RAISED, A.PROGRESS]


# Supervision


@pytest.fixture
def office(person, committee):
    return person(Role.REVIEWER, committee).user


@pytest.fixture
def issue(office, committee):
    def make(problem, *, by=office, issuer=committee, reach=None, at=None, **changes):
        facts = {"demand": "本周内解决", "due_on": DAY + 5 * ONE} | changes
        return supervisions.issue(
            problem=problem, issuer=issuer, **facts,
            reach=Scope((committee.path,)) if reach is None else reach, by=by,
            at=at or moment(DAY),
        )  # fmt: skip

    return make


def test_numbered_within_issuer_and_year(issue, raise_one):
    numbers = [
        issue(raise_one(source_id=n), at=moment(day), due_on=day + ONE)
        for n, day in enumerate([DAY, DAY, dt.date(2027, 1, 4)])
    ]
    assert [str(each) for each in numbers] == [
        "督办〔2026〕1号", "督办〔2026〕2号", "督办〔2027〕1号",
    ]  # fmt: skip


def test_sent_twice_it_is_issued_once(issue, raise_one):
    row = raise_one()
    assert issue(row) == issue(row, at=moment(DAY) + dt.timedelta(seconds=20))
    assert course(row) == [A.RAISED, A.SUPERVISED]


def test_those_who_handle_it_are_told(issue, raise_one, secretary, three, person):
    owner = person().user
    three[0].user = owner
    three[0].save(update_fields=["user"])

    issue(raise_one(owner=three[0]))

    told = Notice.objects.filter(text="督办〔2026〕1号，请按期办理并回复：班车晚点")
    assert {notice.recipient for notice in told} == {secretary, owner}


def test_only_from_strictly_above(issue, raise_one, branch_a, branch_b, committee):
    row = raise_one()
    for issuer, reach in (
        (branch_a, (branch_a.path,)),
        (branch_b, (branch_b.path,)),
        (committee, ()),
        (branch_a, (committee.path,)),
        (committee, (branch_a.path,)),
    ):
        with pytest.raises(Refused, match="由办理单位的上级发出"):
            issue(row, issuer=issuer, reach=Scope(reach))
    with pytest.raises(Refused, match="由办理单位的上级发出"):
        issue(raise_one(organization=committee, source_id=8))


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"demand": " "}, "请写明督办要求"), ({"due_on": DAY - ONE}, "不能早于今天")],
)
def test_how_nothing_is_demanded(issue, raise_one, changes, words):
    with pytest.raises(Refused, match=words):
        issue(raise_one(), **changes)


def test_answered_once_by_somebody_else(issue, raise_one, office, secretary):
    row = issue(raise_one())
    with pytest.raises(Refused, match="发出督办的人不能自己回复"):
        supervisions.answer(supervision=row, answer="办了", on=DAY, by=office, at=moment(DAY))
    with pytest.raises(Refused, match="回复日期不能早于"):
        supervisions.answer(
            supervision=row, answer="办了", on=DAY - ONE, by=secretary, at=moment(DAY)
        )
    supervisions.answer(supervision=row, answer="办了", on=DAY, by=secretary, at=moment(DAY))

    row.refresh_from_db()
    assert (row.answer, row.answered_on, row.answered_by) == ("办了", DAY, secretary)
    assert Notice.objects.get(recipient=office).text == "督办〔2026〕1号已回复：班车晚点"
    with pytest.raises(Refused, match="已经回复过了"):
        supervisions.answer(supervision=row, answer="再办", on=DAY, by=secretary, at=moment(DAY))


# 三方会议


def test_a_conference_names_one_owner_and_a_deadline_each(
    raise_one, branch_a, group_a, secretary, three
):
    rows = [raise_one(), raise_one(organization=group_a, source_id=8)]
    given = [Assignment(row, three[n], DAY + (n + 1) * ONE) for n, row in enumerate(rows)]

    made = [
        problem_conferences.hold(
            organization=branch_a, held_on=DAY, present="支部、班组、车队", assignments=given,
            by=secretary, at=moment(DAY),
        )
        for _ in range(2)
    ]  # fmt: skip

    assert made[0] == made[1] == ProblemConference.objects.get()
    assert set(made[0].problems.all()) == set(rows)
    assert [(row.owner, row.due_on) for row in Problem.objects.order_by("pk")] == [
        (three[0], DAY + ONE), (three[1], DAY + 2 * ONE),
    ]  # fmt: skip
    assert course(rows[0]) == [A.RAISED, A.ASSIGNED]


@pytest.mark.parametrize(
    ("changes", "days", "words"),
    [
        ({"present": ""}, [1], "请写明参加的三方"),
        ({}, [], "请至少给一条问题"),
        ({"held_on": DAY + ONE}, [1], "会议日期不能晚于今天"),
        ({}, [-1], "期限不能早于会议日期"),
        ({"held_on": DAY - 2 * ONE}, [-1], "期限不能早于提出日期"),
    ],
)
def test_how_no_conference_is_held(raise_one, branch_a, secretary, three, changes, days, words):
    row = raise_one()
    facts = {"held_on": DAY, "present": "三方"} | changes
    with pytest.raises(Refused, match=words):
        problem_conferences.hold(
            organization=branch_a, **facts,
            assignments=[Assignment(row, three[0], DAY + day * ONE) for day in days],
            by=secretary, at=moment(DAY),
        )  # fmt: skip


def test_nobody_assigns_problems_of_another_branch(raise_one, branch_b, secretary, three):
    with pytest.raises(Refused, match="不由本单位办理"):
        problem_conferences.hold(
            organization=branch_b, held_on=DAY, present="三方",
            assignments=[Assignment(raise_one(), three[0], DAY)], by=secretary, at=moment(DAY),
        )  # fmt: skip


# After closing


def test_closing_asks_the_person_and_sets_the_look_back(closed, three, person):
    asker = person().user
    three[1].user = asker
    three[1].save(update_fields=["user"])

    row = closed(asker=three[1])

    assert row.look_back_due_on == DAY + 30 * ONE
    notice = Notice.objects.get(recipient=asker)
    assert (notice.text, notice.url) == (
        "您反映的问题已办结，请评价是否满意：班车晚点", f"/problems/{row.pk}/feedback/",
    )  # fmt: skip


def say(row, by, satisfaction=Satisfaction.SATISFIED, on=DAY):
    return problem_follow_ups.give_feedback(
        problem=row, satisfaction=satisfaction, on=on, by=by, at=moment(DAY)
    )


def test_who_says_whether_it_is_settled(closed, secretary, three, person):
    asker, owner = person().user, person().user
    for member, user in zip(three, (asker, owner), strict=False):
        member.user = user
        member.save(update_fields=["user"])
    asked = closed(asker=three[0])
    unnamed = closed(source_id=8, asker_name="老张", owner=three[1])

    with pytest.raises(Refused, match="请由本人评价"):
        say(asked, secretary)
    with pytest.raises(Refused, match="第一责任人不能替反映人评价"):
        say(unnamed, owner)
    with pytest.raises(Refused, match="回访日期不能早于"):
        say(unnamed, secretary, on=DAY - ONE)
    say(asked, asker)
    say(unnamed, secretary, Satisfaction.DISSATISFIED)

    asked.refresh_from_db()
    assert (asked.satisfaction, asked.satisfaction_on) == ("SATISFIED", DAY)
    with pytest.raises(Refused, match="已经评价过了"):
        say(asked, asker)


def test_nobody_is_asked_while_it_is_open(raise_one, secretary):
    with pytest.raises(Refused, match="还没有销号"):
        say(raise_one(), secretary)


def look(row, by, *, holds=True, text="没有再晚点", on=DAY + 30 * ONE):
    return problem_follow_ups.look_back(
        problem=row, text=text, holds=holds, on=on, by=by, at=moment(DAY + 30 * ONE)
    )


def test_what_holds_is_kept(closed, secretary):
    row = look(closed(), secretary)
    assert (row.looked_back_on, row.look_back) == (DAY + 30 * ONE, "没有再晚点")
    with pytest.raises(Refused, match="已经回头看过了"):
        look(row, secretary)


def test_what_does_not_hold_is_open_again(closed, secretary):
    row = say(closed(), secretary)
    look(row, secretary, holds=False, text="又晚点了")

    row.refresh_from_db()
    assert (row.closed_on, row.satisfaction, row.looked_back_on) == (None, "", None)
    assert course(row) == [A.RAISED, A.CLOSED, A.ASKED, A.LOOKED, A.REOPENED]


def test_nobody_looks_back_on_himself(closed, three, person):
    owner = person().user
    three[0].user = owner
    three[0].save(update_fields=["user"])
    with pytest.raises(Refused, match="不能自己回头看"):
        look(closed(owner=three[0]), owner)


def test_nobody_closes_what_he_answers_for(raise_one, secretary, three, mate, branch_a, client):
    three[0].user = secretary
    three[0].save(update_fields=["user"])
    row, words = raise_one(owner=three[0]), "不能给自己销号。请由办理单位其他委员或者上级党组织"
    given = {"closed_on": DAY, "outcome": "加开一班", "at": moment(DAY)}

    with pytest.raises(Refused, match=words):
        problems.close(problem=row, by=secretary, **given)
    client.force_login(secretary)
    shown = client.get(f"/problems/{row.pk}/").content.decode()
    assert words in shown and f"/problems/{row.pk}/close/" not in shown
    assert problems.close(problem=row, by=mate(branch_a), **given).closed_on == DAY


# Held by the database


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"source": Source.RATING, "source_id": None}, "problem_of_a_result_names_it"),
        ({"source": Source.DUTY, "source_id": None}, "problem_of_a_result_names_it"),
        ({"due_on": DAY - ONE}, "problem_due_after_raised"),
    ],
)
def test_what_no_problem_is(raise_one, changes, name):
    row = raise_one()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Problem.objects.filter(pk=row.pk).update(**changes)


def test_a_step_is_never_changed(raise_one):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        raise_one().steps.update(text="改")


@pytest.mark.parametrize(
    ("text", "meant", "kept"),
    [
        ("李敏牵头，协调车队加开一班", False, False),
        ("李敏牵头，协调车队加开一班", True, True),
        ("班组牵头，协调车队加开一班", False, True),
        (" ", False, False),
    ],
)
def test_a_case_names_nobody(closed, secretary, three, text, meant, kept):
    row = closed()
    with contextlib.suppress(Refused):
        problem_follow_ups.keep_case(
            problem=row, title="班车准点", text=text, names_are_meant=meant, by=secretary,
            at=moment(DAY),
        )  # fmt: skip
    row.refresh_from_db()
    assert bool(row.case_title) is kept


def test_what_is_opened_again_is_no_case_any_more(closed, secretary):
    row = closed()
    problem_follow_ups.keep_case(
        problem=row, title="班车准点", text="加开一班", by=secretary, at=moment(DAY)
    )
    problems.reopen(problem=row, reason="又晚点", by=secretary, at=moment(DAY))
    row.refresh_from_db()
    assert (row.case_title, row.look_back_due_on) == ("", None)


def test_every_step_is_in_the_audit(raise_one, issue, secretary, three):
    row = raise_one(owner=three[0])
    made = issue(row)
    supervisions.answer(supervision=made, answer="办了", on=DAY, by=secretary, at=moment(DAY))
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["problem.added", "problem.supervised", "problem.answered"]
    assert ProblemStep.objects.count() == 3 and Supervision.objects.count() == 1
