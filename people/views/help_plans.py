"""“2+1”帮教: the list, a new plan, one plan with its notes and its review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from people.forms.help_plans import EndForm, MakeForm, NoteForm
from people.forms.talents import NothingForm
from people.models import HelpPlan
from people.operations import help_plans as operations
from people.queries import care, help_plans
from people.rules.help_plans import may_end
from people.views.care_tabs import OPENED_TO, back, check, chosen, tabs
from people.views.offers import Offer, wrong
from people.views.taking import taken

PAGE = 50


@access.signed_in(OPENED_TO)
def listing(request: Request) -> HttpResponse:
    """The plans somebody sees by a post."""
    check(request)
    found = help_plans.listed(request.user, request.grants).order_by("-started_on", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs("help-plan-list"),
        "page_obj": page,
        "rows": [_row(row, request) for row in page.object_list],
        "may_add": care.handled_branches(request.grants).exists(),
    }
    return TemplateResponse(request, "people/help_plan_list.html", context)


@access.signed_in(OPENED_TO)
def new(request: Request) -> HttpResponse:
    """Begin to help somebody."""
    check(request)
    places = list(care.handled_branches(request.grants))
    branch = chosen(request, places)
    form = MakeForm(
        request.POST if request.method == "POST" else None,
        people=care.people([branch], request.user),
        committee=help_plans.committee(branch, request.today),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        facts = {"branch": branch, "by": request.user, "at": timezone.now()}
        if taken(form, operations.make, **facts):
            messages.success(request, "已制定帮教计划，已通知本人和帮教支委。")
            return redirect("help-plan-list")
    listing_url = reverse("help-plan-list")
    context = {
        "form": form, "branch": branch, "branches": places, "title": "制定帮教计划",
        "button": "保存", "back": listing_url, "trail": [("“2+1”帮教", listing_url)],
    }  # fmt: skip
    return TemplateResponse(request, "people/care_new.html", context)


@access.signed_in("本人和帮教支委看自己的；支部书记、副书记和负责审核的上级办理")
def help_plan(request: Request, *, pk: int) -> HttpResponse:
    """One plan with its notes."""
    rows = help_plans.seen(request.user, request.grants)
    return _page(request, get_object_or_404(rows, pk=pk))


@access.signed_in("支部书记、副书记、负责审核的上级和帮教支委登记")
def note(request: Request, *, pk: int) -> HttpResponse:
    """Add what was done."""
    rows = help_plans.noted_by(request.user, request.grants)
    found = get_object_or_404(rows, pk=pk)
    form = NoteForm(request.POST, today=request.today)
    return _take(request, found, "note", form, operations.note, "已登记帮教情况。")


@access.signed_in("支部书记、副书记安排帮教谈话")
def arrange_talk(request: Request, *, pk: int) -> HttpResponse:
    """Arrange this month's talk: at the very branch only."""
    rows = help_plans.listed(request.user, request.grants)
    found = get_object_or_404(rows, pk=pk)
    if not care.keeps(request.grants, care.branch_of(found)):
        raise Http404
    form = NothingForm(request.POST)
    return _take(request, found, "talk", form, operations.arrange_talk, "本月帮教谈话已安排。")


@access.signed_in(OPENED_TO)
def end(request: Request, *, pk: int) -> HttpResponse:
    rows = help_plans.listed(request.user, request.grants)
    found = get_object_or_404(rows, pk=pk)
    form = EndForm(request.POST, today=request.today)
    return _take(request, found, "end", form, operations.end, "已登记期满评议，已通知本人。")


@require_POST
def _take(
    request: Request,
    found: HelpPlan,
    name: str,
    form: forms.Form,
    operation: Callable[..., Any],
    words: str,
) -> HttpResponse:
    facts = {"help_plan": found, "by": request.user, "at": timezone.now()}
    if form.is_valid() and taken(form, operation, **facts):
        messages.success(request, words)
        return redirect("help-plan", pk=found.pk)
    return _page(request, found, {name: form})


def _page(
    request: Request, found: HelpPlan, sent: dict[str, forms.Form] | None = None
) -> HttpResponse:
    offers = _offers(request, found, sent or {})
    context = {
        "plan": found,
        "row": _row(found, request),
        "notes": list(found.notes.select_related("entered_by").order_by("-on", "-pk")),
        "offers": offers,
        "wrong_form": wrong(offers) or next(iter((sent or {}).values()), None),
        "trail": back(request, "“2+1”帮教", "help-plan-list"),
    }
    return TemplateResponse(request, "people/help_plan.html", context)


def _offers(request: Request, found: HelpPlan, sent: dict[str, forms.Form]) -> list[Offer]:
    user, today = request.user, request.today
    if found.ended_on is not None or found.member.user_id == user.pk:
        return []
    branch = care.branch_of(found)
    handles = care.handles(request.grants, branch)
    helper = help_plans.helper_of(found, branch, today)
    offers: list[Offer] = []

    def offer(
        name: str, title: str, form: forms.Form, button: str, note: str = "", is_main: bool = True
    ) -> None:
        url = reverse(f"help-plan-{name}", kwargs={"pk": found.pk})
        offers.append(Offer(title, url, sent.get(name, form), button, note, is_main))

    if handles and may_end(found.ends_on, today):
        words = "评议结果是建议，党籍不会因此改变；劝退、除名由党员大会研究并报上级审批。"
        offer("end", "期满评议", EndForm(today=today), "登记评议", words)
    if handles or (helper is not None and helper.user_id == user.pk):
        offer("note", "登记帮教情况", NoteForm(today=today), "登记")
    if care.keeps(request.grants, branch):
        who = f"由{helper.name}谈" if helper else "谈话人由支部另定"
        words = f"{who}，每月一次；本月已经安排的不会重复安排。"
        offer("talk", "帮教谈话", NothingForm(), "安排本月谈话", words, False)
    return offers


def _row(row: HelpPlan, request: Request) -> dict[str, Any]:
    if row.ended_on is not None:
        label, tone = "已结束", ""
    elif may_end(row.ends_on, request.today):
        label, tone = "期满待评议", "warn"
    else:
        label, tone = "帮教中", "ok"
    return {
        "pk": row.pk,
        "name": row.member.name,
        "branch": row.branch.short_name,
        "helpers": "、".join([row.first_official, row.second_official, row.committee_member.name]),
        "started_on": row.started_on,
        "ends_on": row.ends_on,
        "label": label,
        "tone": tone,
    }
