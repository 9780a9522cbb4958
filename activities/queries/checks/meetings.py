"""Checks of the meetings that have a rhythm (M1 to M4, M6, M8)."""

from __future__ import annotations

from activities import wording
from activities.queries import owing
from activities.queries.checks.facts import Facts
from activities.queries.checks.finding import Finding, State
from activities.rules.kinds import KINDS, ActivityKind
from branches.models import Organization, Regulation
from branches.rules.periods import Period, PeriodKind

KIND_OF = {rule.regulation: kind for kind, rule in KINDS.items() if rule.every is not None}


def rhythm(facts: Facts, host: Organization, rule: Regulation) -> Finding | None:
    """Return whether a host has held what the rule asks for; the oldest gap speaks."""
    kind = KIND_OF[rule.code]
    if host.kind != KINDS[kind].held_by or not owing.is_asked(
        kind, host, facts.rules(host), facts.meetings.full_members
    ):
        return None
    missing = [each for each in facts.owing.get(host.pk, ()) if each.kind is kind]
    if missing:
        first = missing[0]
        window, held, spoke = first.window, first.held, first.regulation
        state = State.DUE if window.contains(facts.on) else State.OVERDUE
    else:
        window = Period.containing(facts.on, PeriodKind(rule.parameters["every"]))
        stands = facts.meetings.of(kind, host)
        held = sum(window.contains(row.held_on) and row.held_on <= facts.on for row in stands)
        first, state, spoke = None, State.OK, rule
    asked = spoke.parameters.get("count", 1)
    verb, name = wording.VERBS[kind], _name(window, facts)
    said = f"{name}已{verb} {held} 次"
    if first and first.earlier:
        said += f"，{'、'.join(map(wording.window_word, first.earlier))}也未{verb}"
    if held < asked and state is State.OK:
        said += f"，{wording.window_word(window)}内完成即可"
    return Finding(
        host,
        spoke,
        state,
        said,
        f"{held} {'≥' if held >= asked else '<'} {asked}"
        + (f"，还差 {asked - held} 次" if held < asked else ""),
        (
            ("期间", window.label),
            (f"应{verb}", f"{asked} 次"),
            (f"已{verb}", f"{held} 次"),
            *_planned(first),
        ),
        window.last_day if first else None,
        owing=first,
    )


def kind_of(code: str) -> ActivityKind | None:
    """Return the kind of meeting a rule is about, None for other rules."""
    return KIND_OF.get(code)


def _name(window: Period, facts: Facts) -> str:
    if window.contains(facts.on):
        return wording.THIS[window.kind]
    return wording.window_word(window)


def _planned(first: owing.Owing | None) -> list[tuple[str, str]]:
    if first is None or not first.planned:
        return []
    day = first.planned[0].held_on
    return [("已安排", f"{day.month}月{day.day}日")]
