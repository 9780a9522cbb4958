"""Lists: the same number of queries for 1 and 30 rows, and what stands in them."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import audit, jobs, notices
from branches.models import Organization, Post, User
from branches.operations import calendar_days
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from tests.conftest import set_up

pytestmark = pytest.mark.django_db


def more_organizations(n, committee, user, at):
    branch = set_up(f"B{n:02d}", f"第{n}党支部", OrganizationKind.BRANCH, committee, at)
    set_up(f"G{n:02d}", f"第{n}小组", OrganizationKind.GROUP, branch, at)
    more_posts(n, branch, user, at)


def more_posts(n, organization, user, at):
    holder = User.objects.create(username=f"holder{n:02d}", name=f"人{n}", created_at=at)
    Post.objects.create(
        user=holder, organization=organization, role=Role.SECRETARY, started_on=at.date()
    )


def more_dissolved(n, committee, user, at):
    row = set_up(f"D{n:02d}", f"旧第{n}党支部", OrganizationKind.BRANCH, committee, at)
    Organization.objects.filter(pk=row.pk).update(dissolved_on=at.date())


def more_notices(n, committee, user, at):
    notices.tell([user], f"通知 {n}", url="/", at=at)


def more_jobs(n, committee, user, at):
    jobs.request("x", arguments={"n": n}, label=f"任务 {n}", by=user, at=at, organization=committee)


def more_audit(n, committee, user, at):
    with transaction.atomic():
        audit.record(
            "organization.changed", by=user, at=at, on=committee, organization=committee,
            before={"name": "甲"}, after={"name": "乙"},
        )  # fmt: skip


def more_changes(n, committee, user, at):
    calendar_days.set_day(
        day=dt.date(2026, 3, 1) + dt.timedelta(days=n), is_working=True, note="", by=user, at=at
    )


@pytest.mark.parametrize(
    ("role", "address", "add"),
    [
        (Role.ADMINISTRATOR, "/accounts/", more_posts),
        (Role.ADMINISTRATOR, "/organizations/", more_organizations),
        (Role.ADMINISTRATOR, "/organizations/?q=党", more_organizations),
        (Role.ADMINISTRATOR, "/organizations/?state=dissolved", more_dissolved),
        (Role.ADMINISTRATOR, "/organizations/{committee}/", more_organizations),
        (Role.ADMINISTRATOR, "/organizations/{committee}/", more_posts),
        (Role.ADMINISTRATOR, "/organizations/new/", more_organizations),
        (Role.ADMINISTRATOR, "/calendar/?period=2026", more_changes),
        (Role.ADMINISTRATOR, "/calendar/?period=2026-03", more_changes),
        (Role.SECRETARY, "/notices/", more_notices),
        (Role.SECRETARY, "/jobs/", more_jobs),
        (Role.SECRETARY, "/ledgers/", more_organizations),
        (Role.AUDITOR, "/audit/", more_audit),
    ],
)
def test_the_number_of_queries_does_not_depend_on_the_rows(
    role, address, add, committee, person, at
):
    client = person(role, committee)
    url = address.format(committee=committee.pk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as run:
            assert client.get(url).status_code == 200
        return len(run)

    add(0, committee, client.user, at)
    client.get(url)
    one = queries()
    for n in range(1, 30):
        add(n, committee, client.user, at)

    assert queries() == one


def test_the_account_list_holds_the_scope_and_no_more(person, branch_a, branch_b):
    admin = person(Role.ADMINISTRATOR, branch_a)
    here = person(Role.SECRETARY, branch_a).user
    person(Role.SECRETARY, branch_b)

    page = admin.get(reverse("account-list")).context["page"]
    assert [user.pk for user in page] == [admin.user.pk, here.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=人员02", ["人员02"]), ("q=ＰＥＲＳＯＮ０３", ["人员03"]), ("role=SECRETARY", ["人员02"]),
     ("state=closed", ["人员03"]), ("state=open", ["人员01", "人员02"]), ("q=无此人", [])],
)  # fmt: skip
def test_accounts_are_found_by(query, found, person, branch_a):
    admin = person(Role.ADMINISTRATOR, branch_a)
    person(Role.SECRETARY, branch_a)
    closed = person(Role.COMMITTEE_MEMBER, branch_a).user
    User.objects.filter(pk=closed.pk).update(is_active=False)

    page = admin.get(f"/accounts/?{query}").context["page"]
    assert [user.name for user in page] == found


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("action=calendar.changed", ["调整工作日"]),
        ("person=人员01", ["调整工作日"]),
        ("person=系统&action=organization.created", ["设立组织"]),
        ("first=2026-10-21", []),
        ("first=2026-10-20&last=2026-10-20", ["调整工作日", "设立组织"]),
        ("last=2026-10-19", []),
        ("first=9999-12-31", ["调整工作日", "设立组织"]),  # refused, so not narrowed
        ("before=1&action=demo.seeded", []),
    ],
)
def test_the_audit_is_narrowed_by(query, actions, committee, person, at):
    auditor = person(Role.AUDITOR, committee)
    more_changes(0, committee, auditor.user, at)

    rows = auditor.get(f"/audit/?{query}").context["rows"]
    assert [entry.action_label for entry, _ in rows] == actions


def test_the_audit_pages_backwards_without_gap_or_overlap(committee, person, at):
    auditor = person(Role.AUDITOR, committee)
    for n in range(60):
        more_audit(n, committee, auditor.user, at)

    first = auditor.get("/audit/")
    second = auditor.get(f"/audit/{first.context['older']}")
    numbers = [entry.pk for page in (first, second) for entry, _ in page.context["rows"]]

    assert len(numbers) == 61
    assert numbers == sorted(set(numbers), reverse=True)
    assert second.context["older"] == ""


def test_an_auditor_of_a_branch_sees_its_entries_only(branch_a, branch_b, person, at):
    auditor = person(Role.AUDITOR, branch_a)
    more_changes(0, branch_a, auditor.user, at)

    rows = auditor.get("/audit/").context["rows"]
    assert [entry.object_text for entry, _ in rows] == [branch_a.name]


def test_the_audit_speaks_chinese_of_every_code_it_shows(committee, person, at):
    auditor = person(Role.AUDITOR, committee)
    [(_, details)] = auditor.get("/audit/?action=organization.created").context["rows"]

    assert sorted(details) == [
        ("名称", "", "青峰能源党委"),
        ("类别", "", "党委"),
        ("类型", "", "国企·一线"),
        ("编码", "", "QF"),
    ]
