"""What the regulations ask of branches and groups, and records that wait to be closed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from activities import wording
from activities.queries import activities, schedule
from activities.rules import rhythm
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.rhythm import Asked
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, Regulation, User
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.scope import Scope

UNCLOSED_SHOWN = 20
NAMES_SHOWN = 3
COMMITTEE_RULE = "O8"  # small branches have no committee


@dataclass(frozen=True, slots=True)
class _Owing:
    """One organisation that owes a meeting in a window.

    ``planned`` is still to come, ``earlier`` are windows before in which it was missed too.
    """

    host: Organization
    held: int
    planned: list[schedule.Held]
    earlier: list[Period]


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what is due for whoever may log activities (five queries, or none).

    Where several organisations owe the same, one line names how many and which.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    hosts = schedule.hosts(scope, on)
    rules = regulations.in_force(on)
    asked = {
        kind: _asked(rules[rule.regulation])
        for kind, rule in KINDS.items()
        if rule.every is not None and rule.regulation in rules
    }
    held = defaultdict(list)
    starts = {kind: rhythm.windows(on, each.every)[0].first_day for kind, each in asked.items()}
    for row in schedule.held_since(scope, starts):
        held[row.kind, row.organization_id].append(row)
    small = rules.get(COMMITTEE_RULE)
    least = small.parameters["committee_from"] if small else 0
    members = schedule.full_members(scope, on) if least else {}

    found: list[Duty] = []
    for kind, rhythm_asked in asked.items():
        regulation = rules[KINDS[kind].regulation]
        owing: dict[Period, list[_Owing]] = defaultdict(list)
        for host in hosts:
            if host.kind != KINDS[kind].held_by:
                continue
            if kind is ActivityKind.COMMITTEE and members.get(host.pk, 0) < least:
                continue
            stands = held[kind, host.pk]
            since = max(host.founded_on, regulation.effective_from)
            missing = rhythm.owed(
                on=on, asked=rhythm_asked, held_on=[row.held_on for row in stands], since=since
            )
            past = [owed for owed in missing if not owed.window.contains(on)]
            # What is long past is told with the latest of its kind, not before this month's.
            for owed in missing[len(past) - 1 :] if past else missing:
                window = owed.window
                planned = [
                    row for row in stands if row.held_on > on and window.contains(row.held_on)
                ]
                earlier = [] if window.contains(on) else [before.window for before in past[:-1]]
                owing[window].append(_Owing(host, owed.held, planned, earlier))
        found += [
            _duty(kind, window, together, regulation, len(hosts) > 1, on)
            for window, together in owing.items()
        ]
    return found + _unclosed(scope, on, several=_branches(hosts) > 1)


def _asked(regulation: Regulation) -> Asked:
    parameters = regulation.parameters
    return Asked(
        PeriodKind(parameters["every"]),
        parameters.get("count", 1),
        parameters.get("warn_from_day"),
    )


def _duty(
    kind: ActivityKind,
    window: Period,
    owing: Sequence[_Owing],
    regulation: Regulation,
    several: bool,
    on: dt.date,
) -> Duty:
    title = wording.meeting_of(kind, window)
    is_open = window.contains(on)
    first = owing[0]
    query: dict[str, str | int] = {
        "kind": kind,
        "organization": first.host.pk,
        "on": (on if is_open else window.last_day).isoformat(),
    }
    url, action = f"{reverse('activity-new')}?{urlencode(query)}", "登记"
    if len(owing) > 1:
        unit = "小组" if first.host.is_group else "支部"
        title = f"{title}（{len(owing)} 个{unit}未{wording.VERBS[kind]}）"
        counted = "、".join(each.host.short_name for each in owing[:NAMES_SHOWN])
        counted += " 等" if len(owing) > NAMES_SHOWN else ""
    else:
        word = wording.THIS[window.kind] if is_open else wording.window_word(window)
        counted = f"{word}已{wording.VERBS[kind]} {first.held} 次"
        if several and first.host.is_group:
            counted = f"{first.host.short_name}{counted}"
        if first.earlier:
            missed = "、".join(map(wording.window_word, first.earlier))
            counted += f" · {missed}也未{wording.VERBS[kind]}"
        if first.planned:
            next_one = first.planned[0]
            counted += f" · 已安排 {next_one.held_on.month} 月 {next_one.held_on.day} 日"
            url, action = reverse("activity", kwargs={"pk": next_one.pk}), "查看"
    return Duty(
        title=title,
        due_on=window.last_day,
        why=f"{_cited(regulation, kind)} · {counted}",
        url=url,
        action=action,
    )


def _unclosed(scope: Scope, on: dt.date, *, several: bool) -> list[Duty]:
    found = []
    for activity in schedule.unclosed(scope, on, UNCLOSED_SHOWN):
        verb = wording.VERBS[ActivityKind(activity.kind)]
        why = f"{activity.held_on.month} 月 {activity.held_on.day} 日{verb} · 登记到会和记录后办结"
        if several or activity.organization.is_group:
            why = f"{activities.place_name(activity.organization)} · {why}"
        found.append(
            Duty(
                title=f"{activity.title}：记录未办结",
                due_on=activity.record_due_on,
                why=why,
                url=reverse("activity-edit", kwargs={"pk": activity.pk}),
                action="去办结",
            )
        )
    return found


def _branches(hosts: Iterable[Organization]) -> int:
    return len({host.parent_id if host.is_group else host.pk for host in hosts})


def _cited(regulation: Regulation, kind: ActivityKind) -> str:
    """Return source, article and what is asked, in the short form people use."""
    source = regulation.source.removeprefix("中国共产党").removesuffix("（试行）")
    asked = regulation.title.removeprefix(wording.KINDS[kind])
    article = regulation.article
    cited = f"《{source}》{article}" if article.startswith("第") else f"{source}（{article}）"
    return f"{cited}：{asked}"
