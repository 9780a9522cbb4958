"""Tolerance: to ask for it, the list, one application with its next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from people.forms.talents import NothingForm
from people.forms.tolerances import AskForm, DecideForm, FeedBackForm, InvestigateForm
from people.models import Tolerance
from people.operations import tolerances as operations
from people.queries import care, talks, tolerances
from people.rules.tolerances import DECIDED, ToleranceState
from people.views.care_tabs import OPENED_TO, back, check, tabs
from people.views.offers import Offer, wrong
from people.views.taking import taken
from people.wording import tolerances as wording

PAGE = 50


@access.signed_in(OPENED_TO)
def listing(request: Request) -> HttpResponse:
    """The applications somebody sees by a post."""
    check(request)
    found = tolerances.listed(request.user, request.grants).order_by("-asked_on", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs("tolerance-list"),
        "page_obj": page,
        "rows": [_row(row, request) for row in page.object_list],
    }
    return TemplateResponse(request, "people/tolerance_list.html", context)


@access.signed_in("党员为自己申请容错")
def ask(request: Request) -> HttpResponse:
    """Ask for oneself."""
    own = talks.own_member(request.user)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and own is not None and form.is_valid():
        facts = {"member": own, "by": request.user, "at": timezone.now()}
        if taken(form, operations.ask, **facts):
            messages.success(request, "已提交，上级核实和决定后会通知您。")
            return redirect("my-people")
    context = {"form": form, "has_member": own is not None}
    context["trail"] = [("与我有关", reverse("my-people"))]
    return TemplateResponse(request, "people/tolerance_ask.html", context)


@access.signed_in("本人看自己的；支部书记、副书记和负责审核的上级办理")
def tolerance(request: Request, *, pk: int) -> HttpResponse:
    """One application with its next step."""
    rows = tolerances.seen(request.user, request.grants)
    return _page(request, get_object_or_404(rows, pk=pk))


@access.signed_in("本人撤回自己的申请")
def withdraw(request: Request, *, pk: int) -> HttpResponse:
    found = get_object_or_404(tolerances.about(request.user), pk=pk)
    form = NothingForm(request.POST)
    return _take(request, found, "withdraw", form, operations.withdraw, "已撤回。")


@access.requires(Capability.REVIEW_PEOPLE)
def investigate(request: Request, *, pk: int) -> HttpResponse:
    found = get_object_or_404(tolerances.reviewed(request.user, request.grants), pk=pk)
    form = InvestigateForm(request.POST, today=request.today)
    words = "已登记核实情况，请由另一位负责人决定。"
    return _take(request, found, "investigate", form, operations.investigate, words)


@access.requires(Capability.REVIEW_PEOPLE)
def decide(request: Request, *, pk: int) -> HttpResponse:
    found = get_object_or_404(tolerances.reviewed(request.user, request.grants), pk=pk)
    form = DecideForm(request.POST, today=request.today)
    return _take(request, found, "decide", form, operations.decide, "已登记决定，已通知本人。")


@access.signed_in(OPENED_TO)
def feed_back(request: Request, *, pk: int) -> HttpResponse:
    found = get_object_or_404(tolerances.listed(request.user, request.grants), pk=pk)
    form = FeedBackForm(request.POST, today=request.today)
    return _take(request, found, "feed-back", form, operations.feed_back, "已登记反馈。")


@require_POST
def _take(
    request: Request,
    found: Tolerance,
    name: str,
    form: forms.Form,
    operation: Callable[..., Any],
    words: str,
) -> HttpResponse:
    facts = {"tolerance": found, "by": request.user, "at": timezone.now()}
    if form.is_valid() and taken(form, operation, **facts):
        messages.success(request, words)
        return redirect("tolerance", pk=found.pk)
    return _page(request, found, {name: form})


def _page(
    request: Request, found: Tolerance, sent: dict[str, forms.Form] | None = None
) -> HttpResponse:
    branch = care.branch_of(found)
    offers = _offers(request, found, branch, sent or {})
    reviews = care.reviews(request.grants, branch)
    is_own = found.member.user_id == request.user.pk
    context = {
        "tolerance": found,
        "row": _row(found, request),
        "is_own": is_own,
        "needs_other": reviews
        and not is_own
        and found.state == ToleranceState.INVESTIGATED
        and found.investigated_by_id == request.user.pk,
        "steps": _stages(found),
        "offers": offers,
        "wrong_form": wrong(offers) or next(iter((sent or {}).values()), None),
        "trail": back(request, "容错", "tolerance-list"),
    }
    return TemplateResponse(request, "people/tolerance.html", context)


def _offers(
    request: Request, found: Tolerance, branch: Organization, sent: dict[str, forms.Form]
) -> list[Offer]:
    user, today, state = request.user, request.today, found.state
    offers: list[Offer] = []

    def offer(
        name: str, title: str, form: forms.Form, button: str, note: str = "", is_main: bool = True
    ) -> None:
        url = reverse(f"tolerance-{name}", kwargs={"pk": found.pk})
        offers.append(Offer(title, url, sent.get(name, form), button, note, is_main))

    if found.member.user_id == user.pk:
        if state == ToleranceState.ASKED:
            words = "还没有核实，可以撤回；撤回后可以重新申请。"
            offer("withdraw", "撤回申请", NothingForm(), "撤回", words, False)
        return offers
    reviews = care.reviews(request.grants, branch)
    if reviews and state == ToleranceState.ASKED:
        offer("investigate", "核实", InvestigateForm(today=today), "登记核实情况")
    if reviews and state == ToleranceState.INVESTIGATED and found.investigated_by_id != user.pk:
        offer("decide", "决定", DecideForm(today=today), "登记决定")
    if state in DECIDED and found.fed_back_on is None and care.handles(request.grants, branch):
        offer("feed-back", "反馈本人", FeedBackForm(today=today), "登记反馈")
    return offers


def _row(row: Tolerance, request: Request) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": row.member.name,
        "branch": row.branch.short_name,
        "asked_on": row.asked_on,
        "due_on": row.due_on,
        "label": row.get_state_display(),
        "tone": wording.TONES[ToleranceState(row.state)],
        "is_overdue": tolerances.is_overdue(row, request.today),
        "fed_back_on": row.fed_back_on,
    }


def _stages(row: Tolerance) -> list[tuple[str, str]]:
    if row.state == ToleranceState.WITHDRAWN:
        return []
    done = {
        ToleranceState.ASKED: 1,
        ToleranceState.INVESTIGATED: 2,
        ToleranceState.GRANTED: 3,
        ToleranceState.REFUSED: 3,
    }[ToleranceState(row.state)] + (row.fed_back_on is not None)
    names = ("申请", "核实", "决定", "反馈")
    return [
        (name, "done" if place < done else "now" if place == done else "")
        for place, name in enumerate(names)
    ]
