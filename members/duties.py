"""What is due on the roll: probationary members whose year is up."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from branches import duties
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability
from members.models import Membership
from members.queries import members
from members.rules.probation import probation_ends_on

AHEAD = dt.timedelta(days=31)


def declare() -> None:
    """Register this app's duties."""
    duties.register(regularisations, waiting=regularisations_waiting)


def regularisations_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Membership]:
    """Return the rows that ``regularisations`` looks at."""
    scope = grants.scope(Capability.MANAGE_MEMBERS)
    return members.probationary_since(scope, on + AHEAD - dt.timedelta(days=365))


def regularisations(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the regularisations due within a month or overdue (one query)."""
    if not grants.scope(Capability.MANAGE_MEMBERS):
        return []
    latest = on + AHEAD
    found = []
    for home in regularisations_waiting(user, grants, on):
        admitted_on = home.member.admitted_on
        assert admitted_on is not None
        ends_on = probation_ends_on(admitted_on)
        if ends_on > latest:
            continue
        found.append(
            Duty(
                title=f"预备党员{home.member.name}（{home.branch.short_name}）办理转正",
                due_on=ends_on,
                why=(
                    f"党章第七条：预备期一年。{admitted_on:%Y年%m月%d日}入党，"
                    f"{ends_on:%Y年%m月%d日}期满"
                ),
                url=reverse("member-regularise", kwargs={"pk": home.member_id}),
                action="办理转正",
            )
        )
    return found
