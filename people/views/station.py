"""One post: who holds it, who waits and who held it; claiming, confirming and giving it up."""

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
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from members.queries import homes
from people.forms.stations import DeclineForm, EndForm, EnterForm, StationForm
from people.models import Station, StationClaim
from people.operations import stations as operations
from people.queries import stations
from people.views.stations import READ, form_page, list_url, may_claim


@access.signed_in(READ)
def station(request: Request, *, pk: int) -> HttpResponse:
    """One post with who holds it, who waits and who held it."""
    return _page(request, _one(request, pk))


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change a post."""
    found = _kept(request, pk)
    form = StationForm(request.POST if request.method == "POST" else None, station=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(station=found, facts=form.facts, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已修改。")
            return redirect("station", pk=pk)
    return form_page(request, "修改岗位", form, found.branch, _url(found), found)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def close(request: Request, *, pk: int) -> HttpResponse:
    """Close a post."""
    found = _kept(request, pk)
    if _done(request, lambda: operations.close(station=found, by=request.user, at=timezone.now())):
        messages.success(request, "岗位已撤销。")
        return redirect(list_url(found.branch))
    return redirect("station", pk=pk)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def enter(request: Request, *, pk: int) -> HttpResponse:
    """Put a member without an account on a post."""
    found = _kept(request, pk)
    people = stations.without_account(found, request.today)
    form = EnterForm(request.POST, members=people, prefix="enter")
    return _step(
        request, found, form, "已登记在岗。",
        lambda: operations.enter(
            station=found, member=form.cleaned_data["member"], by=request.user, at=timezone.now()
        ),
        {"enter_form": form},
    )  # fmt: skip


@access.signed_in("一个人认领本支部的岗位")
@require_POST
def claim(request: Request, *, pk: int) -> HttpResponse:
    """Claim a post of the own branch."""
    found = _one(request, pk)
    home = homes.of_user(request.user, request.today)
    if home is None or home.branch_id != found.branch_id:
        raise Http404
    if _done(
        request,
        lambda: operations.claim(
            station=found, member=home.member, by=request.user, at=timezone.now()
        ),
    ):
        messages.success(request, f"已认领“{found.title}”，等支部确认。")
    return redirect("my-stations")


@access.signed_in("一个人撤回自己还没有确认的认领")
@require_POST
def take_back(request: Request, *, pk: int) -> HttpResponse:
    """Take back a claim of one's own."""
    rows = StationClaim.objects.filter(member__user=request.user).select_related("station")
    found = get_object_or_404(rows, pk=pk)
    if _done(
        request, lambda: operations.take_back(claim=found, by=request.user, at=timezone.now())
    ):
        messages.success(request, "已撤回。")
    return redirect("my-stations")


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def confirm(request: Request, *, pk: int) -> HttpResponse:
    """Confirm a claim."""
    found = _claim(request, pk)
    if _done(request, lambda: operations.confirm(claim=found, by=request.user, at=timezone.now())):
        messages.success(request, f"已确认{found.member.name}在岗，已通知本人。")
    return redirect("station", pk=found.station_id)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def decline(request: Request, *, pk: int) -> HttpResponse:
    """Send a claim back."""
    found = _claim(request, pk)
    form = DeclineForm(request.POST, prefix=f"decline{found.pk}")
    return _step(
        request, found.station, form, "已退回，已通知本人。",
        lambda: operations.decline(
            claim=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        {f"decline{found.pk}": form},
    )  # fmt: skip


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def end(request: Request, *, pk: int) -> HttpResponse:
    """End somebody's time at a post."""
    found = _claim(request, pk)
    form = EndForm(request.POST, today=request.today, prefix=f"end{found.pk}")
    return _step(
        request, found.station, form, "已登记卸岗。",
        lambda: operations.end(
            claim=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        {f"end{found.pk}": form},
    )  # fmt: skip


def _one(request: Request, pk: int) -> Station:
    rows = stations.readable(request.user, request.grants, request.today)
    return get_object_or_404(rows, pk=pk)


def _kept(request: Request, pk: int) -> Station:
    rows = Station.objects.in_scope(request.scope).select_related("branch")
    return get_object_or_404(rows, pk=pk)


def _claim(request: Request, pk: int) -> StationClaim:
    rows = StationClaim.objects.filter(request.scope.q("station__branch__path"))
    rows = rows.select_related("station__branch", "member")
    return get_object_or_404(rows.defer("member__id_number", "member__phone"), pk=pk)


def _done(request: Request, operation: Callable[[], object]) -> bool:
    try:
        operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def _step(
    request: Request, found: Station, form: Any, words: str, operation: Callable[[], object],
    posted: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    if form.is_valid():
        try:
            operation()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, words)
            return redirect("station", pk=found.pk)
    return _page(request, found, posted)


def _page(request: Request, found: Station, posted: dict[str, Any] | None = None) -> HttpResponse:
    keeps = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(found.branch.path)
    is_open = found.closed_on is None
    given = posted or {}
    post = stations.post_of(found)
    home = homes.of_user(request.user, request.today)
    own = home is not None and home.branch_id == found.branch_id
    may_enter = keeps and is_open and post.left
    enter_form = given.get("enter_form")
    if enter_form is None and may_enter:
        people = stations.without_account(found, request.today)
        enter_form = EnterForm(members=people, prefix="enter") if people.exists() else None
    context = {
        "station": found,
        "post": post,
        "held": [_claimed(each, request, keeps, given) for each in post.held],
        "waiting": [_claimed(each, request, keeps, given) for each in post.waiting],
        "former": stations.former(found) if keeps else [],
        "keeps": keeps,
        "is_open": is_open,
        "may_close": keeps and is_open and not post.taken,
        "may_claim": may_claim(post, request, is_own=own),
        "enter_form": enter_form,
        "failed": next(iter(given.values()), None),
        "trail": [("设岗定责", list_url(found.branch))],
    }
    return TemplateResponse(request, "people/station.html", context)


def _claimed(
    claim: StationClaim, request: Request, keeps: bool, given: dict[str, Any]
) -> dict[str, Any]:
    is_own = claim.member.user_id == request.user.pk
    end_name, decline_name = f"end{claim.pk}", f"decline{claim.pk}"
    return {
        "claim": claim,
        "is_own": is_own,
        "may": keeps and not is_own,
        "end_form": given.get(end_name) or EndForm(today=request.today, prefix=end_name),
        "decline_form": given.get(decline_name) or DeclineForm(prefix=decline_name),
        "is_asked": end_name in given or decline_name in given,
    }


def _url(found: Station) -> str:
    return reverse("station", kwargs={"pk": found.pk})
