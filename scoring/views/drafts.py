"""Drafts of schemes: made, shown with what is checked, downloaded, put into force, deleted."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from scoring.forms.drafts import CommitteeForm, PublishForm, UploadForm
from scoring.models import SchemeDraft
from scoring.operations import drafts as operations
from scoring.operations import schemes as scheme_operations
from scoring.queries import drafts, scheme_words, schemes
from scoring.rules import reading
from scoring.rules.scheme import Scheme
from scoring.views.downloads import toml


@access.requires(Capability.MANAGE_SCHEMES)
def draft_new(request: Request) -> HttpResponse:
    """Make a draft of a shipped scheme, of a version, or of an uploaded file."""
    asked = request.POST or request.GET
    source, text = _source(request, asked.get("preset", ""), asked.get("version", ""))
    make = CommitteeForm if source else UploadForm
    form = make(
        request.POST or None, request.FILES or None, scope=request.scope, today=request.today
    )
    problems: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        if isinstance(form, UploadForm):
            source, text = f"上传的“{form.cleaned_data['file'].name}”", form.text
        try:
            draft = operations.create(
                committee=form.cleaned_data["committee"],
                text=text,
                source=source,
                by=request.user,
                at=timezone.now(),
            )
        except reading.BadScheme as refused:
            problems, source = refused.problems, ""
        else:
            messages.success(request, f"已建立草稿“{draft.title}”，可以逐项修改。")
            return redirect("draft", pk=draft.pk)
    context = {
        "form": form,
        "source": source,
        "problems": problems,
        "preset": asked.get("preset", ""),
        "version": asked.get("version", ""),
    }
    return TemplateResponse(request, "scoring/draft_new.html", context)


def _source(request: Request, preset: str, version: str) -> tuple[str, str]:
    """Return where a draft is copied from and the text; empty for an upload."""
    if preset:
        if preset not in schemes.preset_codes():
            raise Http404
        return f"方案目录“{schemes.preset(preset).title}”"[:80], schemes.preset_text(preset)
    if version:
        if not version.isdecimal() or len(version) > 18:
            raise Http404
        found = get_object_or_404(schemes.managed(request.scope), pk=int(version))
        return f"已采用的“{found}”"[:80], found.text
    return "", ""


@access.requires(Capability.MANAGE_SCHEMES)
def draft(request: Request, *, pk: int) -> HttpResponse:
    """Show a draft in plain words with the running check, each thing with the way to change it."""
    found = found_draft(request, pk)
    scheme = drafts.scheme_of(found)
    context = {
        "draft": found,
        "words": scheme_words.told(scheme),
        "check": drafts.check(scheme, found.committee, request.today),
        "same": drafts.same_version(found),
        "editable": True,
    }
    return TemplateResponse(request, "scoring/draft.html", context)


@access.requires(Capability.MANAGE_SCHEMES)
def draft_publish(request: Request, *, pk: int) -> HttpResponse:
    """Choose the first month and put the draft into force."""
    found = found_draft(request, pk)
    scheme = drafts.scheme_of(found)
    form = PublishForm(
        request.POST or None,
        scheme=scheme,
        today=request.today,
        initial={"edition": found.edition},
    )
    if request.method == "POST" and form.is_valid():
        first = form.cleaned_data["effective_from"]
        try:
            version = operations.publish(
                draft=found,
                edition=form.cleaned_data["edition"],
                effective_from=first,
                by=request.user,
                at=timezone.now(),
            )
        except scheme_operations.CannotAdopt as refusal:
            form.add_error("effective_from", str(refusal))
        except operations.DraftChanged as newer:
            form = _publish_again(scheme, newer.draft, request.today, request.POST)
        else:
            messages.success(request, f"已采用“{version}”，自 {first.label}起施行。")
            return redirect("scheme", pk=version.pk)
    context = {
        "draft": found,
        "form": form,
        "words": scheme_words.told(scheme),
        "check": drafts.check(scheme, found.committee, request.today),
    }
    return TemplateResponse(request, "scoring/draft_publish.html", context)


def _publish_again(
    scheme: Scheme, newer: SchemeDraft, today: dt.date, posted: object
) -> PublishForm:
    data = posted.copy()  # type: ignore[attr-defined]
    data["edition"] = str(newer.edition)
    form = PublishForm(data, scheme=scheme, today=today)
    form.add_error(
        None, f"{newer.saved_by.name}刚改过这份草稿，没有采用；请核对改动后再点一次“采用”。"
    )
    return form


@access.requires(Capability.MANAGE_SCHEMES)
def draft_export(request: Request, *, pk: int) -> HttpResponse:
    """Download a draft's text."""
    found = found_draft(request, pk)
    return toml(found.text, drafts.scheme_of(found).code)


@access.requires(Capability.MANAGE_SCHEMES)
@require_POST
def draft_discard(request: Request, *, pk: int) -> HttpResponse:
    """Delete a draft."""
    found = found_draft(request, pk)
    operations.discard(draft=found, by=request.user, at=timezone.now())
    messages.success(request, f"已删除草稿“{found.title}”。")
    return redirect("scheme-adopt")


def found_draft(request: Request, pk: int) -> SchemeDraft:
    """Return a draft of a committee in scope; another is not found."""
    found: SchemeDraft = get_object_or_404(drafts.in_scope(request.scope), pk=pk)
    return found
