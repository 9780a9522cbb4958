"""What the regulations ask of branches and groups, and records that wait to be closed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.http import urlencode

from activities import wording
from activities.queries import activities, checks, owing, schedule
from activities.queries.owing import Owing
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, Regulation, User
from branches.queries import organizations, regulations
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.scope import Scope

UNCLOSED_SHOWN = 20
NAMES_SHOWN = 3


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what is due for whoever may log activities (six queries, or none).

    Where several organisations owe the same, one line names how many and which.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    standing = organizations.standing_within(grants, scope, on)
    hosts = [row for row in standing if row.is_branch or row.is_group]
    book = regulations.book_of(grants)
    full = {pk: size.full for pk, size in checks.sizes_within(grants, on).items()}
    known = owing.meetings(scope, hosts, book, on, full)
    together: dict[tuple[ActivityKind, Period], list[Owing]] = defaultdict(list)
    for each in owing.owing(hosts, known, book, on):
        together[each.kind, each.window].append(each)
    several = _branches(hosts) > 1
    found = [_duty(rows, len(hosts) > 1, several, on) for rows in together.values()]
    return found + _unclosed(scope, on, several=several)


def _duty(owing: Sequence[Owing], has_groups: bool, several: bool, on: dt.date) -> Duty:
    first = owing[0]
    kind, window, regulation = first.kind, first.window, first.regulation
    title = wording.meeting_of(kind, window)
    is_open = window.contains(on)
    query: dict[str, str | int] = {
        "kind": kind,
        "organization": first.host.pk,
        "on": (on if is_open else window.last_day).isoformat(),
    }
    url, action = f"{reverse('activity-new')}?{urlencode(query)}", "登记"
    explain = checks.explained(regulation.code, [each.host for each in owing])
    if len(owing) > 1:
        unit = "小组" if first.host.is_group else "支部"
        title = f"{title}（{len(owing)} 个{unit}未{wording.VERBS[kind]}）"
        counted = "、".join(each.host.short_name for each in owing[:NAMES_SHOWN])
        counted += " 等" if len(owing) > NAMES_SHOWN else ""
    else:
        word = wording.THIS[window.kind] if is_open else wording.window_word(window)
        counted = f"{word}已{wording.VERBS[kind]} {first.held} 次"
        if several:
            counted = f"{activities.place_name(first.host)}{counted}"
        elif has_groups and first.host.is_group:
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
        explain=explain,
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
                explain=reverse("regulation", kwargs={"code": "M23"}),
            )
        )
    return found


def _branches(hosts: Iterable[Organization]) -> int:
    return len({host.parent_id if host.is_group else host.pk for host in hosts})


def _cited(regulation: Regulation, kind: ActivityKind) -> str:
    """Return source, article and what is asked, in the short form people use."""
    return f"{regulation.cited}：{regulation.title.removeprefix(wording.KINDS[kind])}"
