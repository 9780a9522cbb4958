"""Accounts of members, named after them."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from branches import account_handovers, audit
from branches.models import User
from branches.operations import accounts
from branches.rules import usernames
from members.models import Member
from members.operations.steps import CannotChange, home_of


@transaction.atomic
def open_account(*, member: Member, by: User, at: dt.datetime) -> tuple[User, str]:
    """Open a member's account and return it with its initial password, shown once.

    The account is named by the employee number where that is possible and free, else by the
    name in pinyin with a number.

    :raises CannotChange: there is an account already, or the person has left.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.user_id is not None:
        raise CannotChange("此人已有账号。")
    if not row.is_on_roll:
        raise CannotChange("此人已不在名册上，不能开通账号。")
    home = home_of(row)
    try:
        user, password = accounts.open_account(
            username=_free_username(row),
            name=row.name,
            organization=home.branch,
            by=by,
            at=at,
        )
    except accounts.UsernameTaken:
        raise CannotChange("账号名刚被占用，请再点一次。") from None
    row.user = user
    row.save(update_fields=["user"])
    audit.record(
        "member.account_linked", by=by, at=at, on=row, organization=home.branch,
        after={"username": user.username},
    )  # fmt: skip
    account_handovers.follow(user, at)
    return user, password


def _free_username(member: Member) -> str:
    wanted = usernames.normalise(member.employee_number)
    if usernames.problem(wanted) is None and not User.objects.filter(username=wanted).exists():
        return wanted
    syllables = (word.partition(".")[0] for word in member.name_pinyin.split(" "))
    stem = re.sub("[^a-z]", "", "".join(syllables))[:30] or "dangyuan"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    return next(
        name for number in range(1, len(taken) + 2) if (name := f"{stem}{number:02d}") not in taken
    )
