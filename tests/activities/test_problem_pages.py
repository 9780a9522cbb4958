"""The pages of problem management: the board, the four lists, the steps, papers and cases."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import tasks
from activities.models import Problem, ProblemConference, ProblemStep
from activities.operations import problem_follow_ups, problems, supervisions
from activities.operations.problem_conferences import Assignment, hold
from activities.queries import problem_bulletins
from activities.queries.problem_bulletins import Count
from activities.rules.supervision import Library, Satisfaction, Severity, Source
from branches.models import Document, Job
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.scope import Scope
from tests.activities.conftest import moment

DAY = dt.date(2026, 10, 20)
ONE = dt.timedelta(days=1)
S = Severity


@pytest.fixture
def page(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def raise_one(branch_a, secretary):
    def make(*, on=DAY, organization=branch_a, **changes):
        facts = {"text": "班车晚点", "whose": "采煤一组", "source_id": 1} | changes
        return problems.raise_from(
            source=Source.PAIR, organization=organization, **facts, by=secretary, at=moment(on)
        )

    return make


def end(row, by, on, outcome="办好了"):
    return problems.close(problem=row, closed_on=on, outcome=outcome, by=by, at=moment(on))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"甲", "乙", "丙"}),
        ("?list=MEASURES", {"甲", "乙", "丙"}),
        ("?list=OWNERS&state=NOBODY", {"甲", "丙"}),
        ("?list=CLOSED", {"丁"}),
        ("?state=CLOSED", {"丁"}),
        ("?library=TEAM", {"丙"}),
        ("?severity=MAJOR", {"乙"}),
        ("?state=SUPERVISED", {"乙"}),
        ("?source=RATING", set()),
        ("?library=NONE&severity=x&list=y&state=z", {"甲", "乙", "丙"}),
    ],
)
def test_the_four_lists(
    page, raise_one, secretary, committee, group_a, three, person, query, shown
):
    raise_one(text="甲")
    major = raise_one(text="乙", severity=S.MAJOR, owner=three[0])
    raise_one(text="丙", organization=group_a)
    end(raise_one(text="丁"), secretary, DAY)
    office = person(Role.REVIEWER, committee).user
    supervisions.issue(
        problem=major, issuer=committee, demand="办", due_on=DAY, reach=Scope((committee.path,)),
        by=office, at=moment(DAY),
    )  # fmt: skip

    rows = page.get("/problems/" + query).context["rows"]

    assert {row.text for row in rows} == shown


def test_the_board_counts_what_is_open(page, raise_one, secretary, group_a):
    raise_one(text="甲", on=dt.date(2026, 1, 5))
    raise_one(text="乙", severity=S.BUDDING, organization=group_a, on=dt.date.today())
    end(raise_one(text="丙"), secretary, DAY)

    board = page.get("/problems/").context["board"]

    counted = {
        (name, cell.severity): (cell.open, cell.overdue)
        for name, cells, _ in board
        for cell, _ in cells
        if cell.open
    }
    assert counted == {("部门", S.ORDINARY): (1, 1), ("班组", S.BUDDING): (1, 0)}


def test_what_was_handed_on_stays_in_sight(page, raise_one, branch_b, person):
    row = raise_one(severity=S.URGENT)
    assert page.get(f"/problems/{row.pk}/").status_code == 200
    assert page.get(f"/problems/{row.pk}/report/").status_code == 404
    other = person(Role.SECRETARY, branch_b)
    assert other.get(f"/problems/{row.pk}/").status_code == 404


def test_the_lists_and_the_page_need_as_many_statements_for_30(page, raise_one, secretary, three):
    def statements(url):
        with CaptureQueriesContext(connection) as captured:
            assert page.get(url).status_code == 200
        return len(captured)

    row = raise_one(owner=three[0])
    end(raise_one(text="销号"), secretary, DAY)
    urls = (
        "/problems/", "/problems/?list=OWNERS", "/problems/?list=CLOSED", "/my/problems/",
        "/problems/conferences/new/", f"/problems/{row.pk}/", "/problems/cases/",
    )  # fmt: skip
    first = [statements(url) for url in urls]
    for number in range(29):
        raise_one(text=f"问题{number}", owner=three[number % 3] if number % 2 else None)
        end(raise_one(text=f"销号{number}"), secretary, DAY)
        ProblemStep.objects.create(
            problem=row, step="PROGRESS", text="x", made_on=DAY, made_by=secretary,
            made_at=moment(DAY),
        )  # fmt: skip

    assert [statements(url) for url in urls] == first


# Raising and rating by a member


@pytest.fixture
def member_page(person, branch_a, group_a, join):
    client = person()
    client.member = join(branch_a, "李敏", group=group_a, user=client.user)
    return client


def test_a_member_raises_one_directly_and_rates_it_in_two_taps(
    member_page, group_a, secretary, page
):
    answer = member_page.post(
        "/problems/raise/", {"whose": "采煤一组", "text": "浴室没有热水", "severity": "ORDINARY"}
    )
    row = Problem.objects.get()
    assert (answer["Location"], row.organization, row.asker) == (
        "/my/problems/", group_a, member_page.member,
    )  # fmt: skip
    end(row, secretary, dt.date.today(), outcome="换了水泵")

    shown = member_page.get(f"/problems/{row.pk}/feedback/").content.decode()
    assert "换了水泵" in shown
    member_page.post(f"/problems/{row.pk}/feedback/", {"satisfaction": "FAIR", "note": ""})

    row.refresh_from_db()
    assert row.satisfaction == Satisfaction.FAIR
    assert "您的评价：基本满意" in member_page.get("/my/problems/").content.decode()


def test_without_a_roll_there_is_nowhere_to_raise_it(person):
    assert "还没有和党员名册关联" in person().get("/problems/raise/").content.decode()


@pytest.mark.parametrize(
    "query", ["?source=NONE", "?source=PAIR&id=99", "?source=TALK&id=1", "?source=PAIR&id=x"]
)
def test_a_record_that_is_not_ones_own_is_not_found(member_page, query):
    assert member_page.get("/problems/raise/" + query).status_code == 404


def test_what_is_missing_is_said_and_what_was_typed_is_kept(member_page):
    shown = member_page.post(
        "/problems/raise/", {"whose": "采煤一组", "text": "", "severity": ""}
    ).content.decode()
    assert "请填写问题。" in shown and "请选择程度。" in shown
    assert 'value="采煤一组"' in shown


def test_the_owner_reports_and_nobody_else(member_page, raise_one, person):
    row = raise_one(owner=member_page.member)
    url = f"/problems/{row.pk}/report/"
    given = {"text": "已联系车队", "on": dt.date.today().isoformat()}

    assert person().post(url, given).status_code == 404
    assert member_page.post(url, given)["Location"] == "/my/problems/"
    assert row.steps.last().text == "已联系车队"


# 三方会议


def test_a_conference_on_one_page(page, raise_one, group_a, three):
    first, second, third = (
        raise_one(text="甲"), raise_one(text="乙", organization=group_a), raise_one(text="丙"),
    )  # fmt: skip
    today = dt.date.today()
    given = {
        "held_on": today.isoformat(), "present": "支部、班组、车队", "summary": "逐件商定",
        f"owner_{first.pk}": three[0].pk, f"due_{first.pk}": (today + ONE).isoformat(),
        f"owner_{second.pk}": three[1].pk, f"due_{second.pk}": "",
    }  # fmt: skip
    shown = page.post("/problems/conferences/new/", given).content.decode()
    assert "定了第一责任人的，也要定期限。" in shown and "逐件商定" in shown

    page.post("/problems/conferences/new/", given | {f"due_{second.pk}": today.isoformat()})

    made = ProblemConference.objects.get()
    assert set(made.problems.all()) == {first, second}
    third.refresh_from_db()
    assert third.owner is None
    minutes = page.get(f"/problems/conferences/{made.pk}/").content.decode()
    assert f"第一责任人：{three[0].name}" in minutes


def test_nothing_to_discuss_says_so(page, raise_one, three):
    raise_one(owner=three[0], on=dt.date.today())
    assert "没有要议的问题" in page.get("/problems/conferences/new/").content.decode()


# Papers


def test_a_bulletin_is_counted(raise_one, secretary, committee, branch_a, group_a, person, three):
    month = Period.parse("2026-10")
    end(raise_one(text="早", on=dt.date(2026, 9, 1)), secretary, dt.date(2026, 9, 30))
    first = end(raise_one(text="甲", on=dt.date(2026, 9, 20)), secretary, dt.date(2026, 10, 20))
    end(raise_one(text="乙", organization=group_a), secretary, DAY + ONE)
    raise_one(text="丙", on=dt.date(2026, 9, 1), severity=S.MAJOR)
    raise_one(text="丁", severity=S.URGENT)
    raise_one(text="晚", on=dt.date(2026, 11, 1))
    problem_follow_ups.give_feedback(
        problem=first, satisfaction=Satisfaction.SATISFIED, on=DAY, by=secretary, at=moment(DAY)
    )

    found = problem_bulletins.bulletin(committee, month, dt.date(2026, 12, 1))

    assert found.total == Count(raised=2, closed=2, left=2, overdue=2)
    assert found.libraries == {
        Library.TEAM: Count(1, 1, 0, 0),
        Library.DEPARTMENT: Count(0, 1, 1, 1),
        Library.COMPANY: Count(1, 0, 1, 1),
    }
    assert found.sources == {Source.PAIR: found.total}
    assert [each.text for each in found.urgent] == ["丁"]
    assert (str(found.average_days), found.satisfied_percent) == ("15.5", 100)


@pytest.mark.parametrize(("due", "overdue"), [(30, 1), (31, 0)])
@pytest.mark.parametrize("on", [dt.date(2026, 10, 31), dt.date(2026, 12, 1)])
def test_on_its_last_day_nothing_is_overdue_in_a_bulletin(raise_one, branch_a, due, overdue, on):
    raise_one(due_on=dt.date(2026, 10, due))
    found = problem_bulletins.bulletin(branch_a, Period.parse("2026-10"), on)
    assert found.total.overdue == overdue


def test_an_empty_month_is_a_bulletin_too(page, branch_a):
    shown = page.get(f"/problems/bulletins/{branch_a.pk}/2026-10/").content.decode()
    assert "本月新提出问题 0 件" in shown and "本月没有急难问题" in shown


@pytest.mark.parametrize("period", ["2026", "2026-13", "x", "2099-01"])
def test_no_bulletin_of_what_is_no_past_month(page, branch_a, period):
    assert page.get(f"/problems/bulletins/{branch_a.pk}/{period}/").status_code == 404


@pytest.mark.parametrize("which", ["bulletin", "conference"])
def test_papers_are_printed(page, raise_one, branch_a, secretary, three, which):
    made = hold(
        organization=branch_a, held_on=DAY, present="三方", by=secretary, at=moment(DAY),
        assignments=[Assignment(raise_one(), three[0], DAY)],
    )  # fmt: skip
    url, title = {
        "bulletin": (f"/problems/bulletins/{branch_a.pk}/2026-10/print/", "问题督办简报"),
        "conference": (f"/problems/conferences/{made.pk}/print/", "三方会议纪要"),
    }[which]

    page.post(url)

    job = Job.objects.get()
    if job.state == Job.State.QUEUED:
        tasks.draw_problem_paper(job_id=job.pk)
    assert title in Document.objects.get().title


def test_cases_are_found_by_words_without_people(page, raise_one, secretary, three):
    row = end(raise_one(owner=three[0], asker_name="老张"), secretary, DAY)
    problem_follow_ups.keep_case(
        problem=row, title="班车准点", text="和车队约定发车前十分钟到站", by=secretary,
        at=moment(DAY),
    )  # fmt: skip

    for asked, there in (("", True), ("车队 发车", True), ("车队 食堂", False)):
        shown = page.get("/problems/cases/", {"q": asked}).content.decode()
        assert ("班车准点" in shown) is there
    assert "老张" not in page.get("/problems/cases/").content.decode()
