"""Recalls: the list, one of them with its next step."""

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
from branches.queries import regulations
from people.forms.recalls import (
    AssessForm,
    DropForm,
    EndForm,
    EnlistForm,
    NoteForm,
    TrainForm,
)
from people.forms.talents import NothingForm
from people.models import Recall
from people.operations import recalls as operations
from people.queries import care, recalls
from people.rules.recalls import RecallState, is_passed
from people.views.care_tabs import OPENED_TO, back, check, chosen, tabs
from people.views.offers import Offer, wrong
from people.views.taking import taken
from people.wording import recalls as wording

PAGE = 50


@access.signed_in(OPENED_TO)
def listing(request: Request) -> HttpResponse:
    """The recalls somebody handles by a post."""
    check(request)
    found = recalls.handled(request.user, request.grants).order_by("-listed_on", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    book = regulations.book_of(request.grants)
    context = {
        "tabs": tabs("recall-list"),
        "page_obj": page,
        "rows": [
            _row(row, recalls.terms(row.branch, request.today, book), request)
            for row in page.object_list
        ],
        "may_add": care.handled_branches(request.grants).exists(),
    }
    return TemplateResponse(request, "people/recall_list.html", context)


@access.signed_in(OPENED_TO)
def new(request: Request) -> HttpResponse:
    check(request)
    places = list(care.handled_branches(request.grants))
    branch = chosen(request, places)
    form = EnlistForm(
        request.POST if request.method == "POST" else None,
        people=care.people([branch], request.user),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        facts = {"branch": branch, "by": request.user, "at": timezone.now()}
        if taken(form, operations.enlist, **facts):
            messages.success(request, "已列入，已通知本人。请在期限内安排培训。")
            return redirect("recall-list")
    context = {
        "form": form, "branch": branch, "branches": places, "title": "列入召回",
        "button": "列入", "back": reverse("recall-list"),
        "trail": [("召回", reverse("recall-list"))],
    }  # fmt: skip
    return TemplateResponse(request, "people/care_new.html", context)


@access.signed_in("本人看自己的；支部书记、副书记和负责审核的上级办理")
def recall(request: Request, *, pk: int) -> HttpResponse:
    """One recall with its next step."""
    return _page(request, get_object_or_404(recalls.seen(request.user, request.grants), pk=pk))


@access.signed_in(OPENED_TO)
def train(request: Request, *, pk: int) -> HttpResponse:
    form = TrainForm(request.POST, today=request.today)
    return _step(request, pk, "train", form, operations.train, "已安排培训，已通知本人。")


@access.signed_in(OPENED_TO)
def assess(request: Request, *, pk: int) -> HttpResponse:
    form = AssessForm(request.POST, today=request.today)
    return _step(request, pk, "assess", form, operations.assess, "已登记考核成绩。")


@access.signed_in(OPENED_TO)
def follow(request: Request, *, pk: int) -> HttpResponse:
    form = NothingForm(request.POST)
    return _step(request, pk, "follow", form, operations.follow, "已转入跟踪。")


@access.signed_in(OPENED_TO)
def repeat(request: Request, *, pk: int) -> HttpResponse:
    form = TrainForm(request.POST, today=request.today)
    return _step(request, pk, "repeat", form, operations.repeat, "已安排重新培训，已通知本人。")


@access.signed_in(OPENED_TO)
def note(request: Request, *, pk: int) -> HttpResponse:
    return _step(request, pk, "note", NoteForm(request.POST), operations.note, "已登记跟踪情况。")


@access.signed_in(OPENED_TO)
def end(request: Request, *, pk: int) -> HttpResponse:
    form = EndForm(request.POST, today=request.today)
    return _step(request, pk, "end", form, operations.end, "已结束，已通知本人。")


@access.signed_in(OPENED_TO)
def drop(request: Request, *, pk: int) -> HttpResponse:
    return _step(request, pk, "drop", DropForm(request.POST), operations.drop, "已撤销。")


def _step(
    request: Request,
    pk: int,
    name: str,
    form: forms.Form,
    operation: Callable[..., Any],
    words: str,
) -> HttpResponse:
    found = get_object_or_404(recalls.handled(request.user, request.grants), pk=pk)
    return _take(request, found, name, form, operation, words)


@require_POST
def _take(
    request: Request,
    found: Recall,
    name: str,
    form: forms.Form,
    operation: Callable[..., Any],
    words: str,
) -> HttpResponse:
    facts = {"recall": found, "by": request.user, "at": timezone.now()}
    if form.is_valid() and taken(form, operation, **facts):
        messages.success(request, words)
        return redirect("recall", pk=found.pk)
    return _page(request, found, {name: form})


def _page(
    request: Request, found: Recall, sent: dict[str, forms.Form] | None = None
) -> HttpResponse:
    terms = recalls.terms(found.branch, request.today)
    handles = found.member.user_id != request.user.pk and care.handles(
        request.grants, care.branch_of(found)
    )
    offers = _offers(request, found, terms, sent or {}) if handles else []
    context = {
        "recall": found,
        "row": _row(found, terms, request),
        "terms": terms,
        "steps": _stages(found),
        "offers": offers,
        "wrong_form": wrong(offers) or next(iter((sent or {}).values()), None),
        "trail": back(request, "召回", "recall-list"),
    }
    return TemplateResponse(request, "people/recall.html", context)


def _offers(
    request: Request, found: Recall, terms: recalls.Terms, sent: dict[str, forms.Form]
) -> list[Offer]:
    today, state = request.today, found.state
    offers: list[Offer] = []

    def offer(
        name: str, title: str, form: forms.Form, button: str, note: str = "", is_main: bool = True
    ) -> None:
        url = reverse(f"recall-{name}", kwargs={"pk": found.pk})
        offers.append(Offer(title, url, sent.get(name, form), button, note, is_main))

    days = f"连续 {terms.training_days} 天，开始当天算第一天。"
    if state == RecallState.LISTED:
        offer("train", "安排培训", TrainForm(today=today), "安排培训", days)
        offer("drop", "撤销", DropForm(), "撤销", is_main=False)
    elif state == RecallState.TRAINING and found.training_until and today > found.training_until:
        offer("assess", "考试和量化考核", AssessForm(today=today), "登记成绩")
    elif state == RecallState.ASSESSED and found.exam is not None and found.assessment is not None:
        if is_passed(found.exam, found.assessment, terms):
            words = f"从考核当天起跟踪 {terms.follow_months} 个月。"
            offer("follow", "考核合格，转入跟踪", NothingForm(), "转入跟踪", words)
        else:
            title = f"没有达到 {terms.pass_mark} 分，重新培训"
            offer("repeat", title, TrainForm(today=today), "安排重新培训", days)
    elif state == RecallState.FOLLOW_UP and found.follow_until:
        form = NoteForm(initial={"follow_note": found.follow_note})
        offer("note", "跟踪情况", form, "保存", is_main=not found.follow_note)
        if today >= found.follow_until:
            offer("end", "结束", EndForm(today=today), "结束召回")
    return offers


def _row(row: Recall, terms: recalls.Terms, request: Request) -> dict[str, Any]:
    next_by = recalls.next_by(row, terms)
    return {
        "pk": row.pk,
        "name": row.member.name,
        "branch": row.branch.short_name,
        "listed_on": row.listed_on,
        "label": row.get_state_display(),
        "tone": "" if row.state in recalls.OVER else "warn",
        "next_by": next_by,
        "is_overdue": next_by is not None and next_by < request.today,
    }


def _stages(row: Recall) -> list[tuple[str, str]]:
    if row.state == RecallState.DROPPED:
        return []
    done = list(wording.STATES).index(RecallState(row.state))
    names = ("列入名单", "集中培训", "考试考核", "跟踪", "结束")
    return [
        (name, "done" if place < done or done == 4 else "now" if place == done else "")
        for place, name in enumerate(names)
    ]
