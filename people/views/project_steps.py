"""The steps of a project (揭榜): published, claimed, given back, handed in, decided about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.rules.workflow import StepNotAllowed
from members.queries import homes
from people.forms.projects import (
    ClaimForm,
    NoteForm,
    PutOffForm,
    ReasonForm,
    ResultForm,
    VerdictForm,
)
from people.operations import project_work, projects
from people.rules.projects import ProjectState, ProjectStep
from people.views.projects import kept, page, seen
from people.wording import projects as wording

_DECIDE = {
    ProjectStep.ACCEPT: (project_work.accept, "已验收通过，已通知揭榜人和成员。"),
    ProjectStep.RETURN: (project_work.send_back, "已退回完善，已通知揭榜人和成员。"),
    ProjectStep.FAIL: (project_work.fail, "已按未完成办理，已通知揭榜人和成员。"),
}


@access.signed_in("支部和上级按权限发布")
@require_POST
def publish(request: Request, *, pk: int) -> HttpResponse:
    found = kept(request, pk)
    try:
        projects.publish(project=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, "已发布，已通知党员。")
    return redirect("project", pk=pk)


@access.signed_in("支部和上级按权限延期")
@require_POST
def put_off(request: Request, *, pk: int) -> HttpResponse:
    found = kept(request, pk)
    form = PutOffForm(request.POST, prefix="put_off")
    return _take(
        request, found, "put_off_form", form,
        lambda: projects.put_off(
            project=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        "已延期，已通知揭榜人和成员。",
    )  # fmt: skip


@access.signed_in("支部和上级按权限取消")
@require_POST
def cancel(request: Request, *, pk: int) -> HttpResponse:
    found = kept(request, pk)
    form = ReasonForm(request.POST, prefix="cancel")
    return _take(
        request, found, "cancel_form", form,
        lambda: projects.cancel(
            project=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        "已取消。",
    )  # fmt: skip


@access.signed_in("支部和上级按权限验收")
@require_POST
def decide(request: Request, *, pk: int) -> HttpResponse:
    """Accept what was handed in, send it back, or say that it came to nothing."""
    found = kept(request, pk)
    form = VerdictForm(request.POST, is_handed_in=found.state == ProjectState.HANDED_IN)
    if not form.is_valid():
        return page(request, found, verdict_form=form)
    operation, words = _DECIDE[ProjectStep(form.cleaned_data["step"])]
    verdict = form.cleaned_data["verdict"]
    return _take(
        request, found, "verdict_form", form,
        lambda: operation(project=found, verdict=verdict, by=request.user, at=timezone.now()),
        words,
    )  # fmt: skip


@access.signed_in("党员揭榜")
@require_POST
def claim(request: Request, *, pk: int) -> HttpResponse:
    """Take it, with a team."""
    found = seen(request, pk)
    home = homes.of_user(request.user, request.today)
    if home is None:
        raise Http404
    people = homes.people(home.branch, request.today).exclude(pk=home.member_id)
    form = ClaimForm(request.POST, people=people)
    if not form.is_valid():
        return page(request, found, claim_form=form)
    try:
        project_work.claim(
            project=found, team=form.cleaned_data["team"], by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        # Another may have been faster: the page then shows who has it, and no form.
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, "揭榜成功。进展随时记一句，完成后提交验收。")
    return redirect("project", pk=pk)


@access.signed_in("揭榜人退自己的榜")
@require_POST
def give_back(request: Request, *, pk: int) -> HttpResponse:
    found = seen(request, pk)
    form = ReasonForm(request.POST, prefix="give_back")
    return _take(
        request, found, "give_back_form", form,
        lambda: project_work.give_back(
            project=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        "已退榜，已通知发榜单位，别的同志可以再揭榜。",
    )  # fmt: skip


@access.signed_in("揭榜人和成员记进展")
@require_POST
def note(request: Request, *, pk: int) -> HttpResponse:
    found = seen(request, pk)
    form = NoteForm(request.POST)
    return _take(
        request, found, "note_form", form,
        lambda: project_work.note(
            project=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        "已记下进展。",
    )  # fmt: skip


@access.signed_in("揭榜人提交验收")
@require_POST
def hand_in(request: Request, *, pk: int) -> HttpResponse:
    found = seen(request, pk)
    form = ResultForm(request.POST)
    return _take(
        request, found, "result_form", form,
        lambda: project_work.hand_in(
            project=found, **form.cleaned_data, by=request.user, at=timezone.now()
        ),
        "已提交，等发榜单位验收，结果会通知您。",
    )  # fmt: skip


def _take(
    request: Request,
    found: Any,
    name: str,
    form: Any,
    operation: Callable[[], object],
    words: str,
) -> HttpResponse:
    """Run the operation if the form is whole; say on the form what is to be mended."""
    if form.is_valid():
        try:
            operation()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except StepNotAllowed as refusal:
            messages.warning(request, wording.refused_step(refusal.state))
            return redirect("project", pk=found.pk)
        else:
            messages.success(request, words)
            return redirect("project", pk=found.pk)
    return page(request, found, **{name: form})
