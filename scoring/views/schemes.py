"""Schemes: which are in force, what they say, the catalogue, adopting and taking back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.scope import Scope
from scoring.forms.drafts import AdoptForm
from scoring.operations import schemes as operations
from scoring.queries import boards, drafts, scheme_words, schemes
from scoring.views.downloads import toml


@access.requires(Capability.SEE_SCORES)
def scheme_list(request: Request) -> HttpResponse:
    """Show every version that rates something the person may see."""
    context = {
        "versions": boards.versions_in_scope(request.scope),
        "may_adopt": request.grants.allows(Capability.MANAGE_SCHEMES),
    }
    return TemplateResponse(request, "scoring/scheme_list.html", context)


@access.signed_in("those who see scores by a scheme and those who manage schemes read it alike")
def scheme(request: Request, *, pk: int) -> HttpResponse:
    """Show a version in plain words; those who manage it copy, download or take it back."""
    seen = request.grants.scope(Capability.SEE_SCORES)
    managed = request.grants.scope(Capability.MANAGE_SCHEMES)
    reach = boards.versions_in_scope(Scope.over([*seen.roots, *managed.roots]))
    version = get_object_or_404(reach, pk=pk)
    is_managed = managed.reaches(version.committee.path)
    context = {
        "version": version,
        "words": scheme_words.told(schemes.scheme_of(version)),
        "is_managed": is_managed,
        "may_withdraw": is_managed and not schemes.why_it_stands(version, request.today),
        "sees_scores": bool(seen),
    }
    return TemplateResponse(request, "scoring/scheme.html", context)


@access.requires(Capability.MANAGE_SCHEMES)
def scheme_adopt(request: Request) -> HttpResponse:
    """Show the catalogue: drafts being written, versions adopted, schemes that ship."""
    being_written, adopted = drafts.listed(request.scope)
    context = {
        "drafts": being_written,
        "adopted_drafts": adopted,
        "versions": schemes.managed(request.scope),
        "catalogue": [
            (title, [(one, scheme_words.yields(one)) for one in group])
            for title, group in schemes.catalogue()
        ],
    }
    return TemplateResponse(request, "scoring/scheme_adopt.html", context)


@access.requires(Capability.MANAGE_SCHEMES)
def scheme_preset(request: Request, *, code: str) -> HttpResponse:
    """Show a shipped scheme in plain words, and adopt it as it is."""
    if code not in schemes.preset_codes():
        raise Http404
    shipped = schemes.preset(code)
    form = AdoptForm(request.POST or None, scope=request.scope, today=request.today, scheme=shipped)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = operations.adopt(
                committee=data["committee"],
                text=schemes.preset_text(code),
                effective_from=data["effective_from"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotAdopt as refusal:
            form.add_error("effective_from", str(refusal))
        else:
            messages.success(
                request, f"已采用“{version}”，自 {data['effective_from'].label}起施行。"
            )
            return redirect("scheme", pk=version.pk)
    context = {
        "scheme": shipped,
        "words": scheme_words.told(shipped),
        "faults": schemes.faults(shipped),
        "form": form,
    }
    return TemplateResponse(request, "scoring/scheme_preset.html", context)


@access.requires(Capability.MANAGE_SCHEMES)
def scheme_export(request: Request, *, pk: int) -> HttpResponse:
    """Download a version's text."""
    version = get_object_or_404(schemes.managed(request.scope), pk=pk)
    return toml(version.text, f"{version.code}-{version.number}")


@access.requires(Capability.MANAGE_SCHEMES)
@require_POST
def scheme_withdraw(request: Request, *, pk: int) -> HttpResponse:
    """Take back a version that has not taken effect."""
    version = get_object_or_404(schemes.managed(request.scope), pk=pk)
    title = str(version)
    try:
        operations.withdraw(version=version, by=request.user, at=timezone.now())
    except operations.CannotWithdraw as refusal:
        messages.error(request, str(refusal))
        return redirect("scheme", pk=pk)
    messages.success(request, f"已撤销采用“{title}”。")
    return redirect("scheme-adopt")
