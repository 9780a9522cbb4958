"""The visit log: to write a visit down, to answer it, to send it upward."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.duty import VisitAnswerForm, VisitForm
from activities.models import Visit
from activities.operations import visits as operations
from activities.operations.refusals import Refused
from activities.queries import duty, visits
from activities.rules.duty import VisitState
from activities.wording import duty as wording
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from branches.rules.workflow import StepNotAllowed
from members.models import Member

PAGE = 50


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The visits in reach."""
    branches = list(duty.branches(request.scope, request.today))
    asked = request.GET.get("branch", "")
    branch = next((each for each in branches if str(each.pk) == asked), None)
    state = request.GET.get("state", "")
    if state not in (VisitState.BRANCH, visits.OVERDUE, VisitState.UPWARD):
        state = ""
    counts = visits.counts(request.scope, branch, request.today)
    found = visits.found(request.scope, state, branch, request.today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    suffix = f"&branch={branch.pk}" if branch else ""
    context = {
        "page_obj": page,
        "rows": visits.rows_of(page.object_list, request.user, request.grants, request.today),
        "state": state,
        "branch": branch,
        "branches": branches,
        "several": len(branches) > 1,
        "has_any": counts["all"] > 0,
        "may_receive": request.grants.allows(Capability.LOG_ACTIVITIES),
        "tabs": [
            ("全部", f"?{suffix}", state == "", counts["all"]),
            ("待答复", f"?state=BRANCH{suffix}", state == VisitState.BRANCH, counts["owed"]),
            ("已超期", f"?state=OVERDUE{suffix}", state == visits.OVERDUE, counts["overdue"]),
            ("已上报", f"?state=UPWARD{suffix}", state == VisitState.UPWARD, counts["upward"]),
        ],
        "trail": [("值班", reverse("duty-roster"))],
    }
    return TemplateResponse(request, "activities/visit_list.html", context)


@access.signed_in("当天值班的党员登记来访；支部委员也可以补登")
def new(request: Request) -> HttpResponse:
    """Write a visit down: whoever is on duty today, or whoever keeps the branch's records."""
    on_duty = duty.on_duty(request.user, request.today)
    keeps = list(duty.branches(request.grants.scope(Capability.LOG_ACTIVITIES), request.today))
    places: dict[int, Organization] = {row.organization_id: row.organization for row in on_duty}
    own = set(places)
    places |= {branch.pk: branch for branch in keeps if branch.pk not in places}
    if not places:
        if request.method == "POST":
            raise PermissionDenied
        return TemplateResponse(request, "activities/visit_nobody.html", {})
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    branch = places.get(whole_number(asked) or 0) or next(iter(places.values()))
    is_keeper = branch.pk in {each.pk for each in keeps}
    shift = next((row for row in on_duty if row.organization_id == branch.pk), None)
    receivers = visits.receivers(branch, request.today) if is_keeper else None
    form = VisitForm(
        request.POST if request.method == "POST" else None,
        receivers=receivers,
        today=request.today,
        initial={"received_by": _receiver(branch, request, shift.member_id if shift else None)},
    )
    if request.method == "POST" and form.is_valid():
        receiver: Member = form.cleaned_data["received_by"] if is_keeper else shift.member  # type: ignore[union-attr]
        try:
            made = operations.receive(
                branch=branch, received=form.received, received_by=receiver,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if made.answer_due_on:
                due = made.answer_due_on
                words = f"已登记，请支部在 {due.month}月{due.day}日 前答复。"
            else:
                words = "已登记，当场答复。"
            messages.success(request, words)
            return redirect("visit", pk=made.pk)
    context = {
        "form": form,
        "branch": branch,
        "places": list(places.values()),
        "own": own,
        "back": reverse("my-duty") if branch.pk in own else reverse("visit-list"),
        "trail": [("我的值班", reverse("my-duty"))]
        if branch.pk in own
        else [("值班", reverse("duty-roster")), ("来访记录", reverse("visit-list"))],
    }
    return TemplateResponse(request, "activities/visit_new.html", context)


@access.signed_in("接待人看自己接待的来访；支部和上级按权限看")
def visit(request: Request, *, pk: int) -> HttpResponse:
    """One visit with what became of it."""
    return _page(request, _seen(request, pk))


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def answer(request: Request, *, pk: int) -> HttpResponse:
    """Write down what the visitor was answered."""
    found = _kept(request, pk)
    form = VisitAnswerForm(request.POST, today=request.today)
    if form.is_valid():
        try:
            operations.answer(visit=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except StepNotAllowed as refusal:
            form.add_error(None, wording.refused_step(refusal.state))
        else:
            messages.success(request, "已登记答复。")
            return redirect("visit", pk=pk)
    return _page(request, _kept(request, pk), form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def send_up(request: Request, *, pk: int) -> HttpResponse:
    """Send upward what the branch cannot settle."""
    found = _kept(request, pk)
    try:
        operations.send_up(visit=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, "已上报，列入上级的问题清单。上级办理后，请答复来访人。")
    return redirect("visit", pk=pk)


def _page(request: Request, found: Visit, form: VisitAnswerForm | None = None) -> HttpResponse:
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(found.organization.path)
    is_open = found.state in (VisitState.BRANCH, VisitState.UPWARD)
    problem = found.problem
    settled = problem.outcome if problem is not None else ""
    above = found.organization.parent
    seen = request.grants.scope(Capability.SEE_ACTIVITIES)
    sees_above = problem is not None and seen.reaches(problem.organization.path)
    context = {
        "visit": found,
        "row": visits.row_of(found, request.user, request.grants, request.today),
        "sees_visitor": visits.sees_visitor(found, request.user, request.grants),
        "may_answer": logs and is_open,
        "may_send_up": logs and found.state == VisitState.BRANCH and above is not None,
        "above": above,
        "problem": problem,
        "problem_url": reverse("problem", kwargs={"pk": problem.pk})
        if problem is not None and sees_above
        else "",
        "form": form or VisitAnswerForm(today=request.today, initial={"answer": settled}),
        "is_answering": form is not None,
        "trail": [("值班", reverse("duty-roster")), ("来访记录", reverse("visit-list"))]
        if request.grants.allows(Capability.SEE_ACTIVITIES)
        else [("我的值班", reverse("my-duty"))],
    }
    return TemplateResponse(request, "activities/visit.html", context)


def _seen(request: Request, pk: int) -> Visit:
    return get_object_or_404(visits.seen_by(request.user, request.grants), pk=pk)


def _kept(request: Request, pk: int) -> Visit:
    rows = visits.seen_by(request.user, request.grants)
    return get_object_or_404(rows.filter(request.scope.q("organization__path")), pk=pk)


def _receiver(branch: Organization, request: Request, own: int | None) -> int | None:
    """Return who most likely received it: whoever keeps the form, if on duty; else who was."""
    if own is not None:
        return own
    shifts = duty.shifts_of(branch, request.today, request.today)
    return shifts[0].member_id if shifts else None
