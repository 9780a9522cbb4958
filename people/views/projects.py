"""揭榜: the board of projects by state, putting one up, one project with all that goes with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access
from branches.access import Request
from members.queries import homes
from people.forms.projects import (
    ClaimForm,
    NoteForm,
    ProjectForm,
    PutOffForm,
    ReasonForm,
    ResultForm,
    VerdictForm,
)
from people.models import Project
from people.operations import projects as operations
from people.queries import projects
from people.rules import projects as rules
from people.rules.projects import ProjectState
from people.views.taking import done
from people.wording import projects as wording

PAGE = 50
_BOARD = (
    ProjectState.OPEN,
    ProjectState.CLAIMED,
    ProjectState.HANDED_IN,
    ProjectState.ACCEPTED,
    ProjectState.FAILED,
)


@access.signed_in("党员看面向自己的揭榜项目；支部和上级按权限看")
def listing(request: Request) -> HttpResponse:
    """The board of projects by state."""
    seen = projects.seen_by(request.user, request.grants, request.today)
    counts = projects.counts(seen)
    keeps = projects.keeping(request.grants)
    shown = [*_BOARD]
    if keeps:
        shown = [ProjectState.DRAFT, *shown, ProjectState.CANCELLED]
    asked = request.GET.get("state", "")
    state = asked if asked in shown else ""
    if asked == "" and counts[ProjectState.OPEN.value] and "all" not in request.GET:
        state = ProjectState.OPEN
    found = projects.with_people(seen.filter(state=state) if state else seen)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [shown_row(row, request) for row in page.object_list],
        "tabs": [
            ("全部", "?all=1", state == "", sum(counts.values())),
            *(
                (wording.STATES[code], f"?{urlencode({'state': code})}", state == code,
                 counts[code.value])
                for code in shown
            ),
        ],
        "has_any": sum(counts.values()) > 0,
        "may_put_up": bool(keeps),
    }  # fmt: skip
    return TemplateResponse(request, "people/project_list.html", context)


@access.signed_in("支部和上级按权限发榜")
def new(request: Request) -> HttpResponse:
    """Put a project up; it is a draft until it is published."""
    scope = projects.keeping(request.grants)
    if not scope:
        if request.method == "POST":
            raise Http404
        return TemplateResponse(request, "people/project_nobody.html", {})
    places = projects.places(scope, request.today)
    form = ProjectForm(request.POST if request.method == "POST" else None, places=places)
    if request.method == "POST" and form.is_valid():
        made = done(
            form,
            lambda: operations.put_up(
                organization=form.cleaned_data["organization"], facts=form.facts,
                by=request.user, at=timezone.now(),
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(request, "已存为草稿，核对以后点“发布”。")
            return redirect("project", pk=made.pk)
    context = {
        "form": form,
        "title": "发榜",
        "back": reverse("project-list"),
        "trail": [("揭榜", reverse("project-list"))],
    }
    return TemplateResponse(request, "people/project_form.html", context)


@access.signed_in("支部和上级按权限改自己的草稿")
def edit(request: Request, *, pk: int) -> HttpResponse:
    found = kept(request, pk)
    if found.state != ProjectState.DRAFT:
        messages.warning(request, wording.refused_step(found.state))
        return redirect("project", pk=pk)
    names = ("title", "target", "acceptance", "due_on")
    form = ProjectForm(
        request.POST if request.method == "POST" else None,
        places=(),
        initial={name: getattr(found, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        changed = done(
            form,
            lambda: operations.change(
                project=found, facts=form.facts, by=request.user, at=timezone.now()
            ),
        )
        if changed:
            messages.success(request, "已修改。")
            return redirect("project", pk=pk)
    url = reverse("project", kwargs={"pk": pk})
    context = {
        "form": form,
        "title": "修改揭榜项目",
        "back": url,
        "trail": [("揭榜", reverse("project-list")), (found.title, url)],
    }
    return TemplateResponse(request, "people/project_form.html", context)


@access.signed_in("党员看面向自己的揭榜项目；支部和上级按权限看")
def project(request: Request, *, pk: int) -> HttpResponse:
    """One project with its team and how it goes on."""
    return page(request, seen(request, pk))


def page(request: Request, found: Project, **bound: Any) -> HttpResponse:
    """The page of a project; ``bound`` is a form that was sent and has something to mend, by the
    name it has here.
    """
    home = homes.of_user(request.user, request.today)
    state = ProjectState(found.state)
    team = list(found.team.defer("id_number", "phone").order_by("name_pinyin", "pk"))
    is_leader = found.leader is not None and found.leader.user_id == request.user.pk
    is_worker = is_leader or any(member.user_id == request.user.pk for member in team)
    keeps = projects.keeping(request.grants).reaches(found.organization.path)
    decides = keeps and not is_worker
    is_overdue = rules.is_overdue(state, found.due_on, request.today)
    is_handed_in = state is ProjectState.HANDED_IN
    forms: dict[str, Any] = {}
    is_open = state is ProjectState.OPEN and not is_overdue
    if is_open and home and projects.is_addressed(found, home):
        people = homes.people(home.branch, request.today).exclude(pk=home.member_id)
        forms["claim_form"] = ClaimForm(people=people)
    if state is ProjectState.CLAIMED and is_worker:
        forms["note_form"] = NoteForm()
    if state is ProjectState.CLAIMED and is_leader:
        forms["result_form"] = ResultForm(initial={"result": found.result})
        forms["give_back_form"] = ReasonForm(prefix="give_back")
    if decides and state in rules.RUNNING:
        forms["put_off_form"] = PutOffForm(prefix="put_off")
    if decides and (is_handed_in or (state is ProjectState.CLAIMED and is_overdue)):
        forms["verdict_form"] = VerdictForm(is_handed_in=is_handed_in)
    if keeps and state in (ProjectState.DRAFT, ProjectState.OPEN):
        forms["cancel_form"] = ReasonForm(prefix="cancel")
    context = {
        "project": found,
        "row": shown_row(found, request),
        "team": team,
        "notes": found.notes.select_related("entered_by").order_by("-on", "-pk"),
        "is_leader": is_leader,
        "is_draft": state is ProjectState.DRAFT,
        "keeps": keeps,
        "waits_for_others": keeps and is_worker and is_handed_in,
        "trail": [("揭榜", reverse("project-list"))],
        **forms,
        **bound,
        "bound": next(iter(bound.values()), None),
    }
    return TemplateResponse(request, "people/project.html", context)


def shown_row(row: Project, request: Request) -> dict[str, Any]:
    state = ProjectState(row.state)
    late = rules.is_overdue(state, row.due_on, request.today)
    return {
        "project": row,
        "label": f"{wording.STATES[state]} · 已过期" if late else wording.STATES[state],
        "tone": "bad" if late else wording.TONES[state],
    }


def seen(request: Request, pk: int) -> Project:
    """Return a project somebody may read.

    :raises Http404: there is none.
    """
    rows = projects.seen_by(request.user, request.grants, request.today)
    return get_object_or_404(projects.with_people(rows), pk=pk)


def kept(request: Request, pk: int) -> Project:
    """Return a project of where somebody puts them up.

    :raises Http404: there is none.
    """
    rows = Project.objects.in_scope(projects.keeping(request.grants))
    return get_object_or_404(projects.with_people(rows), pk=pk)
