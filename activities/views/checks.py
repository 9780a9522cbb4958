"""组织自查 and 制度核对: whether each organisation meets the rules, and why each says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from activities.queries import checks
from activities.queries.checks import Facts, Finding, State
from activities.queries.checks.meetings import kind_of
from activities.wording import checks as wording
from branches import access
from branches import wording as branch_wording
from branches.access import Request
from branches.models import Organization
from branches.queries import regulations
from branches.rules import parameters
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope

PAGE = 50


@dataclass(frozen=True, slots=True)
class Way:
    """The next way out: who may take it, the button, and whom to ask otherwise."""

    capability: Capability
    label: str
    url: Callable[[Finding, Request], str]
    ask: str


def _organization(finding: Finding, request: Request) -> str:
    return reverse("organization", kwargs={"pk": finding.organization.pk})


def _accounts(finding: Finding, request: Request) -> str:
    return reverse("account-list")


def _members(finding: Finding, request: Request) -> str:
    return f"{reverse('member-list')}?organization={finding.organization.pk}"


def _activities(finding: Finding, request: Request) -> str:
    return f"{reverse('activity-list')}?organization={finding.organization.pk}"


def _term(finding: Finding, request: Request) -> str:
    return reverse("organization-term", kwargs={"pk": finding.organization.pk})


def _meeting(finding: Finding, request: Request) -> str:
    owed, kind = finding.owing, kind_of(finding.code)
    if owed and owed.planned:
        return reverse("activity", kwargs={"pk": owed.planned[0].pk})
    day = request.today
    if owed and not owed.window.contains(day):
        day = owed.window.last_day
    query: dict[str, str | int] = {
        "kind": str(kind),
        "organization": finding.organization.pk,
        "on": day.isoformat(),
    }
    return f"{reverse('activity-new')}?{urlencode(query)}"


def _guide(code: str) -> Callable[[Finding, Request], str]:
    return lambda finding, request: reverse("guide", kwargs={"code": code})


_C = Capability
_SET_UP = Way(_C.MANAGE_ORGANIZATIONS, "查看和调整组织", _organization, "请管理员调整组织设置。")
_APPOINT = Way(_C.MANAGE_ACCOUNTS, "登记任职", _accounts, "请管理员登记任职。")
_ELECT = Way(
    _C.MANAGE_ORGANIZATIONS,
    "登记换届",
    _term,
    "按程序选举后，请管理员登记换届；经上级批准延期的，请管理员登记延期批复。",
)
_MEET = Way(_C.LOG_ACTIVITIES, "登记活动", _meeting, "请支部登记活动。")
_HOLD_ELECTION = Way(_C.LOG_ACTIVITIES, "按步骤办理换届", _guide("election"), "")
_BY_ELECTION = Way(_C.LOG_ACTIVITIES, "按步骤办理补选", _guide("by_election"), "")
_DISPOSE = Way(_C.LOG_ACTIVITIES, "按步骤研究处理", _guide("disposal"), "")
_LOOK = Way(_C.SEE_ACTIVITIES, "看这个支部的活动", _activities, "")
# In this order: the first that somebody may take is offered.
_WAYS: dict[str, tuple[Way, ...]] = {
    "O2": (_SET_UP,),
    "O7": (_APPOINT, _BY_ELECTION),
    "O9": (_ELECT, _HOLD_ELECTION),
    "O10": (_ELECT, _HOLD_ELECTION),
    "O12": (_SET_UP,),
    "O12B": (_SET_UP,),
    "O14": (_APPOINT,),
    "O15": (_APPOINT, _BY_ELECTION),
    "O16": (Way(_C.MANAGE_MEMBERS, "给党员编组", _members, "请支部书记给党员编组。"),),
    "M7": (_LOOK,),
    "M21": (_LOOK,),
    "M22": (_LOOK,),
}


@access.requires(Capability.SEE_ACTIVITIES)
def check_list(request: Request) -> HttpResponse:
    """Show each branch with how many rules are due or overdue; ``?rule=`` looks at one rule.

    Whoever reaches only one branch is led to it.
    """
    code = request.GET.get("rule", "")
    code = code if code in checks.ORGANIZATION_CODES else ""
    standing = Organization.objects.in_scope(request.scope).standing_on(request.today)
    context: dict[str, Any] = {"rules": _choices(request), "code": code}
    if code:
        facts = checks.load(request.scope, request.today)
        found = [
            finding
            for row in facts.organizations
            for finding in checks.judge(facts, row, [code])
            if finding.is_open
        ]
        shown = Paginator(found, PAGE).get_page(request.GET.get("page"))
        context |= {"page": shown, "lines": [_line(each, several=True) for each in shown]}
        return TemplateResponse(request, "activities/check_rule_list.html", context)
    above = list(
        standing.of_kind(OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH).order_by(
            "path"
        )[:PAGE]
    )
    rows = standing.of_kind(OrganizationKind.BRANCH).order_by("path")
    if not above and not rows.exists():
        rows = standing.of_kind(OrganizationKind.GROUP).order_by("path")
    if not above and rows.count() == 1:
        return redirect("check", pk=rows.get().pk)
    context["above"] = above
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    facts = checks.load(Scope.over(row.path for row in page), request.today, with_people=True)
    context |= {"page": page, "rows": [_counted(facts, row) for row in page]}
    return TemplateResponse(request, "activities/check_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def check(request: Request, *, pk: int) -> HttpResponse:
    """Show what each rule says of one organisation and of its groups."""
    row = _found(request, pk)
    is_host = row.is_branch or row.is_group
    facts = checks.load(
        Scope((row.path,)), request.today, with_meetings=is_host, with_people=row.is_branch
    )
    places = [row, *facts.groups.get(row.pk, ())]
    found = [finding for place in places for finding in checks.judge(facts, place)]
    context = {
        "organization": row,
        "trail": [("组织自查", reverse("check-list")), (row.short_name, "")],
        "lines": [_line(finding, several=False) for finding in _in_order(found)],
        "open": sum(finding.is_open for finding in found),
        "overdue": sum(finding.state is State.OVERDUE for finding in found),
    }
    return TemplateResponse(request, "activities/check.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def check_rule(request: Request, *, pk: int, code: str) -> HttpResponse:
    """Show why a rule says what it says of an organisation: article, numbers, records, way out."""
    row = _found(request, pk)
    if code not in checks.CODES:
        if code in regulations.in_force(request.today):
            return redirect("regulation", code=code)
        raise Http404
    facts = checks.load(
        Scope((row.path,)),
        request.today,
        with_meetings=row.is_branch or row.is_group,
        with_people=row.is_branch and code in checks.PEOPLE_CODES,
    )
    found = checks.judge(facts, row, [code])
    if not found:
        return TemplateResponse(
            request,
            "activities/check_none.html",
            {
                "organization": row,
                "trail": _trail(row),
                "rule": regulations.in_force(request.today).get(code),
            },
        )
    finding = found[0]
    rule, adjustment = finding.regulation, finding.regulation.adjustment
    context = {
        "organization": row,
        "trail": _trail(row),
        "finding": finding,
        "rule": rule,
        "asked": parameters.sentence(rule.code, rule.parameters) or rule.title,
        "adjustment": adjustment,
        "state": wording.STATES[finding.state],
        "tone": wording.STATE_TONES[finding.state],
        "evidence": branch_wording.EVIDENCES[rule.evidence],
        "severity_note": branch_wording.SEVERITY_NOTES[rule.severity],
        "records": checks.records(facts, finding),
        **_way(finding, request),
    }
    return TemplateResponse(request, "activities/check_rule.html", context)


def _found(request: Request, pk: int) -> Organization:
    rows = Organization.objects.in_scope(request.scope).select_related("parent")
    return get_object_or_404(rows, pk=pk)


def _choices(request: Request) -> list[tuple[str, str]]:
    rules = regulations.in_force(request.today)
    return [
        (code, rules[code].title) for code in checks.ORGANIZATION_CODES
        if code in rules and code != "O8"
    ]  # fmt: skip


def _counted(facts: Facts, row: Organization) -> dict[str, Any]:
    places = [row, *facts.groups.get(row.pk, ())]
    found = [finding for place in places for finding in checks.judge(facts, place)]
    waiting = [finding for finding in _in_order(found) if finding.is_open]
    return {
        "organization": row,
        "url": reverse("check", kwargs={"pk": row.pk}),
        "overdue": sum(finding.state is State.OVERDUE for finding in waiting),
        "due": sum(finding.state is State.DUE for finding in waiting),
        "ok": len(found) - len(waiting),
        "first": waiting[0].regulation.title if waiting else "",
    }


def _line(finding: Finding, *, several: bool) -> dict[str, Any]:
    place = finding.organization
    named = several or place.is_group
    return {
        "tag": wording.STATES[finding.state],
        "tone": wording.STATE_TONES[finding.state],
        "title": f"{place.short_name}：{finding.said}" if several else finding.regulation.title,
        "note": finding.regulation.cited
        if several
        else f"{f'{place.short_name}：' if named else ''}{finding.said}",
        "url": reverse("check-rule", kwargs={"pk": place.pk, "code": finding.code}),
        "action": "怎么算的",
    }


def _in_order(found: list[Finding]) -> list[Finding]:
    order = [State.OVERDUE, State.DUE, State.OK, State.MUTED]
    return sorted(found, key=lambda finding: order.index(finding.state))


def _trail(row: Organization) -> list[tuple[str, str]]:
    return [
        ("组织自查", reverse("check-list")),
        (row.short_name, reverse("check", kwargs={"pk": row.pk})),
        ("制度核对", ""),
    ]


def _way(finding: Finding, request: Request) -> dict[str, str]:
    """Return the one button that helps, or whom to ask."""
    if not finding.is_open:
        return {}
    ways = _WAYS.get(finding.code, (_MEET,))
    if finding.asks_for_a_case:
        ways = (_DISPOSE, *ways)
    path = finding.organization.path
    way = next((way for way in ways if request.grants.scope(way.capability).reaches(path)), None)
    if way is None:
        return {"ask": ways[0].ask}
    planned = finding.owing is not None and bool(finding.owing.planned)
    label = "看已安排的活动" if planned else way.label
    return {"way_url": way.url(finding, request), "way_label": label}
