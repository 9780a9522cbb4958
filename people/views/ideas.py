"""金点子: the list of the branch with its month, one suggestion, its answer and what came of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.queries import working_calendar
from branches.rules.periods import Period
from branches.rules.roles import Capability
from members.queries import homes
from people.forms.ideas import AnswerForm, AssignForm, EffectForm, IdeaForm
from people.models import Idea
from people.operations import ideas as operations
from people.queries import ideas
from people.rules import ideas as rules
from people.rules.ideas import IdeaState
from people.views.taking import done, taken
from people.wording import ideas as wording

PAGE = 50
MONTHS = 12  # so many months back can be chosen


@access.signed_in("党员看本支部的金点子并提出自己的；支部和上级按权限看")
def listing(request: Request) -> HttpResponse:
    """The suggestions of the branch, what came of them this month, and a box for one's own."""
    places = ideas.branches(request.user, request.grants, request.today)
    asked = request.GET.get("branch", "")
    place = next((each for each in places if str(each.pk) == asked), None)
    month = _month(request)
    seen = ideas.seen_by(request.user, request.grants, request.today)
    if place is not None:
        seen = seen.filter(branch=place)
    figures = ideas.month_of(seen, month or Period.containing(request.today))
    if month is not None:
        seen = seen.filter(raised_on__gte=month.first_day, raised_on__lt=month.end)
    state = request.GET.get("state", "")
    state = state if state in set(IdeaState) else ""
    counts = ideas.counts(seen)
    found = ideas.with_people(seen.filter(state=state) if state else seen)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kept = {"branch": str(place.pk) if place else "", "month": str(month) if month else ""}
    context = {
        "page_obj": page,
        "rows": [_shown(row) for row in page.object_list],
        "tabs": _tabs(state, counts, kept),
        "has_any": sum(counts.values()) > 0,
        "state": state,
        "place": place,
        "places": places,
        "several": len(places) > 1,
        "months": _months(request),
        "month": month,
        "figures": figures,
        "figures_of": month or Period.containing(request.today),
        "form": IdeaForm() if homes.of_user(request.user, request.today) else None,
    }
    return TemplateResponse(request, "people/idea_list.html", context)


@access.signed_in("一个人看自己提的金点子")
def mine(request: Request) -> HttpResponse:
    """What one has raised, and what one is to carry out."""
    raised = ideas.with_people(Idea.objects.filter(member__user=request.user))
    page = Paginator(raised, PAGE).get_page(request.GET.get("page"))
    to_do = Idea.objects.filter(owner__user=request.user, state=IdeaState.ADOPTED)
    context = {
        "page_obj": page,
        "rows": [_shown(row) for row in page.object_list],
        "to_do": ideas.with_people(to_do.order_by("due_on", "pk")),
        "today": request.today,
        "form": IdeaForm() if homes.of_user(request.user, request.today) else None,
    }
    return TemplateResponse(request, "people/my_ideas.html", context)


@access.signed_in("任何党员都可以提金点子")
def new(request: Request) -> HttpResponse:
    form = IdeaForm(request.POST if request.method == "POST" else None)
    facts = {"by": request.user, "at": timezone.now()}
    if request.method == "POST" and form.is_valid() and taken(form, operations.raise_idea, **facts):
        messages.success(request, "已提交，支部会答复您，答复以后通知您。")
        return redirect("my-ideas")
    context = {"form": form, "trail": [("金点子", reverse("idea-list"))]}
    return TemplateResponse(request, "people/idea_new.html", context)


@access.signed_in("党员看本支部的金点子；支部和上级按权限看")
def idea(request: Request, *, pk: int) -> HttpResponse:
    """One suggestion with its answer and what came of it."""
    return _page(request, _seen(request, pk))


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def answer(request: Request, *, pk: int) -> HttpResponse:
    """Adopt a suggestion or decline it."""
    found = _kept(request, pk)
    form = AnswerForm(request.POST, people=_people(request, found.branch), today=request.today)

    def take() -> Idea:
        cleaned = form.cleaned_data
        told = {"idea": found, "answer": cleaned["answer"], "by": request.user}
        if form.is_adopted:
            owner = {"owner": cleaned["owner"], "due_on": cleaned["due_on"]}
            return operations.adopt(**told, **owner, at=timezone.now())
        return operations.decline(**told, at=timezone.now())

    if form.is_valid() and done(form, take, wording.refused_step) is not None:
        messages.success(request, "已答复，已通知提出人。")
        return redirect("idea", pk=pk)
    return _page(request, found, answer_form=form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def assign(request: Request, *, pk: int) -> HttpResponse:
    """Let somebody else carry it out, or by another day."""
    found = _kept(request, pk)
    form = AssignForm(request.POST, people=_people(request, found.branch))
    if (
        form.is_valid()
        and done(
            form,
            lambda: operations.assign(
                idea=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
            wording.refused_step,
        )
        is not None
    ):
        messages.success(request, "已修改。")
        return redirect("idea", pk=pk)
    return _page(request, found, assign_form=form)


@access.signed_in("落实人写自己落实的成效；支部按权限写")
@require_POST
def finish(request: Request, *, pk: int) -> HttpResponse:
    """Write down what came of it."""
    found = _seen(request, pk)
    if not _may_finish(request, found):
        raise PermissionDenied
    form = EffectForm(request.POST, today=request.today)
    if (
        form.is_valid()
        and done(
            form,
            lambda: operations.finish(
                idea=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
            wording.refused_step,
        )
        is not None
    ):
        messages.success(request, "已记下成效，已通知提出人。")
        return redirect("idea", pk=pk)
    return _page(request, found, effect_form=form)


def _page(
    request: Request,
    found: Idea,
    *,
    answer_form: AnswerForm | None = None,
    assign_form: AssignForm | None = None,
    effect_form: EffectForm | None = None,
) -> HttpResponse:
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(found.branch.path)
    is_own = found.member.user_id == request.user.pk
    is_raised, is_adopted = found.state == IdeaState.RAISED, found.state == IdeaState.ADOPTED
    people = _people(request, found.branch) if logs else None
    bound = answer_form or assign_form or effect_form
    may_answer = logs and is_raised and not is_own
    may_assign = logs and is_adopted
    held = {"owner": found.owner_id, "due_on": found.due_on}
    context = {
        "idea": found,
        "row": _shown(found),
        "is_own": is_own,
        "answer_due": _answer_due(found) if is_raised else None,
        "answer_form": (answer_form or AnswerForm(people=people, today=request.today))
        if may_answer or answer_form
        else None,
        "assign_form": (assign_form or AssignForm(people=people, initial=held))
        if may_assign or assign_form
        else None,
        "is_assigning": assign_form is not None,
        "effect_form": (effect_form or EffectForm(today=request.today))
        if (is_adopted and _may_finish(request, found)) or effect_form
        else None,
        "bound": bound,
        "trail": [("金点子", reverse("idea-list"))],
    }
    return TemplateResponse(request, "people/idea.html", context)


def _shown(row: Idea) -> dict[str, Any]:
    state = IdeaState(row.state)
    return {"idea": row, "label": wording.STATES[state], "tone": wording.TONES[state]}


def _seen(request: Request, pk: int) -> Idea:
    rows = ideas.seen_by(request.user, request.grants, request.today)
    return get_object_or_404(ideas.with_people(rows), pk=pk)


def _kept(request: Request, pk: int) -> Idea:
    rows = ideas.with_people(Idea.objects.in_scope(request.scope))
    return get_object_or_404(rows, pk=pk)


def _people(request: Request, branch: Organization) -> QuerySet[Any]:
    return homes.people(branch, request.today)


def _may_finish(request: Request, found: Idea) -> bool:
    """The one who carries it out, and whoever keeps the branch's records."""
    is_owner = found.owner is not None and found.owner.user_id == request.user.pk
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    return is_owner or logs.reaches(found.branch.path)


def _answer_due(found: Idea) -> Any:
    terms = ideas.terms(found.branch, found.raised_on)
    return rules.answer_due(found.raised_on, working_calendar.around(found.raised_on), terms)


def _tabs(state: str, counts: dict[str, int], kept: dict[str, str]) -> list[tuple[Any, ...]]:
    def url(code: str) -> str:
        asked = {"state": code} | kept
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"

    return [
        ("全部", url(""), state == "", sum(counts.values())),
        *(
            (word, url(code), state == code, counts[code.value])
            for code, word in wording.STATES.items()
        ),
    ]


def _months(request: Request) -> list[Period]:
    found = [Period.containing(request.today)]
    while len(found) < MONTHS:
        found.append(found[-1].previous)
    return found


def _month(request: Request) -> Period | None:
    asked = request.GET.get("month", "")
    return next((month for month in _months(request) if str(month) == asked), None)
