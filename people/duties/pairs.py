"""Pairs that are due: one's own out of rhythm; at a branch, who needs a partner or a decision."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.periods import Period
from branches.rules.roles import Capability
from members.models import Membership
from people.models import Pair
from people.queries import pair_maps, pairs
from people.rules.pairs import PairState
from people.wording import pairs as wording

NAMES_SHOWN = 3


def own(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for one's own pairs that are out of rhythm or would be tomorrow (one
    query).
    """
    rows = list(pairs.own_due(user, on))
    if not rows:
        return []
    first = rows[0]
    names = "、".join(row.helped_name for row in rows[:NAMES_SHOWN])
    return [
        Duty(
            title=f"该联系{first.helped_name}了"
            if len(rows) == 1
            else f"{len(rows)} 名结对的同志该联系了",
            due_on=first.due_by,  # type: ignore[attr-defined]
            why=f"结对帮带 · {_kind(first)} · {first.get_rhythm_display()}联系"
            if len(rows) == 1
            else f"结对帮带 · {names}{'等' if len(rows) > NAMES_SHOWN else ''}",
            url=reverse("my-pairs"),
            action="去登记",
        )
    ]


def own_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pair]:
    """Return the rows that ``own`` tells of."""
    return pairs.own_due(user, on)


def apart(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for pairs one of whom has left the branch (one query)."""
    rows = list(apart_waiting(user, grants, on).select_related("helper", "branch"))
    if not rows:
        return []
    first = rows[0]
    return [
        Duty(
            title=f"{len(rows)} 对结对需要重新安排",
            due_on=Period.containing(on).last_day,
            why=f"结对帮带 · {first.helper.name}和{first.helped_name}等有人已不在名册上"
            if len(rows) > 1
            else f"结对帮带 · {first.helper.name}和{first.helped_name}，有人已不在名册上",
            url=_map_url(first, PairState.APART, grants),
            action="去安排",
        )
    ]


def apart_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pair]:
    """Return the rows that ``apart`` tells of."""
    return pairs.apart(grants.scope(Capability.LOG_ACTIVITIES), on)


def ending(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for pairs whose planned end has come (one query)."""
    rows = list(ending_waiting(user, grants, on).select_related("helper", "branch"))
    if not rows:
        return []
    first = rows[0]
    assert first.ends_on is not None
    return [
        Duty(
            title=f"{first.helper.name}和{first.helped_name}的结对到期"
            if len(rows) == 1
            else f"{len(rows)} 对结对到期",
            due_on=first.ends_on,
            why="结对帮带 · 写明成效后结束，或者延期",
            url=_map_url(first, pair_maps.OVER, grants),
            action="去办理",
        )
    ]


def ending_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pair]:
    """Return the rows that ``ending`` tells of."""
    return pairs.past_planned_end(grants.scope(Capability.LOG_ACTIVITIES), on)


def alone(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for members without a pair, where the branch keeps pairs (one query)."""
    rows = list(
        alone_waiting(user, grants, on)
        .select_related("member", "branch")
        .defer("member__id_number", "member__phone")
    )
    if not rows:
        return []
    names = "、".join(row.member.name for row in rows[:NAMES_SHOWN])
    return [
        Duty(
            title=f"{len(rows)} 名党员还没有结对",
            due_on=Period.containing(on).last_day,
            why=f"结对帮带 · {names}{'等' if len(rows) > NAMES_SHOWN else ''}",
            url=f"{reverse('pair-proposals')}?branch={_place(rows[0], grants)}",
            action="看建议",
        )
    ]


def alone_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Membership]:
    """Return the rows that ``alone`` tells of."""
    return pairs.alone(grants.scope(Capability.LOG_ACTIVITIES), on)


def _kind(pair: Pair) -> str:
    return str(dict(wording.KINDS)[pair.kind])  # type: ignore[index]


def _map_url(pair: Pair, state: str, grants: Grants) -> str:
    """Return the map of the branch; for a group's leader, whose only place is the group, that."""
    if grants.scope(Capability.LOG_ACTIVITIES).reaches(pair.branch.path):
        return f"{reverse('pair-map')}?branch={pair.branch_id}&state={state}"
    return f"{reverse('pair-map')}?state={state}"


def _place(row: Membership, grants: Grants) -> int:
    reaches = grants.scope(Capability.LOG_ACTIVITIES).reaches(row.branch.path)
    return row.branch_id if reaches or row.group_id is None else row.group_id
