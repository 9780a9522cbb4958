"""One pair: the two, how they go together, the contacts, and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from people.forms.pairs import EndForm, TermsForm
from people.models import Pair
from people.operations import pairs as operations
from people.queries import pairs
from people.views.contacts import ways

PAGE = 30


@access.signed_in("结对双方看自己的结对；支部、小组和上级按权限看")
def pair(request: Request, *, pk: int) -> HttpResponse:
    """One pair with its contacts."""
    return _page(request, get_object_or_404(_read(request, pairs.seen_by), pk=pk))


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change how the two go together."""
    found = get_object_or_404(_kept(request), pk=pk)
    form = TermsForm(request.POST if request.method == "POST" else None, pair=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(pair=found, terms=form.terms, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已修改。")
            return redirect("pair", pk=pk)
    context = {
        "form": form,
        "pair": found,
        "back": reverse("pair", kwargs={"pk": pk}),
        "trail": [*_trail(request, found), (_title(found), reverse("pair", kwargs={"pk": pk}))],
    }
    return TemplateResponse(request, "people/pair_edit.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def end(request: Request, *, pk: int) -> HttpResponse:
    """End the pair with what came of it."""
    found = get_object_or_404(_kept(request), pk=pk)
    form = EndForm(request.POST, today=request.today)
    if form.is_valid():
        try:
            operations.end(pair=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已结束，成效已经记下，已通知本人。")
            return redirect("pair", pk=pk)
    return _page(request, found, form)


def _page(request: Request, found: Pair, form: EndForm | None = None) -> HttpResponse:
    row = pairs.row_of(found, request.today)
    is_open = found.ended_on is None
    logs = Pair.objects.in_scope(request.grants.scope(Capability.LOG_ACTIVITIES))
    keeps = logs.filter(pk=found.pk).exists()
    is_helper = found.helper.user_id == request.user.pk
    entered = pairs.entered_today([row], request.user, request.today).get(found.pk, [])
    page = Paginator(pairs.contacts_of(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "pair": found,
        "row": row,
        "title": _title(found),
        "page_obj": page,
        "contacts": page.object_list,
        "sees_details": pairs.sees_details(found, request.user, request.grants),
        "may_log": is_open and (keeps or is_helper),
        "may_keep": is_open and keeps,
        "entered": entered,
        "ways": ways({each.way for each in entered if each.on == request.today}),
        "form": form or EndForm(today=request.today),
        "is_ending": form is not None,
        "back": reverse("pair", kwargs={"pk": found.pk}),
        "trail": _trail(request, found),
    }
    return TemplateResponse(request, "people/pair.html", context)


def _read(request: Request, reach: Any) -> Any:
    rows = reach(request.user, request.grants)
    return pairs.with_standing(pairs.with_people(rows), request.today)


def _kept(request: Request) -> Any:
    rows = Pair.objects.in_scope(request.scope)
    return pairs.with_standing(pairs.with_people(rows), request.today)


def _title(found: Pair) -> str:
    return f"{found.helper.name} → {found.helped_name}"


def _trail(request: Request, found: Pair) -> list[tuple[str, str]]:
    if request.grants.scope(Capability.SEE_ACTIVITIES).reaches(found.branch.path):
        return [("结对", f"{reverse('pair-map')}?branch={found.branch_id}")]
    if request.grants.allows(Capability.SEE_ACTIVITIES):
        return [("结对", reverse("pair-map"))]
    return [("我的结对", reverse("my-pairs"))]
