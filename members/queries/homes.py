"""Where somebody with an account belongs: the home branch of one's own."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from branches.models import Organization, User
from members.models import Member, Membership
from members.rules.status import ON_ROLL


def of_user(user: User, on: dt.date) -> Membership | None:
    """Return the home membership of the person behind an account on a day, with member and
    branch; None for accounts of nobody on a roll (one query).
    """
    rows = Membership.objects.home().on(on).filter(member__user=user, member__status__in=ON_ROLL)
    return (
        rows.select_related("member", "branch", "group")
        .defer("member__id_number", "member__phone")
        .first()
    )


def people(branch: Organization, on: dt.date) -> QuerySet[Member]:
    """Return who is on the roll of a branch on a day, by pinyin."""
    homes = Membership.objects.home().on(on).filter(branch=branch)
    return (
        Member.objects.on_roll()
        .filter(pk__in=homes.values("member_id"))
        .defer("id_number", "phone")
        .order_by("name_pinyin", "pk")
    )
