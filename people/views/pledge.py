"""One promise: what was promised, what shows it is kept, and the step that is to be taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access, photos
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from people.forms.pledges import (
    MendForm,
    PledgeForm,
    ProofForm,
    ReopenForm,
    ReturnForm,
    ReviewForm,
    ToldForm,
    WithdrawForm,
)
from people.models import Pledge
from people.operations import pledge_drafts
from people.operations import pledges as operations
from people.queries import pledges
from people.rules import pledges as rules
from people.rules.pledges import PledgeState
from people.wording import pledges as wording

_READ = "承诺人看自己的承诺；本支部党员看公开的承诺；支部和上级按权限看"
ACT = "承诺人办自己的承诺；支部替没有账号的党员办"
_DECIDE = "支部审核、评议党员的承诺，上级审核、评议支部的承诺，都不能办自己的"


@access.signed_in(_READ)
def pledge(request: Request, *, pk: int) -> HttpResponse:
    """One promise."""
    return page(request, _one(request, pk))


@access.signed_in(ACT)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change a draft."""
    found = acted(request, pk)
    back = home_of(request, found)
    if found.state != PledgeState.DRAFT:
        messages.warning(request, "这条承诺已经提交，不能再改。要改，请支部先退回。")
        return redirect(back)
    form = PledgeForm(
        request.POST if request.method == "POST" else None,
        year=found.year,
        today=request.today,
        pledge=found,
    )
    if request.method == "POST" and form.is_valid():
        try:
            pledge_drafts.change(pledge=found, facts=form.facts, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已修改。写齐以后一起提交。")
            return redirect(back)
    context = {
        "form": form,
        "year": found.year,
        "title": "修改承诺",
        "who": found.member.name if found.member else wording.BRANCH,
        "pledge": found,
        "back": back,
        "trail": _trail(request, found),
    }
    return TemplateResponse(request, "people/pledge_form.html", context)


@access.signed_in(ACT)
@require_POST
def drop(request: Request, *, pk: int) -> HttpResponse:
    """Take a draft off the list."""
    found = acted(request, pk)
    try:
        pledge_drafts.drop(pledge=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "草稿已删去。")
    return redirect(home_of(request, found))


@access.signed_in(ACT)
@require_POST
def tell(request: Request, *, pk: int) -> HttpResponse:
    """Say how a promise was kept."""
    found = acted(request, pk)
    return _step(request, found, "told_form", "述诺已保存，评诺以前可以再改。", operations.tell)


@access.signed_in(_DECIDE)
@require_POST
def approve(request: Request, *, pk: int) -> HttpResponse:
    """Approve and publish a promise."""
    found = _decided(request, pk)
    try:
        operations.approve(pledge=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state, refusal.step))
    else:
        messages.success(request, "已公开，已通知承诺人。")
    return redirect(_list_url(found) if request.POST.get("next") else url_of(found))


@access.signed_in(_DECIDE)
@require_POST
def send_back(request: Request, *, pk: int) -> HttpResponse:
    """Send a promise back with the reason."""
    found = _decided(request, pk)
    return _step(request, found, "return_form", "已退回，已通知承诺人。", operations.send_back)


@access.signed_in(_DECIDE)
@require_POST
def withdraw(request: Request, *, pk: int) -> HttpResponse:
    """Take a published promise back with the reason."""
    found = _decided(request, pk)
    return _step(request, found, "withdraw_form", "已撤回，已通知承诺人。", operations.withdraw)


@access.signed_in(_DECIDE)
@require_POST
def review(request: Request, *, pk: int) -> HttpResponse:
    """Say whether a promise was kept, and how many are satisfied."""
    found = _decided(request, pk)
    return _step(
        request, found, "review_form", "评诺已登记，已通知承诺人。",
        lambda **given: operations.review(
            **given | {"verdict": rules.Verdict(given["verdict"])}
        ),
    )  # fmt: skip


@access.signed_in(_DECIDE)
@require_POST
def reopen(request: Request, *, pk: int) -> HttpResponse:
    """Take a review back with the reason."""
    found = _decided(request, pk)
    return _step(request, found, "reopen_form", "已撤销评诺，请重新评诺。", operations.reopen)


@access.signed_in(_DECIDE)
@require_POST
def mend(request: Request, *, pk: int) -> HttpResponse:
    """Put a promise with too little satisfaction on the problem list."""
    found = _decided(request, pk)
    words = "已列入支部问题清单，按期限整改、销号。"
    return _step(request, found, "mend_form", words, operations.raise_problem)


def _one(request: Request, pk: int) -> Pledge:
    rows = pledges.readable(request.user, request.grants, request.today)
    return get_object_or_404(rows, pk=pk)


def acted(request: Request, pk: int) -> Pledge:
    found = _one(request, pk)
    if not pledges.may_act_for(found, request.user, request.grants):
        raise Http404
    return found


def _decided(request: Request, pk: int) -> Pledge:
    found = _one(request, pk)
    if not pledges.may_decide(found, request.user, request.grants):
        raise Http404
    return found


def _step(
    request: Request, found: Pledge, name: str, words: str, operation: Callable[..., object]
) -> HttpResponse:
    form = _form(name, request, found, request.POST)
    if form.is_valid():
        try:
            operation(pledge=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except StepNotAllowed as refusal:
            messages.warning(request, wording.refused_step(refusal.state, refusal.step))
            return redirect(url_of(found))
        else:
            messages.success(request, words)
            return redirect(url_of(found))
    return page(request, found, {name: form})


def _form(name: str, request: Request, found: Pledge, data: Any = None) -> Any:
    prefix = name.removesuffix("_form")
    if name == "told_form":
        return ToldForm(data, initial={"told": found.told}, prefix=prefix)
    if name == "mend_form":
        return MendForm(data, today=request.today, prefix=prefix)
    plain: dict[str, Any] = {
        "return_form": ReturnForm,
        "withdraw_form": WithdrawForm,
        "review_form": ReviewForm,
        "reopen_form": ReopenForm,
    }
    return plain[name](data, prefix=prefix)


def _names(found: Pledge, row: pledges.Row, request: Request) -> list[str]:
    """Return which forms stand on the page for whoever asks."""
    acts = pledges.may_act_for(found, request.user, request.grants)
    decides = pledges.may_decide(found, request.user, request.grants)
    names = []
    if found.state == PledgeState.SUBMITTED and decides:
        names.append("return_form")
    if found.state == PledgeState.APPROVED and acts:
        names += ["proof_form", "told_form"]
    if found.state == PledgeState.APPROVED and decides:
        if found.due_on >= request.today:
            names.append("withdraw_form")
        if rules.may_be_reviewed(is_told=bool(found.told), due_on=found.due_on, on=request.today):
            names.append("review_form")
    if found.state == PledgeState.REVIEWED and decides:
        names.append("reopen_form")
        if row.must_mend and found.problem is None:
            names.append("mend_form")
    return names


def page(request: Request, found: Pledge, posted: dict[str, Any] | None = None) -> HttpResponse:
    [row] = pledges.rows_of([found], request.today)
    acts = pledges.may_act_for(found, request.user, request.grants)
    forms: dict[str, Any] = {}
    for name in _names(found, row, request):
        forms[name] = (
            ProofForm(today=request.today) if name == "proof_form" else _form(name, request, found)
        )
    forms |= posted or {}
    proofs = pledges.proofs_of(found)
    context = {
        "row": row,
        "pledge": found,
        "proofs": [
            (each, each.document is not None and each.document.content_type == photos.CONTENT_TYPE)
            for each in proofs
        ],
        "forms": forms,
        "failed": next(iter((posted or {}).values()), None),
        "acts": acts,
        "is_own": pledges.is_own(found, request.user),
        "may_edit": acts and found.state == PledgeState.DRAFT,
        "may_approve": found.state == PledgeState.SUBMITTED
        and pledges.may_decide(found, request.user, request.grants),
        "may_remove": acts and found.state == PledgeState.APPROVED,
        "problem_url": _problem_url(request, found),
        "terms": pledges.terms(found.branch, request.today),
        "trail": _trail(request, found),
    }
    return TemplateResponse(request, "people/pledge.html", context)


def _problem_url(request: Request, found: Pledge) -> str:
    """The problem's page is for whoever sees the branch's activities."""
    if found.problem is None:
        return ""
    scope = request.grants.scope(Capability.SEE_ACTIVITIES)
    path = found.problem.organization.path
    return reverse("problem", kwargs={"pk": found.problem_id}) if scope.reaches(path) else ""


def url_of(found: Pledge) -> str:
    return reverse("pledge", kwargs={"pk": found.pk})


def _list_url(found: Pledge) -> str:
    return f"{reverse('pledge-list')}?branch={found.branch_id}&year={found.year}"


def home_of(request: Request, found: Pledge) -> str:
    """Where one comes from: the own promises, or those of the branch."""
    if pledges.is_own(found, request.user):
        return f"{reverse('my-pledges')}?year={found.year}"
    return _list_url(found)


def _trail(request: Request, found: Pledge) -> list[tuple[str, str]]:
    label = "我的承诺" if pledges.is_own(found, request.user) else "承诺践诺"
    return [(label, home_of(request, found))]
