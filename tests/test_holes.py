"""Ways in that once stood open. Each denial shares its set-up with a case that is let in."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client

from branches.models import CalendarDay, Post, User
from branches.operations import organizations
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Member, Membership
from scoring.models import Mark, PointEntry
from scoring.operations import schemes
from scoring.queries import schemes as scheme_queries
from scoring.rules import reading
from scoring.rules.reading import BadScheme
from tests.conftest import FOUNDED, set_up


@pytest.fixture
def adopted(committee, at):
    for code in scheme_queries.preset_codes():
        schemes.adopt(
            committee=committee,
            text=scheme_queries.preset_text(code),
            effective_from=Period.parse("2026-01"),
            by=None,
            at=at,
        )


def enrol(branch, name: str, user: User | None = None) -> Member:
    member = Member.objects.create(name=name, name_pinyin=name, name_strokes=name, user=user)
    Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
    return member


@pytest.mark.parametrize(("home", "taken"), [("branch_a", True), ("branch_b", False)])
def test_a_former_post_gives_nobody_the_account_of_another_branchs_member(
    request, person, branch_a, home, taken
):
    user = person().user
    enrol(request.getfixturevalue(home), "某人", user)
    Post.objects.create(
        user=user, organization=branch_a, role=Role.COMMITTEE_MEMBER,
        started_on=FOUNDED, ended_on=FOUNDED + dt.timedelta(days=9),
    )  # fmt: skip

    person(Role.ADMINISTRATOR, branch_a).post(f"/accounts/{user.pk}/reset/")

    before = user.password
    user.refresh_from_db()
    assert (user.password != before) == taken


@pytest.mark.parametrize(("place", "left"), [("branch_a", True), ("committee", False)])
def test_a_branch_removes_nobody_who_holds_a_post_above_it(request, person, branch_a, place, left):
    holder = person(Role.ADMINISTRATOR, request.getfixturevalue(place)).user
    member = enrol(branch_a, "某人", holder)

    person(Role.SECRETARY, branch_a).post(
        f"/members/{member.pk}/leave/", {"way": "MOVED_OUT", "on": "2026-03-01", "note": ""}
    )

    holder.refresh_from_db()
    assert (not holder.is_active) == left


@pytest.mark.parametrize(("role", "status"), [(Role.REVIEWER, 302), (Role.SECRETARY, 404)])
def test_a_veto_is_undone_only_by_those_who_may_enter_it(
    person, adopted, committee, branch_a, at, role, status
):
    entry = PointEntry.objects.create(
        scheme_code="star-branch", item_code="safety_accident", organization=branch_a,
        happened_on=dt.date(2026, 3, 5), evidence="事故通报", entered_by=person().user,
        entered_at=at,
    )  # fmt: skip

    place = committee if role == Role.REVIEWER else branch_a
    answer = person(role, place).post(f"/points/{entry.pk}/void/", {"reason": "误登"})

    assert answer.status_code == status


def test_a_reviewer_enters_no_veto_about_his_own_branch(
    person, adopted, committee, branch_a, branch_b
):
    client = person(Role.SECRETARY, branch_a)
    Post.objects.create(
        user=client.user, organization=committee, role=Role.REVIEWER, started_on=FOUNDED
    )
    url = "/points/new/?target=organization&organization={}"

    assert client.get(url.format(branch_b.pk)).status_code == 200
    assert client.get(url.format(branch_a.pk)).status_code == 404


def test_a_reviewer_does_not_mark_his_own_branch(person, adopted, committee, branch_a, branch_b):
    client = person(Role.COMMITTEE_MEMBER, branch_a)
    Post.objects.create(
        user=client.user, organization=committee, role=Role.REVIEWER, started_on=FOUNDED
    )
    for branch in (branch_a, branch_b):
        url = f"/marks/{branch.pk}/2026-03/?scheme=star-branch"
        client.post(url, {"value-service_duty": "20"})

    assert list(Mark.objects.values_list("organization", flat=True)) == [branch_b.pk]


@pytest.mark.parametrize(
    "text", ["a" + ".a" * 30_000 + "=1", "a = " + "{a=" * 300 + "1" + "}" * 300]
)
def test_a_scheme_file_that_nests_without_end_is_refused_at_once(text):
    with pytest.raises(BadScheme, match="层次过深"):
        reading.read(text)


@pytest.mark.parametrize("own", [True, False])
def test_nobody_enters_points_for_themselves(person, adopted, branch_a, own):
    client = person(Role.SECRETARY, branch_a)
    member = enrol(branch_a, "某人", client.user if own else None)

    client.post(
        "/points/new/",
        {"member": member.pk, "item": "points-1261/duties", "quantity": "2",
         "happened_on": "2026-03-05", "evidence": "清雪"},
    )  # fmt: skip

    assert PointEntry.objects.count() == (0 if own else 1)


@pytest.mark.parametrize(("place", "days"), [("committee", 1), ("branch_a", 0)])
def test_the_calendar_of_all_is_changed_at_the_top_only(request, person, branch_a, place, days):
    client = person(Role.ADMINISTRATOR, request.getfixturevalue(place))

    client.post("/calendar/", {"day": "2026-11-25", "is_working": "0", "note": ""})

    assert CalendarDay.objects.count() == days


@pytest.mark.parametrize(
    "url",
    [
        "/accounts/?role=%00",
        "/accounts/?q=%00",
        "/board/?type=%00",
        "/board/tiers/?type=%00",
        "/board/?period=9999-12",
        "/points/?period=9999-12",
        "/marks/?period=9999-12",
        "/activities/?month=9999-12",
        "/activities/?month=9999-12&view=calendar",
        "/members/?q=%00",
        "/members/?organization=99999999999999999999",
        "/ledgers/?period=9999-12",
        "/audit/?q=%00",
    ],
)
def test_no_input_breaks_a_page(person, committee, url):
    client = person(Role.ADMINISTRATOR, committee)
    for role in (Role.REVIEWER, Role.SECRETARY, Role.AUDITOR):
        Post.objects.create(user=client.user, organization=committee, role=role, started_on=FOUNDED)

    assert client.get(url).status_code in (200, 302, 404)


def test_a_new_organisation_never_stands_on_an_old_ones_path(committee, person, at):
    general = set_up("G", "总支", "GENERAL_BRANCH", committee, at)
    moved = set_up("M", "甲支部", "BRANCH", committee, at)
    path = moved.path
    organizations.move(organization=moved, parent=general, by=person().user, at=at)

    assert set_up("N", "乙支部", "BRANCH", committee, at).path > path


@pytest.mark.django_db(transaction=True)
def test_marks_and_entries_of_one_branch_at_once_never_deadlock(
    adopted, committee, branch_a, person
):
    member = enrol(branch_a, "某人")
    reviewer, secretary = person(Role.REVIEWER, committee), person(Role.SECRETARY, branch_a)
    code = reviewer.get(f"/marks/{branch_a.pk}/2026-03/").context["form"].marked[0].code
    answers: list[int] = []

    def work(client: Client, kind: int) -> None:
        try:
            for n in range(6):
                if kind:
                    answer = client.post(f"/marks/{branch_a.pk}/2026-03/", {f"value-{code}": n})
                else:
                    answer = client.post(
                        "/points/new/",
                        {"member": member.pk, "item": "points-1261/duties", "quantity": "1",
                         "happened_on": "2026-03-05", "evidence": f"第 {n} 次"},
                    )  # fmt: skip
                answers.append(answer.status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(client, kind))
        for client, kind in ((reviewer, 1), (secretary, 0)) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * 24
    assert PointEntry.objects.count() == 12
    assert Mark.objects.filter(superseded_at__isnull=True).count() == 1
