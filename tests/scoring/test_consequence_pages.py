"""The pages of consequences: lists, deciding several, who sees and does what."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from members.models import Member
from scoring.models import Consequence
from scoring.rules.rounds import ConsequenceState as S
from tests.conftest import set_up
from tests.scoring.decided import TODAY, accept

A, B = "采煤党支部", "机电党支部"


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


def test_the_list_shows_the_overdue_first_and_counts_the_states(decide_month, office, chief):
    late = decide_month("2026-07", 55).consequences.get()
    accept(late, chief.user, TODAY)
    Consequence.objects.update(due_on=TODAY - dt.timedelta(days=400))
    decide_month("2026-08", 80, 55)

    page = office.get(reverse("consequence-list"))

    assert [(row.title, subject) for row, _, subject, *_ in page.context["rows"]] == [
        ("通报", A), ("通报", B),
    ]  # fmt: skip
    assert [(label, count) for label, _, _, count in page.context["tabs"]] == [
        ("全部", 0), ("逾期", 1), ("待决定", 1), ("办理中", 1), ("不采用", 0), ("已办结", 0),
        ("已免除", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [A, A, B]),
        ("state=PROPOSED", [A, A, B]),
        ("state=overdue", []),
        ("state=nonsense", [A, A, B]),
        ("kind=withhold", [A]),
        ("title=通报", [A, B]),
        ("organization={b}", [B]),
        ("title=通报&organization={b}", [B]),
    ],
)
def test_the_list_can_be_narrowed(decide_month, office, branch_b, query, expected):
    decide_month("2026-08", 35, 55)

    page = office.get(f"{reverse('consequence-list')}?{query.format(b=branch_b.pk)}")

    assert sorted(subject for _, _, subject, *_ in page.context["rows"]) == sorted(expected)


def test_an_empty_list_says_what_comes_first(office):
    assert "还没有结果运用" in office.get(reverse("consequence-list")).content.decode()


def test_the_leader_decides_those_ticked(decide_month, chief):
    round_ = decide_month("2026-08", 55, 50)
    first, second = round_.consequences.order_by("pk")

    answer = chief.post(
        reverse("consequence-decide-together"),
        {"chosen": [first.pk], "step": "ACCEPT", "state": "PROPOSED", "title": "通报"},
    )

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/consequences/")
    assert [Consequence.objects.get(pk=row.pk).state for row in (first, second)] == [
        S.ACCEPTED, S.PROPOSED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "accepted"),
    [
        ({"title": "通报"}, ["通报", "通报"]),
        ({"title": "通报", "organization": "b"}, ["通报"]),
        ({}, []),  # of no title: nothing
        ({"title": "没有的"}, []),
        ({"title": "扣减绩效", "organization": "b"}, []),  # nothing of it left there
        ({"title": "通报", "organization": "nowhere"}, []),  # not offered: not everywhere
    ],
)
def test_everything_of_a_title_is_decided_and_no_more(
    decide_month, chief, branch_b, form, accepted
):
    decide_month("2026-08", 35, 55)
    if form.get("organization") == "b":
        form = form | {"organization": branch_b.pk}

    chief.post(
        reverse("consequence-decide-together"),
        form | {"everything": "1", "step": "ACCEPT", "state": "PROPOSED"},
    )

    assert [row.title for row in Consequence.objects.to_do().order_by("ordinal")] == accepted


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"step": "ACCEPT"}, "请先勾选要决定的对象。"),
        ({"step": "DECLINE", "chosen": "x"}, "不采用时要写明理由，它会留在记录里。"),
        ({"step": "ACCEPT", "chosen": "x", "due_on": "2020-01-01"}, "办理期限不能早于今天"),
        ({"chosen": "x"}, "请点“采用”或“不采用”。"),
    ],
)
def test_a_wrong_form_says_so_and_keeps_what_was_ticked(notice, chief, form, text):
    if "chosen" in form:
        form = form | {"chosen": notice.pk}

    page = chief.post(reverse("consequence-decide-together"), form | {"state": "PROPOSED"})

    body = page.content.decode()
    assert (page.status_code, text in body) == (200, True)
    assert (f'value="{notice.pk}" checked' in body) == ("chosen" in form)


def test_one_is_decided_and_finished_on_its_page(notice, chief, secretary):
    page = reverse("consequence", kwargs={"pk": notice.pk})
    assert "决定" in chief.get(page).content.decode()

    chief.post(
        reverse("consequence-decide", kwargs={"pk": notice.pk}), {"step": "ACCEPT", "reason": ""}
    )
    assert "登记办结" in secretary.get(page).content.decode()
    secretary.post(reverse("consequence-finish", kwargs={"pk": notice.pk}), {"outcome": "已通报"})

    notice.refresh_from_db()
    assert (notice.state, notice.outcome) == (S.DONE, "已通报")


def test_a_member_sees_his_own_and_nobody_elses(talk, notice, person):
    other = person()
    own = other  # takes the account of the member
    Member.objects.filter(pk=talk.member_id).update(user=own.user)

    shown = own.get(reverse("my-consequences")).content.decode()

    assert ("谈话" in shown, "通报" in shown) == (True, False)
    seen = {row.title: own.get(f"/consequences/{row.pk}/").status_code for row in (talk, notice)}
    assert seen == {"谈话": 200, "通报": 404}
    assert "不改变党员的党籍" in own.get(f"/consequences/{talk.pk}/").content.decode()


@pytest.mark.parametrize(
    ("role", "place", "sees", "decides", "finishes"),
    [
        (Role.SECRETARY, "committee", 200, 302, 302),
        (Role.REVIEWER, "committee", 200, 404, 302),
        (Role.ADMINISTRATOR, "committee", 404, 404, 404),
        (Role.SECRETARY, "branch_a", 200, 404, 302),
        (Role.DEPUTY_SECRETARY, "branch_a", 200, 404, 302),
        (Role.COMMITTEE_MEMBER, "branch_a", 200, 404, 404),
        (Role.SECRETARY, "branch_b", 404, 404, 404),
        (Role.REVIEWER, "branch_b", 404, 404, 404),
        (None, None, 404, 404, 404),
    ],
)
def test_who_may_do_what(talk, person, chief, request, role, place, sees, decides, finishes):
    client = person(role, place and request.getfixturevalue(place))

    seen = client.get(f"/consequences/{talk.pk}/").status_code
    deciding = client.post(f"/consequences/{talk.pk}/decide/", {"step": "ACCEPT"}).status_code
    if deciding == 404:
        accept(talk, chief.user)
    finishing = client.post(f"/consequences/{talk.pk}/finish/", {"outcome": "谈了"}).status_code

    assert (seen, deciding, finishing) == (sees, decides, finishes)


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_take_as_many_queries_for_many(decide_month, committee, chief, at, count):
    round_ = decide_month("2026-08", 80)
    Consequence.objects.bulk_create(
        Consequence(
            round=round_, ordinal=1, title="通报", kind="notice", why="依据",
            organization=set_up(f"QX{n:02d}", f"{n}支部", OrganizationKind.BRANCH, committee, at),
        )
        for n in range(count)
    )  # fmt: skip
    chief.get(reverse("consequence-list"))

    with CaptureQueriesContext(connection) as asked:
        page = chief.get(f"{reverse('consequence-list')}?state=PROPOSED&title=通报")

    assert (len(page.context["rows"]), len(asked)) == (count, LISTING)


# Session, account, posts; kinds and titles, the organisation choices, counts, page, rows; notices.
LISTING = 9
