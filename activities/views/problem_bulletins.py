"""督办简报: a month of problem management, on a page and as a paper."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.queries import problem_bulletins, problem_papers
from activities.queries.problem_papers import Paper
from activities.views import problem_page
from activities.views.problem_papers import printed
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.text import whole_number


@access.requires(Capability.SEE_ACTIVITIES)
def bulletin(request: Request, *, pk: int, period: str) -> HttpResponse:
    """The month of an organisation and all below it, from the records."""
    place, month = _month_of(request, pk, period)
    found = problem_bulletins.bulletin(place, month, request.today)
    kinds = tree.OrganizationKind
    places = (
        Organization.objects.in_scope(request.scope)
        .of_kind(kinds.COMMITTEE, kinds.GENERAL_BRANCH, kinds.BRANCH)
        .standing_on(request.today)
        .order_by("path")[:300]
    )
    this_month = Period.containing(request.today)
    context = {
        "document": problem_papers.report(found, timezone.now()),
        "found": found,
        "places": [(each.pk, "　" * (each.depth - 1) + each.short_name) for each in places],
        "place": place,
        "period": month,
        "previous": _bulletin_url(pk, month.previous),
        "next": _bulletin_url(pk, month.next) if month < this_month else "",
        "print_url": reverse("problem-bulletin-print", kwargs={"pk": pk, "period": str(month)}),
        "trail": problem_page.trail(),
    }
    return TemplateResponse(request, "activities/problem_bulletin.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def latest(request: Request) -> HttpResponse:
    """Lead to this month's bulletin of an organisation (``organization``), or of the topmost."""
    places = Organization.objects.in_scope(request.scope).order_by("path")
    asked = whole_number(request.GET.get("organization", "")) or 0
    place = places.filter(pk=asked).first() or places.first()
    if place is None:
        raise Http404
    return redirect(_bulletin_url(place.pk, Period.containing(request.today)))


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def print_bulletin(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Ask for a bulletin as PDF."""
    place, month = _month_of(request, pk, period)
    label = f"{place.short_name}{month.label}督办简报"
    return printed(request, Paper.BULLETIN, pk, place, label, period=str(month))


def _month_of(request: Request, pk: int, period: str) -> tuple[Organization, Period]:
    place = get_object_or_404(Organization.objects.in_scope(request.scope), pk=pk)
    try:
        month = Period.parse(period)
    except ValueError:
        raise Http404 from None
    if month.kind is not PeriodKind.MONTH or month > Period.containing(request.today):
        raise Http404
    return place, month


def _bulletin_url(pk: int, month: Period) -> str:
    return reverse("problem-bulletin", kwargs={"pk": pk, "period": str(month)})
