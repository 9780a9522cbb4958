"""三方会议: to hold one over the problems nobody answers for, to read and to print it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.problem_handling import ConferenceForm
from activities.models import ProblemConference
from activities.operations import problem_conferences as operations
from activities.queries import activities, problem_conferences, problem_papers, problems
from activities.queries.problem_papers import Paper
from activities.views import problem_page
from activities.views.problem_papers import printed
from activities.views.problem_steps import done
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability

PAGE = 30


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The conferences in reach, the last first."""
    found = problem_conferences.held(request.scope)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(each, activities.place_name(each.organization)) for each in page.object_list],
        "may_hold": request.grants.allows(Capability.LOG_ACTIVITIES),
        "trail": problem_page.trail(),
    }
    return TemplateResponse(request, "activities/problem_conference_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def hold(request: Request) -> HttpResponse:
    """Hold a conference: every problem without an owner, without a deadline or overdue at once."""
    here = Organization.objects.in_scope(request.scope).standing_on(request.today)
    places = list(here.order_by("path")[:300])
    if not places:
        return TemplateResponse(request, "activities/problem_nowhere.html", {})
    asked = request.POST.get("organization") or request.GET.get("organization", "")
    place = next((each for each in places if str(each.pk) == asked), places[0])
    waiting = list(problem_conferences.waiting(place, request.today))
    form = ConferenceForm(
        request.POST if request.method == "POST" else None,
        problems=waiting,
        owners=list(problems.owners(place, request.today)),
        initial={"held_on": request.today},
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        made = done(
            form,
            lambda: operations.hold(
                organization=place, held_on=cleaned["held_on"], present=cleaned["present"],
                summary=cleaned["summary"], assignments=form.assignments, by=request.user,
                at=timezone.now(),
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(request, "已登记三方会议，责任人已收到通知。")
            return redirect("problem-conference", pk=made.pk)
    lines = problems.rows_of(waiting, request.today)
    first = places[0].depth
    context = {
        "form": form,
        "rows": [
            (line, owner, due) for line, (_, owner, due) in zip(lines, form.rows, strict=True)
        ],
        "place": place,
        "places": [(each.pk, "　" * (each.depth - first) + each.short_name) for each in places],
        "trail": [*problem_page.trail(), ("三方会议", reverse("problem-conference-list"))],
    }
    return TemplateResponse(request, "activities/problem_conference_new.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def conference(request: Request, *, pk: int) -> HttpResponse:
    """The minutes of one conference."""
    row = _one(request, pk)
    context = {
        "document": problem_papers.minutes(row),
        "print_url": reverse("problem-conference-print", kwargs={"pk": pk}),
        "back": reverse("problem-conference-list"),
        "trail": [*problem_page.trail(), ("三方会议", reverse("problem-conference-list"))],
    }
    return TemplateResponse(request, "activities/problem_paper.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def print_conference(request: Request, *, pk: int) -> HttpResponse:
    """Ask for the minutes of a conference as PDF."""
    row = _one(request, pk)
    return printed(request, Paper.MINUTES, pk, row.organization, f"三方会议纪要 {row.held_on}")


def _one(request: Request, pk: int) -> ProblemConference:
    rows = ProblemConference.objects.in_scope(request.scope)
    return get_object_or_404(rows.select_related("organization__parent"), pk=pk)
