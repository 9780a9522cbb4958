"""Signing in: who gets in, what is told to whom does not, and what a closed account loses."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches import audit, demo_accounts
from branches.models import User
from branches.operations import accounts
from branches.rules.roles import Role
from branches.views.sessions import REFUSED

pytestmark = pytest.mark.django_db
PASSWORD = "qingfeng-2026-xu"


@pytest.fixture
def user(branch_a, at) -> User:
    user = User(username="zhoulan", name="周岚", created_at=at)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(username: str, password: str, **more: str):
    client = Client()
    return client, client.post(
        reverse("login"), {"username": username, "password": password, **more}
    )


@pytest.mark.parametrize("typed", ["zhoulan", "ZhouLan", "ｚｈｏｕｌａｎ", " zhoulan "])
def test_the_right_password_signs_in_however_the_name_is_typed(typed, user):
    client, response = sign_in(typed, PASSWORD)

    assert (response.status_code, response.url) == (302, reverse("home"))
    assert client.get(reverse("account-mine")).status_code == 200


def test_the_answer_is_the_same_whoever_fails(user, at):
    closed = User(username="closed", name="停用", created_at=at, is_active=False)
    closed.set_password(PASSWORD)
    closed.save()

    answers = [
        sign_in(name, password)[1]
        for name, password in (
            ("zhoulan", "wrong"), ("nobody", "wrong"), ("closed", PASSWORD), ("closed", "wrong"),
        )
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.context["form"].non_field_errors() for answer in answers] == [[REFUSED]] * 4


def test_five_failures_lock_one_account_for_one_address(user):
    answers = [sign_in("ZHOULAN"[:n] + "zhoulan"[n:], "wrong")[1].status_code for n in range(5)]
    assert answers == [200, 200, 200, 200, 429]

    _, even_the_right_one = sign_in("zhoulan", PASSWORD)
    assert even_the_right_one.status_code == 429
    assert "登录已暂停" in even_the_right_one.content.decode()


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/calendar/?period=2026-10", "/calendar/?period=2026-10"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(wanted, goes, user):
    assert sign_in("zhoulan", PASSWORD, next=wanted)[1].url == goes


def test_the_session_number_changes_at_sign_in(user):
    client = Client()
    client.get(reverse("login"))
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post(reverse("login"), {"username": "zhoulan", "password": PASSWORD})

    assert client.cookies["sessionid"].value != before


@pytest.mark.parametrize(
    ("username", "password"),
    [("", ""), ("x" * 500, "y"), ("zhou\0lan", "x"), ("ﷺ" * 40, "x"), ("zhoulan", "x" * 10_000)],
)
def test_odd_input_is_refused_in_words(username, password, user):
    _, response = sign_in(username, password)

    assert response.status_code == 200


def test_an_initial_password_leads_nowhere_but_to_its_change(branch_a, person, at):
    admin = person(Role.ADMINISTRATOR, branch_a).user
    _, password = accounts.open_with_post(
        username="zhoulan", name="周岚", organization=branch_a, role=Role.SECRETARY, duty="",
        started_on=at.date(), by=admin, at=at,
    )  # fmt: skip
    client, _ = sign_in("zhoulan", password)

    for name in ("home", "organization-tree", "account-mine"):
        assert client.get(reverse(name)).url == reverse("password-change")
    changed = client.post(
        reverse("password-change"), {"current": password, "new": PASSWORD, "again": PASSWORD}
    )

    assert changed.url == reverse("home")
    assert client.get(reverse("organization-tree")).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "again", "field"),
    [
        ("wrong", "feng-ling-88", "feng-ling-88", "current"),
        (PASSWORD, "feng-ling-88", "feng-ling-89", "again"),
        (PASSWORD, PASSWORD, PASSWORD, "new"),
        (PASSWORD, "short1", "short1", "new"),
        (PASSWORD, "1234567890", "1234567890", "new"),
        (PASSWORD, "password1", "password1", "new"),
        (PASSWORD, "zhoulan1", "zhoulan1", "new"),
        (PASSWORD, "dangzhibu2026", "dangzhibu2026", "new"),
    ],
)
def test_a_password_that_is_not_taken_says_which_field(current, new, again, field, user):
    client, _ = sign_in("zhoulan", PASSWORD)

    response = client.post(
        reverse("password-change"), {"current": current, "new": new, "again": again}
    )

    assert list(response.context["form"].errors) == [field]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(user):
    here, _ = sign_in("zhoulan", PASSWORD)
    elsewhere, _ = sign_in("zhoulan", PASSWORD)

    here.post(
        reverse("password-change"),
        {"current": PASSWORD, "new": "feng-ling-88", "again": "feng-ling-88"},
    )

    assert here.get(reverse("account-mine")).status_code == 200
    assert elsewhere.get(reverse("account-mine")).status_code == 302


def test_a_closed_account_is_refused_from_its_next_request_on(user, person, branch_a):
    admin = person(Role.ADMINISTRATOR, branch_a).user
    client, _ = sign_in("zhoulan", PASSWORD)
    assert client.get(reverse("account-mine")).status_code == 200

    accounts.set_active(user=user, active=False, by=admin, at=timezone.now())

    assert client.get(reverse("account-mine")).url == f"{reverse('login')}?next=/account/"


def test_signing_out_needs_a_post_and_ends_the_session(user):
    client, _ = sign_in("zhoulan", PASSWORD)

    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert client.get(reverse("account-mine")).status_code == 302


@pytest.fixture
def demo_data(committee, at):
    user = User(username="shuji", name="周岚", created_at=at)
    user.set_password(demo_accounts.PASSWORD)
    user.save()
    with transaction.atomic():
        audit.record("demo.seeded", by=None, at=at, on=committee)


def test_a_demo_names_its_accounts_and_lets_them_in_with_one_button(demo_data, settings):
    settings.DEMO = True
    client = Client()

    page = client.get(reverse("login"))
    assert [account.username for account in page.context["demo_accounts"]] == ["shuji"]
    assert demo_accounts.PASSWORD in page.content.decode()

    assert client.post(reverse("login"), {"demo": "shuji"}).url == reverse("home")


def test_outside_a_demo_nothing_is_named_and_no_button_works(demo_data, settings):
    settings.DEMO = False
    client = Client()

    page = client.get(reverse("login"))
    assert page.context["demo_accounts"] == []
    assert demo_accounts.PASSWORD not in page.content.decode()
    assert client.post(reverse("login"), {"demo": "shuji"}).status_code == 200


def test_a_database_the_demo_did_not_make_names_nothing(committee, settings, at):
    settings.DEMO = True
    User.objects.create(username="shuji", name="真书记", created_at=at)

    assert Client().get(reverse("login")).context["demo_accounts"] == []
