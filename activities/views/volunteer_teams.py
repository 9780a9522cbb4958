"""Volunteer teams: the list, one team, to found and change it, to join and leave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.volunteering import TeamForm
from activities.models import VolunteerTeam
from activities.operations import volunteer_teams as operations
from activities.operations.refusals import Refused
from activities.queries import volunteering
from branches import access
from branches.access import Request
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from members.queries import homes

PAGE = 50


@access.signed_in("党员看本支部的志愿服务队；支部和上级按权限看")
def listing(request: Request) -> HttpResponse:
    """The standing teams with their volunteers and the hours of the year."""
    seen = volunteering.teams_seen_by(request.user, request.grants, request.today)
    teams = seen.filter(dissolved_on__isnull=True).order_by("branch__path", "name")
    page = Paginator(teams, PAGE).get_page(request.GET.get("page"))
    year = _year(request)
    context = {
        "page_obj": page,
        "lines": volunteering.lines_of(page.object_list, year, request.today),
        "year": year,
        "may_found": request.grants.allows(Capability.LOG_ACTIVITIES),
        "may_report": homes.of_user(request.user, request.today) is not None,
    }
    return TemplateResponse(request, "activities/volunteer_team_list.html", context)


@access.signed_in("党员看本支部的志愿服务队；支部和上级按权限看")
def team(request: Request, *, pk: int) -> HttpResponse:
    """One team: who is in it, and its hours of the year."""
    found = _seen(request, pk)
    year = _year(request)
    [line] = volunteering.lines_of([found], year, request.today)
    people = volunteering.volunteers(found, request.today)
    home = homes.of_user(request.user, request.today)
    is_standing = found.dissolved_on is None
    is_in = any(row.member.user_id == request.user.pk for row in people)
    is_here = home is not None and home.branch_id == found.branch_id
    context = {
        "team": found,
        "line": line,
        "people": people,
        "year": year,
        "is_in": is_in,
        "may_join": is_standing and is_here and not is_in,
        "keeps": is_standing
        and request.grants.scope(Capability.LOG_ACTIVITIES).reaches(found.branch.path),
        "trail": [("志愿服务", reverse("volunteer-team-list"))],
    }
    return TemplateResponse(request, "activities/volunteer_team.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """For who keeps the records of a branch; of several, ``branch`` says which."""
    places = volunteering.branches(request.scope, request.today)
    if not places:
        return TemplateResponse(request, "activities/volunteer_nobody.html", {})
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    branch = next((each for each in places if str(each.pk) == asked), places[0])
    form = TeamForm(
        request.POST if request.method == "POST" else None,
        people=homes.people(branch, request.today),
        is_new=True,
        initial={"founded_on": request.today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.found(
                branch=branch, facts=form.facts, founded_on=form.cleaned_data["founded_on"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已成立，本支部的党员可以加入了。")
            return redirect("volunteer-team", pk=made.pk)
    context = {
        "form": form,
        "branch": branch,
        "places": places,
        "title": "成立服务队",
        "back": reverse("volunteer-team-list"),
        "trail": [("志愿服务", reverse("volunteer-team-list"))],
    }
    return TemplateResponse(request, "activities/volunteer_team_form.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    found = _kept(request, pk)
    form = TeamForm(
        request.POST if request.method == "POST" else None,
        people=homes.people(found.branch, request.today),
        is_new=False,
        initial={name: getattr(found, name) for name in ("name", "purpose", "leader")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(team=found, facts=form.facts, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已修改。")
            return redirect("volunteer-team", pk=pk)
    url = reverse("volunteer-team", kwargs={"pk": pk})
    context = {
        "form": form,
        "branch": found.branch,
        "title": "修改服务队",
        "back": url,
        "trail": [("志愿服务", reverse("volunteer-team-list")), (found.name, url)],
    }
    return TemplateResponse(request, "activities/volunteer_team_form.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def dissolve(request: Request, *, pk: int) -> HttpResponse:
    found = _kept(request, pk)
    return _do(
        request, pk,
        lambda: operations.dissolve(team=found, by=request.user, at=timezone.now()),
        "已解散，已有的时长保留。",
    )  # fmt: skip


@access.signed_in("党员加入本支部的服务队")
@require_POST
def join(request: Request, *, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    return _do(
        request, pk,
        lambda: operations.join(team=found, by=request.user, at=timezone.now()),
        f"已加入{found.name}。",
    )  # fmt: skip


@access.signed_in("党员退出自己的服务队")
@require_POST
def leave(request: Request, *, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    return _do(
        request, pk,
        lambda: operations.leave(team=found, by=request.user, at=timezone.now()),
        f"已退出{found.name}。",
    )  # fmt: skip


def _do(request: Request, pk: int, operation: Callable[[], Any], words: str) -> HttpResponse:
    try:
        operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect("volunteer-team", pk=pk)


def _seen(request: Request, pk: int) -> VolunteerTeam:
    rows = volunteering.teams_seen_by(request.user, request.grants, request.today)
    return get_object_or_404(rows, pk=pk)


def _kept(request: Request, pk: int) -> VolunteerTeam:
    rows = VolunteerTeam.objects.in_scope(request.scope).select_related("branch", "leader")
    return get_object_or_404(rows.defer("leader__id_number", "leader__phone"), pk=pk)


def _year(request: Request) -> Period:
    return Period.containing(request.today, PeriodKind.YEAR)
