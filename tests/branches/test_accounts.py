"""Accounts and posts as operations: what they give, refuse and record."""

import datetime as dt

import pytest

from branches.models import AuditEntry, Post, User
from branches.operations import accounts
from branches.operations.accounts import CannotAppoint, CannotManage, UsernameTaken
from branches.queries import accounts as queries
from branches.rules import usernames
from branches.rules.roles import Role
from branches.scope import Scope

D = dt.date
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(person, committee) -> User:
    return person(Role.ADMINISTRATOR, committee).user


@pytest.fixture
def user(person, branch_a) -> User:
    return person(Role.COMMITTEE_MEMBER, branch_a).user


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("ZhouLan", "zhoulan"), ("ｚｈｏｕ０１", "zhou01"), ("  zhou.lan ", "zhou.lan")],
)
def test_a_username_has_one_spelling(typed, stored, branch_a, admin, at):
    opened, _ = accounts.open_account(
        username=typed, name="周岚", organization=branch_a, by=admin, at=at
    )

    assert opened.username == stored
    assert User.objects.get_by_natural_key(typed) == opened


@pytest.mark.parametrize("username", ["z", "zhou lan", "周岚", "-zhou", "z" * 41, "zhou\n"])
def test_what_is_no_username(username):
    assert usernames.problem(username) == (
        "账号由 2 至 40 位小写字母、数字、点、横线组成，以字母或数字开头。"
    )


def test_a_username_is_given_once_whatever_its_spelling(branch_a, admin, at):
    accounts.open_account(username="zhou", name="周岚", organization=branch_a, by=admin, at=at)

    with pytest.raises(UsernameTaken):
        accounts.open_account(
            username="ＺＨＯＵ", name="周", organization=branch_a, by=admin, at=at
        )


def test_an_account_without_a_possible_post_is_not_opened(group_a, admin, at):
    with pytest.raises(CannotAppoint):
        accounts.open_with_post(
            username="zhou", name="周岚", organization=group_a, role=Role.SECRETARY, duty="",
            started_on=D(2026, 10, 1), by=admin, at=at,
        )  # fmt: skip

    assert not User.objects.filter(username="zhou").exists()


def test_an_initial_password_works_once_and_must_be_changed(branch_a, admin, at):
    user, password = accounts.open_account(
        username="zhou", name="周岚", organization=branch_a, by=admin, at=at
    )
    assert (user.check_password(password), user.must_change_password) == (True, True)

    accounts.change_password(user=user, password="qingfeng-2026-xu", at=at)

    user.refresh_from_db()
    assert (user.check_password(password), user.must_change_password) == (False, False)


def test_initial_passwords_have_no_characters_that_are_misread():
    letters = {letter for _ in range(200) for letter in accounts.initial_password()}

    assert letters & set("0O1lIo") == set()


@pytest.mark.parametrize(
    ("role", "where", "why"),
    [
        (Role.COMMITTEE_MEMBER, "branch_a", "此人已在该组织担任这一职务。"),
        (Role.GROUP_LEADER, "branch_a", "党小组只设党小组长，党小组长只在党小组任职。"),
        (Role.SECRETARY, "group_a", "党小组只设党小组长，党小组长只在党小组任职。"),
    ],
)
def test_a_post_that_cannot_be_given(role, where, why, user, admin, at, request, group_a):
    with pytest.raises(CannotAppoint) as refusal:
        accounts.appoint(
            user=user, organization=request.getfixturevalue(where), role=role,
            started_on=D(2026, 10, 1), by=admin, at=at,
        )  # fmt: skip

    assert str(refusal.value) == why


def test_nobody_appoints_themselves(admin, committee, at):
    with pytest.raises(CannotAppoint):
        accounts.appoint(
            user=admin, organization=committee, role=Role.AUDITOR, started_on=D(2026, 10, 1),
            by=admin, at=at,
        )  # fmt: skip


def test_nobody_resets_closes_or_dismisses_themselves(admin, at):
    post = Post.objects.get(user=admin)

    with pytest.raises(CannotManage):
        accounts.reset_password(user=admin, by=admin, at=at)
    with pytest.raises(CannotManage):
        accounts.set_active(user=admin, active=False, by=admin, at=at)
    with pytest.raises(CannotManage):
        accounts.end_post(post=post, on=D(2026, 10, 1), by=admin, at=at)


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (D(2026, 9, 30), False),
        (D(2026, 10, 1), True),
        (D(2026, 10, 19), True),
        (D(2026, 10, 20), False),  # the day of the end is no longer held
    ],
)
def test_a_post_is_held_from_its_first_day_up_to_its_end(day, held, user, branch_b, admin, at):
    post = accounts.appoint(
        user=user, organization=branch_b, role=Role.SECRETARY, started_on=D(2026, 10, 1),
        by=admin, at=at,
    )  # fmt: skip
    accounts.end_post(post=post, on=D(2026, 10, 20), by=admin, at=at)

    assert Post.objects.held_on(day).filter(pk=post.pk).exists() is held


def test_an_ended_post_stays_ended(user, admin, at):
    post = Post.objects.get(user=user)
    accounts.end_post(post=post, on=D(2026, 10, 1), by=admin, at=at)
    accounts.end_post(post=post, on=D(2026, 12, 1), by=admin, at=at)

    post.refresh_from_db()
    assert post.ended_on == D(2026, 10, 1)


def test_a_post_never_ends_before_it_began(user, admin, at):
    post = Post.objects.get(user=user)
    accounts.end_post(post=post, on=D(1999, 1, 1), by=admin, at=at)

    post.refresh_from_db()
    assert post.ended_on == post.started_on


def test_the_audit_keeps_no_password(branch_a, admin, at):
    user, first = accounts.open_account(
        username="zhou", name="周岚", organization=branch_a, by=admin, at=at
    )
    second = accounts.reset_password(user=user, by=admin, at=at)
    accounts.change_password(user=user, password="qingfeng-2026-xu", at=at)

    kept = str(list(AuditEntry.objects.values()))
    assert [word in kept for word in (first, second, "qingfeng-2026-xu")] == [False] * 3
    assert list(
        AuditEntry.objects.filter(object_type="branches.user").values_list("action", flat=True)
    ) == ["account.password_changed", "account.password_reset", "account.opened"]


def test_accounts_in_scope_are_those_with_posts_there(person, branch_a, branch_b):
    here, there, nowhere = (
        person(Role.SECRETARY, branch_a).user,
        person(Role.SECRETARY, branch_b).user,
        person().user,
    )

    found = set(queries.in_scope(Scope.over([branch_a.path])))
    assert (here in found, there in found, nowhere in found) == (True, False, False)
    assert list(queries.in_scope(Scope())) == []


def test_somebody_with_a_post_outside_is_out_of_reach(person, branch_a, branch_b):
    both = person(Role.SECRETARY, branch_a).user
    assert queries.may_manage(both, Scope.over([branch_a.path]), D(2026, 10, 20))

    Post.objects.create(
        user=both, organization=branch_b, role=Role.REVIEWER, started_on=D(2026, 1, 1)
    )
    assert not queries.may_manage(both, Scope.over([branch_a.path]), D(2026, 10, 20))
