"""Talks of a branch: what is due, arranging, and how far the year's talks reach."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from activities.queries import duty
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from people.forms.talks import ArrangeForm, AssignForm, DropForm
from people.models import Talk
from people.operations import talks as operations
from people.queries import talk_coverage, talks
from people.rules.talks import TalkReason
from people.wording import talks as wording

PAGE = 50


@access.requires(Capability.SEE_ORGANIZATIONS)
def listing(request: Request) -> HttpResponse:
    """What is due at the branches whose talks one arranges; those above see the coverage."""
    branches = list(talks.arranged_at(request.grants))
    if not branches:
        return redirect("talk-coverage")
    branch = _chosen(request, branches)
    found = talks.due_at(request.user, request.grants).filter(branch=branch)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    own = _own_key(request)
    context = {
        "page_obj": page,
        "rows": [
            (talks.row_of(talk, request.today), _may_hold(talk, own)) for talk in page.object_list
        ],
        "branch": branch,
        "branches": branches,
        "several": len(branches) > 1,
        "tabs": _tabs(branch, page.paginator.count, "due"),
    }
    return TemplateResponse(request, "people/talk_list.html", context)


@access.requires(Capability.ARRANGE_TALKS)
def new(request: Request) -> HttpResponse:
    """Arrange a talk with a member of the very branch."""
    branches = list(talks.arranged_at(request.grants))
    if not branches:
        raise PermissionDenied
    branch = _chosen(request, branches)
    terms = talks.terms(branch, request.today)
    form = ArrangeForm(
        request.POST if request.method == "POST" else None,
        people=talks.people_of([branch], request.today),
        talkers=talks.talkers_of(branch, request.today),
        days=(terms.talk_days, terms.visit_days),
        initial={"member": request.GET.get("member", ""), "reason": request.GET.get("reason", "")},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = operations.arrange(
                member=asked["member"], reason=TalkReason(asked["reason"]),
                talker=asked["talker"], due_on=asked["due_on"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            assert made.due_on is not None
            until = f"{made.due_on.month}月{made.due_on.day}日"
            messages.success(request, f"已安排，{until}前谈。已经告诉本人要谈话。")
            return redirect(_at(reverse("talk-list"), branch, branches))
    context = {
        "form": form,
        "branch": branch,
        "branches": branches,
        "several": len(branches) > 1,
        "back": _at(reverse("talk-list"), branch, branches),
        "trail": [("谈心谈话", reverse("talk-list"))],
    }
    return TemplateResponse(request, "people/talk_new.html", context)


@access.requires(Capability.ARRANGE_TALKS)
def due(request: Request, *, pk: int) -> HttpResponse:
    """One due talk: who is to hold it and until when; or it is not needed any more."""
    return _due_page(request, _due_one(request, pk))


@access.requires(Capability.ARRANGE_TALKS)
@require_POST
def assign(request: Request, *, pk: int) -> HttpResponse:
    """Say who is to hold a due talk."""
    found = _due_one(request, pk)
    form = _assign_form(request, found, request.POST)
    if form.is_valid():
        done = _done(
            form,
            lambda: operations.assign(
                talk=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if done:
            messages.success(request, "已保存。")
            return redirect("talk-list")
    return _due_page(request, found, assign_form=form)


@access.requires(Capability.ARRANGE_TALKS)
@require_POST
def drop(request: Request, *, pk: int) -> HttpResponse:
    """Say that a due talk is not needed any more."""
    found = _due_one(request, pk)
    form = DropForm(request.POST)
    if form.is_valid():
        done = _done(
            form,
            lambda: operations.drop(
                talk=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if done:
            messages.success(request, "已登记，不再谈了。已经告诉本人。")
            return redirect("talk-list")
    return _due_page(request, found, drop_form=form)


@access.requires(Capability.SEE_ORGANIZATIONS)
def coverage(request: Request) -> HttpResponse:
    """The year's talks: of the very branch by member, for those above by branch alone."""
    year = Period.containing(request.today, PeriodKind.YEAR)
    arranged = list(talks.arranged_at(request.grants))
    if arranged:
        branch = _chosen(request, arranged)
        found = talk_coverage.of_branches([branch], year, request.today)[branch.pk]
        count = talks.due_at(request.user, request.grants).filter(branch=branch).count()
        context = {
            "coverage": found,
            "year": year,
            "branch": branch,
            "branches": arranged,
            "several": len(arranged) > 1,
            "tabs": _tabs(branch, count, "coverage"),
        }
        return TemplateResponse(request, "people/talk_coverage.html", context)
    branches = duty.branches(request.scope, request.today)
    page = Paginator(branches, PAGE).get_page(request.GET.get("page"))
    of = talk_coverage.of_branches(list(page.object_list), year, request.today)
    context = {
        "page_obj": page,
        "rows": [of[branch.pk] for branch in page.object_list],
        "year": year,
    }
    return TemplateResponse(request, "people/talk_coverage_branches.html", context)


def _own_key(request: Request) -> int | None:
    def read() -> int | None:
        own = talks.own_member(request.user)
        return own.pk if own else None

    return request.grants.once("own member", read)


def _may_hold(talk: Talk, own: int | None) -> bool:
    return own not in (None, talk.member_id) and talk.talker_id in (None, own)


def _chosen(request: Request, branches: list[Organization]) -> Organization:
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    return next((each for each in branches if str(each.pk) == asked), branches[0])


def _at(url: str, branch: Organization, branches: list[Organization]) -> str:
    return f"{url}?branch={branch.pk}" if len(branches) > 1 else url


def _tabs(branch: Organization, count: int, on: str) -> list[tuple[str, str, bool, int]]:
    asked = f"?branch={branch.pk}"
    return [
        ("待谈", reverse("talk-list") + asked, on == "due", count),
        ("本年覆盖", reverse("talk-coverage") + asked, on == "coverage", 0),
    ]


def _due_one(request: Request, pk: int) -> Talk:
    return get_object_or_404(talks.due_at(request.user, request.grants), pk=pk)


def _assign_form(request: Request, found: Talk, data: Any = None) -> AssignForm:
    talkers = talks.talkers_of(found.branch, request.today).exclude(pk=found.member_id)
    initial = {"talker": found.talker_id, "due_on": found.due_on}
    return AssignForm(data, talkers=talkers, initial=initial)


def _due_page(
    request: Request,
    found: Talk,
    *,
    assign_form: AssignForm | None = None,
    drop_form: DropForm | None = None,
) -> HttpResponse:
    own = _own_key(request)
    context = {
        "row": talks.row_of(found, request.today),
        "may_hold": _may_hold(found, own),
        "assign_form": assign_form or _assign_form(request, found),
        "drop_form": drop_form or DropForm(),
        "wrong_form": assign_form or drop_form,
        "trail": [("谈心谈话", reverse("talk-list"))],
    }
    return TemplateResponse(request, "people/talk_due.html", context)


def _done(form: Any, operation: Any) -> bool:
    """Run the operation; say on the form why it could not be done."""
    try:
        operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except StepNotAllowed as refusal:
        form.add_error(None, wording.refused_step(refusal.state))
    else:
        return True
    return False
