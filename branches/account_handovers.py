"""What follows when somebody else has given an account its password: upper apps say what.

Whoever opens or resets an account knows its first password, and could sign in with it before
its owner does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from branches.models import User

Follower = Callable[[User, dt.datetime], None]

_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Add what is done, inside the transaction, after an account was opened or reset."""
    _followers.append(follower)


def follow(user: User, at: dt.datetime) -> None:
    """Do what follows from opening or resetting an account, once it is linked to its owner."""
    for follower in _followers:
        follower(user, at)
