"""The contact log in two taps: one's own pairs, a button for each way of being in touch."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from people.forms.pairs import ContactForm, NoteForm
from people.models import Contact, Pair
from people.operations import contacts as operations
from people.queries import pairs
from people.rules.pairs import DAYS_BACK, Way
from people.wording import pairs as wording

MANY = 8  # from so many on a box narrows the list


@access.signed_in("一个人看自己的结对，登记联系")
def mine(request: Request) -> HttpResponse:
    """One's own pairs, the most urgent first, and who helps oneself."""
    rows = pairs.own(request.user, request.today)
    entered = pairs.entered_today(rows, request.user, request.today)
    context = {
        "cards": [_card(row, entered.get(row.pk, []), request) for row in rows],
        "helping": pairs.helped_by(request.user, request.today),
        "is_long": len(rows) > MANY,
        "back": reverse("my-pairs"),
    }
    return TemplateResponse(request, "people/my_pairs.html", context)


@access.signed_in("帮带党员登记自己的联系；支部和小组按权限代登")
@require_POST
def log(request: Request, *, pk: int) -> HttpResponse:
    """Write down with one tap that the two were in touch today."""
    found = _enterable(request, pk)
    way = request.POST.get("way", "")
    if way not in set(Way):
        messages.error(request, "请点一种联系方式。")
        return _back(request, found.pk)
    try:
        operations.log(
            pair=found, on=request.today, way=Way(way), by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已记：今天和{found.helped_name}{wording.WAYS[Way(way)]}。")
    return _back(request, found.pk)


@access.signed_in("帮带党员补记自己的联系；支部和小组按权限代登")
def add(request: Request, *, pk: int) -> HttpResponse:
    """Write down a contact of another day."""
    found = _enterable(request, pk)
    form = ContactForm(request.POST if request.method == "POST" else None, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            operations.log(pair=found, **form.chosen, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error("on", str(refusal))
        else:
            messages.success(request, "已补记。")
            return _back(request, found.pk)
    is_own = found.helper.user_id == request.user.pk
    context = {
        "form": form,
        "pair": found,
        "days_back": DAYS_BACK,
        "back": _address(request, found.pk),
        "trail": [("我的结对", reverse("my-pairs"))] if is_own else [("结对", reverse("pair-map"))],
    }
    return TemplateResponse(request, "people/contact_add.html", context)


@access.signed_in("谁登记的联系由谁补充")
@require_POST
def note(request: Request, *, pk: int) -> HttpResponse:
    """Add a line to a contact one has written down today."""
    found = _own(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "".join(map(str, form.errors["note"])))
        return _back(request, found.pair_id)
    try:
        operations.note(
            contact=found, text=form.cleaned_data["note"], by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已补充。")
    return _back(request, found.pair_id)


@access.signed_in("谁登记的联系由谁撤销")
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take back a contact one has written down today."""
    found = _own(request, pk)
    try:
        operations.remove(contact=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤销。")
    return _back(request, found.pair_id)


def _enterable(request: Request, pk: int) -> Pair:
    rows = pairs.with_people(pairs.entered_by(request.user, request.grants))
    return get_object_or_404(rows, pk=pk)


def _own(request: Request, pk: int) -> Contact:
    return get_object_or_404(Contact.objects.filter(entered_by=request.user), pk=pk)


def _card(row: pairs.Row, entered: list[Contact], request: Request) -> dict[str, Any]:
    done = {contact.way for contact in entered if contact.on == request.today}
    return {
        "row": row,
        "anchor": str(row.pk),
        "entered": entered,
        "ways": ways(done),
    }


def ways(done: Collection[str]) -> list[tuple[str, str, bool]]:
    """Return each way with its word, and whether it is written down for today."""
    return [(way.value, word, way in done) for way, word in wording.WAYS.items()]


def _address(request: Request, pk: int) -> str:
    """Return where the form came from, if it says so and it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("pair", kwargs={"pk": pk})


def _back(request: Request, pk: int) -> HttpResponse:
    return redirect(_address(request, pk))
