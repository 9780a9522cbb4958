"""The problem list: raised at an 组织生活会, put right, closed, and told when due."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.duties import problems as duties
from activities.models import Activity, Problem
from activities.operations import activities as operations
from activities.operations import problem_conferences, problem_handling, problems, supervisions
from activities.operations.details import Part
from activities.operations.problems import ProblemDetails
from activities.operations.refusals import Refused
from activities.queries import documents
from activities.queries import problems as queries
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry, Notice, Regulation, User
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from branches.scope import Scope
from tests.activities.conftest import moment

DAY = dt.date(2024, 12, 10)
LIFE = ActivityKind.ORGANIZATION_LIFE
STUDY = ActivityKind.STUDY
ONE = dt.timedelta(days=1)


@pytest.fixture
def meeting(hold, branch_a, three) -> Activity:
    return hold(branch_a, LIFE, DAY, "PPP", close=False, title="学党纪、明规矩专题组织生活会")


@pytest.fixture
def page(client, secretary):
    client.force_login(secretary)
    return client


def given(**changes):
    facts = {
        "whose": "支部班子", "text": "学习不够深入", "measures": "每月集中学习一次",
        "due_on": DAY + 30 * ONE,
    }  # fmt: skip
    return ProblemDetails(**(facts | changes))


@pytest.fixture
def raise_one(branch_a, secretary, meeting):
    def make(activity=meeting, at=None, organization=branch_a, **changes):
        return problems.add(
            organization=organization,
            activity=activity,
            details=given(**changes),
            by=secretary,
            at=at or moment(DAY),
        )

    return make


def test_a_problem_is_raised_on_the_day_of_its_meeting(raise_one, meeting):
    problem = raise_one(at=moment(DAY + 2 * ONE))

    assert (problem.raised_on, problem.activity) == (DAY, meeting)
    assert AuditEntry.objects.get(action="problem.added").object_id == str(problem.pk)


@pytest.mark.parametrize(
    ("later", "changes", "rows"),
    [(0, {}, 1), (59, {}, 1), (60, {}, 2), (1, {"text": "作风不够扎实"}, 2)],
)
def test_what_is_sent_twice_is_listed_once(raise_one, later, changes, rows):
    first = raise_one()
    second = raise_one(at=moment(DAY) + dt.timedelta(seconds=later), **changes)

    assert (Problem.objects.count(), second == first) == (rows, rows == 1)
    assert AuditEntry.objects.filter(action="problem.added").count() == rows


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"whose": " "}, "请写明是谁的问题、什么问题。"),
        ({"text": ""}, "请写明是谁的问题、什么问题。"),
        ({"due_on": DAY - ONE}, "整改期限不能早于提出日期。"),
    ],
)
def test_what_is_not_a_problem(raise_one, changes, words):
    with pytest.raises(Refused, match=words):
        raise_one(**changes)
    assert not Problem.objects.exists()


def test_the_deadline_may_be_the_very_day(raise_one):
    assert raise_one(due_on=DAY).due_on == DAY


@pytest.fixture
def closed(meeting, raise_one, secretary):
    """A problem whose meeting is closed."""
    problem = raise_one()
    operations.close(activity=meeting, by=secretary, at=moment(DAY))
    return Problem.objects.get(pk=problem.pk)


def test_nothing_is_listed_any_more_once_the_record_is_closed(closed, raise_one, secretary):
    with pytest.raises(StepNotAllowed):
        raise_one()
    with pytest.raises(StepNotAllowed):
        problems.remove(problem=closed, by=secretary, at=moment(DAY))


def test_what_the_minutes_say_of_a_problem_stands(closed, three, secretary):
    with pytest.raises(Refused, match="会议记录已经办结"):
        problems.change(
            problem=closed, details=given(text="另一个问题"), by=secretary, at=moment(DAY)
        )
    changed = problems.change(
        problem=closed, details=given(owner=three[0], measures="改"), by=secretary, at=moment(DAY)
    )

    assert (changed.owner, changed.measures) == (three[0], "改")


def test_the_owner_is_told_once(raise_one, three, secretary, person, at):
    user = person().user
    three[0].user = user
    three[0].save(update_fields=["user"])

    problem = raise_one(owner=three[0])
    problems.change(
        problem=problem, details=given(owner=three[0], measures="改"), by=secretary, at=at
    )

    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.text, notice.url) == (
        user, "由您负责整改：学习不够深入", reverse("my-problems"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("closed_on", "outcome", "words"),
    [
        (DAY, " ", "请写明整改结果。"),
        (DAY - ONE, "已整改", "销号日期不能早于提出日期。"),
        (DAY + 2 * ONE, "已整改", "销号日期不能晚于今天。"),
    ],
)
def test_how_a_problem_is_not_closed(raise_one, secretary, closed_on, outcome, words):
    problem = raise_one()

    with pytest.raises(Refused, match=words):
        problems.close(
            problem=problem, closed_on=closed_on, outcome=outcome, by=secretary,
            at=moment(DAY + ONE),
        )  # fmt: skip


def test_closed_and_opened_again(raise_one, secretary):
    problem = raise_one()
    at = moment(DAY + ONE)
    problems.close(problem=problem, closed_on=DAY, outcome="已学", by=secretary, at=at)
    with pytest.raises(Refused, match="已经销号"):
        problems.change(problem=problem, details=given(), by=secretary, at=at)
    with pytest.raises(Refused, match="请写明恢复整改的原因"):
        problems.reopen(problem=problem, reason=" ", by=secretary, at=at)

    problems.reopen(problem=problem, reason="有反复", by=secretary, at=at)

    problem.refresh_from_db()
    assert (problem.closed_on, problem.outcome) == (None, "")
    assert AuditEntry.objects.get(action="problem.reopened").before == {
        "closed_on": "2024-12-10", "outcome": "已学",
    }  # fmt: skip


def test_one_typed_by_mistake_goes_while_the_record_is_open(raise_one, secretary):
    problem = raise_one()
    problems.remove(problem=problem, by=secretary, at=moment(DAY))

    assert not Problem.objects.exists()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("supervised", "已经由上级督办，不能删除。请写明结果后销号。"),
        ("discussed", "已经在三方会议上议过，不能删除。"),
        ("escalated", "已经提交上一级，不能删除。"),
    ],
)
def test_what_others_have_dealt_with_is_not_removed(
    raise_one, page, secretary, committee, branch_a, three, person, step, words
):
    problem, at = raise_one(), moment(DAY)
    if step == "supervised":
        supervisions.issue(
            problem=problem, issuer=committee, demand="办", due_on=DAY,
            reach=Scope((committee.path,)), by=person(Role.REVIEWER, committee).user, at=at,
        )  # fmt: skip
    elif step == "discussed":
        problem_conferences.hold(
            organization=branch_a, held_on=DAY, present="三方", by=secretary, at=at,
            assignments=[problem_conferences.Assignment(problem, three[0], DAY)],
        )  # fmt: skip
    else:
        problem_handling.escalate(problem=problem, reason="办不了", by=secretary, at=at)
    with pytest.raises(Refused, match=words):
        problems.remove(problem=problem, by=secretary, at=at)


@pytest.mark.parametrize("url", ["/problems/new/", "/problems/conferences/new/"])
def test_without_a_place_that_stands_yet_the_page_says_so(page, branch_a, url):
    branch_a.founded_on = dt.date.today() + ONE
    branch_a.save(update_fields=["founded_on"])
    assert "这里没有您可以登记问题的党组织" in page.get(url).content.decode()


def test_one_without_a_meeting_is_closed_not_removed(raise_one, secretary):
    problem = raise_one(activity=None)
    with pytest.raises(Refused, match="请写明结果后销号"):
        problems.remove(problem=problem, by=secretary, at=moment(DAY))


def test_the_minutes_tell_the_list(closed, meeting):
    meeting.refresh_from_db()
    assert documents.record_of(meeting).parts[-1] == (
        "三、问题整改清单",
        ("1. 支部班子：学习不够深入　整改措施：每月集中学习一次　期限：2025年1月9日",),
    )


# What the page of the meeting says


def checks_of(page, meeting):
    panels = page.get(reverse("activity", kwargs={"pk": meeting.pk})).context["panels"]
    data = next(panel.data for panel in panels if "problems" in panel.template)
    return {label: is_done for _, lines in data["phases"] for label, is_done, _ in lines}, data


@pytest.mark.parametrize(("days", "counts"), [(0, True), (1, True), (30, True), (31, False)])
def test_study_counts_for_thirty_days_before(page, hold, branch_a, meeting, days, counts):
    hold(branch_a, STUDY, DAY - days * ONE, "PPP")

    assert checks_of(page, meeting)[0]["会前学习"] is counts


def test_how_long_study_counts_is_the_rules_to_say(page, hold, branch_a, meeting):
    rule = Regulation.objects.get(code="M8")
    Regulation.objects.filter(pk=rule.pk).update(parameters=rule.parameters | {"study_days": 60})
    hold(branch_a, STUDY, DAY - 31 * ONE, "PPP")

    assert checks_of(page, meeting)[0]["会前学习"] is True


def test_an_open_record_or_another_branch_is_no_study(
    page, hold, branch_a, branch_b, join, meeting
):
    join(branch_b, "外人")
    hold(branch_a, STUDY, DAY - ONE, close=False)
    hold(branch_b, STUDY, DAY - ONE, "P")

    assert checks_of(page, meeting)[0]["会前学习"] is False


def test_the_whole_check_list(page, hold, branch_a, three, secretary):
    hold(branch_a, STUDY, DAY - ONE, "PPP")
    life = hold(
        branch_a, LIFE, DAY, "PPP", close=False, title="专题组织生活会",
        parts=(Part("会前准备", "谈心 12 人次"), Part("批评与自我批评", "逐人开展")),
    )  # fmt: skip
    problems.add(
        organization=branch_a, activity=life, details=given(owner=three[0]), by=secretary,
        at=moment(DAY),
    )  # fmt: skip

    found, data = checks_of(page, life)

    assert set(found.values()) == {True}
    assert data["missing"] == 0


def test_last_years_problems_are_shown_with_their_state(page, hold, branch_a, three, secretary):
    last = hold(branch_a, LIFE, DAY.replace(year=2023), "PPP", close=False)
    old = problems.add(
        organization=branch_a, activity=last,
        details=given(due_on=None), by=secretary, at=moment(DAY.replace(year=2023)),
    )  # fmt: skip
    life = hold(branch_a, LIFE, DAY, "PPP", close=False)

    found, data = checks_of(page, life)

    assert [row.pk for row in data["earlier"]] == [old.pk]
    assert found["上年问题整改到位"] is False


def test_another_meeting_has_no_check_list(page, hold, branch_a, three):
    study = hold(branch_a, STUDY, DAY, "PPP")

    shown = page.get(reverse("activity", kwargs={"pk": study.pk})).content.decode()

    assert "问题整改清单" not in shown


# Pages


def typed(**changes):
    return {
        "whose": "支部班子", "text": "学习不够深入", "measures": "", "owner": "", "due_on": "",
    } | changes  # fmt: skip


def test_a_problem_is_listed_from_the_meeting(page, meeting, three):
    url = reverse("activity", kwargs={"pk": meeting.pk})
    new = f"{reverse('problem-new')}?activity={meeting.pk}"
    assert new in page.get(url).content.decode()

    answer = page.post(
        reverse("problem-new"), typed(activity=str(meeting.pk), owner=str(three[1].pk))
    )

    assert answer["Location"] == url
    assert Problem.objects.get().owner == three[1]


def test_what_is_wrong_is_said_and_kept(page, branch_a, three):
    shown = page.post(reverse("problem-new"), typed(text="", measures="措施在此")).content.decode()

    assert "请填写问题。" in shown
    assert "措施在此" in shown


@pytest.mark.parametrize("asked", ["9" * 5_000, "9" * 19, "²", "0"])
def test_a_meeting_that_cannot_be_is_not_found(page, branch_a, asked):
    assert page.post(reverse("problem-new"), typed(activity=asked)).status_code == 404


def test_nobody_from_elsewhere_is_made_to_answer(page, branch_b, join, three):
    foreign = join(branch_b, "外人")

    shown = page.post(reverse("problem-new"), typed(owner=str(foreign.pk))).content.decode()

    assert "责任人不在可选名单里" in shown


def test_the_whole_way_on_pages(page, raise_one):
    problem = raise_one(activity=None)
    ways = {"pk": problem.pk}
    page.post(reverse("problem-edit", kwargs=ways), typed(measures="新措施"))
    shown = page.post(reverse("problem-close", kwargs=ways), {"outcome": ""}).content.decode()
    assert "请填写整改结果。" in shown
    page.post(
        reverse("problem-close", kwargs=ways), {"outcome": "已整改", "closed_on": "2024-12-10"}
    )

    problem.refresh_from_db()
    assert (problem.measures, problem.outcome, problem.closed_on) == ("新措施", "已整改", DAY)
    page.post(reverse("problem-reopen", kwargs=ways), {"reason": "有反复"})
    problem.refresh_from_db()
    assert problem.closed_on is None


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", {"甲", "乙", "丙"}), ("?state=OVERDUE", {"乙"}), ("?state=CLOSED", {"丁"})],
)
def test_the_list_by_state(page, raise_one, secretary, query, shown):
    today = dt.date.today()
    raise_one(activity=None, text="甲", due_on=today)
    raise_one(activity=None, text="乙", due_on=today - ONE)
    raise_one(activity=None, text="丙", due_on=None)
    done = raise_one(activity=None, text="丁")
    problems.close(problem=done, closed_on=DAY, outcome="好", by=secretary, at=moment(DAY + ONE))

    rows = page.get(reverse("problem-list") + query).context["rows"]

    assert {row.text for row in rows} == shown


def test_an_owner_sees_what_he_answers_for_and_nothing_else(person, raise_one, three):
    client = person()
    three[0].user = client.user
    three[0].save(update_fields=["user"])
    raise_one(owner=three[0], text="我的")
    other = raise_one(owner=three[1], text="别人的")

    shown = client.get(reverse("my-problems")).content.decode()

    assert "我的" in shown and "别人的" not in shown
    assert client.get(reverse("problem", kwargs={"pk": other.pk})).status_code == 404
    assert client.get(reverse("problem-list")).status_code == 403


def test_30_rows_need_as_many_statements_as_1(page, raise_one):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            page.get(reverse("problem-list"))
        return len(captured)

    raise_one(activity=None)
    one = statements()
    for number in range(29):
        raise_one(activity=None, text=f"问题{number}")
    assert Problem.objects.count() == 30

    assert statements() == one


# Duties


def told(user: User, on: dt.date):
    grants = Grants.of(user, on)
    sources = (duties.due, duties.unassigned)
    return [(line.title, line.due_on) for each in sources for line in each(user, grants, on)]


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (DAY - ONE, "问题整改已逾期：学习不够深入"),
        (DAY, "问题整改快到期：学习不够深入"),
        (DAY + 14 * ONE, "问题整改快到期：学习不够深入"),
        (DAY + 15 * ONE, None),
        (None, None),
    ],
)
def test_the_secretary_is_told_what_is_due(branch_a, secretary, due_on, expected):
    problems.add(
        organization=branch_a, details=given(due_on=due_on), by=secretary,
        at=moment(DAY - 60 * ONE),
    )  # fmt: skip

    assert told(secretary, DAY) == ([(expected, due_on)] if expected else [])


def test_several_are_one_line(raise_one, secretary):
    for n in (3, 2, 1):
        raise_one(activity=None, due_on=DAY + n * ONE, at=moment(DAY))

    assert told(secretary, DAY + 4 * ONE) == [("3 个问题整改已逾期", DAY + ONE)]


def test_what_nobody_answers_for_is_told_after_the_meeting(closed, secretary):
    assert told(secretary, DAY) == [("1 个问题还没有定责任人或期限", DAY + 14 * ONE)]


def test_the_owner_is_told_by_his_own_line(raise_one, three, person):
    user = person().user
    three[0].user = user
    three[0].save(update_fields=["user"])
    raise_one(activity=None, owner=three[0], due_on=DAY + ONE)

    assert told(user, DAY) == [("由您负责整改：学习不够深入", DAY + ONE)]


def test_the_duties_need_as_many_statements_for_30_problems(
    raise_one, secretary, django_assert_num_queries
):
    for number in range(30):
        raise_one(activity=None, text=f"问题{number}")
    assert Problem.objects.count() == 30
    grants = Grants.of(secretary, DAY)
    with django_assert_num_queries(2):
        duties.due(secretary, grants, DAY + 40 * ONE)
        duties.unassigned(secretary, grants, DAY + 40 * ONE)


def test_who_may_answer_in_a_group_and_in_a_committee(
    branch_a, group_a, committee, join, person, three
):
    in_group = join(branch_a, "组员", group=group_a)
    reviewer = person(Role.REVIEWER, committee).user
    three[0].user = reviewer
    three[0].save(update_fields=["user"])

    assert list(queries.owners(group_a, DAY)) == [in_group]
    assert list(queries.owners(committee, DAY)) == [three[0]]
    assert set(queries.owners(branch_a, DAY)) == {*three, in_group}
