"""制度要求: what the regulations ask, one by one, and what a committee makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access, wording
from branches.access import Request
from branches.forms.regulations import PREFIX, AdjustForm, EndForm
from branches.models import Regulation, RegulationAdjustment
from branches.operations import regulations as operations
from branches.queries import regulations
from branches.rules import parameters
from branches.rules.roles import Capability
from branches.scope import Scope

MOST_LOOKED_FOR = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One rule on the list: what committees make of it, and what it asks by itself."""

    regulation: Regulation
    asked: str
    adjusted: tuple[str, ...]

    def is_about(self, words: list[str]) -> bool:
        """Return whether all that somebody looks for is said of it."""
        rule = self.regulation
        told = " ".join([rule.title, rule.source, rule.cited, self.asked, *self.adjusted])
        return all(word in told for word in words)

    @property
    def evidence(self) -> str:
        return wording.EVIDENCES[self.regulation.evidence]


@access.signed_in("制度要求人人可查")
def regulation_list(request: Request) -> HttpResponse:
    """Show the rules in force today, chapter by chapter; those with a word where one is asked."""
    looked_for = " ".join(request.GET.get("q", "").split())[:MOST_LOOKED_FOR]
    adjustments = regulations.adjustments_on(_reach(request), request.today)
    chapters: dict[str, list[Row]] = {letter: [] for letter in wording.REGULATION_CHAPTERS}
    rules = regulations.in_force(request.today).values()
    for rule in sorted(rules, key=lambda row: _order(row.code)):
        asked = parameters.sentence(rule.code, rule.parameters)
        row = Row(rule, asked, _in_words(rule, adjustments.get(rule.code, [])))
        if row.is_about(looked_for.split()):
            chapters.setdefault(rule.code[0], []).append(row)
    return TemplateResponse(
        request,
        "branches/regulation_list.html",
        {
            "chapters": [
                (
                    f"chapter-{letter}",
                    wording.REGULATION_CHAPTERS.get(letter, "其他"),
                    rows,
                    f"{len(rows)} 条",
                )
                for letter, rows in chapters.items()
                if rows
            ],
            "count": len(rules),
            "found": sum(len(rows) for rows in chapters.values()),
            "looked_for": looked_for,
            "may_check": request.grants.allows(Capability.SEE_ACTIVITIES),
            "may_adjust": request.grants.allows(Capability.ADJUST_RULES),
        },
    )


@access.signed_in("制度要求人人可查")
def regulation(request: Request, *, code: str) -> HttpResponse:
    """Show one rule: what it asks, on what ground, and how committees have adjusted it."""
    # The database takes no NUL, which an address may hold.
    editions = regulations.editions(code) if code.isprintable() else []
    if not editions:
        raise Http404
    rule = next((row for row in editions if row.is_in_force(request.today)), editions[0])
    managed = request.grants.scope(Capability.ADJUST_RULES)
    adjusted = [
        {
            "row": row,
            "asked": operations.words(
                rule, {**rule.parameters, **row.parameters}, is_muted=row.is_muted
            ),
            "is_running": row.is_in_force(request.today),
            "is_coming": row.effective_from > request.today,
            "may_end": managed.reaches(row.committee.path)
            and (row.effective_to is None or row.effective_to > request.today),
        }
        for row in regulations.adjustments_of(code, _reach(request))
    ]
    context = {
        "rule": rule,
        "trail": [("制度要求", reverse("regulation-list")), (rule.title, "")],
        "editions": [row for row in editions if row != rule],
        "asked": parameters.sentence(rule.code, rule.parameters),
        "evidence": wording.EVIDENCES[rule.evidence],
        "evidence_note": wording.EVIDENCE_NOTES[rule.evidence],
        "severity_note": wording.SEVERITY_NOTES[rule.severity],
        "used": _used(code),
        "is_checked": code in wording.CHECKED_DAILY
        and request.grants.allows(Capability.SEE_ACTIVITIES),
        "adjusted": adjusted,
        "running": [each for each in adjusted if each["is_running"]],
        "may_adjust": bool(managed) and _is_adjustable(rule),
    }
    return TemplateResponse(request, "branches/regulation.html", context)


@access.requires(Capability.ADJUST_RULES)
def regulation_adjust(request: Request, *, code: str) -> HttpResponse:
    """Set the parameters of a rule for a committee and all below it, from a day on."""
    rule = regulations.in_force(request.today).get(code)
    if rule is None or not _is_adjustable(rule):
        raise Http404
    form = AdjustForm(request.POST or None, regulation=rule, scope=request.scope)
    committees: Any = form.fields["committee"]
    form.fields["committee"].initial = committees.queryset.first()
    form.fields["effective_from"].initial = request.today
    if request.method == "POST" and form.is_valid():
        try:
            row = operations.adjust(
                committee=form.cleaned_data["committee"],
                regulation=rule,
                values=form.values,
                is_muted=form.cleaned_data.get("is_muted", False),
                reason=form.cleaned_data["reason"],
                effective_from=form.cleaned_data["effective_from"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotAdjust as refusal:
            field = refusal.field
            named = next((name for name in (field, PREFIX + field) if name in form.fields), None)
            form.add_error(named, str(refusal))
        else:
            day = row.effective_from
            messages.success(
                request,
                f"已调整，自{day.year}年{day.month}月{day.day}日起对{row.committee.short_name}"
                "及其下级生效。",
            )
            return redirect("regulation", code=code)
    return TemplateResponse(
        request,
        "branches/regulation_adjust.html",
        {
            "form": form,
            "rule": rule,
            "asked": parameters.sentence(rule.code, rule.parameters),
            "parts": [form[name] for name in form.names],
        },
    )


@access.requires(Capability.ADJUST_RULES)
def adjustment_end(request: Request, *, pk: int) -> HttpResponse:
    """Let the rule itself speak again."""
    rows = RegulationAdjustment.objects.filter(request.scope.q("committee__path"))
    row = get_object_or_404(rows.select_related("committee"), pk=pk)
    rule = regulations.editions(row.code)[0]
    form = EndForm(request.POST or None, initial={"on": request.today})
    if request.method == "POST" and form.is_valid():
        try:
            operations.end(
                adjustment=row, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
            )
        except operations.CannotAdjust as refusal:
            form.add_error("on", str(refusal))
        else:
            messages.success(request, "已登记，到那一天恢复制度原来的要求。")
            return redirect("regulation", code=row.code)
    return TemplateResponse(
        request,
        "branches/adjustment_end.html",
        {
            "form": form,
            "row": row,
            "rule": rule,
            "asked": operations.words(
                rule, {**rule.parameters, **row.parameters}, is_muted=row.is_muted
            ),
        },
    )


def _in_words(rule: Regulation, rows: list[RegulationAdjustment]) -> tuple[str, ...]:
    """Return what committees ask for instead of a rule, each with its name."""
    return tuple(
        f"{row.committee.short_name}："
        + operations.words(rule, {**rule.parameters, **row.parameters}, is_muted=row.is_muted)
        for row in rows
    )


def _reach(request: Request) -> Scope:
    return request.grants.scope(Capability.SEE_ACTIVITIES)


def _is_adjustable(rule: Regulation) -> bool:
    return rule.severity == "WARN" or bool(parameters.adjustable(rule.code, rule.parameters))


def _used(code: str) -> str:
    if code in wording.CHECKED_DAILY:
        return "系统每天核对，不符合时列入待办"
    if code in wording.CHECKED_ON_STEP:
        return "办理和登记这件事时核对"
    return "供查阅，由党组织掌握，系统不自动核对"


def _order(code: str) -> tuple[int, int, str]:
    letters = list(wording.REGULATION_CHAPTERS)
    number = "".join(filter(str.isdigit, code))
    first = letters.index(code[0]) if code[0] in letters else len(letters)
    return first, int(number or 0), code
