"""Point entries: the list, a new one, voiding a wrong one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from scoring.forms.entries import PointEntryForm, VoidForm
from scoring.models import PointEntry
from scoring.operations import entries as operations
from scoring.queries import entries, inspections
from scoring.views.periods import asked_month, neighbours

TARGETS = ("member", "organization")


@access.requires(Capability.ENTER_POINTS)
def points_list(request: Request) -> HttpResponse:
    """Show a month's entries in scope, the voided ones struck out."""
    this_month = Period.containing(request.today)
    period = asked_month(request, this_month)
    rows = entries.of_month(period, request.scope)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "months": neighbours(period, this_month),
        "page_obj": page,
        "rows": [
            (row, row.entry.voided_at is None and _may_void(request, row.entry))
            for row in entries.titled(list(page.object_list))
        ],
        "branches": _branches(request),
        "may_enter_organization": request.grants.allows(Capability.ENTER_MARKS),
    }
    return TemplateResponse(request, "scoring/points_list.html", context)


@access.requires(Capability.ENTER_POINTS)
def points_new(request: Request) -> HttpResponse:
    """Record a fact: choose the branch first, then item, member and evidence."""
    branches = _branches(request)
    target = request.GET.get("target", TARGETS[0])
    marks = request.grants.scope(Capability.ENTER_MARKS)
    if target not in TARGETS or not marks:
        target = TARGETS[0]
    if target == "organization":
        mine = inspections.own_places([request.user.pk], request.today).get(request.user.pk, ())
        branches = [
            branch
            for branch in branches
            # Nobody records what his own branch is rated by.
            if marks.reaches(branch.path) and not inspections.is_own(branch, mine)
        ]
    chosen = request.GET.get("organization", "")
    if len(branches) == 1 and not chosen:
        chosen = str(branches[0].pk)
    if not chosen:
        return TemplateResponse(
            request, "scoring/points_choose.html", {"branches": branches, "target": target}
        )
    key = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    organization = get_object_or_404(
        Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH), pk=key
    )
    if target == "organization" and organization not in branches:
        raise Http404
    versions = entries.versions_for(organization, request.today, target)
    if not versions:
        messages.error(request, "还没有施行中的评分方案，请管理员先采用方案。")
        return redirect("points-list")
    form = PointEntryForm(
        request.POST or None,
        versions=versions,
        organization=organization,
        today=request.today,
        by=request.user,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            entry = operations.enter(
                version=data["version"],
                item_code=data["item"],
                member=data.get("member"),
                organization=organization,
                quantity=data["quantity"],
                happened_on=data["happened_on"],
                evidence=data["evidence"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotEnter as refusal:
            form.add_error("happened_on", str(refusal))
        else:
            run = entries.counted_by(data["version"], entry.happened_on)
            when = "几分钟内计入得分" if run else "核算时计入"
            messages.success(request, f"已登记，{when}。")
            period = Period.containing(entry.happened_on)
            return redirect(f"{reverse('points-list')}?period={period}")
    context = {
        "form": form,
        "organization": organization,
        "of_members": target == "member",
    }
    return TemplateResponse(request, "scoring/points_new.html", context)


@access.requires(Capability.ENTER_POINTS)
def points_void(request: Request, *, pk: int) -> HttpResponse:
    """Void a wrong entry with the reason."""
    entry = get_object_or_404(
        PointEntry.objects.in_scope(request.scope).select_related("member", "organization"), pk=pk
    )
    if not _may_void(request, entry):
        raise Http404
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.void(
                entry=entry,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, "已撤销。下次核算时不再计入，登记仍可查看。")
        except operations.CannotVoid as refusal:
            messages.info(request, str(refusal))
        period = Period.containing(entry.happened_on)
        return redirect(f"{reverse('points-list')}?period={period}")
    [row] = entries.titled([entry])
    context = {"entry": entry, "title": row.title, "form": form}
    return TemplateResponse(request, "scoring/points_void.html", context)


def _may_void(request: Request, entry: PointEntry) -> bool:
    """Return whether a person may take an entry back: never one about himself or his branch."""
    if entry.member is not None:
        return entry.member.user_id != request.user.pk
    marks = request.grants.scope(Capability.ENTER_MARKS)
    mine = inspections.own_places([request.user.pk], request.today).get(request.user.pk, ())
    return marks.reaches(entry.organization.path) and not inspections.is_own(
        entry.organization, mine
    )


def _branches(request: Request) -> list[Organization]:
    return list(
        Organization.objects.in_scope(request.scope)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(request.today)
        .order_by("path")
    )
