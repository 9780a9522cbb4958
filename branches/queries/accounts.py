"""Questions about accounts and posts."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch, Q, QuerySet

from branches import account_sources
from branches.models import Post, User
from branches.rules import usernames
from branches.scope import EVERYWHERE, Scope


def in_scope(scope: Scope) -> QuerySet[User]:
    """Return the accounts of people who hold or held a post in ``scope``, or are on its roll."""
    placed = Post.objects.in_scope(scope).values("user_id")
    return User.objects.filter(Q(pk__in=placed) | account_sources.q(scope))


def listed(
    scope: Scope, *, on: dt.date, text: str = "", role: str = "", state: str = ""
) -> QuerySet[User]:
    """Return accounts for a list, each with ``held``, its posts of the day (two queries).

    ``text`` is part of a name or account name; ``state`` is "open", "closed" or "".
    """
    rows = in_scope(scope)
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(username__contains=usernames.normalise(text))
        )
    if role:
        held = Post.objects.in_scope(scope).held_on(on).filter(role=role)
        rows = rows.filter(pk__in=held.values("user_id"))
    if state:
        rows = rows.filter(is_active=state == "open")
    posts = Post.objects.held_on(on).select_related("organization").order_by("organization__path")
    return rows.prefetch_related(Prefetch("posts", posts, to_attr="held")).order_by("username")


def posts_of(user: User) -> list[Post]:
    """Return all posts somebody holds or held, the open ones first (one query)."""
    posts = Post.objects.filter(user=user).select_related("organization")
    return sorted(
        posts, key=lambda post: (post.ended_on is not None, post.organization.path, post.pk)
    )


def may_manage(user: User, scope: Scope, on: dt.date) -> bool:
    """Return whether an account is wholly within ``scope``.

    Whoever resets a password could sign in as that person; somebody with a post outside
    the scope, or placed outside it by the roll, is therefore out of reach.
    """
    outside = Post.objects.filter(user=user).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    if outside.exclude(scope.q("organization__path")).exists():
        return False
    account = User.objects.filter(pk=user.pk)
    placed = account.filter(account_sources.q(EVERYWHERE)).exists()
    return not placed or account.filter(account_sources.q(scope)).exists()
