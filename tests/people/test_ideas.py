"""金点子: raised by a member, answered by somebody else, carried out; open to the branch."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from people.duties import ideas as duties
from people.models import Idea
from people.operations import ideas as operations
from people.queries import ideas
from tests.people.conftest import moment

D = dt.date
MONDAY = D(2026, 11, 2)
ONE = dt.timedelta(days=1)


@pytest.fixture
def author(branch_a, join, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def owner(branch_a, join, person):
    return join(branch_a, "李敏", user=person().user)


@pytest.fixture
def raised(author, secretary):
    return operations.raise_idea(text="巡检路线改成环形", by=author.user, at=moment(MONDAY))


@pytest.fixture
def adopted(raised, owner, secretary):
    return operations.adopt(
        idea=raised, answer="可行", owner=owner, due_on=MONDAY + 30 * ONE, by=secretary,
        at=moment(MONDAY + ONE),
    )  # fmt: skip


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.order_by("id").select_related("recipient")
    return [(row.recipient.name, row.text) for row in rows]


@pytest.mark.parametrize(
    ("seconds", "text", "rows"), [(0, "点子", 1), (59, "点子", 1), (60, "点子", 2), (1, "别的", 2)]
)
def test_what_is_sent_twice_is_one_idea(author, seconds, text, rows):
    operations.raise_idea(text="点子", by=author.user, at=moment(MONDAY))
    later = moment(MONDAY) + dt.timedelta(seconds=seconds)
    operations.raise_idea(text=text, by=author.user, at=later)

    assert Idea.objects.count() == rows


def test_raised_it_is_told_to_the_branch_and_nobody_else(raised, secretary, branch_b, person):
    person(Role.SECRETARY, branch_b)

    assert (raised.state, raised.branch.short_name) == ("RAISED", "采煤党支部")
    assert told() == [("周岚", "陈卓提出金点子，请答复：巡检路线改成环形")]


def test_who_is_on_no_roll_raises_none(person):
    with pytest.raises(Refused, match="不在党支部的名册上"):
        operations.raise_idea(text="点子", by=person().user, at=moment(MONDAY))


def test_adopted_it_has_somebody_who_carries_it_out(adopted, author, owner):
    assert (adopted.state, adopted.owner, adopted.answered_on) == ("ADOPTED", owner, MONDAY + ONE)
    assert adopted.changed_at == moment(MONDAY + ONE)
    assert told()[1:] == [
        (author.user.name, "您的金点子已采纳：巡检路线改成环形"),
        (owner.user.name, "请您在 12月2日 前落实金点子：巡检路线改成环形"),
    ]


def test_declined_with_the_reason_it_is_over(raised, author, secretary):
    declined = operations.decline(idea=raised, answer="已有", by=secretary, at=moment(MONDAY))

    assert (declined.state, declined.answer) == ("DECLINED", "已有")
    assert told()[-1] == (author.user.name, "您的金点子未采纳，原因已经写明：巡检路线改成环形")
    with pytest.raises(StepNotAllowed):
        operations.finish(idea=raised, effect="成", done_on=MONDAY, by=secretary, at=moment(MONDAY))


def test_nobody_answers_his_own(raised, author, owner):
    for answer in (
        lambda: operations.decline(idea=raised, answer="好", by=author.user, at=moment(MONDAY)),
        lambda: operations.adopt(
            idea=raised, answer="好", owner=owner, due_on=MONDAY, by=author.user,
            at=moment(MONDAY),
        ),
    ):  # fmt: skip
        with pytest.raises(Refused, match="由其他同志答复"):
            answer()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": " "}, "请写明答复意见"),
        ({"due_on": MONDAY - ONE}, "不能早于今天"),
        ({"owner": "stranger"}, "不在采煤党支部的名册上"),
    ],
)
def test_how_it_is_not_adopted(raised, owner, secretary, branch_b, join, changes, said):
    if "owner" in changes:
        changes = {"owner": join(branch_b, "外人")}
    given = {"answer": "可行", "owner": owner, "due_on": MONDAY} | changes
    with pytest.raises(Refused, match=said):
        operations.adopt(idea=raised, **given, by=secretary, at=moment(MONDAY))


@pytest.mark.parametrize(
    ("effect", "done_on", "said"),
    [
        (" ", MONDAY + ONE, "请写明实施的成效"),
        ("快了", MONDAY, "不能早于采纳的日期"),
        ("快了", MONDAY + 3 * ONE, "不能晚于今天"),
    ],
)
def test_how_it_is_not_finished(adopted, secretary, effect, done_on, said):
    with pytest.raises(Refused, match=said):
        operations.finish(
            idea=adopted, effect=effect, done_on=done_on, by=secretary,
            at=moment(MONDAY + 2 * ONE),
        )  # fmt: skip


def test_finished_the_author_is_told(adopted, author, owner):
    at = moment(MONDAY + 9 * ONE)
    done = operations.finish(
        idea=adopted, effect="少走两公里", done_on=at.date(), by=owner.user, at=at
    )

    assert (done.state, done.done_on, done.changed_at) == ("DONE", MONDAY + 9 * ONE, at)
    assert told()[-1] == (author.user.name, "您的金点子已经实施：巡检路线改成环形")


def test_another_may_carry_it_out_until_it_is_done(adopted, author, secretary):
    at = moment(MONDAY + 2 * ONE)
    given = {"owner": author, "due_on": MONDAY + 60 * ONE, "by": secretary, "at": at}
    changed = operations.assign(idea=adopted, **given)
    entries = AuditEntry.objects.filter(action="idea.assigned").count()
    operations.assign(idea=adopted, **given)

    assert (changed.owner, changed.due_on) == (author, MONDAY + 60 * ONE)
    assert AuditEntry.objects.filter(action="idea.assigned").count() == entries == 1
    operations.finish(idea=adopted, effect="成", done_on=at.date(), by=secretary, at=at)
    with pytest.raises(Refused, match="还没有实施的"):
        operations.assign(idea=adopted, **given)


def test_the_month(adopted, author, owner, secretary):
    operations.raise_idea(text="另一条", by=owner.user, at=moment(MONDAY))
    operations.raise_idea(text="上月的", by=owner.user, at=moment(MONDAY - 2 * ONE))

    found = ideas.month_of(Idea.objects.all(), Period.parse("2026-11"))

    assert (found.raised, found.adopted, found.done) == (2, 1, 0)


# What is due


def due_of(source, user, on):
    return [(each.title, each.due_on) for each in source(user, Grants.of(user, on), on)]


def test_the_branch_owes_an_answer_in_ten_working_days(raised, author, secretary):
    assert due_of(duties.answers, secretary, MONDAY) == [
        ("金点子等答复：巡检路线改成环形", D(2026, 11, 16))
    ]
    assert due_of(duties.answers, author.user, MONDAY) == []


@pytest.mark.parametrize(("before", "lines"), [(8, 0), (7, 1), (-1, 1)])
def test_who_carries_it_out_is_reminded_a_week_before(adopted, owner, before, lines):
    assert len(due_of(duties.own, owner.user, adopted.due_on - before * ONE)) == lines


@pytest.mark.parametrize(("after", "lines"), [(0, 0), (1, 1)])
def test_the_branch_hears_of_what_was_not_carried_out(adopted, secretary, after, lines):
    assert len(due_of(duties.overdue, secretary, adopted.due_on + after * ONE)) == lines


# Pages


def client_of(client, user):
    client.force_login(user)
    return client


def test_a_member_raises_one_where_the_list_is(client, author, secretary, set_clock):
    set_clock(MONDAY)
    page = client_of(client, author.user)

    assert "还没有金点子" in page.get("/ideas/").content.decode()
    assert page.post("/ideas/new/", {"text": "加一盏灯"}).url == "/my/ideas/"
    assert "加一盏灯" in page.get("/my/ideas/").content.decode()
    wrong = page.post("/ideas/new/", {"text": "字" * 501}).content.decode()
    assert "金点子最多 500 个字" in wrong
    assert "字" * 501 in wrong


def test_it_is_answered_and_finished_on_its_page(
    client, raised, author, owner, secretary, set_clock
):
    set_clock(MONDAY)
    page, url = client_of(client, secretary), f"/ideas/{raised.pk}/"
    wrong = page.post(f"{url}answer/", {"step": "ADOPT", "answer": "可行"}).content.decode()
    assert ("请选择落实人。" in wrong, "请选择落实期限。" in wrong) == (True, True)

    answer = {"step": "ADOPT", "answer": "可行", "owner": owner.pk, "due_on": "2026-12-01"}
    assert page.post(f"{url}answer/", answer).url == url
    assert "不能再这样办理" in page.post(f"{url}answer/", answer).content.decode()

    page = client_of(client, owner.user)
    assert page.post(f"{url}answer/", answer).status_code == 404
    effect = {"effect": "少走两公里", "done_on": "2026-11-02"}
    assert page.post(f"{url}finish/", effect).url == url
    page = client_of(client, author.user)
    assert "少走两公里" in page.get(url).content.decode()
    assert page.post(f"{url}finish/", effect).status_code == 403


@pytest.mark.parametrize(("where", "status"), [("branch_a", 200), ("branch_b", 404)])
def test_the_branch_may_read_it(client, raised, join, person, request, where, status, set_clock):
    set_clock(MONDAY)
    reader = join(request.getfixturevalue(where), "读者", user=person().user)

    assert client_of(client, reader.user).get(f"/ideas/{raised.pk}/").status_code == status


def test_a_list_costs_the_same_for_one_and_thirty(client, raised, author, secretary, set_clock):
    set_clock(MONDAY)
    page = client_of(client, secretary)

    page.get("/ideas/")
    with CaptureQueriesContext(connection) as one:
        page.get("/ideas/")
    for n in range(29):
        operations.raise_idea(text=f"点子{n}", by=author.user, at=moment(MONDAY))
    with CaptureQueriesContext(connection) as thirty:
        page.get("/ideas/")
    assert len(one) == len(thirty)
