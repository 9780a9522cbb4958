"""Choosing a 小政委: recommending, and one page with the step that is to be taken next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from branches.rules.workflow import StepNotAllowed
from people.forms.stewards import AppointForm, DecideForm, DeclineForm, EndForm, RecommendForm
from people.models import Steward
from people.operations import stewards as operations
from people.queries import stewards
from people.rules.stewards import STEWARD, StewardState, StewardStep
from people.views.stewards import shown_step, trail
from people.wording import stewards as wording


@access.requires(Capability.LOG_ACTIVITIES)
def recommend(request: Request) -> HttpResponse:
    """Write down whom the team recommends, for a group (``group``) of a branch (``branch``)."""
    chosen = whole_number(request.POST.get("group") or request.GET.get("group", ""))
    places = _places(request, chosen)
    place = next((each for each in places if each.pk == chosen), places[0] if places else None)
    if place is None:
        return TemplateResponse(request, "people/steward_recommend.html", {"place": None})
    form = RecommendForm(
        request.POST if request.method == "POST" else None,
        people=stewards.people(place, request.today).exclude(user=request.user),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        found = _done(
            request,
            form,
            lambda: operations.recommend(
                organization=place, **form.recommended, by=request.user, at=timezone.now()
            ),
        )
        if found is not None:
            messages.success(request, "已登记推荐，已告诉支委会和本人。")
            return redirect("steward", pk=found.pk)
    context = {
        "form": form,
        "place": place,
        "places": places,
        "seat": stewards.of(place, request.today),
        "back": reverse("steward-group", kwargs={"pk": place.pk}),
        "trail": trail(),
    }
    return TemplateResponse(request, "people/steward_recommend.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def steward(request: Request, *, pk: int) -> HttpResponse:
    """One candidacy, step by step, with the step that is to be taken next."""
    return _page(request, _one(request, pk))


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def decide(request: Request, *, pk: int) -> HttpResponse:
    """Write down that the 支委会 agrees."""
    found = _one_of_branch(request, pk)
    return _step(request, found, "decide_form", "已登记支委会意见，等书记任命。", operations.decide)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def decline(request: Request, *, pk: int) -> HttpResponse:
    """Write down that it comes to nothing."""
    found = _one_of_branch(request, pk)
    return _step(request, found, "decline_form", "已登记没有通过。", operations.decline)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def appoint(request: Request, *, pk: int) -> HttpResponse:
    """Appoint whom the 支委会 agreed on."""
    found = _one_of_branch(request, pk)
    return _step(request, found, "appoint_form", "已任命，已告诉本人。", operations.appoint)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def end(request: Request, *, pk: int) -> HttpResponse:
    """End somebody's time as 小政委."""
    found = _one_of_branch(request, pk)
    return _step(request, found, "end_form", "已登记卸任。", operations.end)


def _places(request: Request, chosen: int | None) -> list[Organization]:
    """Return the groups to choose from: those of one branch, however many are in reach."""
    branches = stewards.branches(request.scope, request.today)
    asked = whole_number(request.GET.get("branch", ""))
    branch = (branches.filter(Q(pk=chosen) | Q(children=chosen)).first() if chosen else None) or (
        branches.filter(pk=asked).first() if asked else branches.first()
    )
    return stewards.places(branch, request.scope, request.today) if branch else []


def _one(request: Request, pk: int) -> Steward:
    rows = Steward.objects.in_scope(request.scope)
    return get_object_or_404(stewards.with_people(rows), pk=pk)


def _one_of_branch(request: Request, pk: int) -> Steward:
    """Only whoever keeps the records of the whole branch takes its steps."""
    found = _one(request, pk)
    if not request.scope.reaches(stewards.branch_of(found.organization).path):
        raise Http404
    return found


def _forms(request: Request, found: Steward, posted: str = "") -> dict[str, Any]:
    """Return the forms of the steps that are open; the posted one holds what was typed."""
    branch = stewards.branch_of(found.organization)
    data = {posted: request.POST} if posted else {}
    open_steps = STEWARD.open_steps(StewardState(found.state))
    forms: dict[str, Any] = {}
    if StewardStep.DECIDE in open_steps:
        forms["decide_form"] = DecideForm(
            data.get("decide_form"),
            meetings=stewards.meetings(branch, found.recommended_on),
            today=request.today,
            prefix="decide",
        )
    if StewardStep.DECLINE in open_steps:
        forms["decline_form"] = DeclineForm(data.get("decline_form"), prefix="decline")
    if StewardStep.APPOINT in open_steps:
        before = stewards.of(found.organization, request.today)
        forms["appoint_form"] = AppointForm(
            data.get("appoint_form"),
            replaced=before.member.name if before.chosen and before.member else "",
            today=request.today,
            prefix="appoint",
        )
    if StewardStep.END in open_steps:
        forms["end_form"] = EndForm(data.get("end_form"), today=request.today, prefix="end")
    return forms


def _step(
    request: Request, found: Steward, name: str, words: str, operation: Callable[..., Steward]
) -> HttpResponse:
    forms = _forms(request, found, name)
    form = forms.get(name)
    if form is None:
        step = {
            "decide_form": StewardStep.DECIDE,
            "decline_form": StewardStep.DECLINE,
            "appoint_form": StewardStep.APPOINT,
            "end_form": StewardStep.END,
        }[name]
        messages.warning(request, wording.refused_step(found.state, step))
        return redirect("steward", pk=found.pk)
    if form.is_valid():
        done = _done(
            request,
            form,
            lambda: operation(
                steward=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if done is not None:
            messages.success(request, words)
            return redirect("steward", pk=found.pk)
    return _page(request, found, forms)


def _page(request: Request, found: Steward, forms: dict[str, Any] | None = None) -> HttpResponse:
    branch = stewards.branch_of(found.organization)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    is_self = found.member.user_id == request.user.pk
    may = logs.reaches(branch.path) and not is_self
    appointers = stewards.appointers(branch, found.member, request.today)
    given = forms if forms is not None else (_forms(request, found) if may else {})
    is_own = found.recommended_by_id == request.user.pk
    if is_own and forms is None:
        given.pop("decide_form", None)
    if request.user not in appointers:
        given = {name: form for name, form in given.items() if name[:3] not in ("app", "end")}
    context = {
        "row": found,
        "branch": branch,
        "shown": shown_step(found),
        "criteria": [
            (label, found.criteria.get(name, "")) for name, label in wording.CRITERIA.items()
        ],
        "stages": wording.stages(found.state),
        "forms": given,
        "failed": next((form for form in given.values() if form.is_bound), None),
        "appointers": "、".join(user.name for user in appointers),
        "is_self": is_self,
        "is_own_recommendation": is_own,
        "trail": [
            *trail(branch),
            (
                found.organization.short_name,
                reverse("steward-group", kwargs={"pk": found.organization_id}),
            ),
        ],
    }
    return TemplateResponse(request, "people/steward.html", context)


def _done(request: Request, form: Any, operation: Callable[[], Steward]) -> Steward | None:
    """Run the operation; say on the form why it could not be done."""
    try:
        return operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except StepNotAllowed as refusal:
        form.add_error(None, wording.refused_step(refusal.state, refusal.step))
    return None
