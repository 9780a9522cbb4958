"""What the checks of organisations and of taking part ask people to do."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from activities.queries import checks
from activities.queries.checks import Finding, State
from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.rules.roles import Capability
from branches.scope import Scope

_C = Capability
NAMES_SHOWN = 3

# Who is told: whoever can put it right. The other rules of the checks have lines of their own.
TOLD = {
    "O2": _C.MANAGE_ORGANIZATIONS,
    "O7": _C.MANAGE_ACCOUNTS,
    "O9": _C.MANAGE_ORGANIZATIONS,
    "O10": _C.MANAGE_ORGANIZATIONS,
    "O12": _C.MANAGE_ORGANIZATIONS,
    "O12B": _C.MANAGE_ORGANIZATIONS,
    "O14": _C.MANAGE_ACCOUNTS,
    "O15": _C.MANAGE_ACCOUNTS,
    "O16": _C.MANAGE_MEMBERS,
}
# Told also to those who hold their post at the branch itself: the election is theirs to hold.
TOLD_AT_HOME = ("O9", "O10", *checks.PEOPLE_CODES)
TITLES = {
    "O2": "党员人数超过规模",
    "O7": "支部委员会人数",
    "O9": "换届准备",
    "O10": "届满未换届",
    "O12": "党组织设置",
    "O12B": "党组织设置",
    "O14": "书记党龄",
    "O15": "书记空缺",
    "O16": "党小组设置",
    "M7": "党员领导干部双重组织生活",
    "M21": "党员连续缺席",
    "M22": "党员多次缺席",
}


def due(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return what the checks ask of a person, one line a rule (nine queries, or none;
    fewer where the request knows the rules)."""
    reach = {code: grants.scope(capability) for code, capability in TOLD.items()}
    at_home = grants.scope(Capability.LOG_ACTIVITIES)
    everything = Scope.over(root for scope in [*reach.values(), at_home] for root in scope.roots)
    if not everything:
        return []
    facts = checks.load(everything, on, with_meetings=False, grants=grants)
    homes = {row.pk for row in facts.organizations if row.is_branch and row.path in at_home.roots}
    if homes:
        roots = [row.path for row in facts.organizations if row.pk in homes]
        facts.people = checks.people_of(Scope.over(roots), on)
    found: dict[str, list[Finding]] = defaultdict(list)
    for row in facts.organizations:
        codes = [code for code, scope in reach.items() if scope.reaches(row.path)]
        if row.pk in homes:
            codes += [code for code in TOLD_AT_HOME if code not in codes]
        for finding in checks.judge(facts, row, codes):
            # Once the term has run out, the line of O10 speaks.
            if finding.is_open and (finding.code, finding.state) != ("O9", State.OVERDUE):
                found[finding.code].append(finding)
    return [_duty(code, rows) for code, rows in found.items()]


def _duty(code: str, findings: Sequence[Finding]) -> Duty:
    findings = sorted(findings, key=lambda each: each.due_on or dt.date.max)
    first = findings[0]
    places = [each.organization for each in findings]
    explain = checks.explained(code, places)
    if len(findings) == 1:
        title = f"{first.organization.short_name}：{TITLES[code]}"
        said = first.said
    else:
        title = f"{TITLES[code]}（{len(findings)} 个党组织）"
        said = "、".join(each.short_name for each in places[:NAMES_SHOWN])
        said += " 等" if len(places) > NAMES_SHOWN else ""
    assert first.due_on is not None  # whatever is open has a day
    return Duty(
        title=title,
        due_on=first.due_on,
        why=f"{first.regulation.cited} · {said}",
        url=explain,
        action="去处理",
    )
