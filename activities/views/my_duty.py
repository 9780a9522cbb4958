"""One's own duty: when one is on, swaps, and what one received."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.duty import SwapForm
from activities.models import DutyShift, DutySwap
from activities.operations import duty as operations
from activities.operations.refusals import Refused
from activities.queries import duty, visits
from activities.wording import duty as wording
from branches import access
from branches.access import Request

VISITS_SHOWN = 10
SINCE = dt.timedelta(days=7)


@access.signed_in("一个人看自己的值班和换班")
def mine(request: Request) -> HttpResponse:
    """When one is on duty, what one is asked to take over, and whom one received."""
    shifts = duty.own_shifts(request.user, request.today - SINCE)
    today = [shift for shift in shifts if shift.on == request.today]
    received = visits.of_receiver(request.user, VISITS_SHOWN)
    context = {
        "today": [
            {"shift": shift, "terms": duty.terms(shift.organization, shift.on)}
            for shift in today[:1]
        ],
        "coming": [_shown(shift) for shift in shifts if shift.on >= request.today],
        "past": [_shown(shift) for shift in shifts if shift.on < request.today],
        "to_answer": duty.to_answer(request.user, request.today),
        "asked": [
            {
                "swap": swap,
                "label": swap.get_state_display(),
                "tone": wording.SWAP_TONES[swap.state],  # type: ignore[index]
                "is_open": swap.answered_at is None,
            }
            for swap in duty.asked_by(request.user, request.today)
        ],
        "visits": visits.rows_of(received, request.user, request.grants, request.today),
    }
    return TemplateResponse(request, "activities/my_duty.html", context)


@access.signed_in("一个人请人替自己的班")
def swap(request: Request, *, pk: int) -> HttpResponse:
    """Ask a colleague to take one's shift or to exchange it."""
    shift = get_object_or_404(
        DutyShift.objects.filter(member__user=request.user, on__gte=request.today).select_related(
            "organization", "member"
        ),
        pk=pk,
    )
    people = duty.colleagues(shift)
    others = duty.exchangeable(shift, people, request.today)
    form = SwapForm(request.POST or None, people=people, others=others)
    if request.method == "POST" and form.is_valid():
        asked_of, other = form.asked
        try:
            operations.ask_swap(
                shift=shift, asked_of=asked_of, other=other, reason=form.cleaned_data["reason"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已经告诉{asked_of.name}，等对方答复。答复以前仍由您值班。")
            return redirect("my-duty")
    context = {
        "shift": shift,
        "form": form,
        "people": people,
        "trail": [("我的值班", reverse("my-duty"))],
    }
    return TemplateResponse(request, "activities/my_duty_swap.html", context)


@access.signed_in("被请的人答复换班")
@require_POST
def answer(request: Request, *, pk: int) -> HttpResponse:
    """Agree to a swap or refuse it."""
    found = get_object_or_404(
        DutySwap.objects.filter(asked_of__user=request.user).select_related("shift__organization"),
        pk=pk,
    )
    agrees = request.POST.get("answer") == "agree"
    _done(
        request,
        lambda: operations.answer_swap(
            swap=found, agrees=agrees, by=request.user, at=timezone.now()
        ),
        "已同意，值班表已经改好。" if agrees else "已回绝，仍由原来的人值班。",
    )
    return redirect("my-duty")


@access.signed_in("一个人撤回自己的换班")
@require_POST
def withdraw(request: Request, *, pk: int) -> HttpResponse:
    """Take back what one has asked."""
    found = get_object_or_404(
        DutySwap.objects.filter(asked_by__user=request.user).select_related("shift__organization"),
        pk=pk,
    )
    _done(
        request,
        lambda: operations.withdraw_swap(swap=found, by=request.user, at=timezone.now()),
        "已撤回，可以另请别人。",
    )
    return redirect("my-duty")


def _done(request: Request, operation: Any, words: str) -> None:
    try:
        operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)


def _shown(shift: DutyShift) -> dict[str, object]:
    asked = getattr(shift, "asked", [])
    return {"shift": shift, "asked": asked[0] if asked else None}
