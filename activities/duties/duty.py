"""Duty that is due: one's own shift and swaps, answers to visitors, the next roster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import DutyShift, DutySwap, Visit
from activities.queries import duty, visits
from activities.rules.duty import ROSTER_FROM
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, User
from branches.rules.periods import Period
from branches.rules.roles import Capability

DAYS_AHEAD = dt.timedelta(days=3)
TEXT_SHOWN = 20
NAMES_SHOWN = 3
_ROSTER = "值班制度"
_VISIT = "值班制度：交支部办理的事项按期答复"


def own_shifts(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one's own shift of the day (one query)."""
    return [
        Duty(
            title="今天由您值班",
            due_on=on,
            why=f"{shift.organization.short_name}值班表 · 来访随手登记",
            url=reverse("my-duty"),
            action="看值班",
        )
        for shift in duty.on_duty(user, on)
    ]


def own_shifts_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[DutyShift]:
    """Return the rows that ``own_shifts`` tells of."""
    return duty.on_duty(user, on)


def swaps(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the shifts one is asked to take over (one query)."""
    return [
        Duty(
            title=f"{swap.asked_by.name}请您值 {swap.shift.on.month}月{swap.shift.on.day}日 的班",
            due_on=swap.shift.on,
            why=f"换班等您答复 · {swap.reason}",
            url=reverse("my-duty"),
            action="去答复",
        )
        for swap in duty.to_answer(user, on)
    ]


def swaps_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[DutySwap]:
    """Return the rows that ``swaps`` tells of."""
    return duty.to_answer(user, on)


def answers(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the visits whose answer is due or overdue, for whoever keeps records (one query)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    waiting = list(visits.due(scope, on + DAYS_AHEAD)) if scope else []
    overdue = [row for row in waiting if row.answer_due_on and row.answer_due_on < on]
    soon = [row for row in waiting if row.answer_due_on and row.answer_due_on >= on]
    return [
        *_answers(overdue, "已超期", visits.OVERDUE),
        *_answers(soon, "快到期", "BRANCH"),
    ]


def answers_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Visit]:
    """Return the rows that ``answers`` tells of."""
    return visits.due(grants.scope(Capability.LOG_ACTIVITIES), on + DAYS_AHEAD)


def settled(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what was settled above and the visitor has not been told (one query)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    return _settled(list(visits.settled_above(scope)) if scope else [], on)


def settled_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Visit]:
    """Return the rows that ``settled`` tells of."""
    return visits.settled_above(grants.scope(Capability.LOG_ACTIVITIES))


def rosters(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return, from the 25th, the branches without a roster for the next month (one query)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope or on.day < ROSTER_FROM:
        return []
    month = Period.containing(on)
    missing = list(duty.without_next_roster(scope, month))
    if not missing:
        return []
    names = "、".join(branch.short_name for branch in missing[:NAMES_SHOWN])
    more = f" 等 {len(missing)} 个支部" if len(missing) > NAMES_SHOWN else ""
    url = f"{reverse('duty-roster')}?branch={missing[0].pk}&month={month.next}"
    if len(missing) == 1:
        url = reverse("duty-plan", kwargs={"pk": missing[0].pk, "period": str(month.next)})
    return [
        Duty(
            title=f"{month.next.number}月值班表还没有排",
            due_on=month.last_day,
            why=f"{_ROSTER} · {names}{more}",
            url=url,
            action="去排班",
        )
    ]


def rosters_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Organization] | None:
    """Return the rows that ``rosters`` tells of."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if on.day < ROSTER_FROM:
        return None
    return duty.without_next_roster(scope, Period.containing(on))


def _answers(rows: Sequence[Visit], word: str, state: str) -> list[Duty]:
    """One line whatever the number."""
    if not rows:
        return []
    first = rows[0]
    assert first.answer_due_on is not None
    if len(rows) == 1:
        title = f"来访答复{word}：{_short(first.matter)}"
        url = reverse("visit", kwargs={"pk": first.pk})
    else:
        title = f"{len(rows)} 件来访答复{word}"
        url = f"{reverse('visit-list')}?state={state}"
    why = f"{_VISIT} · 最早的期限 {first.answer_due_on.month}月{first.answer_due_on.day}日"
    return [Duty(title=title, due_on=first.answer_due_on, why=why, url=url, action="去答复")]


def _settled(rows: Sequence[Visit], on: dt.date) -> list[Duty]:
    if not rows:
        return []
    first = rows[0]
    one = len(rows) == 1
    return [
        Duty(
            title=f"上级已办结，请答复来访人：{_short(first.matter)}"
            if one
            else f"{len(rows)} 件上报事项上级已办结，请答复来访人",
            due_on=on,
            why=_VISIT,
            url=reverse("visit", kwargs={"pk": first.pk})
            if one
            else f"{reverse('visit-list')}?state=UPWARD",
            action="去答复",
        )
    ]


def _short(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}…"
