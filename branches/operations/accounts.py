"""Accounts and posts."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import IntegrityError, transaction

from branches import account_handovers, audit
from branches.models import Organization, Post, User
from branches.rules import usernames
from branches.rules.roles import Role, may_be_held_at
from branches.rules.tree import OrganizationKind

# Read aloud over the telephone: no 0/O, 1/l/I.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
INITIAL_LENGTH = 10


class UsernameTaken(Exception):
    """Another account has this name."""


class CannotManage(Exception):
    """The account is not this person's to manage; the text says why, in Chinese."""


class CannotAppoint(Exception):
    """The post cannot be given; the text says why, in Chinese."""


def initial_password() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(INITIAL_LENGTH))


@transaction.atomic
def open_account(
    *, username: str, name: str, organization: Organization | None, by: User | None, at: dt.datetime
) -> tuple[User, str]:
    """Open an account and return it with its initial password, shown once and never kept.

    :raises UsernameTaken: the name is in use.
    """
    username = usernames.normalise(username)
    password = initial_password()
    user = User(username=username, name=name, created_at=at, must_change_password=True)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise UsernameTaken from None
    audit.record(
        "account.opened", by=by, at=at, on=user, organization=organization,
        after={"username": username},
    )  # fmt: skip
    return user, password


@transaction.atomic
def open_with_post(
    *,
    username: str,
    name: str,
    organization: Organization,
    role: str,
    duty: str,
    started_on: dt.date,
    by: User | None,
    at: dt.datetime,
) -> tuple[User, str]:
    """Open an account and give it its first post, both or neither.

    :raises UsernameTaken: the name is in use.
    :raises CannotAppoint: the post cannot be given.
    """
    user, password = open_account(
        username=username, name=name, organization=organization, by=by, at=at
    )
    appoint(
        user=user, organization=organization, role=role, duty=duty, started_on=started_on,
        by=by, at=at,
    )  # fmt: skip
    return user, password


@transaction.atomic
def reset_password(*, user: User, by: User, at: dt.datetime) -> str:
    """Give an account a new initial password and return it; its sessions end.

    :raises CannotManage: one's own password is changed, not reset.
    """
    if by.pk == user.pk:
        raise CannotManage("自己的密码请在“修改密码”中修改。")
    password = initial_password()
    row = User.objects.select_for_update().get(pk=user.pk)
    row.set_password(password)
    row.must_change_password = True
    row.reset_at = at
    row.save(update_fields=["password", "must_change_password", "reset_at"])
    audit.record("account.password_reset", by=by, at=at, on=row)
    account_handovers.follow(row, at)
    return password


@transaction.atomic
def change_password(*, user: User, password: str, at: dt.datetime) -> None:
    """Set the password its owner chose; other sessions end."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record("account.password_changed", by=user, at=at, on=user)


@transaction.atomic
def set_active(*, user: User, active: bool, by: User, at: dt.datetime) -> None:
    """Close or reopen an account; a closed one is refused from its next request on.

    :raises CannotManage: nobody closes the account they sit at.
    """
    if by.pk == user.pk:
        raise CannotManage("不能停用自己正在使用的账号，请由其他管理员办理。")
    row = User.objects.select_for_update().get(pk=user.pk)
    row.is_active = active
    row.save(update_fields=["is_active"])
    audit.record("account.reopened" if active else "account.closed", by=by, at=at, on=row)


@transaction.atomic
def appoint(
    *,
    user: User,
    organization: Organization,
    role: str,
    duty: str = "",
    started_on: dt.date,
    by: User | None,
    at: dt.datetime,
) -> Post:
    """Give somebody a post from ``started_on`` on.

    :raises CannotAppoint: the person holds this post there already, the organisation is
        dissolved or has no such post, or the person appoints themselves.
    """
    if by is not None and by.pk == user.pk:
        raise CannotAppoint("不能给自己任职，请由其他管理员办理。")
    if organization.dissolved_on is not None:
        raise CannotAppoint("这个组织已经撤销，不能再任职。")
    if not may_be_held_at(Role(role), OrganizationKind(organization.kind)):
        raise CannotAppoint("党小组只设党小组长，党小组长只在党小组任职。")
    User.objects.select_for_update().get(pk=user.pk)
    if Post.objects.filter(
        user=user, organization=organization, role=role, ended_on__isnull=True
    ).exists():
        raise CannotAppoint("此人已在该组织担任这一职务。")
    post = Post.objects.create(
        user=user, organization=organization, role=role, duty=duty, started_on=started_on
    )
    audit.record(
        "post.appointed", by=by, at=at, on=post, organization=organization,
        after={
            "person": user.name, "user": user.username, "role": role,
            "organization": organization.code, "started_on": started_on,
        },
    )  # fmt: skip
    return post


@transaction.atomic
def end_post(*, post: Post, on: dt.date, by: User, at: dt.datetime) -> None:
    """End a post on a day (the first day it is no longer held); ended posts stay ended.

    :raises CannotManage: nobody ends a post of their own.
    """
    if by.pk == post.user_id:
        raise CannotManage("不能免去自己的职务，请由其他管理员办理。")
    row = (
        Post.objects.select_for_update(of=("self",))
        .select_related("user", "organization")
        .get(pk=post.pk)
    )
    if row.ended_on is not None:
        return
    row.ended_on = max(on, row.started_on)
    row.save(update_fields=["ended_on"])
    audit.record(
        "post.ended", by=by, at=at, on=row, organization=row.organization,
        after={
            "person": row.user.name, "user": row.user.username, "role": row.role,
            "organization": row.organization.code, "ended_on": row.ended_on,
        },
    )  # fmt: skip
