"""Keeping accounts: what each button does, and to whom it must not."""

import pytest
from django.urls import reverse

from branches.models import AuditEntry, Post, User
from branches.rules.roles import Role

pytestmark = pytest.mark.django_db

NEW = {
    "name": "周岚", "username": "zhoulan", "role": "SECRETARY", "duty": "",
    "started_on": "2026-10-01",
}  # fmt: skip


@pytest.fixture
def admin(person, committee):
    return person(Role.ADMINISTRATOR, committee)


def url(name, pk) -> str:
    return reverse(name, kwargs={"pk": pk})


def test_an_account_is_opened_with_its_post_and_a_password_shown_once(admin, branch_a):
    page = admin.post(reverse("account-new"), NEW | {"organization": branch_a.pk})

    user = User.objects.get(username="zhoulan")
    assert user.check_password(page.context["password"])
    assert page.context["password"] in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert list(user.posts.values_list("organization_id", "role")) == [(branch_a.pk, "SECRETARY")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "周"}, "username"),
        ({"username": "person01"}, "username"),
        ({"name": "　"}, "name"),
        ({"role": "GROUP_LEADER"}, "role"),
        ({"role": "EMPEROR"}, "role"),
        ({"organization": ""}, "organization"),
        ({"started_on": ""}, "started_on"),
    ],
)
def test_a_wrong_entry_opens_nothing(change, field, admin, branch_a):
    before = User.objects.count()

    page = admin.post(reverse("account-new"), NEW | {"organization": branch_a.pk} | change)

    assert list(page.context["form"].errors) == [field]
    assert User.objects.count() == before


def test_an_administrator_of_a_branch_appoints_there_only(person, branch_a, branch_b):
    client = person(Role.ADMINISTRATOR, branch_a)
    user = person(Role.COMMITTEE_MEMBER, branch_a).user
    post = {"role": "SECRETARY", "started_on": "2026-10-01", "duty": ""}

    page = client.post(url("account-appoint", user.pk), post | {"organization": branch_b.pk})
    assert list(page.context["form"].errors) == ["organization"]

    done = client.post(url("account-appoint", user.pk), post | {"organization": branch_a.pk})
    assert done.url == url("account", user.pk)
    assert Post.objects.filter(user=user, role="SECRETARY", organization=branch_a).exists()


@pytest.mark.parametrize("name", ["account", "account-appoint", "account-reset", "account-active"])
def test_an_account_elsewhere_is_not_found(name, person, branch_a, branch_b):
    client = person(Role.ADMINISTRATOR, branch_a)
    there = person(Role.SECRETARY, branch_b).user

    answer = client.get if name == "account" else client.post
    assert answer(url(name, there.pk)).status_code == 404
    assert answer(url(name, 10**30)).status_code == 404


def test_a_post_elsewhere_is_not_ended(person, branch_a, branch_b):
    client = person(Role.ADMINISTRATOR, branch_a)
    there = person(Role.SECRETARY, branch_b).user
    post = Post.objects.get(user=there)

    answer = client.post(url("post-end", post.pk), {"on": "2026-10-20"})
    assert answer.status_code == 404
    post.refresh_from_db()
    assert post.ended_on is None


@pytest.mark.parametrize("name", ["account-reset", "account-active"])
def test_somebody_with_a_post_above_cannot_be_taken_over(name, person, committee, branch_a):
    client = person(Role.ADMINISTRATOR, branch_a)
    reviewer = person(Role.REVIEWER, committee).user
    Post.objects.create(
        user=reviewer, organization=branch_a, role=Role.COMMITTEE_MEMBER, started_on="2026-01-01"
    )
    before = (reviewer.password, reviewer.is_active)

    assert client.get(url("account", reviewer.pk)).context["may_manage"] is False
    client.post(url(name, reviewer.pk), {"active": "0"})

    reviewer.refresh_from_db()
    assert (reviewer.password, reviewer.is_active) == before


def test_a_reset_ends_the_sessions_of_the_account(admin, person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    page = admin.post(url("account-reset", client.user.pk))

    assert client.get(reverse("account-mine")).status_code == 302
    client.user.refresh_from_db()
    assert client.user.check_password(page.context["password"])
    assert client.user.must_change_password


def test_closing_and_reopening(admin, person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    admin.post(url("account-active", client.user.pk), {"active": "0"})
    assert client.get(reverse("account-mine")).status_code == 302
    admin.post(url("account-active", client.user.pk), {"active": "1"})
    assert client.get(reverse("account-mine")).status_code == 200

    actions = AuditEntry.objects.filter(action__startswith="account.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "account.closed", "account.reopened",
    ]  # fmt: skip


def test_ending_a_post_takes_its_pages_at_once(admin, person, branch_a):
    client = person(Role.SECRETARY, branch_a)
    post = Post.objects.get(user=client.user)
    assert client.get(reverse("organization-tree")).status_code == 200

    admin.post(url("post-end", post.pk), {"on": "2026-10-20"})

    assert client.get(reverse("organization-tree")).status_code == 403


@pytest.mark.parametrize("name", ["account-reset", "account-active", "post-end"])
def test_steps_need_a_post_request(name, admin):
    assert admin.get(url(name, admin.user.pk)).status_code == 405
