"""Credits of study that no record knows: entering, reading, voiding."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.credits import CreditForm, VoidCreditForm
from activities.models import StudyCredit
from activities.operations import credits as operations
from activities.operations.refusals import Refused
from activities.queries import study, study_rules
from activities.queries.learning import plain
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from members.models import Member


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request, *, pk: int) -> HttpResponse:
    """Enter study of a member of a branch, with its proof."""
    branch = get_object_or_404(
        Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH), pk=pk
    )
    initial = {"happened_on": request.today, "member": request.GET.get("member")}
    form = CreditForm(
        request.POST or None, initial=initial, branch=branch, today=request.today, by=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.enter(
                member=form.cleaned_data["member"], branch=branch, facts=form.facts,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {plain(made.hours)} 学时。")
            return redirect("study-branch", pk=pk)
    worth = study_rules.conversion(branch, request.today)
    context = {
        "form": form,
        "branch": branch,
        "worth": f"1 小时 = {worth.get('hour', 1)} 学时，半天 = {worth.get('half_day', 4)} 学时，"
        f"1 天 = {worth.get('day', 8)} 学时",
        "trail": [("学习", reverse("study")), (branch.short_name, _branch_url(branch))],
    }
    return TemplateResponse(request, "activities/credit_new.html", context)


@access.signed_in("本人看自己的学时登记；支部由此核对")
def show(request: Request, *, pk: int) -> HttpResponse:
    """One credit: what, how much, by whom entered, with which proof."""
    credit, branch, is_own = _one(request, pk)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(branch.path)
    context = {
        "credit": credit,
        "may_void": logs and not is_own and credit.voided_at is None,
        "form": VoidCreditForm(),
        "trail": [("我的学习", reverse("my-study"))]
        if is_own
        else [("学习", reverse("study")), (branch.short_name, _branch_url(branch))],
    }
    return TemplateResponse(request, "activities/credit.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def void(request: Request, *, pk: int) -> HttpResponse:
    """Void a wrong credit with the reason."""
    credit = get_object_or_404(
        StudyCredit.objects.select_related("member"),
        pk=pk,
        member__in=Member.objects.filed_in_scope(request.scope),
    )
    branch = study.last_home_of(credit.member)
    if not request.scope.reaches(branch.path):  # a group leader's reach is his group
        raise Http404
    form = VoidCreditForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.void(
                credit=credit, branch=branch, reason=form.cleaned_data["reason"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已作废，不再计学时；登记和原因会一直留着。")
            return redirect("my-credit", pk=pk)
    context = {
        "credit": credit,
        "form": form,
        "trail": [("学习", reverse("study")), (branch.short_name, _branch_url(branch))],
    }
    return TemplateResponse(request, "activities/credit_void.html", context)


def _one(request: Request, pk: int) -> tuple[StudyCredit, Organization, bool]:
    credit = get_object_or_404(
        StudyCredit.objects.select_related("member", "entered_by", "voided_by").defer(
            "member__id_number", "member__phone"
        ),
        pk=pk,
    )
    is_own = credit.member.user_id == request.user.pk
    branch = study.last_home_of(credit.member)
    seen = request.grants.scope(Capability.SEE_ACTIVITIES)
    if not is_own and not seen.reaches(branch.path):
        raise Http404
    return credit, branch, is_own


def _branch_url(branch: Organization) -> str:
    return reverse("study-branch", kwargs={"pk": branch.pk})
