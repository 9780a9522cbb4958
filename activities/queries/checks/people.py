"""Checks of how members take part: leaders in their own branch, absences that ask for a talk."""

from __future__ import annotations

from collections.abc import Sequence

from activities.queries.checks.facts import Facts, Person
from activities.queries.checks.finding import Finding, State
from activities.rules import participation
from branches.models import Organization, Regulation
from branches.rules.periods import Period, PeriodKind

NAMES_SHOWN = 3
_IN_A_ROW = "M21"


def leaders(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """M7: whoever leads a committee takes part in the own branch every quarter."""
    here = [person for person in facts.people.get(branch.pk, ()) if person.leads]
    if not branch.is_branch or not here:
        return None
    every = PeriodKind(rule.parameters["every"])
    now = Period.containing(facts.on, every)
    asked = rule.parameters.get("count", 1)
    missing = [p for p in here if _was_called(p, now) and _came(p, now) < asked]
    before = [p for p in missing if _was_called(p, now.previous) and not _came(p, now.previous)]
    near = now.months[-1].contains(facts.on)
    speaking = missing if near else before
    state = State.OVERDUE if before else State.DUE if speaking else State.OK
    since = now.previous if before else now
    return Finding(
        branch,
        rule,
        state,
        f"{_names(speaking)}没有参加本支部的组织生活"
        if speaking
        else f"{len(here)} 名党员领导干部，参加情况符合",
        "；".join(f"{p.name} {_came(p, now)} {'<' if p in missing else '≥'} {asked}" for p in here),
        (
            ("期间", now.label),
            ("党员领导干部", "、".join(f"{p.name}（{p.leads}）" for p in here)),
            ("每人应参加", f"{asked} 次"),
        ),
        since.last_day if speaking else None,
        tuple(p.member_id for p in speaking),
    )


def absent_in_a_row(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """M21: months in a row without organised life. An alert for people, never a decision."""
    if not branch.is_branch:
        return None
    alerts, most = rule.parameters["alert_months"], rule.parameters["months"]
    missed = {
        person: len(participation.missed_in_a_row(person.months, facts.on))
        for person in facts.people.get(branch.pk, ())
    }
    found = [
        (person, count)
        for person, count in missed.items()
        if participation.alert(count, alerts) is not None
    ]
    found.sort(key=lambda each: -each[1])
    longest = found[0][1] if found else 0
    case = participation.asks_for_a_case(longest, most)
    if not found:
        said = "没有党员连续缺席"
    elif case:
        said = f"{_names([p for p, _ in found])}连续 {longest} 个月没有参加组织生活，请研究处理"
    else:
        said = f"{_names([p for p, _ in found])}连续 {longest} 个月没有参加组织生活，请谈心了解"
    return Finding(
        branch,
        rule,
        State.DUE if found else State.OK,
        said,
        "；".join(f"{p.name} {n} {'≥' if n >= most else '<'} {most}" for p, n in found),
        (
            ("提醒", f"连续 {'、'.join(str(n) for n in sorted(alerts))} 个月"),
            ("按程序处理", f"连续 {most} 个月，由支部研究决定，系统不自动处理"),
            *((p.name, f"连续 {n} 个月") for p, n in found),
        ),
        (facts.on if case else Period.containing(facts.on).last_day) if found else None,
        tuple(p.member_id for p, _ in found),
        asks_for_a_case=case,
    )


def absent_often(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """M22: some absences without cause within a few months ask for a word in time."""
    if not branch.is_branch:
        return None
    least, window = rule.parameters["absences"], rule.parameters["window_months"]
    counted = {
        person: participation.absences_since(person.months, facts.on, window)
        for person in facts.people.get(branch.pk, ())
        if not _is_alerted(facts, branch, person)
    }
    found = sorted(
        ((p, n) for p, n in counted.items() if n >= least),
        key=lambda each: (-each[1], each[0].name),
    )
    return Finding(
        branch,
        rule,
        State.DUE if found else State.OK,
        f"{_names([p for p, _ in found])}近 {window} 个月多次缺席，请谈心提醒"
        if found
        else f"近 {window} 个月没有人多次缺席",
        "；".join(f"{p.name} {n} ≥ {least}" for p, n in found),
        (
            ("提醒", f"近 {window} 个月缺席 {least} 次"),
            *((p.name, f"缺席 {n} 次") for p, n in found),
        ),
        Period.containing(facts.on).last_day if found else None,
        tuple(p.member_id for p, _ in found),
    )


def _is_alerted(facts: Facts, branch: Organization, person: Person) -> bool:
    rule = facts.rules(branch).get(_IN_A_ROW)
    missed = len(participation.missed_in_a_row(person.months, facts.on))
    return (
        rule is not None
        and participation.alert(missed, rule.parameters["alert_months"]) is not None
    )


def _was_called(person: Person, period: Period) -> bool:
    return any(period.contains(month.first_day) for month in person.months)


def _came(person: Person, period: Period) -> int:
    return participation.took_part(person.months, period)


def _names(people: Sequence[Person]) -> str:
    shown = "、".join(person.name for person in people[:NAMES_SHOWN])
    return f"{shown}等 {len(people)} 人" if len(people) > NAMES_SHOWN else shown
