"""Who is on which roll on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Min, Q, QuerySet

from branches.models import Organization
from members.models import Exemption, Member, Membership
from members.rules.status import MemberStatus


def roll_on(day: dt.date, within: Organization) -> QuerySet[Membership, Any]:
    """Return who belonged to which branch of a subtree on a day, for set-based statements.

    Columns: member_id; branch_id; branch_path; branch_type. One row a member: whoever left
    later is still there, so an old month gives today what it gave then.
    """
    return (
        Membership.objects.home()
        .on(day)
        .filter(branch__path__startswith=within.path)
        .order_by()
        .values(
            "member_id",
            "branch_id",
            branch_path=F("branch__path"),
            branch_type=F("branch__type"),
        )
    )


def exemptions_on(day: dt.date) -> QuerySet[Exemption, Any]:
    """Return the exempted on a day. Columns: member_id; exempt (the reason)."""
    return Exemption.objects.on(day).order_by().values("member_id").annotate(exempt=Min("reason"))


def full_members(day: dt.date) -> QuerySet[Membership]:
    """Return the home memberships of full members on a day; standing is read as it is now."""
    return Membership.objects.home().on(day).filter(member__status=MemberStatus.FULL).order_by()


def members_of(organization: Organization, day: dt.date) -> QuerySet[Member]:
    """Return the members of a branch or group on a day, by pinyin."""
    in_place = Q(branch=organization) | Q(group=organization)
    memberships = Membership.objects.home().on(day).filter(in_place)
    return Member.objects.on_roll().filter(pk__in=memberships.values("member_id"))
