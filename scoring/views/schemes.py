"""Schemes: which are in force, what they say, adopting one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from scoring.forms.schemes import AdoptForm
from scoring.operations import schemes as operations
from scoring.queries import boards, schemes
from scoring.rules import explaining


@access.requires(Capability.SEE_SCORES)
def scheme_list(request: Request) -> HttpResponse:
    """Show every version that rates something the person may see."""
    context = {
        "versions": boards.versions_in_scope(request.scope),
        "may_adopt": request.grants.allows(Capability.MANAGE_SCHEMES),
    }
    return TemplateResponse(request, "scoring/scheme_list.html", context)


@access.requires(Capability.SEE_SCORES)
def scheme(request: Request, *, pk: int) -> HttpResponse:
    """Show a version in plain words: parts, items, tiers, vetoes, consequences."""
    version = get_object_or_404(boards.versions_in_scope(request.scope), pk=pk)
    rules = schemes.scheme_of(version)
    context = {
        "version": version,
        "scheme": rules,
        "parts": [
            (
                part,
                f"满分 {explaining.plain(part.full)} 分 · 权重 {explaining.plain(part.weight)}",
                [(item, explaining.rule_in_words(rules.target, item)) for item in part.items],
            )
            for part in rules.parts
        ],
    }
    return TemplateResponse(request, "scoring/scheme.html", context)


@access.requires(Capability.MANAGE_SCHEMES)
def scheme_adopt(request: Request) -> HttpResponse:
    """Adopt a shipped scheme from a month on."""
    form = AdoptForm(request.POST or None, scope=request.scope, today=request.today)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = operations.adopt(
                committee=data["committee"],
                text=schemes.preset_text(data["preset"]),
                effective_from=data["effective_from"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotAdopt as refusal:
            form.add_error("effective_from", str(refusal))
        else:
            messages.success(
                request, f"已采用“{version}”，自{data['effective_from'].label}起施行。"
            )
            return redirect("scheme-adopt")
    context = {
        "form": form,
        "versions": boards.versions_in_scope(request.scope),
        "presets": [schemes.preset(code) for code in schemes.preset_codes()],
    }
    return TemplateResponse(request, "scoring/scheme_adopt.html", context)
